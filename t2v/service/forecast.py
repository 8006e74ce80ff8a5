"""How long a waiting job will wait: the time left of the jobs before it, shared by the workers."""

import heapq
from collections.abc import Callable, Iterable, Sequence, Sized
from math import inf

from t2v.service.jobs import Job, Jobs
from t2v.service.messages import Stage

FRESH = 1.0  # seconds that a forecast is used, however many pages ask for it


def begins(left: Iterable[float], costs: Sequence[float]) -> list[float]:
    """Seconds that are `left` of each worker's job, seconds that each waiting job takes -> when each begins

    Each job goes to the worker that is free first. Infinite: unknown, and so is all that depends on it.
    """
    free, begun = sorted(left), []
    for cost in costs:
        begun.append(free[0])
        heapq.heapreplace(free, free[0] + cost)
    return begun


class Forecast:
    """Forecasts for the jobs in the queue. `seconds_left`: of one job, None if unknown."""

    def __init__(self, jobs: Jobs, workers: Sized, seconds_left: Callable[[Job], float | None]):
        self._jobs, self._workers, self._seconds_left = jobs, workers, seconds_left
        self._begins: dict[str, float] = {}
        self._made = -inf

    def until_begun(self, job: Job) -> float | None:
        """Seconds until a waiting job begins; None where that is unknown."""
        now = self._jobs.clock()
        if now - self._made > FRESH or job.id not in self._begins:
            self._begins, self._made = self._forecast(), now
        seconds = self._begins.get(job.id, inf) - (now - self._made)
        return max(0.0, seconds) if seconds < inf else None

    def _forecast(self) -> dict[str, float]:
        begun_jobs, waiting = self._jobs.line()
        made = [job for job in begun_jobs if job.stage != Stage.WRITING]  # which needs no worker any more
        idle = [0.0] * max(1 if not made else 0, len(self._workers) - len(made))
        begun = begins([*map(self._left, made), *idle], [*map(self._left, waiting)])
        return {job.id: seconds for job, seconds in zip(waiting, begun, strict=True)}

    def _left(self, job: Job) -> float:
        seconds = self._seconds_left(job)
        return inf if seconds is None else seconds
