"""The queue: bounded, fair, private; a job ends when it must."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from t2v.request import Request
from t2v.service.jobs import Jobs, Limits, QueueFull
from t2v.service.messages import Fault, Stage
from tests.common import Clock

ANA, BOB = "ana's secret", "bob's secret"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(clock: Clock) -> Jobs:
    return Jobs(Limits(places=3, abandoned_after=60, deadline=100, remembered=500), clock)


def submit(jobs: Jobs, visitor: str = "", **more):
    return jobs.submit(visitor, "square", Request("a square").validate(), **more)


def test_first_come_first_served(jobs: Jobs):
    made = [submit(jobs) for _ in range(3)]
    assert [jobs.take(0) for _ in made] == made
    assert jobs.take(0) is None


def test_places_are_bounded_and_come_back(jobs: Jobs):
    for _ in range(3):
        submit(jobs)
    with pytest.raises(QueueFull):
        submit(jobs)
    jobs.take(0)
    submit(jobs)


def test_a_reserved_place_is_kept_until_it_lapses(jobs: Jobs, clock: Clock):
    assert [jobs.reserve() for _ in range(4)] == [True, True, True, False]
    with pytest.raises(QueueFull):
        submit(jobs)
    submit(jobs, reserved=True)
    jobs.release()
    submit(jobs)
    assert not jobs.reserve()
    clock.now = 11
    assert jobs.reserve()


@pytest.mark.parametrize("places", [1, 4])
def test_a_visitor_has_a_queue_of_a_few(clock: Clock, places: int):
    jobs = Jobs(Limits(per_visitor=places), clock)
    made = [submit(jobs, ANA) for _ in range(places)]
    assert jobs.room(ANA) == 0 and jobs.room(BOB) == places
    with pytest.raises(QueueFull, match="stop"):
        submit(jobs, ANA)
    submit(jobs, BOB)
    jobs.end(made[0], Stage.DONE)
    assert jobs.room(ANA) == 1 and jobs.follow_all(ANA) == made[1:]
    submit(jobs, ANA)


def test_a_visitors_second_job_waits_for_everybodys_first(clock: Clock):
    jobs = Jobs(Limits(), clock)
    ana = [submit(jobs, ANA) for _ in range(3)]
    taken = [jobs.take(0)]
    bob = [submit(jobs, BOB) for _ in range(3)]
    api = [submit(jobs), submit(jobs)]
    taken += [jobs.take(0) for _ in range(7)]
    assert taken == [ana[0], ana[1], bob[0], *api, ana[2], bob[1], bob[2]]


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(st.sampled_from(["", "a", "b", "c", "d"]), min_size=5, max_size=40))
def test_a_visitors_second_job_is_overtaken_only_by_those_before_its_first_began(arrivals: list[str]):
    jobs = Jobs(Limits(per_visitor=99), Clock())
    mine, taken = [submit(jobs, "mine") for _ in range(2)], []
    for visitor in arrivals:
        submit(jobs, visitor)
        taken.append(jobs.take(0))
    assert mine[1] in taken[:3]


def test_nobody_sees_or_stops_anothers_job(jobs: Jobs):
    job = submit(jobs, ANA)
    assert jobs.follow(BOB, job.id) is None and jobs.follow_all(BOB) == []
    assert not jobs.stop(BOB, job.id) and not job.stopping
    assert jobs.follow(ANA, job.id) is job and jobs.stop(ANA, job.id) and job.stage == Stage.STOPPED


def test_ids_are_long_and_never_repeat(jobs: Jobs):
    ids = set()
    for _ in range(200):
        job = submit(jobs)
        ids.add(job.id)
        jobs.end(jobs.take(0), Stage.DONE)
    assert len(ids) == 200 and min(map(len, ids)) >= 22


def test_a_stopped_waiting_job_is_never_taken(jobs: Jobs):
    first, second = submit(jobs, ANA), submit(jobs, BOB)
    jobs.stop(ANA, first.id)
    assert jobs.take(0) is second


def test_what_nobody_follows_ends(jobs: Jobs, clock: Clock):
    running, waiting = submit(jobs, ANA), submit(jobs, BOB)
    jobs.take(0)
    clock.now = 59
    jobs.sweep()
    assert jobs.must_stop(running) is None and not waiting.over
    clock.now = 61
    jobs.sweep()
    assert "Nobody" in jobs.must_stop(running) and waiting.stage == Stage.STOPPED


def test_a_follower_keeps_a_job_up_to_its_deadline(jobs: Jobs, clock: Clock):
    job = submit(jobs, ANA)
    clock.now = 50
    jobs.follow(ANA, job.id)
    jobs.take(0)
    for clock.now in (90, 140, 149):
        jobs.follow(ANA, job.id)
        assert jobs.must_stop(job) is None
    clock.now = 151
    jobs.follow(ANA, job.id)
    assert "longer than" in jobs.must_stop(job)


def test_ended_jobs_are_forgotten_in_time(jobs: Jobs, clock: Clock):
    job = submit(jobs, ANA)
    jobs.end(jobs.take(0), Stage.FAILED, "why")
    clock.now = 400
    jobs.sweep()
    assert jobs.follow(ANA, job.id).problem == "why"
    clock.now = 501
    jobs.sweep()
    assert jobs.follow(ANA, job.id) is None


def test_claim_takes_one_job_once(jobs: Jobs):
    first, second = submit(jobs), submit(jobs)
    assert jobs.claim(second) and not jobs.claim(second)
    assert jobs.take(0) is first


def test_a_job_whose_worker_is_lost_is_made_once_more_before_all_others(jobs: Jobs):
    first, second = submit(jobs, "one"), submit(jobs, "two")
    for lost in (True, False):
        job = jobs.take(0)
        assert job is first
        jobs.enter(job, Stage.LOADING)  # a worker says so
        job.step, job.denoising_since = 3, 1.0
        assert jobs.retry(job, Fault.LOST) == lost
    assert job.stage == Stage.LOADING and job.step == 3
    jobs.end(job, Stage.FAILED)
    assert jobs.take(0) is second


def test_a_job_that_no_worker_had_begun_is_given_out_as_often_as_needed(jobs: Jobs):
    job = submit(jobs)
    for _ in range(5):
        assert jobs.take(0) is job and jobs.retry(job, Fault.LOST)
        assert (job.stage, job.worker, job.started, job.step) == (Stage.WAITING, None, None, 0)
