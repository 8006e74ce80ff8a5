"""Routes for who runs the page: `/health` for containers and proxies, `/metrics` for Prometheus."""

from collections.abc import Iterator

import psutil
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from t2v.service.job import ENDED
from t2v.service.messages import Stage
from t2v.service.service import Service
from t2v.version import VERSION


def routes(service: Service) -> list[Route]:
    """The routes. Both are plain HTTP, and neither waits for a job."""
    registry = CollectorRegistry()
    registry.register(Collector(service))

    async def health(request: Request) -> JSONResponse:
        state = "closing" if service.closing else "ok"
        workers = [
            {"device": worker.name or worker.device, "busy": worker.busy} for worker in service.workers
        ]
        told = {"status": state, "version": VERSION, "waiting": len(service.jobs), "workers": workers}
        return JSONResponse(told, 503 if service.closing else 200, headers={"Cache-Control": "no-store"})

    def metrics(request: Request) -> Response:  # in a thread: it looks through the outputs folder
        encode, kind = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), media_type=kind)

    return [Route("/health", health), Route("/metrics", metrics)]


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

    def _work(self) -> Iterator[Metric]:
        tally = self._service.jobs.tally
        ended = CounterMetricFamily("t2v_jobs", "Jobs that have ended, by how.", labels=["end"])
        for stage in Stage:
            if stage in ENDED:
                ended.add_metric([stage], tally.ended[stage])
        yield ended
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
