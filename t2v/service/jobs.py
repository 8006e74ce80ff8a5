"""The app's own bounded queue: a job outlives the page that asked for it.

A page only follows its job. A job ends when it is done, fails, is stopped by its visitor, reaches its
deadline, or when nobody has followed it for a while. A visitor's job that isn't over when the server ends
is made by the next server; a job of `/generate` ends with its caller's connection. A job of an API key needs
no follower: its deadline alone ends it.
"""

import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition

from t2v.request import Complete
from t2v.service import logs, sentences
from t2v.service.grouping import next_of
from t2v.service.job import Job
from t2v.service.limits import Limits, QueueFull, VisitorFull
from t2v.service.messages import NO_FILES, Fault, Files, Stage
from t2v.service.store import owner_of
from t2v.service.tally import Tally
from t2v.service.waiting import WaitingJob, WaitingJobs
from t2v.service.workers import AnyWorker

NOBODY = owner_of("")  # the owner of the jobs of `/generate`


@dataclass
class Jobs:
    """Every job of the app, by its unguessable id. Safe to use from any thread."""

    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], float] = time.monotonic
    kept: WaitingJobs | None = None  # what the next server finds of them

    def __post_init__(self) -> None:
        self.tally = Tally()
        self._changed = Condition()
        self._waiting: deque[Job] = deque()
        self._jobs: dict[str, Job] = {}
        self._reserved: deque[float] = deque()  # when each reservation lapses
        self._held: dict[AnyWorker | None, str] = {}  # the model of each worker's last job
        self.listeners: list[Callable[[Job], None]] = []  # called with each job that has ended; none raises
        self._closed, self._turn = False, 0

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
        self,
        visitor: str,
        model: str,
        request: Complete,
        suffix: str = ".mp4",
        *,
        files: Files = NO_FILES,
        reserved: bool = False,
    ) -> Job:
        """Add a job to the end of the queue; QueueFull where there is no place for it."""
        with self._changed:
            if reserved and self._reserved:
                self._reserved.popleft()
            self._check_places(visitor)
            id, owner = secrets.token_urlsafe(16), owner_of(visitor)
            if visitor and self.kept:
                self.kept.add(WaitingJob(id, owner, model, request, suffix, files=files))
            return self._append(Job(id, owner, model, request, suffix, self.clock(), files))

    def restore(self, kept: WaitingJob, problem: str = "") -> Job:
        """Add a job of an earlier server to the queue; with a `problem`, as a job that has failed."""
        with self._changed:
            job = Job(kept.id, kept.owner, kept.model, kept.request, kept.suffix, self.clock(), kept.files)
            if not problem:
                return self._append(job)
            self._jobs[job.id] = job
            self._end(job, Stage.FAILED, problem)
            return job

    def take(self, timeout: float, worker: AnyWorker | None = None) -> Job | None:
        """The next job that needn't wait for another, now the worker's, as `grouping` chooses it.

        None after `timeout` seconds without one.
        """
        with self._changed:
            if not (ready := self._ready()):
                self._changed.wait(timeout)
                ready = self._ready()
            if self._closed or not ready:
                return None
            self._turn = max(self._turn, ready[0].turn)
            return self._begin(next_of(ready, self._held.get(worker)), worker)

    def claim(self, job: Job, worker: AnyWorker | None = None) -> bool:
        """Take this very job; False if it is no longer waiting, or waits for another."""
        with self._changed:
            if self._closed or job not in self._waiting or self.awaited(job):
                return False
            self._turn = max(self._turn, job.turn)
            self._begin(job, worker)
            return True

    def follow(self, visitor: str, job_id: str | None) -> Job | None:
        """The visitor's own job, noted as followed; None for an unknown id and for another's job."""
        with self._changed:
            job = self._jobs.get(job_id or "")
            if job is None or not secrets.compare_digest(job.owner, owner_of(visitor)):
                return None
            job.followed = self.clock()
            return job

    def find(self, id: str) -> Job | None:
        """Return the job of that id, whoever owns it, without following it."""
        with self._changed:
            return self._jobs.get(id)

    def stop(self, visitor: str, job_id: str | None) -> bool:
        """Ask the visitor's own job to end, a waiting job at once. False: there is none, or it is over."""
        job = self.follow(visitor, job_id)
        if job is None or job.over:
            return False
        with self._changed:
            job.stopping = True
            if job in self._waiting:
                self._end(job, Stage.STOPPED)
            elif self.kept:
                self.kept.remove(job.id)  # nor does the next server make it
        return True

    def enter(self, job: Job, stage: Stage) -> None:
        """Note that a job has come to another stage."""
        with self._changed:
            job.starts += stage == Stage.LOADING
            self._enter(job, stage)

    def retry(self, job: Job, fault: Fault) -> bool:
        """Put a job first in the queue, because its worker has ended; False where a second one has.

        A node that is lost before the job has come to it isn't counted.
        """
        with self._changed:
            job.lost += fault == Fault.DIED or job.starts > job.lost
            if job.lost > 1:
                return False
            self._held.pop(job.worker, None)
            if self.kept:
                self.kept.put_back(job.id)
            job.begin_anew()
            self._enter(job, Stage.WAITING)
            self._waiting.appendleft(job)
            self._changed.notify()
            return True

    def end(self, job: Job, stage: Stage, problem: str = "") -> None:
        with self._changed:
            self._end(job, stage, problem)

    def follow_all(self, visitor: str) -> list[Job]:
        """Return the visitor's jobs that aren't over, the oldest first, noted as followed."""
        with self._changed:
            pending = self._pending(visitor)
            for job in pending:
                job.followed = self.clock()
            return pending

    def line(self) -> tuple[list[Job], list[Job]]:
        """-> the jobs that are being made, and those that wait, the first in line first"""
        with self._changed:
            made = [job for job in self._jobs.values() if job.started is not None and not job.over]
            return made, list(self._waiting)

    def room(self, visitor: str) -> int:
        """Return how many more jobs the visitor may submit now."""
        with self._changed:
            return max(0, min(self._places_of(visitor) - len(self._pending(visitor)), self._free_places()))

    def held(self, worker: AnyWorker | None) -> str | None:
        """The model of a worker's last job, as `take` looks at it."""
        with self._changed:
            return self._held.get(worker)

    def awaited(self, job: Job) -> Job | None:
        """The job whose video this one starts from, until that job is over."""
        with self._changed:
            source = self._source_of(job)
            return source if source and not source.over else None

    def must_stop(self, job: Job) -> str | None:
        """Say why a running job has to end now, "" where its visitor asked for it; None: it goes on."""
        now = self.clock()
        if job.stopping:
            return ""
        if self._abandoned(job, now):
            return sentences.ABANDONED
        if job.started is not None and now - job.started > self.limits.deadline:
            minutes, advice = round(self.limits.deadline / 60), sentences.quicker(job.request.steps)
            return sentences.DEADLINE.format(minutes=minutes, advice=advice)
        return None

    def sweep(self) -> None:
        """End the waiting jobs that nobody follows; forget those that ended long ago."""
        now = self.clock()
        with self._changed:
            for job in [job for job in self._waiting if self._abandoned(job, now)]:
                self._end(job, Stage.STOPPED, sentences.ABANDONED)
            old = now - self.limits.remembered
            self._jobs = {id: job for id, job in self._jobs.items() if job.ended is None or job.ended > old}

    @property
    def closed(self) -> bool:
        """Whether no more jobs are taken or given out."""
        return self._closed

    def shut(self) -> None:
        """Take and give out no more jobs; those that are being made go on."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def close(self) -> None:
        """Give out no more jobs, and leave those that aren't over to the next server."""
        with self._changed:
            self._closed, kept, self.kept = True, self.kept, None
            self._changed.notify_all()
            if kept:
                for job in self._jobs.values():
                    if job.started is not None and not job.over:
                        kept.put_back(job.id)
                kept.close()

    def __len__(self) -> int:
        with self._changed:
            return len(self._waiting)

    def _append(self, job: Job) -> Job:
        """Add a job behind those of its own and of earlier turns.

        A visitor's first job is of the turn after that being taken, the second of the turn after that: four
        jobs of one visitor don't keep another's first waiting, and nobody waits for ever.
        """
        own = [other.turn for other in self._waiting if other.owner == job.owner and job.owner != NOBODY]
        job.turn = 1 + max([self._turn, *own])
        self._jobs[job.id] = job
        self._waiting.insert(sum(other.turn <= job.turn for other in self._waiting), job)
        self._changed.notify()
        logs.submitted(job)
        if (source := self._source_of(job)) and source.over:
            self._tell(job, source)
        return job

    def _source_of(self, job: Job) -> Job | None:
        """The job whose video is the job's source; a video's name is its job's id."""
        return self._jobs.get(job.files.source.stem) if job.files.source else None

    def _ready(self) -> list[Job]:
        """The waiting jobs that needn't wait for the video of another, in their order."""
        return [job for job in self._waiting if not self.awaited(job)]

    def _tell(self, job: Job, source: Job) -> None:
        """End a waiting job if its source has ended without a video."""
        if source.stage != Stage.DONE:
            stopped = source.stage == Stage.STOPPED
            self._end(job, Stage.FAILED, sentences.SOURCE_STOPPED if stopped else sentences.SOURCE_FAILED)

    def _check_places(self, visitor: str) -> None:
        """QueueFull where the queue has no place for the visitor."""
        if self._closed:
            raise QueueFull(sentences.CLOSING)
        if self._free_places() <= 0:
            raise QueueFull(sentences.QUEUE_FULL.format(places=self.limits.places))
        if visitor and len(self._pending(visitor)) >= (places := self._places_of(visitor)):
            raise VisitorFull(sentences.visitor_full(places))

    def _places_of(self, visitor: str) -> int:
        return self.limits.keys.get(owner_of(visitor), self.limits.per_visitor)

    def _abandoned(self, job: Job, now: float) -> bool:
        """Return whether a job has waited too long for a follower; a key's needs none, nor one that waits for
        another's video."""
        needed = job.owner not in self.limits.keys and not self.awaited(job)
        return needed and now - job.followed > self.limits.abandoned_after

    def _free_places(self) -> int:
        while self._reserved and self._reserved[0] <= self.clock():
            self._reserved.popleft()
        return self.limits.places - len(self._waiting) - len(self._reserved)

    def _pending(self, visitor: str) -> list[Job]:
        owner = owner_of(visitor)
        return [job for job in self._jobs.values() if job.owner == owner and not job.over]

    def _begin(self, job: Job, worker: AnyWorker | None) -> Job:
        self._waiting.remove(job)
        job.worker, job.started = worker, self.clock()
        self.tally.note_begun(job, job.started - job.entered)
        self._enter(job, Stage.LOADING)
        if worker:
            self._held[worker] = job.model
        if self.kept:
            self.kept.begin(job.id)
        return job

    def _end(self, job: Job, stage: Stage, problem: str = "") -> None:
        if job.over:
            return
        if job in self._waiting:
            self._waiting.remove(job)
        if self.kept:
            self.kept.remove(job.id)
        job.ended, job.problem, job.preview = self.clock(), problem, None
        self._enter(job, stage)
        self.tally.note_end(job)
        for listener in tuple(self.listeners):  # a caller who hears of his job's end leaves
            listener(job)
        self._changed.notify_all()  # its video may be what another waits for
        for other in [other for other in self._waiting if self._source_of(other) is job]:
            self._tell(other, job)

    def _enter(self, job: Job, stage: Stage) -> None:
        now = self.clock()
        self.tally.seconds[job.stage] += now - job.entered
        job.entered, job.stage = now, stage
        if stage == Stage.WRITING or job.over:
            job.off_device.set()
