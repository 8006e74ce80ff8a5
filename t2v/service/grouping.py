"""The choice of a worker's next job: one of the model that it holds comes before others, within a bound.

Loading a model takes seconds, changing its adapters about one. So a job is overtaken by jobs that need less
of it, but no more than MOST times: nobody waits for ever.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

MOST = 4  # times that a job is overtaken


class Waits(Protocol):
    """What the choice looks at: a job's model, with its adapters, and how often the job was overtaken."""

    model: str
    overtaken: int


AnyJob = TypeVar("AnyJob", bound=Waits)


def next_of(waiting: Sequence[AnyJob], held: str | None) -> AnyJob:
    """Return which of the waiting jobs, in their order, a worker that holds the model `held` is to make.

    The jobs before it are noted as overtaken.
    """
    ahead: list[AnyJob] = []
    for job in waiting:
        ahead.append(job)
        if job.overtaken >= MOST:
            break
    chosen = min(ahead, key=lambda job: _effort(job.model, held))  # the first of several equal ones
    for job in ahead[: ahead.index(chosen)]:
        job.overtaken += 1
    return chosen


def _effort(model: str, held: str | None) -> int:
    """What it takes to go from a model to another: 0 nothing, 1 other adapters, 2 another model."""
    if model == held:
        return 0
    return 1 if held and model.partition("+")[0] == held.partition("+")[0] else 2
