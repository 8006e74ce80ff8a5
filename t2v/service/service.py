"""The service without a page: jobs in, videos out, one dispatcher thread for each device."""

import asyncio
import importlib
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

from t2v.defaults import ModelDefaults
from t2v.errors import RequestError
from t2v.request import Complete, Request
from t2v.second import second_complete
from t2v.service import sentences, sources
from t2v.service.choices import Choices, found_adapters
from t2v.service.dispatcher import Dispatcher
from t2v.service.estimate import Estimate, Estimates, RunCost, shares, size_of
from t2v.service.files import VideoFiles
from t2v.service.forecast import Forecast
from t2v.service.jobs import Job, Jobs, Limits
from t2v.service.messages import (
    LAST,
    NO_FILES,
    Done,
    Entered,
    Failed,
    Fault,
    Files,
    OfOrder,
    Order,
    Preview,
    Progress,
    Reading,
    Setup,
    Stage,
    Stopped,
)
from t2v.service.outputs import SUFFIXES, NoSpace, Outputs, Record
from t2v.service.ray_watch import RayWorkers, Wanted
from t2v.service.rules import Rules
from t2v.service.waiting import WaitingJobs
from t2v.service.worker import Worker
from t2v.service.workers import AnyWorker, workers_of

SWEEP_EVERY = 20.0  # seconds
SAFELY = 0.9  # of the deadline, since estimates err
LEAST_STEPS = 0.2  # of the steps that were asked for
MOST_STARTS = 2  # of a job whose server was killed meanwhile
log = logging.getLogger("t2v.service")


class Service:
    """The queue, the workers, the outputs and the estimates of one app.

    `backend` names a module such as `t2v.service.backend`: `choices(extra, models)`, the default model
    first; `load(model, device)`, `adapt(pipe, before, model)`, `fetched(model)`, `reader(pipe)` and
    `planned(model, device, pipe)`, which only workers call; `load` and `planned` take what `placement` holds
    as keywords. `mark` is drawn into every video. `adapters`: a folder of LoRA files that visitors may add to
    a model. `cluster`: where the workers run, if not on this machine's `devices`.
    """

    def __init__(
        self,
        backend: str,
        outputs: Outputs | Path,
        *,
        devices: Sequence[str] = ("cpu",),
        model: str | None = None,
        models: Sequence[str] = (),
        limits: Limits | None = None,
        rules: Rules | None = None,
        placement: Mapping[str, str] | None = None,
        mark: str = "",
        adapters: Path | None = None,
        cluster: RayWorkers | None = None,
    ):
        offered = {"models": models} if models else {}
        choices = importlib.import_module(backend).choices(model, **offered)
        self.choices = Choices(choices, found_adapters(adapters, choices))
        self.default = choices[0].id
        self.outputs = outputs if isinstance(outputs, Outputs) else Outputs(outputs)
        self.files = VideoFiles(self.outputs)
        self.estimates = Estimates(self.outputs.store)
        self._kept = WaitingJobs(self.outputs.store, self.outputs.folder / "servers")
        self.jobs = Jobs(limits or Limits(), kept=self._kept)
        self.rules = rules or Rules()
        setup = Setup(dict(placement or {}), mark)
        self.workers = workers_of(backend, () if cluster else devices, setup)
        self._nobody = Worker(backend, "", setup)  # never started: while a cluster has no worker
        self.forecast = Forecast(self.jobs, self.workers, self.seconds_left)
        self._closing = Event()
        self._tasks: set[asyncio.Task] = set()
        self._dispatcher = Dispatcher(self.jobs, self.workers, self._make, self._closing)
        self._threads = [self._dispatcher.thread(worker) for worker in self.workers if not worker.inline]
        self._threads.append(Thread(target=self._keep_house, daemon=True))
        if cluster:
            wanted, jobs = Wanted(backend, setup, self.choices[self.default].where), self.jobs
            watched = (wanted, self._dispatcher.join, lambda: sum(map(len, jobs.line())), self._closing)
            self._threads.append(Thread(target=cluster.watch, args=watched, daemon=True))

    def start(self) -> "Service":
        """Start the workers, which load the default model, and the threads that feed them."""
        self._take_over()
        for worker in self.workers:
            worker.load(self.choices[self.default].where)
            self._planned(worker, self.default)
        for thread in self._threads:
            thread.start()
        return self

    @property
    def closing(self) -> bool:
        """True once the server is about to end."""
        return self._closing.is_set()

    def close(self) -> None:
        """End the workers. Visitors' jobs that aren't over are left to the next server."""
        self._closing.set()
        self.jobs.close()
        for worker in list(self.workers):
            worker.close()
        for thread in filter(Thread.is_alive, self._threads):
            thread.join(timeout=5)

    def work_here(self, job: Job) -> None:
        """Begin a job that waits, where jobs run inside the events that ask for them (ZeroGPU)."""
        worker = next((worker for worker in self.workers if worker.inline), None)
        if worker and self.jobs.claim(job, worker):
            # a thread with the event's context, which tells ZeroGPU whose quota it is
            task = asyncio.get_running_loop().create_task(
                asyncio.to_thread(self._dispatcher.run, worker, job)
            )
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def native(self, model: str) -> ModelDefaults:
        """A model's limits and defaults, as it states them itself once it was loaded, within the rules."""
        choice = self.choices[model]
        stated = (worker.natives.get(choice.where) for worker in self.workers)
        return self.rules.within(next(filter(None, stated), choice.native))

    def validate(
        self, model: str | None, request: Request, suffix: str = ".mp4", files: Files = NO_FILES
    ) -> tuple[str, Complete]:
        """-> the model's id and the complete request; RequestError names the field."""
        model = self.chosen(model)
        if suffix not in SUFFIXES:
            raise RequestError("format", sentences.FORMAT_WRONG)
        complete = request.validate(self.native(model), *files.there)
        second_complete(complete, self.native(model))  # refused before it is queued
        self.rules.check(complete.prompt)
        return model, complete

    def chosen(self, model: Any) -> str:
        """Return the id of the model that is asked for, the default one's for none; RequestError."""
        model = self.default if model in (None, "") else model
        if not isinstance(model, str) or model not in self.choices:
            raise RequestError("model", sentences.UNKNOWN_MODEL.format(models=", ".join(self.choices)))
        return model

    def submit(
        self,
        visitor: str,
        model: str | None,
        request: Request,
        suffix: str = ".mp4",
        *,
        source: str | Path | None = None,
        end: str | Path | None = None,
        mask: str | Path | None = None,
        reserved: bool = False,
    ) -> Job:
        """Queue a job, on a `reserved` place or not; RequestError, NoSpace or QueueFull if it can't be.

        `source`, `end`, `mask`: files in the served folder that the video starts from, ends at, and is made
        anew in. The source may be the video that another job of the visitor's is going to make.
        """
        try:
            given = {"source": source, "end": end, "mask": mask}
            files = sources.checked(self.outputs, given, self._expected(visitor, source))
            model, complete = self.validate(model, request, suffix, files)
            self.outputs.check_space()
        except BaseException:
            if reserved:
                self.jobs.release()
            raise
        return self.jobs.submit(visitor, model, complete, suffix, files=files, reserved=reserved)

    def _expected(self, visitor: str, source: Any) -> Path | None:
        """The path that a source names, if another job of the visitor's is still to write it."""
        name = Path(source).stem if isinstance(source, str | Path) else ""
        job = self.jobs.follow(visitor, name)
        return self.outputs.path(job.id, job.suffix) if job and not job.over else None

    def cost(self, model: str, request: Complete, worker: AnyWorker | None = None) -> Estimate:
        """Estimate the cost of a video on a worker; without one, on the next that is free."""
        worker = worker or self._next_worker()
        planned = self._planned(worker, model)
        native = self.native(model)
        return self.estimates.cost(model, worker.name, request, worker.memory, planned, native)

    def made_to_fit(self, model: str, request: Complete, worker: AnyWorker | None = None) -> Complete | None:
        """The request, made smaller until it should fit a worker; None if nothing does."""
        worker = worker or self._next_worker()
        planned = self._planned(worker, model)
        return self.estimates.made_to_fit(
            model, worker.name, request, worker.memory, planned, self.native(model)
        )

    def made_in_time(self, model: str, request: Complete) -> Complete | None:
        """The request with as few steps as its deadline needs; None if they would be too few to show much."""
        cost, deadline = self.cost(model, request), self.jobs.limits.deadline
        if cost.seconds is None or cost.seconds <= deadline:
            return request
        share = (SAFELY * deadline - cost.rest) / (cost.seconds - cost.rest)
        steps, least = int(request.steps * share), request.steps * LEAST_STEPS
        needed = self.native(model).least_steps(change=request.changes, loop=request.loop)
        return replace(request, steps=steps) if steps >= max(least, needed) else None

    def is_planned(self, model: str) -> bool:
        """Ask for a model's plan; return whether it has come, so that asking again would tell nothing new."""
        worker = self._next_worker()
        self._planned(worker, model)
        return worker.has_planned(self.choices[model].where)

    def _next_worker(self) -> AnyWorker:
        """The worker that a new job would probably get."""
        return min(self.workers, key=lambda worker: worker.busy, default=self._nobody)

    def _planned(self, worker: AnyWorker, model: str) -> list[RunCost]:
        """A model's predicted runs on a worker, once it has reported them."""
        rows: list[dict[str, Any]] = worker.plan(self.choices[model].where)
        return [RunCost(model, worker.name, **row) for row in rows]

    def read(self, model: str, prompt: str) -> Reading | None:
        """Read a prompt as the model does, where a worker has it loaded."""
        where = self.choices[model].where if model in self.choices else ""
        return next((found for worker in self.workers if (found := worker.ask(where, prompt))), None)

    def seconds_left(self, job: Job) -> float | None:
        """Seconds until a job is done: by its own pace once it has one, before by earlier runs."""
        cost = self.cost(job.model, job.request, job.worker)
        if job.stage in (Stage.DECODING, Stage.WRITING):
            decoding = job.stage == Stage.DECODING
            return max(0.0, cost.rest - (self.jobs.clock() - job.entered)) if decoding else 0.0
        step, steps = job.step, shares(job.request, self.native(job.model))
        walked = sum(steps[1:step])  # since the first step's report
        if not walked or job.denoising_since is None:
            spent = self.jobs.clock() - job.started if job.started and job.stage != Stage.LOADING else 0.0
            return None if cost.seconds is None else max(0.0, cost.seconds - spent)
        pace = (self.jobs.clock() - job.denoising_since) / walked
        return pace * sum(steps[step:]) + cost.rest

    def _make(self, worker: AnyWorker, job: Job) -> None:
        """Run one job on `worker` to its end."""
        try:
            self.outputs.check_space()
        except NoSpace as error:
            job.fault = Fault.DISK
            self.jobs.end(job, Stage.FAILED, str(error))
            return
        path = self.outputs.path(job.id, job.suffix)
        order = Order(job.id, self.choices[job.model].where, job.request, path, job.files)
        why = None
        for message in worker.run(order):
            if self.closing:  # the next server makes it
                return
            if message is not None:
                self._note(worker, job, message, why or "")
            if (
                why is None
                and not isinstance(message, LAST)
                and (why := self.jobs.must_stop(job)) is not None
            ):
                worker.stop(order)

    def _note(self, worker: AnyWorker, job: Job, message: OfOrder, why: str) -> None:
        match message:
            case Entered(_, stage):
                self.jobs.enter(job, stage)
            case Progress(_, step, steps):
                job.step, job.steps = step, steps
                job.denoising_since = job.denoising_since or self.jobs.clock()
            case Preview():
                job.preview = message
            case Stopped():
                self.jobs.end(job, Stage.STOPPED, why)
            case Failed(_, Fault.DIED | Fault.LOST) if job.stopping or why:
                self.jobs.end(job, Stage.STOPPED, why)
            case Failed(_, Fault.DIED | Fault.LOST as fault) if self.jobs.retry(job, fault):
                log.warning("a job of %s lost its worker, and is made once more", job.model)
            case Failed(_, fault, sentence):
                job.fault = fault
                self.jobs.end(job, Stage.FAILED, sentence + self._advice(worker, job, fault))
            case Done():
                self._finish(worker, job, message)

    def _finish(self, worker: AnyWorker, job: Job, done: Done) -> None:
        rest = done.decoding + done.writing
        made, seconds = self.outputs.clock(), done.denoising + rest
        record = Record(job.id, job.owner, job.model, done.request, job.suffix, made, seconds, done.notes)
        try:
            self.outputs.add(record)
        except OSError:  # the disk is full, or the video was swept by another app of the same folder
            log.exception("a video could not be noted")
            self.jobs.end(job, Stage.FAILED, sentences.NOT_NOTED)
            return
        self.jobs.end(job, Stage.DONE)
        self.jobs.tally.peaks[worker.name] = done.peak or 0
        self.estimates.learn(self._run(worker, job, denoising=done.denoising, rest=rest, peak=done.peak))

    def _advice(self, worker: AnyWorker, job: Job, fault: Fault) -> str:
        """After an out-of-memory: what should fit."""
        if fault != Fault.MEMORY:
            return ""
        self.estimates.learn(self._run(worker, job))
        fit = self.made_to_fit(job.model, job.request, worker)
        if fit is None or fit == job.request:
            return ""
        return sentences.FITTING.format(frames=fit.frames, width=fit.width, height=fit.height)

    def _run(
        self, worker: AnyWorker, job: Job, denoising: float = 0.0, rest: float = 0.0, peak: int | None = 0
    ) -> RunCost:
        size = size_of(job.request, self.native(job.model))
        return RunCost(job.model, worker.name, *size, denoising, rest, peak)

    def _take_over(self) -> None:
        """Queue the jobs that servers of this folder had not made when they ended."""
        for kept in self._kept.take_over():
            if self.outputs.find(kept.id):  # it was killed after the last step of all
                self._kept.remove(kept.id)
            elif kept.model not in self.choices:
                self.jobs.restore(kept, sentences.MODEL_GONE.format(model=kept.model))
            else:
                self.jobs.restore(kept, sentences.ENDED_TWICE if kept.begun >= MOST_STARTS else "")

    def _keep_house(self) -> None:
        """Sweep until the end. Where the folder is out of reach, as a network's may be, it is tried again."""
        swept = time.monotonic()
        while not self._closing.wait(1.0):
            try:
                self.jobs.sweep()
                self._take_over()
                if time.monotonic() - swept > SWEEP_EVERY:
                    swept = time.monotonic()
                    self.outputs.sweep()
            except OSError as error:
                log.warning("The folder of videos is out of reach for now: %s", error)
