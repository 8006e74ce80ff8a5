"""Routes for who runs the page: `/health` for containers and proxies, `/metrics` for Prometheus.

`/health` answers 200 as long as the server isn't about to end, `/health/ready` only while a new job would
find a place and a model that is loaded.
"""

from collections.abc import Iterator
from enum import StrEnum

import psutil
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from t2v.service.job import ENDED
from t2v.service.messages import Fault, Stage
from t2v.service.service import Service
from t2v.service.tally import OTHER
from t2v.version import VERSION


def routes(service: Service) -> list[Route]:
    """The routes. Both are plain HTTP, and neither waits for a job."""
    registry = CollectorRegistry()
    registry.register(Collector(service))

    async def health(request: Request) -> JSONResponse:
        return _told(service, well=state(service) != State.CLOSING)

    async def ready(request: Request) -> JSONResponse:
        return _told(service, well=state(service) == State.READY)

    def metrics(request: Request) -> Response:  # in a thread: it looks through the outputs folder
        encode, kind = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), media_type=kind)

    return [Route("/health", health), Route("/health/ready", ready), Route("/metrics", metrics)]


class State(StrEnum):
    """The states of a server."""

    LOADING = "loading"  # no worker has its model yet
    BROKEN = "broken"  # no worker could load it
    READY = "ready"
    FULL = "full"  # no place is left in the queue
    CLOSING = "closing"


def state(service: Service) -> State:
    """The state that the server is in."""
    if service.closing or service.jobs.closed:
        return State.CLOSING
    if not any(worker.name for worker in service.workers):
        problems = [worker.problem for worker in service.workers]
        return State.BROKEN if problems and all(problems) else State.LOADING
    return State.FULL if len(service.jobs) >= service.jobs.limits.places else State.READY


def _told(service: Service, well: bool) -> JSONResponse:
    workers = [{"device": worker.name or worker.device, "busy": worker.busy} for worker in service.workers]
    places = {"waiting": len(service.jobs), "places": service.jobs.limits.places}
    told = {"status": state(service), "version": VERSION, **places, "workers": workers}
    return JSONResponse(told, 200 if well else 503, headers={"Cache-Control": "no-store"})


class Collector:
    """Reads the service when Prometheus asks. No prompt and no visitor is in what it tells."""

    def __init__(self, service: Service):
        self._service = service

    def collect(self) -> Iterator[Metric]:
        """The metrics as they are now."""
        yield from self._queue()
        yield from self._work()
        yield from self._resources()

    def _queue(self) -> Iterator[Metric]:
        jobs = self._service.jobs
        yield GaugeMetricFamily("t2v_queue_jobs", "Jobs that wait.", len(jobs))
        yield GaugeMetricFamily("t2v_queue_places", "Places in the queue.", jobs.limits.places)
        states = GaugeMetricFamily("t2v_state", "1 for the server's state.", labels=["state"])
        for each in State:
            states.add_metric([each], state(self._service) == each)
        yield states

    def _work(self) -> Iterator[Metric]:
        tally = self._service.jobs.tally
        ended = CounterMetricFamily("t2v_jobs", "Jobs that have ended, by how.", labels=["end"])
        for stage in Stage:
            if stage in ENDED:
                ended.add_metric([stage], tally.ended[stage])
        yield ended
        failures = CounterMetricFamily("t2v_failures", "Jobs that have failed, by why.", labels=["fault"])
        for fault in (*Fault, OTHER):
            failures.add_metric([fault], tally.faults[fault])
        yield failures
        for name, words, found in (
            ("t2v_wait_seconds", "How long jobs have waited.", tally.waits),
            ("t2v_work_seconds", "How long jobs were made.", tally.works),
        ):
            yield HistogramMetricFamily(name, words, buckets=found.buckets(), sum_value=found.sum)
        seconds = CounterMetricFamily(
            "t2v_stage_seconds", "Seconds that jobs spent, by stage.", labels=["stage"]
        )
        for stage in Stage:
            if stage not in ENDED:
                seconds.add_metric([stage], tally.seconds[stage])
        yield seconds

    def _resources(self) -> Iterator[Metric]:
        workers, outputs = self._service.workers, self._service.outputs
        busy = GaugeMetricFamily("t2v_worker_busy", "1 while a device makes a video.", labels=["device"])
        memory = GaugeMetricFamily("t2v_memory_bytes", "Memory of each process.", labels=["process"])
        memory.add_metric(["page"], psutil.Process().memory_info().rss)
        for number, worker in enumerate(workers):
            busy.add_metric([f"{number} {worker.name or worker.device}"], worker.busy)
            if (bytes := _resident(worker.pid)) is not None:
                memory.add_metric([f"worker {number}"], bytes)
        yield busy
        yield memory
        peaks = GaugeMetricFamily("t2v_peak_bytes", "Most memory of the latest video.", labels=["device"])
        for device, bytes in self._service.jobs.tally.peaks.items():
            peaks.add_metric([device], bytes)
        yield peaks
        yield GaugeMetricFamily("t2v_outputs_bytes", "Bytes of all videos that are kept.", outputs.size())
        yield GaugeMetricFamily("t2v_outputs_videos", "Videos that are kept.", outputs.count())
        build = GaugeMetricFamily("t2v_build", "1; the label has the version.", labels=["version"])
        build.add_metric([VERSION], 1)
        yield build


def _resident(pid: int | None) -> int | None:
    """Bytes of memory of a process; None where it has ended."""
    try:
        return psutil.Process(pid).memory_info().rss if pid else None
    except psutil.Error:
        return None
