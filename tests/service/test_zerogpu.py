"""ZeroGPU's way, with a stand-in for its package: the job runs inside the event that asks for it."""

import asyncio
import multiprocessing
import pickle
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from types import ModuleType

import pytest

from t2v.request import Request
from t2v.service.messages import Order, Stage
from t2v.service.service import Service
from t2v.service.zerogpu import LEAST, MOST, seconds_needed

ME = "a visitor with a quota"
FORK = multiprocessing.get_context("fork")


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    spaces = ModuleType("spaces")
    spaces.asked = []

    def gpu(duration: Callable) -> Callable:
        def decorate(function: Callable) -> Callable:
            def lent(order: Order) -> Iterator:
                spaces.asked.append(duration(order))
                return forked(function, pickle.dumps(order))

            return lent

        return decorate

    spaces.GPU = gpu
    monkeypatch.setitem(sys.modules, "spaces", spaces)
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    return Service("tests.service.fakes", tmp_path).start()


def forked(function: Callable, given: bytes) -> Iterator:
    """As `spaces.GPU` does it: `function` runs in a fork, its argument and what it yields are pickled."""
    here, there = FORK.Pipe(duplex=False)

    def work() -> None:
        for message in function(pickle.loads(given)):
            there.send(message)

    process = FORK.Process(target=work, daemon=True)
    process.start()
    there.close()  # so that the fork's end is the pipe's
    try:
        with suppress(EOFError):
            while True:
                yield here.recv()
    finally:
        process.kill()
        process.join()


async def follow(service: Service, job, stop_at: int | None = None) -> None:
    service.work_here(job)
    while not job.over:
        if stop_at is not None and job.step >= stop_at:
            service.jobs.stop(ME, job.id)
        service.jobs.follow(ME, job.id)
        await asyncio.sleep(0.01)


def in_event(work: Coroutine) -> None:
    """Run it on a loop of its own: the browser of other tests keeps one running in this thread."""
    thread = Thread(target=asyncio.run, args=[work])
    thread.start()
    thread.join()


def test_a_job_runs_in_the_event_for_the_seconds_it_needs(service: Service):
    job = service.submit(ME, None, Request("a square"))
    assert job.stage == Stage.WAITING
    in_event(follow(service, job))
    assert job.stage == Stage.DONE and service.outputs.find_own(ME, job.id)
    assert sys.modules["spaces"].asked == [LEAST]


def test_a_stop_reaches_the_lent_device(service: Service):
    job = service.submit(ME, None, Request("slow", steps=100))
    in_event(follow(service, job, stop_at=2))
    assert job.stage == Stage.STOPPED and job.step < 10
    assert [path for path in service.outputs.served.iterdir() if path.is_file()] == []


def test_a_failure_is_told_and_the_next_job_runs(service: Service):
    failed = service.submit(ME, None, Request("nan"))
    in_event(follow(service, failed))
    assert failed.stage == Stage.FAILED and "NaN" in failed.problem
    job = service.submit(ME, None, Request("a square"))
    in_event(follow(service, job))
    assert job.stage == Stage.DONE


def test_the_seconds_asked_for_grow_with_the_work(tmp_path: Path):
    def asked(**settings: object) -> int:
        return seconds_needed(Order("x", "m", Request("a", **settings).validate(), tmp_path))

    assert LEAST <= asked() < asked(frames=64) <= asked(frames=200, steps=100) == MOST
