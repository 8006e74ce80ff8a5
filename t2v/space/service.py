"""What the app does, without a page: jobs in, videos out, one dispatcher thread for each device."""

import asyncio
import importlib
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from t2v.request import ModelDefaults, Request, RequestError
from t2v.space import strings
from t2v.space.estimate import Cost, Estimates, Run, evaluations_of, volume_of
from t2v.space.jobs import Job, Jobs, Limits, Stage
from t2v.space.lent import LentWorker
from t2v.space.outputs import NoSpace, Outputs, record_of
from t2v.space.worker import Worker
from t2v.space.worker_process import Order

SWEEP_EVERY = 20.0  # seconds
SUFFIXES = (".mp4", ".gif", ".webp")
log = logging.getLogger("t2v.space")


@dataclass(frozen=True)
class Choice:
    """A model that visitors can choose, known without loading it."""

    id: str
    title: str
    native: ModelDefaults = field(default_factory=ModelDefaults)
    licence: str = ""
    limits: str = ""  # what it is, and what it can't do, in a few sentences
    source: str = ""  # where it is loaded from, if not by its id: a folder, whose path visitors needn't see

    @property
    def where(self) -> str:
        return self.source or self.id


class Service:
    """The queue, the workers, the outputs and the estimates of one app.

    `backend` names a module such as `models`: `choices(extra) -> list[Choice]`, the default model first;
    `load(model, device)`, `fetched(model)`, `reader(pipe)` and `planned(model, device, pipe)`, which only
    workers call.
    """

    def __init__(
        self,
        backend: str,
        outputs: Outputs | Path,
        *,
        devices: Sequence[str] = ("cpu",),
        model: str | None = None,
        limits: Limits | None = None,
    ):
        choices = importlib.import_module(backend).choices(model)
        self.choices: dict[str, Choice] = {choice.id: choice for choice in choices}
        self.default = choices[0].id
        self.jobs = Jobs(limits or Limits())
        self.outputs = outputs if isinstance(outputs, Outputs) else Outputs(outputs)
        self.estimates = Estimates(self.outputs.folder / "runs.jsonl")
        lent = os.environ.get("SPACES_ZERO_GPU")
        self.workers = [LentWorker(backend)] if lent else [Worker(backend, device) for device in devices]
        self._closing = Event()
        self._tasks: set[asyncio.Task] = set()
        dispatched = [worker for worker in self.workers if not worker.inline]
        self._threads = [Thread(target=self._dispatch, args=(worker,), daemon=True) for worker in dispatched]
        self._threads.append(Thread(target=self._keep_house, daemon=True))

    def start(self) -> "Service":
        """Start the workers, which load the default model, and the threads that feed them."""
        for worker in self.workers:
            worker.load(self.choices[self.default].where)
        self._planned(self.default)
        for thread in self._threads:
            thread.start()
        return self

    def close(self) -> None:
        self._closing.set()
        for worker in self.workers:
            worker.close()
        for thread in self._threads:
            thread.join(timeout=5)

    def work_here(self, job: Job) -> None:
        """Where jobs run inside the events that ask for them (ZeroGPU): begin this one, if nobody has."""
        worker = self.workers[0]
        if worker.inline and self.jobs.claim(job):
            # a thread with the event's context, which tells ZeroGPU whose quota it is
            task = asyncio.get_running_loop().create_task(asyncio.to_thread(self._guarded, worker, job))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def native(self, model: str) -> ModelDefaults:
        """The limits and defaults of a model, as it states them itself once it was loaded."""
        choice = self.choices[model]
        return self.workers[0].natives.get(choice.where, choice.native)

    def validate(self, model: str | None, request: Request, suffix: str = ".mp4") -> tuple[str, Request]:
        """-> the model's id and the complete request; RequestError names the field."""
        model = self.default if model in (None, "") else model
        if not isinstance(model, str) or model not in self.choices:
            raise RequestError("model", strings.UNKNOWN_MODEL.format(models=", ".join(self.choices)))
        if suffix not in SUFFIXES:
            raise RequestError("format", strings.FORMAT_WRONG)
        return model, request.validate(self.native(model))

    def submit(
        self,
        visitor: str,
        model: str | None,
        request: Request,
        suffix: str = ".mp4",
        *,
        reserved: bool = False,
    ) -> Job:
        """Queue a job, on a `reserved` place or not; RequestError, NoSpace or QueueFull if it can't be."""
        try:
            model, complete = self.validate(model, request, suffix)
            self.outputs.check_space()
        except (RequestError, NoSpace):
            if reserved:
                self.jobs.release()
            raise
        return self.jobs.submit(visitor, model, complete, suffix, reserved=reserved)

    def cost(self, model: str, request: Request) -> Cost:
        """What it will cost here, as far as that is known."""
        worker = self.workers[0]
        return self.estimates.cost(model, worker.name, request, worker.memory, self._planned(model))

    def made_to_fit(self, model: str, request: Request) -> Request | None:
        worker = self.workers[0]
        return self.estimates.made_to_fit(model, worker.name, request, worker.memory, self._planned(model))

    def _planned(self, model: str) -> list[Run]:
        """What the plan expects of a model, where a worker has told it."""
        worker = self.workers[0]
        return [Run(model, worker.name, **row) for row in worker.plan(self.choices[model].where)]

    def read(self, model: str, prompt: str) -> dict | None:
        """What the model makes of a prompt, where a worker has it loaded."""
        where = self.choices[model].where if model in self.choices else ""
        return next((found for worker in self.workers if (found := worker.ask(where, prompt))), None)

    def seconds_left(self, job: Job) -> float | None:
        """Until a running job is done: its own pace once it has one, what was learnt before."""
        cost = self.cost(job.model, job.request)
        if job.step < 2 or job.denoising_since is None:
            spent = self.jobs.clock() - job.started if job.started and job.stage != Stage.LOADING else 0.0
            return None if cost.seconds is None else max(0.0, cost.seconds - spent)
        pace = (self.jobs.clock() - job.denoising_since) / (job.step - 1)
        return pace * (job.request.steps - job.step) + cost.rest

    def _dispatch(self, worker: Worker) -> None:
        while not self._closing.is_set():
            job = self.jobs.take(timeout=0.5)
            if job is not None:
                self._guarded(worker, job)

    def _guarded(self, worker: Worker, job: Job) -> None:
        """Run one job; whatever happens, it ends, and the next one can run."""
        try:
            self._make(worker, job)
        except Exception:
            if not self._closing.is_set():  # else its worker was ended under it
                log.exception("a dispatcher failed")
            worker.close()
        if not job.over:
            self.jobs.end(
                job, Stage.FAILED, strings.CLOSING if self._closing.is_set() else strings.WORKER_DIED
            )

    def _make(self, worker: Worker, job: Job) -> None:
        """Run one job on `worker` to its end."""
        try:
            self.outputs.check_space()
        except NoSpace as error:
            self.jobs.end(job, Stage.FAILED, str(error))
            return
        order = Order(
            job.id, self.choices[job.model].where, job.request, self.outputs.path(job.id, job.suffix)
        )
        why = None
        for message in worker.run(order):
            if message is not None:
                self._note(worker, job, message, why or "")
            if why is None and not job.over and (why := self.jobs.must_stop(job)) is not None:
                worker.stop(order)

    def _note(self, worker: Worker, job: Job, message: tuple, why: str) -> None:
        match message:
            case ("stage", _, name):
                job.stage = Stage(name)
            case ("step", _, step, _):
                job.step = step
                job.denoising_since = job.denoising_since or self.jobs.clock()
            case ("preview", _, jpeg, frames):
                job.preview, job.preview_frames = jpeg, frames
            case ("stopped", _):
                self.jobs.end(job, Stage.STOPPED, why)
            case ("failed", _, kind, sentence):
                self.jobs.end(job, Stage.FAILED, sentence + self._advice(worker, job, kind))
            case ("done", _, report):
                self._finish(worker, job, report)

    def _finish(self, worker: Worker, job: Job, report: dict) -> None:
        work = report["denoising"] + report["decoding"] + report["writing"]
        rest = report["decoding"] + report["writing"]
        record = record_of(
            job.id,
            job.visitor,
            job.model,
            report["request"],
            job.suffix,
            created=self.outputs.clock(),
            seconds=work,
            notes=report["notes"],
        )
        try:
            self.outputs.add(record)
        except OSError:  # the disk is full, or the video was swept by another app of the same folder
            log.exception("a video could not be noted")
            self.jobs.end(job, Stage.FAILED, strings.NO_SPACE)
            return
        self.jobs.end(job, Stage.DONE)
        self.estimates.learn(
            self._run(worker, job, denoising=report["denoising"], rest=rest, peak=report["peak"])
        )

    def _advice(self, worker: Worker, job: Job, kind: str) -> str:
        """After an out-of-memory: what should fit."""
        if kind != "memory":
            return ""
        self.estimates.learn(self._run(worker, job))
        fit = self.made_to_fit(job.model, job.request)
        if fit is None or fit == job.request:
            return ""
        return strings.FITTING.format(frames=fit.frames, width=fit.width, height=fit.height)

    def _run(self, worker: Worker, job: Job, **measured: float) -> Run:
        size = {"volume": volume_of(job.request), "evaluations": evaluations_of(job.request)}
        return Run(job.model, worker.name, **size, **measured)

    def _keep_house(self) -> None:
        swept = time.monotonic()
        while not self._closing.wait(1.0):
            self.jobs.sweep()
            if time.monotonic() - swept > SWEEP_EVERY:
                self.outputs.sweep()
                swept = time.monotonic()
