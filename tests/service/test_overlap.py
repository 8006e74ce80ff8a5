"""A video is written while the next is computed; shown by the order of events, not by time."""

import os
import signal
from collections.abc import Iterator

import pytest

from t2v.request import Request
from t2v.service.jobs import Job, Limits
from t2v.service.messages import Stage
from t2v.service.service import Service
from t2v.video import Video
from tests.waiting import eventually

ME = "one visitor of the tests"
FAKES = "tests.service.fakes"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    log = tmp_path_factory.mktemp("log") / "device"
    log.touch()
    os.environ["T2V_FAKE_LOG"] = str(log)
    made = Service(FAKES, tmp_path_factory.mktemp("out"), limits=Limits(per_visitor=99)).start()
    yield made
    made.close()
    del os.environ["T2V_FAKE_LOG"]


def submit(service: Service, prompt: str, seed: int, steps: int = 3) -> Job:
    return service.submit(ME, None, Request(prompt, seed=seed, steps=steps))


def is_whole(service: Service, job: Job) -> bool:
    path = service.outputs.path(job.id, job.suffix)
    return job.stage == Stage.DONE and len(Video.open(path)) == job.request.frames


def test_a_video_is_written_while_the_next_is_on_the_device(service: Service):
    """The first is written only once the second is on the device: without overlap neither would come."""
    jobs = [submit(service, "a patient square", 1), submit(service, "a slow square", 2, steps=9)]
    eventually(lambda: all(job.over for job in jobs), 60)
    assert all(is_whole(service, job) for job in jobs)
    assert jobs[0].started < jobs[1].started < jobs[0].ended < jobs[1].ended
    assert not service.workers[0].busy


def test_videos_are_written_one_at_a_time_in_their_order(service: Service):
    jobs = [submit(service, "a patient square", seed) for seed in (3, 4)] + [submit(service, "a square", 5)]
    eventually(lambda: all(job.over for job in jobs), 90)
    assert all(is_whole(service, job) for job in jobs)
    assert all(first.ended <= second.ended for first, second in zip(jobs, jobs[1:], strict=False))


def test_the_next_video_is_stopped_while_one_is_written(service: Service):
    jobs = [submit(service, "a patient square", 6), submit(service, "a slow square", 7, steps=200)]
    eventually(lambda: jobs[1].step > 0, 60)
    pid = service.workers[0].pid
    service.jobs.stop(ME, jobs[1].id)
    eventually(lambda: all(job.over for job in jobs), 10)
    assert is_whole(service, jobs[0]) and jobs[1].stage == Stage.STOPPED and service.workers[0].pid == pid


def test_a_worker_killed_meanwhile_costs_time_and_no_video(service: Service):
    jobs = [submit(service, "a lingering square", 8), submit(service, "a square", 9, steps=200)]
    eventually(lambda: jobs[0].stage == Stage.WRITING and jobs[1].step > 0, 60)
    os.kill(service.workers[0].pid, signal.SIGKILL)
    jobs.append(submit(service, "a square", 10))
    eventually(lambda: all(job.over for job in jobs), 60)
    assert all(is_whole(service, job) for job in jobs) and [job.lost for job in jobs] == [1, 1, 0]


def test_a_fault_of_the_device_lets_the_video_before_it_be_written(service: Service):
    pid = service.workers[0].pid
    jobs = [submit(service, "a patient square", 11), submit(service, "a slow assert square", 12)]
    eventually(lambda: all(job.over for job in jobs), 60)
    assert is_whole(service, jobs[0]) and jobs[1].stage == Stage.FAILED and service.workers[0].pid != pid
