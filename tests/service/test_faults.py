"""What goes wrong while a video is made: one job ends with a clear word, and the next one is right."""

import gc
import os
import random
import signal
import time
import weakref
from collections import namedtuple
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import numpy as np
import pytest

from t2v.request import ModelDefaults, Request
from t2v.service.dispatcher import Dispatcher
from t2v.service.jobs import Job, Jobs, Limits
from t2v.service.messages import Ask, Done, Failed, Fault, Order, Stage
from t2v.service.outputs import Outputs
from t2v.service.service import Service
from t2v.service.worker import Worker
from t2v.service.worker_process import PipelineHost, WorkerPipe
from t2v.video import Video
from tests.waiting import eventually

ME = "one visitor of the tests"
FAKES = "tests.service.fakes"
FAULTS = {
    "oom": ("ran out of memory", False),
    "assert": ("reported a fault", True),
    "nan": ("NaN", False),
    "raise": ("KeyError", False),
    "nospace": ("disk is full", False),
    "kill": ("ended unexpectedly, twice", True),
}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("log") / "device"
    os.environ["T2V_FAKE_LOG"] = str(path)
    yield path
    del os.environ["T2V_FAKE_LOG"]


@pytest.fixture(scope="module")
def service(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = Service(
        FAKES, tmp_path_factory.mktemp("out"), limits=Limits(places=64, per_visitor=99, deadline=20)
    ).start()
    yield made
    made.close()


def run(service: Service, prompt: str, **settings: object) -> Job:
    """A job, followed to its end."""
    job = service.submit(ME, None, Request(prompt, **settings))
    eventually(lambda: service.jobs.follow(ME, job.id) and job.over, timeout=30)
    return job


def assert_right(service: Service, job: Job) -> None:
    assert (job.stage, job.problem) == (Stage.DONE, "")
    record = service.outputs.find(job.id)
    video = Video.open(service.outputs.path(job.id, job.suffix))
    assert len(video.frames) == record.request.frames == video.request.frames


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_ends_one_job_and_the_next_is_right(service: Service, fault: str):
    said, replaced = FAULTS[fault]
    assert_right(service, run(service, "a square"))
    pid = service.workers[0].pid
    job = run(service, f"a {fault} square")
    assert job.stage == Stage.FAILED and said in job.problem
    assert "/" not in job.problem and "Traceback" not in job.problem
    assert service.outputs.find(job.id) is None and not service.outputs.path(job.id, ".mp4").exists()
    assert_right(service, run(service, "a square"))
    assert (service.workers[0].pid != pid) == replaced


def test_a_video_whose_worker_is_killed_is_made_once_more(service: Service):
    """The same frames as if nothing had happened."""
    undisturbed = run(service, "slow", seed=3)
    job = service.submit(ME, None, Request("slow", seed=3))
    eventually(lambda: job.step > 0, timeout=60)
    os.kill(service.workers[0].pid, signal.SIGKILL)
    eventually(lambda: job.over, timeout=30)
    assert_right(service, job)
    frames = [Video.open(service.outputs.path(made.id, ".mp4")).frames for made in (undisturbed, job)]
    assert np.array_equal(*frames)


def test_a_video_that_ends_its_worker_is_begun_twice_and_not_for_ever(service: Service, log: Path):
    log.write_text("")
    job = run(service, "a kill square", seed=4)
    assert job.stage == Stage.FAILED and job.lost == 2
    assert log.read_text().split() == ["enter", "4", "enter", "4"]


def test_a_stop_of_a_video_whose_worker_is_killed_is_a_stop(service: Service):
    """It isn't made again for a visitor who wants it no more."""
    job = service.submit(ME, None, Request("hang"))
    eventually(lambda: job.step == 1, timeout=60)
    service.jobs.stop(ME, job.id)
    os.kill(service.workers[0].pid, signal.SIGKILL)
    eventually(lambda: job.over, timeout=15)
    assert (job.stage, job.problem, job.lost) == (Stage.STOPPED, "", 0)


def test_a_worker_that_cannot_start_fails_its_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    service = Service(FAKES, tmp_path)
    service.workers[0].backend = "tests.service.no_such_backend"
    job = service.submit(ME, None, Request("a square"))
    for _ in range(2):
        service._dispatcher.run(service.workers[0], service.jobs.take(0))
    assert job.stage == Stage.FAILED and "twice" in job.problem and not service.jobs.take(0)


def test_a_job_that_a_worker_was_lost_with_is_made_alone():
    """While another is written beside it, it might cost that one its worker again."""
    jobs, events, closing = Jobs(Limits(per_visitor=9)), [], Event()
    made = [jobs.submit(ME, "square", Request("a square").validate()) for _ in range(3)]
    made[1].lost = 1

    def make(worker: object, job: Job) -> None:
        events.append(("begun", job))
        jobs.enter(job, Stage.WRITING)
        time.sleep(0.1)
        events.append(("over", job))
        jobs.end(job, Stage.DONE)

    dispatcher = Dispatcher(jobs, [], make, closing)
    thread = dispatcher.thread(Worker(FAKES, "never started"))
    thread.start()
    eventually(lambda: all(job.over for job in made))
    closing.set()
    thread.join()
    assert events == [(what, job) for job in made for what in ("begun", "over")]


def test_an_idle_worker_killed_from_outside_is_not_missed(service: Service):
    assert_right(service, run(service, "a square"))
    os.kill(service.workers[0].pid, signal.SIGKILL)
    eventually(lambda: service.workers[0].pid is None)
    assert_right(service, run(service, "a square"))


def test_a_stop_is_heard_within_a_step(service: Service):
    job = service.submit(ME, None, Request("slow", steps=100))
    eventually(lambda: job.step > 0)
    at = job.step
    service.jobs.stop(ME, job.id)
    eventually(lambda: job.over, timeout=2)
    assert job.stage == Stage.STOPPED and job.step <= at + 3
    assert_right(service, run(service, "a square"))


def test_a_worker_that_ignores_a_stop_is_replaced(service: Service, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(service.workers[0], "_patience", 0.5)
    job = service.submit(ME, None, Request("hang"))
    eventually(lambda: job.step == 1)
    service.jobs.stop(ME, job.id)
    eventually(lambda: job.over, timeout=5)
    assert job.stage == Stage.STOPPED
    assert_right(service, run(service, "a square"))


def test_a_device_never_has_two_jobs(service: Service, log: Path):
    """Random starts, stops and followers that vanish."""
    log.write_text("")
    choose, made = random.Random(0), []
    for number in range(60):
        made.append(service.submit(ME, None, Request("a square", seed=number)))
        if choose.random() < 0.5:
            service.jobs.stop(ME, choose.choice(made).id)
        eventually(lambda: sum(not job.over for job in made) < 20)
    eventually(lambda: all(job.over for job in made), timeout=30)
    events = [line.split() for line in log.read_text().splitlines()]
    assert [kind for kind, _ in events] == ["enter", "leave"] * (len(events) // 2)
    assert all(enter[1] == leave[1] for enter, leave in zip(events[::2], events[1::2], strict=True))
    assert {job.stage for job in made} == {Stage.DONE, Stage.STOPPED}


def test_a_refused_load_leaves_the_old_model_working(service: Service):
    assert_right(service, run(service, "a square"))
    pid = service.workers[0].pid
    job = service.submit(ME, "unloadable", Request("a square"))
    eventually(lambda: job.over)
    assert job.stage == Stage.FAILED and "weights of this model" in job.problem
    assert_right(service, run(service, "a square"))
    assert service.workers[0].pid == pid


def test_a_disk_that_fills_while_waiting_fails_the_job(tmp_path: Path):
    usage = namedtuple("Usage", "total used free")
    free = iter([10**12])
    outputs = Outputs(tmp_path, disk_usage=lambda path: usage(0, 0, next(free, 0)))
    service = Service(FAKES, outputs)
    job = service.submit(ME, None, Request("a square"))
    service._make(service.workers[0], service.jobs.take(0))
    assert job.stage == Stage.FAILED and "nearly full" in job.problem
    assert service.workers[0].pid is None


class Hoarder:
    """A pipeline that fails with a large array in its frame."""

    native = ModelDefaults()
    hoard: weakref.ref

    def __call__(self, request: Request, on_step: object, resume: object = None) -> Video:
        array = np.zeros(10**6)
        Hoarder.hoard = weakref.ref(array)
        raise MemoryError


def test_a_failed_run_holds_nothing(tmp_path: Path):
    told = []
    host = PipelineHost(
        SimpleNamespace(
            load=lambda *_: Hoarder(), adapt=lambda *_: False, fetched=lambda _: None, reader=lambda _: None
        ),
        "cpu",
        told.append,
        lambda _: False,
    )
    gc.disable()  # what is still there is there by reference, not by chance
    try:
        host.attempt(Order("x", "hoarder", Request("a").validate(), tmp_path / "x.mp4"))
        assert Hoarder.hoard() is None
    finally:
        gc.enable()
    assert isinstance(told[-1], Failed) and (told[-1].order, told[-1].fault) == ("x", Fault.MEMORY)


def test_each_device_makes_its_own_jobs(tmp_path: Path):
    """A job knows its worker, and is expected to cost what it costs there."""
    service = Service(FAKES, tmp_path, devices=("one", "two"), limits=Limits(per_visitor=9)).start()
    jobs = [service.submit(ME, None, Request("slow", steps=20, seed=seed)) for seed in (1, 2)]
    eventually(lambda: all(job.step > 1 for job in jobs), timeout=60)
    assert {job.worker for job in jobs} == set(service.workers)
    assert all(worker.busy for worker in service.workers)
    service.jobs.stop(ME, jobs[0].id)
    eventually(lambda: jobs[0].over and not jobs[0].worker.busy)
    assert service._next_worker() is jobs[0].worker and not jobs[1].over
    complete = replace(jobs[1].request, frames=64)
    for worker, memory in zip(service.workers, (10**6, 10**12), strict=True):
        worker.memory = memory
    eventually(lambda: service.cost("square", complete, service.workers[1]).peak)
    assert [service.cost("square", complete, worker).fits for worker in service.workers] == [False, True]
    service.close()


class Crowded:
    """A pipeline that fits only where it is alone."""

    native = ModelDefaults()

    def __init__(self, host: list[PipelineHost]):
        self._host = host

    def __call__(self, request: Request, on_step: object, resume: object = None) -> Video:
        if len(self._host[0].pipelines) > 1:
            raise MemoryError
        return Video(np.zeros((2, 16, 16, 3), np.uint8), request)


def test_a_run_that_lacks_memory_is_tried_without_the_other_models(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("t2v.service.pipelines.is_ample", lambda device: True)
    told: list = []
    hosts: list[PipelineHost] = []
    backend = SimpleNamespace(
        load=lambda *_: Crowded(hosts), adapt=lambda *_: False, fetched=lambda _: None, reader=lambda _: None
    )
    hosts.append(PipelineHost(backend, "cpu", told.append, lambda _: False))
    for model in ("one", "two"):
        hosts[0].attempt(Order(model, model, Request("a").validate(), tmp_path / f"{model}.mp4"))
    assert [type(message) for message in told if isinstance(message, Done | Failed)] == [Done, Done]
    assert len(hosts[0].pipelines) == 1 and hosts[0].pipelines.held("two")


@pytest.mark.parametrize("last", ["recv", "send"])
def test_a_worker_ends_with_its_page_whatever_it_does_then(monkeypatch: pytest.MonkeyPatch, last: str):
    """Also while it answers what the page has asked: it once lived on, without anybody to hear."""

    def gone(*_: object) -> None:
        raise BrokenPipeError

    def left(code: int) -> None:
        raise SystemExit(code)

    connection = SimpleNamespace(recv=lambda: Ask(1, "square", "a square"), send=lambda message: None)
    setattr(connection, last, gone)
    monkeypatch.setattr(os, "_exit", left)
    with pytest.raises(SystemExit):
        WorkerPipe(connection).receive(SimpleNamespace(read=lambda model, prompt: None))
