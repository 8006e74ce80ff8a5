"""The app's own bounded queue: a job outlives the page that asked for it.

A page only follows its job. A job ends when it is done, fails, is stopped by its visitor, reaches its
deadline, or when nobody has followed it for a while.
"""

import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Condition

from t2v.request import Request
from t2v.space import strings


class Stage(StrEnum):
    WAITING = "waiting"
    LOADING = "loading"
    READING = "reading"
    DENOISING = "denoising"
    DECODING = "decoding"
    WRITING = "writing"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


ENDED = frozenset({Stage.DONE, Stage.FAILED, Stage.STOPPED})


@dataclass(frozen=True)
class Limits:
    """What one app gives: places in the queue, and seconds until a job is given up."""

    places: int = 64
    per_visitor: int = 1
    abandoned_after: float = 180.0  # long enough for a phone to wake up or a train to leave its tunnel
    deadline: float = 1800.0  # seconds of work, not of waiting
    remembered: float = 3600.0  # ended jobs; their videos live in Outputs
    reservation: float = 10.0


class QueueFull(Exception):
    """No place is left; the message says for whom."""


@dataclass(eq=False)
class Job:
    """One wish for one video, and how far it has come. Times are the queue's clock, in seconds."""

    id: str
    visitor: str
    model: str
    request: Request  # complete: its seed is drawn
    suffix: str
    created: float
    followed: float
    stage: Stage = Stage.WAITING
    step: int = 0
    preview: bytes | None = None  # a JPEG: the frames so far, side by side
    preview_frames: int = 0
    problem: str = ""
    started: float | None = None
    denoising_since: float | None = None
    ended: float | None = None
    stopping: bool = False

    @property
    def over(self) -> bool:
        return self.stage in ENDED


@dataclass
class Jobs:
    """Every job of the app, by its unguessable id. Safe to use from any thread."""

    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self):
        self._changed = Condition()
        self._waiting: deque[Job] = deque()
        self._jobs: dict[str, Job] = {}
        self._reserved: deque[float] = deque()  # when each reservation lapses

    def reserve(self) -> bool:
        """Hold a place for a job that is about to be submitted. False: the queue is full."""
        with self._changed:
            if self._free_places() <= 0:
                return False
            self._reserved.append(self.clock() + self.limits.reservation)
            return True

    def release(self) -> None:
        """Give back a place that was held for a job which was refused."""
        with self._changed:
            if self._reserved:
                self._reserved.popleft()

    def submit(
        self, visitor: str, model: str, request: Request, suffix: str = ".mp4", *, reserved: bool = False
    ) -> Job:
        """A new job at the end of the queue; QueueFull where there is no place for it."""
        with self._changed:
            if reserved and self._reserved:
                self._reserved.popleft()
            if self._free_places() <= 0:
                raise QueueFull(strings.QUEUE_FULL.format(places=self.limits.places))
            if visitor and self._pending(visitor) >= self.limits.per_visitor:
                raise QueueFull(strings.VISITOR_FULL)
            now = self.clock()
            job = Job(secrets.token_urlsafe(16), visitor, model, request, suffix, created=now, followed=now)
            self._jobs[job.id] = job
            self._waiting.append(job)
            self._changed.notify()
            return job

    def take(self, timeout: float) -> Job | None:
        """The next job to work on, now the caller's; None after `timeout` seconds without one."""
        with self._changed:
            if not self._waiting:
                self._changed.wait(timeout)
            return self._begin(self._waiting.popleft()) if self._waiting else None

    def claim(self, job: Job) -> bool:
        """Take this very job; False if it is no longer waiting."""
        with self._changed:
            if job not in self._waiting:
                return False
            self._waiting.remove(job)
            self._begin(job)
            return True

    def follow(self, visitor: str, job_id: str | None) -> Job | None:
        """The visitor's own job, noted as followed; None for an unknown id and for another's job."""
        with self._changed:
            job = self._jobs.get(job_id or "")
            if job is None or not secrets.compare_digest(job.visitor.encode(), visitor.encode()):
                return None
            job.followed = self.clock()
            return job

    def stop(self, visitor: str, job_id: str | None) -> bool:
        """Ask the visitor's own job to end. A waiting one ends at once."""
        job = self.follow(visitor, job_id)
        if job is None or job.over:
            return False
        with self._changed:
            job.stopping = True
            if job in self._waiting:
                self._waiting.remove(job)
                self._end(job, Stage.STOPPED)
        return True

    def end(self, job: Job, stage: Stage, problem: str = "") -> None:
        with self._changed:
            self._end(job, stage, problem)

    def place(self, job: Job) -> int:
        """How many jobs go first; 0 for one that is being worked on."""
        with self._changed:
            return self._waiting.index(job) + 1 if job in self._waiting else 0

    def newest_of(self, visitor: str) -> Job | None:
        """The visitor's latest job that isn't over."""
        with self._changed:
            mine = [job for job in self._jobs.values() if job.visitor == visitor and not job.over]
            return mine[-1] if mine else None

    def must_stop(self, job: Job) -> str | None:
        """Why a running job has to end now: a sentence, empty where its visitor asked; None to go on."""
        now = self.clock()
        if job.stopping:
            return ""
        if now - job.followed > self.limits.abandoned_after:
            return strings.ABANDONED
        if job.started is not None and now - job.started > self.limits.deadline:
            return strings.DEADLINE.format(minutes=round(self.limits.deadline / 60))
        return None

    def sweep(self) -> None:
        """End the waiting jobs that nobody follows; forget those that ended long ago."""
        now = self.clock()
        with self._changed:
            for job in [job for job in self._waiting if now - job.followed > self.limits.abandoned_after]:
                self._waiting.remove(job)
                self._end(job, Stage.STOPPED, strings.ABANDONED)
            old = now - self.limits.remembered
            self._jobs = {id: job for id, job in self._jobs.items() if job.ended is None or job.ended > old}

    def __len__(self) -> int:
        with self._changed:
            return len(self._waiting)

    def _free_places(self) -> int:
        while self._reserved and self._reserved[0] <= self.clock():
            self._reserved.popleft()
        return self.limits.places - len(self._waiting) - len(self._reserved)

    def _pending(self, visitor: str) -> int:
        return sum(job.visitor == visitor and not job.over for job in self._jobs.values())

    def _begin(self, job: Job) -> Job:
        job.started, job.stage = self.clock(), Stage.LOADING
        return job

    def _end(self, job: Job, stage: Stage, problem: str = "") -> None:
        job.ended, job.problem, job.preview, job.stage = self.clock(), problem, None, stage
