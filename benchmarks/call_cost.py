"""Measure what a call over `/generate` costs the page's process beside a job of its queue, in ms of CPU.

    python -m benchmarks.call_cost [--calls 50]

The videos are a moving square from the tests' pipeline, made by a worker process. Calls come from Gradio's
client in a process of its own, one after the other or all at once, and each downloads its file. Also told:
the milliseconds from the end of a job until the endpoint has its answer.
"""

import argparse
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.through_app import by_client, by_queue
from t2v.request import Request
from t2v.service.jobs import Job
from t2v.space import api
from t2v.space.launch import App, arguments

REQUEST = Request("a square", steps=2)
PLACES = 64


class Watch:
    """Notes when each job has ended, and when the endpoint hears of it."""

    def __init__(self, app: App):
        self.ended: dict[str, float] = {}
        self.late: list[float] = []
        app.service.jobs.listeners.append(self._note)
        self._result = api._result
        api._result = self._timed  # type: ignore[assignment]

    def _note(self, job: Job) -> None:
        self.ended[job.id] = time.perf_counter()

    async def _timed(self, service, job: Job):
        found = await self._result(service, job)
        self.late.append(time.perf_counter() - self.ended[job.id])
        return found


def one_by_one(url: str, request: Request, count: int) -> None:
    """Call `/generate` `count` times, each after the last."""
    for _ in range(count):
        by_client(url, request, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=50)
    calls = parser.parse_args().calls
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(1, get_context("spawn")) as client:
        given = {"--backend": "tests.service.fakes", "--outputs": Path(folder), "--queue": PLACES}
        given |= {"--per-visitor": PLACES, "--port": 0}
        app = App(arguments([str(word) for option in given.items() for word in option]))
        url, watch = app.launch(), Watch(app)
        ways = {
            "a job of the queue": lambda: by_queue(app.service, REQUEST, calls),
            "a call, all at once": lambda: client.submit(by_client, url, REQUEST, calls).result(),
            "a call, one by one": lambda: client.submit(one_by_one, url, REQUEST, calls).result(),
        }
        try:
            for warming in ways.values():
                warming()
            for name, way in ways.items():
                watch.late.clear()
                start = time.process_time()
                way()
                cost = 1000 * (time.process_time() - start) / calls
                late = f"; {1000 * statistics.median(watch.late):.0f} ms late" if watch.late else ""
                print(f"{name}: {cost:.1f} ms{late}")
        finally:
            app.close()


if __name__ == "__main__":
    main()
