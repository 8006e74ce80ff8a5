"""Which waiting job begins when: the queue played through to its end, by what its jobs should take."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

from t2v.service.grouping import next_of
from t2v.service.jobs import Job, Jobs
from t2v.service.messages import Stage
from t2v.service.workers import AnyWorker

FRESH = 1.0  # seconds that a forecast is used for the same queue, however many pages ask for it


@dataclass
class Free:
    """A worker: in how many seconds it is free, the model that it then holds, the jobs it was given."""

    at: float
    held: str | None = None
    given: int = 0


@dataclass(eq=False)
class Queued:
    """A waiting job as the forecast moves it; `seconds`: what it takes, infinite if unknown."""

    job: Job
    seconds: float
    model: str
    overtaken: int = 0
    source: Job | None = None  # whose video it waits for


def begins(
    workers: Sequence[Free], waiting: Sequence[Queued], over: dict[Job, float] | None = None
) -> dict[Job, float]:
    """-> the waiting jobs in the order in which they begin, and in how many seconds each does.

    The worker that is free first takes the job that `grouping` chooses for it. `over`: in how many seconds
    each job that is being made is over. Infinite: unknown, and so is all that depends on it.
    """
    waiting, over, begun = list(waiting), dict(over or {}), {}
    while waiting:
        worker = min(workers, key=lambda each: (each.at, each.given))
        chosen = next_of(_ready(waiting, over, worker), worker.held)
        waiting.remove(chosen)
        begun[chosen.job] = worker.at
        worker.at, worker.held, worker.given = worker.at + chosen.seconds, chosen.model, worker.given + 1
        over[chosen.job] = worker.at
    return begun


def _ready(waiting: Sequence[Queued], over: dict[Job, float], worker: Free) -> list[Queued]:
    """The jobs whose source is over when a worker is free; if there is none, the worker waits for the next.

    A worker is free a little before the video that it makes is over.
    """
    if ready := [each for each in waiting if each.source is None or over.get(each.source, inf) < worker.at]:
        return ready
    known = {each: over[each.source] for each in waiting if each.source in over}
    worker.at = max(worker.at, min(known.values()))
    return [each for each, end in known.items() if end <= worker.at]


class Forecast:
    """Forecasts for the jobs in the queue. `seconds_left`: of one job, None if unknown."""

    def __init__(self, jobs: Jobs, workers: Sequence[AnyWorker], seconds_left: Callable[[Job], float | None]):
        self._jobs, self._workers, self._seconds_left = jobs, workers, seconds_left
        self._begins: dict[Job, float] = {}
        self._line: tuple[list[Job], list[Job]] | None = None
        self._made = -inf

    def until_begun(self, job: Job) -> float | None:
        """Seconds until a waiting job begins; None where that is unknown."""
        seconds = self._fresh().get(job, inf) - (self._jobs.clock() - self._made)
        return max(0.0, seconds) if seconds < inf else None

    def ahead(self, job: Job) -> list[Job]:
        """The waiting jobs that begin before this one."""
        order = list(self._fresh())
        return order[: order.index(job)] if job in order else []

    def _fresh(self) -> dict[Job, float]:
        """The latest forecast, if it is of this queue and not old; another else."""
        line, now = self._jobs.line(), self._jobs.clock()
        if now - self._made > FRESH or line != self._line:
            self._begins, self._line, self._made = self._forecast(*line), line, now
        return self._begins

    def _forecast(self, made: list[Job], waiting: list[Job]) -> dict[Job, float]:
        over = {job: self._left(job) for job in made}
        queued = [
            Queued(job, self._left(job), job.model, job.overtaken, self._jobs.awaited(job)) for job in waiting
        ]
        return begins(self._free(over), queued, over)

    def _free(self, over: dict[Job, float]) -> list[Free]:
        """The workers; one that writes a video is free. Without any, one that will come."""
        busy = {job.worker: job for job in over if job.stage != Stage.WRITING}
        known = [Free(over[busy[each]], busy[each].model) for each in busy]
        idle = [Free(0.0, self._jobs.held(each)) for each in self._workers if each not in busy]
        return known + idle or [Free(0.0)]

    def _left(self, job: Job) -> float:
        seconds = self._seconds_left(job)
        return inf if seconds is None else seconds
