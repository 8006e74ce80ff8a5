"""Compare the page's actors on Ray with Ray Serve: a stop, a killed node, idle workers that end.

    python -m benchmarks.ray_serve

Two nodes on this machine, a worker on each, videos whose steps sleep for 0.15 s. Seconds are counted until
the next video, or the same one again, has made a step.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import ray
from ray import serve

from t2v.cluster import Cluster, is_lost
from t2v.request import Request
from t2v.service.job import Job
from t2v.service.jobs import Limits
from t2v.service.ray_watch import RayWorkers
from t2v.service.service import Service
from tests.ray_nodes import Nodes, nodes
from tests.waiting import eventually

STEP, STEPS, IDLE, PATIENCE = 0.15, 200, 5.0, 180.0  # seconds, but for the number of steps
REPLICAS = {"min_replicas": 1, "initial_replicas": 2, "max_replicas": 2, "target_ongoing_requests": 1}
PACE = {"upscale_delay_s": 1, "downscale_delay_s": IDLE, "metrics_interval_s": 0.5, "look_back_period_s": 1}


class Actors:
    """The page's service: its own queue, an actor on each node."""

    def __init__(self, address: str):
        limits, folder = Limits(abandoned_after=10 * PATIENCE), tempfile.mkdtemp(prefix="t2v-actors-")
        workers = RayWorkers(Cluster(address), idle=IDLE)
        made = Service("tests.service.fakes", Path(folder), limits=limits, cluster=workers)
        self.service, self.close = made.start(), made.close

    def begin(self) -> Job:
        return self.service.submit("", None, Request("slow", steps=STEPS))

    def node(self, job: Job) -> str:
        return job.worker.place.node

    def stop(self, job: Job) -> None:
        self.service.jobs.stop("", job.id)

    def count(self) -> int:
        return len(self.service.workers)


@serve.deployment(max_ongoing_requests=1, max_replicas_per_node=1, autoscaling_config=REPLICAS | PACE)
class Maker:
    """A replica. Only an async generator hears of a stop, and has to wait for its thread's step itself."""

    async def make(self):
        for _ in range(STEPS):
            step = asyncio.ensure_future(asyncio.to_thread(time.sleep, STEP))
            try:
                await asyncio.shield(step)
            except asyncio.CancelledError:
                await step
                raise
            yield ray.get_runtime_context().get_node_id()


class Streamed(Thread):
    """A video from a replica. Serve retries no stream: it is asked for again where its node is lost."""

    def __init__(self, handle: Any):
        super().__init__(daemon=True)
        self._handle, self.step, self.node, self.stopped, self.answers = handle, 0, "", False, None
        self.start()

    def run(self) -> None:
        while not self.stopped:
            self.step, self.answers = 0, self._handle.make.remote()
            try:
                for node in self.answers:
                    self.node, self.step = node, self.step + 1
            except Exception as error:
                if not (is_lost(error) or self.stopped):
                    raise


class Replicas:
    """Ray Serve: its router and its autoscaler."""

    def __init__(self, address: str):
        ray.init(address=address, log_to_driver=False)
        serve.start(proxy_location="Disabled")
        self.handle = serve.run(Maker.bind(), route_prefix=None).options(stream=True)
        self.close = serve.shutdown

    def begin(self) -> Streamed:
        return Streamed(self.handle)

    def node(self, job: Streamed) -> str:
        return job.node

    def stop(self, job: Streamed) -> None:
        job.stopped = True
        job.answers.cancel()

    def count(self) -> int:
        made = serve.status().applications["default"].deployments["Maker"]
        return made.replica_states.get("RUNNING", 0)


def measured(side: Actors | Replicas, cluster: Nodes) -> tuple[float, float, float]:
    """Stop one of two videos while a third waits; kill the node of the other; end all. -> the seconds"""
    eventually(lambda: side.count() == 2, PATIENCE)
    first, second = side.begin(), side.begin()
    eventually(lambda: first.step and second.step, PATIENCE)
    third = side.begin()
    time.sleep(1)
    stop = seconds(lambda: side.stop(first), lambda: third.step)
    side.stop(third)
    before, lost = second.step, next(each for each in cluster.alive if each.node_id == side.node(second))
    retry = seconds(lambda: cluster.kill(lost), lambda: 0 < second.step < before)
    cluster.add()
    other = side.begin()  # Serve has two replicas only while there are two requests
    eventually(lambda: side.count() == 2 and other.step, PATIENCE)
    idle = seconds(lambda: [side.stop(second), side.stop(other)], lambda: side.count() == 1)
    return stop, retry, idle


def seconds(act: Callable[[], Any], until: Callable[[], Any]) -> float:
    """Seconds from before `act()` until `until()` holds."""
    start = time.monotonic()
    act()
    eventually(until, PATIENCE)
    return time.monotonic() - start


if __name__ == "__main__":
    print("| workers | stop → the next | killed → again | idle → ended |\n|---|---:|---:|---:|")
    for kind in (Actors, Replicas):
        with nodes(2) as cluster:
            side = kind(cluster.address)
            figures = measured(side, cluster)
            side.close()
        print(f"| {kind.__name__} | " + " | ".join(f"{each:.1f} s" for each in figures) + " |", flush=True)
