"""The queue groups jobs by what a worker holds, and starves nobody."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from t2v.request import Request
from t2v.service.grouping import MOST, next_of
from t2v.service.jobs import Job, Jobs, Limits
from tests.common import Clock

models = st.sampled_from(["base", "base+a:0.5", "base+b", "other", "third"])


@dataclass(eq=False)
class Waiting:
    model: str
    overtaken: int = 0


class Worker:
    """Of a worker the queue needs nothing but that it is the same one."""


def submit(jobs: Jobs, model: str, visitor: str = "") -> Job:
    return jobs.submit(visitor, model, Request("a square").validate())


def take(waiting: list[Waiting], held: str | None) -> str:
    """-> the model of the job that is chosen and goes"""
    chosen = next_of(waiting, held)
    waiting.remove(chosen)
    return chosen.model


def switches(taken: list[str]) -> int:
    return sum(first != second for first, second in zip(taken, taken[1:], strict=False))


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(st.one_of(models, st.just("")), min_size=1, max_size=60), st.integers(1, 3))
def test_no_job_is_overtaken_more_than_a_few_times(events: list[str], count: int):
    """A model is a job that comes; "" is a worker that takes one."""
    jobs, workers = Jobs(Limits(places=99), Clock()), [Worker() for _ in range(count)]
    came, taken = [], []
    for number, model in enumerate(events):
        if model:
            came.append(submit(jobs, model))
        elif job := jobs.take(0, workers[number % count]):
            taken.append(job)
    while job := jobs.take(0, workers[0]):
        taken.append(job)
    assert len(taken) == len(set(map(id, taken))) == len(came)
    for at, job in enumerate(taken):
        later = sum(came.index(other) > came.index(job) for other in taken[:at])
        assert later == job.overtaken <= MOST


@given(st.lists(models, min_size=2, max_size=MOST + 1))
def test_a_short_queue_is_made_model_by_model(order: list[str]):
    """Within the bound there is one change for each model and no more."""
    waiting, held, taken = list(map(Waiting, order)), order[0], []
    while waiting:
        held = take(waiting, held)
        taken.append(held)
    assert switches(taken) == len(set(order)) - 1
    bases = [model.partition("+")[0] for model in taken]
    assert switches(bases) == len(set(bases)) - 1


@given(st.lists(models, max_size=20))
def test_a_worker_that_holds_nothing_takes_the_first(order: list[str]):
    waiting = list(map(Waiting, order))
    assert [take(waiting, None) for _ in order] == order


def test_grouping_halves_the_changes_of_two_models_in_turns():
    jobs, worker = Jobs(Limits(places=99), Clock()), Worker()
    order = ["base", "other"] * 10
    made = [submit(jobs, model) for model in order]
    taken = [jobs.take(0, worker).model for _ in made]
    assert switches(order) == 19 and switches(taken) <= 9


def test_a_later_job_that_is_taken_early_keeps_no_newcomer_waiting():
    """Ana's jobs of later turns are taken for their model; Bob's first comes before those that remain."""
    jobs, worker = Jobs(Limits(per_visitor=9, places=99), Clock()), Worker()
    ana = [submit(jobs, model, "ana") for model in ("base", "other", "base", "other", "other")]
    assert [jobs.take(0, worker) for _ in range(2)] == [ana[0], ana[2]]
    bob = submit(jobs, "other", "bob")
    assert [jobs.take(0, worker) for _ in range(2)] == [ana[1], bob]
