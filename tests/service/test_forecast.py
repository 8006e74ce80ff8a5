"""How long a waiting job will wait."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from t2v.request import Request
from t2v.service.forecast import Forecast, begins
from t2v.service.jobs import Job, Jobs, Limits
from tests.common import Clock

seconds = st.floats(0, 1e4)


@given(st.lists(seconds, min_size=1, max_size=4), st.lists(seconds, max_size=12))
def test_no_worker_is_idle_while_a_job_waits(left: list[float], costs: list[float]):
    free = list(left)
    for begun, cost in zip(begins(left, costs), costs, strict=True):
        worker = free.index(min(free))
        assert begun == free[worker]
        free[worker] += cost


def test_what_an_unknown_job_delays_is_unknown():
    assert begins([5.0], [1.0, inf, 2.0]) == [5.0, 6.0, inf]
    assert begins([5.0, inf], [1.0, 2.0]) == [5.0, 6.0]


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
