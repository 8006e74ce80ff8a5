"""How long a waiting job will wait."""

import random
from dataclasses import dataclass
from math import inf
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from t2v.request import Request
from t2v.service.forecast import Forecast, Free, Queued, begins
from t2v.service.jobs import Job, Jobs, Limits
from t2v.service.messages import Files, Stage
from tests.common import Clock

seconds = st.floats(0, 1e4)


def queued(*costs: float) -> list[Queued]:
    """Jobs of one model, by what they take."""
    return [Queued(object(), cost, "square") for cost in costs]


@given(st.lists(seconds, min_size=1, max_size=4), st.lists(seconds, max_size=12))
def test_no_worker_is_idle_while_a_job_waits(left: list[float], costs: list[float]):
    free = list(left)
    begun = begins([*map(Free, left)], queued(*costs))
    for at, cost in zip(begun.values(), costs, strict=True):
        worker = free.index(min(free))
        assert at == free[worker]
        free[worker] += cost


def test_what_an_unknown_job_delays_is_unknown():
    assert [*begins([Free(5.0)], queued(1.0, inf, 2.0)).values()] == [5.0, 6.0, inf]
    assert [*begins([Free(5.0), Free(inf)], queued(1.0, 2.0)).values()] == [5.0, 6.0]


class Worker:
    """Of a worker the queue needs nothing but that it is the same one."""


@dataclass
class Machine:
    """Workers that take their jobs from the queue, in simulated time. `takes`: seconds of each job."""

    jobs: Jobs
    takes: dict[Job, float]
    workers: list[Worker]

    def __post_init__(self) -> None:
        self.forecast = Forecast(self.jobs, self.workers, self.left)

    def left(self, job: Job) -> float:
        since = 0.0 if job.started is None else self.jobs.clock.now - job.started
        return self.takes[job] - since

    def fill(self) -> list[Job]:
        """Have each idle worker take a job -> those that were taken"""
        busy = {job.worker for job in self.jobs.line()[0] if job.stage != Stage.WRITING}
        idle = [worker for worker in self.workers if worker not in busy]
        return [job for worker in idle if (job := self.jobs.take(0, worker))]

    def step(self) -> list[Job]:
        """Let the time pass until a worker is free, which takes a job -> those that were taken

        The worker takes its next job while the video of the last one is written.
        """
        done = min(self.jobs.line()[0], key=self.left)
        self.jobs.clock.now += self.left(done)
        self.jobs.enter(done, Stage.WRITING)
        taken = self.fill()
        self.jobs.end(done, Stage.DONE)
        return taken + self.fill()


waits = st.tuples(st.sampled_from(["base", "base+a", "other"]), st.sampled_from("abc"), st.booleans())


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(waits, min_size=1, max_size=12), st.integers(1, 3), st.integers(0, 8), st.integers())
def test_jobs_begin_in_the_order_that_is_told(line: list, count: int, before: int, seed: int):
    """Jobs of several models and visitors, no two of which end at once, on several workers.

    With one worker, some wait for the video of another; which of two idle workers took those would be chance.
    """
    dice = random.Random(seed)
    jobs, takes, made = Jobs(Limits(places=99, per_visitor=99), Clock()), {}, []
    machine = Machine(jobs, takes, [Worker() for _ in range(count)])
    for model, visitor, follows in line:
        source = Path(f"{dice.choice(made).id}.mp4") if follows and made and count == 1 else None
        made.append(jobs.submit(visitor, model, Request("a square").validate(), files=Files(source=source)))
        takes[made[-1]] = dice.uniform(1, 9)
    machine.fill()
    for _ in range(before):
        if jobs.line()[0]:
            machine.step()
    waiting = jobs.line()[1]
    told = sorted(waiting, key=lambda job: len(machine.forecast.ahead(job)))
    seconds = {job: jobs.clock.now + machine.forecast.until_begun(job) for job in waiting}
    taken: list[Job] = []
    while waiting and len(taken) < len(waiting):
        taken += machine.step()
    assert taken == told
    assert [job.started for job in taken] == pytest.approx([seconds[job] for job in taken])


@pytest.fixture
def jobs() -> Jobs:
    return Jobs(Limits(per_visitor=9), Clock())


def submit(jobs: Jobs, visitor: str) -> Job:
    return jobs.submit(visitor, "square", Request("a square").validate())


def test_a_forecast_counts_down_and_follows_the_queue(jobs: Jobs):
    forecast = Forecast(jobs, [None], lambda job: 10.0)
    first, second = submit(jobs, "ana"), submit(jobs, "bob")
    assert [forecast.until_begun(job) for job in (first, second)] == [0.0, 10.0]
    jobs.clock.now = 0.5
    assert forecast.until_begun(second) == 9.5
    jobs.take(0)
    jobs.clock.now = 2.0
    assert forecast.until_begun(second) == 10.0, "the one before it began late"


def test_without_an_estimate_nothing_is_said(jobs: Jobs):
    forecast = Forecast(jobs, [None], lambda job: None)
    first, second = submit(jobs, "ana"), submit(jobs, "bob")
    assert forecast.until_begun(first) == 0.0 and forecast.until_begun(second) is None


def test_many_pages_cost_one_forecast(jobs: Jobs):
    asked = []
    forecast = Forecast(jobs, [None], lambda job: asked.append(job) or 1.0)
    waiting = [submit(jobs, f"visitor {number}") for number in range(9)]
    for _ in range(50):
        for job in waiting:
            forecast.until_begun(job)
    assert len(asked) == 9
