"""The process that holds the pipeline: the only code of the app that touches torch and the device.

It takes orders over a pipe and reports with the messages of `messages`.
"""

import importlib
import logging
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Queue
from threading import Lock, Thread
from types import ModuleType
from typing import Any, NoReturn

from t2v import machine, provenance
from t2v.latents import write_latents
from t2v.service import logs
from t2v.service.device_memory import Peak, free_memory, memory_of_device
from t2v.service.faults import explain
from t2v.service.messages import (
    Answer,
    Ask,
    Done,
    Entered,
    Failed,
    Fault,
    Load,
    Look,
    Make,
    Order,
    PlanModel,
    Planned,
    Reading,
    Ready,
    Setup,
    Stage,
    Stop,
    Stopped,
    Unready,
)
from t2v.service.pipelines import Pipelines
from t2v.service.sources import opened, thumbnail_path, thumbnails
from t2v.service.step_reporter import StepReporter
from t2v.source_file import check_begins
from t2v.video import Video, VideoError

log = logging.getLogger("t2v.service")


class OrderStopped(Exception):
    """The parent asked for the end of this order."""


def serve(connection: Connection, backend: str, device: str, setup: Setup) -> None:
    """The process's main function. `backend`: the name of a module, see `Service`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    logs.start_in_worker()
    give_way()
    machine.limit_threads()
    work(connection, backend, device, setup)


def work(connection: Any, backend: str, device: str, setup: Setup) -> NoReturn:
    """Execute the orders that come over a connection, or over what has its methods `recv` and `send`."""
    pipe = WorkerPipe(connection)
    host = PipelineHost(importlib.import_module(backend), device, pipe.send, pipe.stopped, setup)
    Thread(target=pipe.receive, args=(host,), daemon=True).start()
    while True:
        match pipe.orders.get():
            case Load(model):
                host.prepare(model)
            case PlanModel(model):
                host.plan(model)
            case Make(order):
                host.begin(order)


def give_way() -> None:
    """Let the page stay quick while every processor denoises."""
    with suppress(AttributeError, OSError):  # Windows has no such call, a sandbox may forbid it
        os.nice(5)


class WorkerPipe:
    """The pipe to the parent, read on a thread of its own: a stop is seen while a step is computed."""

    def __init__(self, connection: Any):
        self.orders: Queue[Load | PlanModel | Make] = Queue()
        self._connection, self._sending = connection, Lock()
        self._stopped: set[str] = set()

    def send(self, message: object) -> None:
        with self._sending:
            self._connection.send(message)

    def stopped(self, order: Order) -> bool:
        return order.id in self._stopped

    def receive(self, host: "PipelineHost") -> None:
        """Take messages until the parent is gone, even in the middle of an answer; then the process ends."""
        try:
            while True:
                self._take(self._connection.recv(), host)
        except (EOFError, OSError):
            os._exit(0)

    def _take(self, message: object, host: "PipelineHost") -> None:
        match message:
            case Stop(order):
                self._stopped.add(order)
            case Ask(number, model, prompt):
                self.send(Answer(number, host.read(model, prompt)))
            case Look(number, path):  # a stop must not wait for it
                Thread(target=lambda: self.send(Answer(number, host.look(path))), daemon=True).start()
            case Load() | PlanModel() | Make():
                self.orders.put(message)


@dataclass(frozen=True)
class Made:
    """A video that is yet to be written: seconds of work, the peak in bytes."""

    order: Order
    video: Video
    denoising: float
    decoding: float
    peak: int | None


class PipelineHost:
    """Holds the pipelines and executes orders. `send` reports, `stopped` tells whether an order is to end."""

    def __init__(
        self,
        backend: ModuleType,
        device: str,
        send: Callable[[Any], None],
        stopped: Callable[[Order], bool],
        setup: Setup | None = None,
    ):
        self._backend, self._device, self.send, self._is_stopped = backend, device, send, stopped
        self._setup = setup or Setup()
        self.pipelines = Pipelines(backend, device, self._setup, send)
        self._writing: Thread | None = None
        self._looking = Lock()  # one file at a time: each takes memory

    def read(self, model: str, prompt: str) -> Reading | None:
        """Read a prompt as the model does, if it has been loaded here."""
        if model not in self.pipelines.readers:
            return None
        try:
            return self.pipelines.readers[model](prompt)
        except Exception:  # a remark on a prompt is never worth a worker
            log.exception("reading a prompt failed")
            return None

    def look(self, path: Path) -> str:
        """Say what is wrong with a file, as the order would that it is for; "" for nothing."""
        try:
            with self._looking:
                check_begins(path)
        except Exception as error:
            return explain(error)[1]
        return ""

    def prepare(self, model: str) -> None:
        """Load a model ahead of the first job."""
        try:
            pipe = self.pipelines.use(model)
            self.send(Ready(*memory_of_device(self._device), model, pipe.native))
        except Exception as error:
            self.send(Unready(explain(error)[1]))

    def plan(self, model: str) -> None:
        """Report what the model is expected to cost, before it has made a video."""
        try:
            loaded = self.pipelines.held(model)
            self.send(
                Planned(model, self._backend.planned(model, self._device, loaded, **self._setup.placement))
            )
        except Exception:  # an estimate is never worth a worker
            log.exception("planning failed")
            self.send(Planned(model, []))

    def attempt(self, order: Order) -> None:
        """Make one video, and report how that ended, whatever happens."""
        if made := self._compute(order):
            self._write(made)

    def begin(self, order: Order) -> None:
        """Compute one video, and leave writing it to a thread: the next order may begin meanwhile.

        One video is written at a time, so that no more than two are held.
        """
        if made := self._compute(order):
            self._settle()
            self._writing = Thread(target=self._write, args=(made,), daemon=True)
            self._writing.start()

    def _settle(self) -> None:
        """Wait until the video before is written."""
        if self._writing:
            self._writing.join()

    def _compute(self, order: Order) -> Made | None:
        """The video of an order; None where there is none, which is reported."""
        logs.about.set(order.id)
        end: Stopped | Failed
        try:
            return self._computed(order)
        except OrderStopped:
            end = Stopped(order.id)
        except Exception as error:
            end = Failed(order.id, *explain(error))
        order.unfinished.unlink(missing_ok=True)
        free_memory()  # only here: until the error is gone, its traceback pins every tensor of the failed run
        if isinstance(end, Failed) and end.fault == Fault.MEMORY and self.pipelines.drop_others():
            return self._compute(order)
        self._settle()  # a fault may cost this process
        self._report(order, end)
        return None

    def _computed(self, order: Order) -> Made:
        self.enter(order, Stage.LOADING)
        pipe = self.pipelines.use(order.model)
        peak = Peak(self._device)
        self.enter(order, Stage.READING)
        given = opened(order)
        steps = StepReporter(self, order, pipe)
        video = pipe(order.request, on_step=steps, resume=order.unfinished, **given.arguments).joined
        decoding = time.perf_counter() - steps.ended
        most = peak.read() if len(self.pipelines) == 1 else None  # else it counts other models, too
        return Made(order, video, steps.ended - steps.begun, decoding, most)

    def _write(self, made: Made) -> None:
        """Write a video, and report how that ended."""
        logs.about.set(made.order.id)
        try:
            self.send(self._written(made))
        except OrderStopped:
            self._report(made.order, Stopped(made.order.id))
        except Exception as error:
            self._report(made.order, Failed(made.order.id, *explain(error)))

    def _report(self, order: Order, end: Stopped | Failed) -> None:
        """Report the end of an order without a video, of which no thumbnail stays."""
        for name in thumbnails(order.path):
            thumbnail_path(order.path, name).unlink(missing_ok=True)
        self.send(end)

    def _written(self, made: Made) -> Done:
        order, video, start = made.order, made.video, time.perf_counter()
        self.enter(order, Stage.WRITING)
        if self._setup.mark:
            video.frames = provenance.marked(video.frames, self._setup.mark)
        video.save(order.path)
        if video.latents is not None:
            with suppress(VideoError):  # the video is there without them
                write_latents(video.latents, order.path)
        writing = time.perf_counter() - start
        seconds = (made.denoising, made.decoding, writing)
        return Done(order.id, video.request or order.request, tuple(video.notes), *seconds, made.peak)

    def enter(self, order: Order, stage: Stage) -> None:
        """Report a stage; OrderStopped where the order is to end."""
        if self._is_stopped(order):
            raise OrderStopped
        self.send(Entered(order.id, stage))
