"""Jobs whose source is the video of another job: they wait for it, and are told if it never comes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from t2v.errors import RequestError
from t2v.request import Request
from t2v.service.jobs import Job, Jobs, Limits
from t2v.service.messages import Files, Stage
from t2v.service.service import Service
from t2v.service.waiting import WaitingJob
from t2v.video import Video
from tests.common import Clock
from tests.waiting import eventually

ANA, BOB = "ana's secret", "bob's secret"
FURTHER = Request("a square goes on", keep=4)


@pytest.fixture
def jobs() -> Jobs:
    return Jobs(Limits(abandoned_after=60), Clock())


def submit(jobs: Jobs, visitor: str = ANA, of: Job | None = None) -> Job:
    files = Files(Path(f"served/{of.id}.mp4")) if of else Files()
    return jobs.submit(visitor, "square", Request("a square").validate(), files=files)


def test_it_waits_and_lets_others_pass(jobs: Jobs):
    first = submit(jobs)
    further, last = submit(jobs, of=first), submit(jobs)
    assert jobs.take(0) is first and jobs.awaited(further) is first
    assert jobs.take(0) is last and jobs.take(0) is None and not jobs.claim(further)
    jobs.end(first, Stage.DONE)
    assert jobs.awaited(further) is None and jobs.take(0) is further


def test_while_it_waits_for_its_source_it_needs_no_follower(jobs: Jobs):
    first = submit(jobs)
    further = submit(jobs, of=first)
    assert jobs.take(0) is first
    jobs.clock.now += 100
    jobs.sweep()
    assert further.stage == Stage.WAITING
    jobs.end(first, Stage.DONE)
    jobs.sweep()
    assert further.stage == Stage.STOPPED, "now it is made for somebody, or not at all"


@pytest.mark.parametrize("stage", [Stage.FAILED, Stage.STOPPED])
def test_it_and_what_waits_for_it_are_told_that_nothing_comes(jobs: Jobs, stage: Stage):
    first = submit(jobs)
    second = submit(jobs, of=first)
    third = submit(jobs, of=second)
    jobs.end(jobs.take(0), stage)
    assert second.stage == third.stage == Stage.FAILED and len(jobs) == 0
    assert ("was stopped" if stage == Stage.STOPPED else "could not be made") in second.problem
    assert "could not be made" in third.problem
    late = submit(jobs, of=first)
    assert late.stage == Stage.FAILED and jobs.take(0) is None


def test_a_waiting_source_that_is_stopped_or_left_takes_it_along(jobs: Jobs):
    first = submit(jobs)
    further = submit(jobs, of=first)
    assert jobs.stop(ANA, first.id) and further.stage == Stage.FAILED
    left, further = submit(jobs), None
    further = submit(jobs, of=left)
    jobs.clock.now = 61
    jobs.sweep()
    assert left.stage == Stage.STOPPED and further.over and not len(jobs)


def test_stopping_it_leaves_its_source_alone(jobs: Jobs):
    first = submit(jobs)
    further = submit(jobs, of=first)
    assert jobs.stop(ANA, further.id) and not first.over and jobs.take(0) is first


def test_the_next_server_knows_what_waits_for_what(jobs: Jobs):
    request = Request("a square").validate()
    files = Files(Path("served/first.mp4"), mask=Path("served/a/mask.png"))
    row = WaitingJob("further", "ana", "square", request, ".mp4", files=files)
    again = WaitingJob.from_row("further", "ana", "square", row.settings(), ".mp4", 0)
    assert again == row
    first = jobs.restore(WaitingJob("first", "ana", "square", request, ".mp4"))
    further = jobs.restore(again)
    assert jobs.awaited(further) is first
    lost = jobs.restore(WaitingJob("gone", "ana", "square", request, ".mp4"), "the server ended twice")
    assert jobs.restore(WaitingJob("b", "ana", "square", request, ".mp4", files=Files(Path("gone.mp4")))).over
    assert lost.over


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = Service("tests.service.fakes", tmp_path, devices=("cpu", "cpu")).start()
    yield made
    made.close()


def path_of(service: Service, job: Job) -> Path:
    return service.outputs.path(job.id, job.suffix)


def test_two_workers_make_a_chain_in_its_order(service: Service):
    first = service.submit(ANA, None, Request("slow square"))
    second = service.submit(ANA, None, FURTHER, source=path_of(service, first))
    third = service.submit(ANA, None, FURTHER, source=path_of(service, second))
    eventually(lambda: third.over, 60)
    assert [job.stage for job in (first, second, third)] == [Stage.DONE] * 3, third.problem
    assert first.ended <= second.started and second.ended <= third.started
    assert [len(Video.open(path_of(service, job))) for job in (first, second, third)] == [8, 16, 16]


def test_nobody_waits_for_anothers_job(service: Service):
    job = service.submit(ANA, None, Request("slow square"))
    with pytest.raises(RequestError, match="source: The file is no longer here"):
        service.submit(BOB, None, FURTHER, source=path_of(service, job))
    service.jobs.stop(ANA, job.id)


def test_a_source_that_was_deleted_meanwhile_is_named(service: Service):
    job = service.submit(ANA, None, Request("a square"))
    eventually(lambda: job.over, 30)
    busy = [service.submit(BOB, None, Request("slow square")) for _ in range(2)]
    further = service.submit(ANA, None, FURTHER, source=path_of(service, job))
    assert service.outputs.delete_own(ANA, job.id)
    for each in busy:
        service.jobs.stop(BOB, each.id)
    eventually(lambda: further.over, 30)
    assert further.stage == Stage.FAILED and "was deleted" in further.problem


def test_a_mask_needs_a_source(service: Service):
    mask = service.outputs.served / "mask.png"
    Image.new("L", (8, 8)).save(mask)
    with pytest.raises(RequestError, match="mask: is a part of a source"):
        service.submit(ANA, None, Request("a square"), mask=mask)
