"""The process that holds the pipeline: the only code of the app that touches torch and the device.

It takes orders over a pipe and reports with the messages of `messages`.
"""

import errno
import importlib
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from multiprocessing.connection import Connection
from queue import Queue
from threading import Event, Lock, Thread
from types import ModuleType
from typing import Any, NoReturn

from t2v import machine, provenance
from t2v.errors import T2VError
from t2v.service import sentences
from t2v.service.device_memory import Peak, free_memory, memory_of_device
from t2v.service.messages import (
    Answer,
    Ask,
    Done,
    Entered,
    Failed,
    Fault,
    Fetched,
    Load,
    Make,
    Order,
    PlanModel,
    Planned,
    Preview,
    Progress,
    Reading,
    Ready,
    Setup,
    Stage,
    Stop,
    Stopped,
    Unready,
)
from t2v.service.sources import opened

FETCH_EVERY = 0.5  # seconds
PREVIEW_EVERY = 0.5  # seconds
PREVIEW_SHARE = 0.025  # of the run's time, at most
log = logging.getLogger("t2v.service")


class OrderStopped(Exception):
    """The parent asked for the end of this order."""


def serve(connection: Connection, backend: str, device: str, setup: Setup) -> None:
    """The process's main function. `backend`: the name of a module, see `Service`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
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
                host.attempt(order)


def give_way() -> None:
    """Let the page stay quick while every processor denoises."""
    with suppress(AttributeError, OSError):  # Windows has no such call, a sandbox may forbid it
        os.nice(5)


class WorkerPipe:
    """The pipe to the parent, read on a thread of its own: a stop is seen while a step is computed."""

    def __init__(self, connection: Any):
        self.orders: Queue[Load | PlanModel | Make] = Queue()
        self._connection, self._sending = connection, Lock()
        self._stopped: str | None = None

    def send(self, message: object) -> None:
        with self._sending:
            self._connection.send(message)

    def stopped(self, order: Order) -> bool:
        return self._stopped == order.id

    def receive(self, host: "PipelineHost") -> None:
        while True:
            try:
                message = self._connection.recv()
            except (EOFError, OSError):
                os._exit(0)  # the parent is gone
            match message:
                case Stop(order):
                    self._stopped = order
                case Ask(number, model, prompt):
                    self.send(Answer(number, host.read(model, prompt)))
                case _:
                    self.orders.put(message)


class PipelineHost:
    """Holds the pipeline and executes orders. `send` reports, `stopped` tells whether an order is to end."""

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
        self._pipe: Any = None
        self._model: str | None = None
        self._readers: dict[str, Callable[[str], Reading]] = {}

    def read(self, model: str, prompt: str) -> Reading | None:
        """Read a prompt as the model does, if it has been loaded here."""
        if model not in self._readers:
            return None
        try:
            return self._readers[model](prompt)
        except Exception:  # a remark on a prompt is never worth a worker
            log.exception("reading a prompt failed")
            return None

    def prepare(self, model: str) -> None:
        """Load a model ahead of the first job."""
        try:
            pipe = self._load(model)
            self.send(Ready(*memory_of_device(), model, pipe.native))
        except Exception as error:
            self.send(Unready(explain(error)[1]))

    def plan(self, model: str) -> None:
        """Report what the model is expected to cost, before it has made a video."""
        try:
            loaded = self._pipe if model == self._model else None
            self.send(
                Planned(model, self._backend.planned(model, self._device, loaded, **self._setup.placement))
            )
        except Exception:  # an estimate is never worth a worker
            log.exception("planning failed")
            self.send(Planned(model, []))

    def attempt(self, order: Order) -> None:
        """Make one video, and report how that ended, whatever happens."""
        try:
            self.send(self._make(order))
            return
        except OrderStopped:
            self.send(Stopped(order.id))
            return
        except Exception as error:
            fault, sentence = explain(error)
        free_memory()  # only here: until the error is gone, its traceback pins every tensor of the failed run
        self.send(Failed(order.id, fault, sentence))

    def _make(self, order: Order) -> Done:
        self.enter(order, Stage.LOADING)
        pipe = self._load(order.model)
        peak = Peak()
        self.enter(order, Stage.READING)
        given = opened(order)
        steps = StepReporter(self, order, pipe)
        video = pipe(order.request, on_step=steps, **given.arguments).joined
        decoded = time.perf_counter()
        self.enter(order, Stage.WRITING)
        if self._setup.mark:
            video.frames = provenance.marked(video.frames, self._setup.mark)
        video.save(order.path)
        end = time.perf_counter()
        return Done(
            order.id,
            video.request or order.request,
            tuple(video.notes),
            denoising=steps.ended - steps.begun,
            decoding=decoded - steps.ended,
            writing=end - decoded,
            peak=peak.read(),
        )

    def _load(self, model: str) -> Any:
        """The pipeline of `model`. A failed load leaves the old one in place."""
        if model != self._model:
            try:
                pipe = self._fetch(model, self._adapted)
            except Exception as error:
                if explain(error)[0] != Fault.MEMORY or self._pipe is None:
                    raise
                pipe = None
            if pipe is None:  # no room for both
                self._pipe = self._model = None
                free_memory()
                pipe = self._fetch(model, self._loaded)
            self._pipe, self._model = pipe, model
            self._readers[model] = self._backend.reader(pipe)
            free_memory()
        return self._pipe

    def _adapted(self, model: str) -> Any:
        """The present pipeline with the adapters of `model`, where these alone differ; else a new one."""
        if self._pipe is not None and self._backend.adapt(self._pipe, self._model, model):
            return self._pipe
        return self._loaded(model)

    def _loaded(self, model: str) -> Any:
        return self._backend.load(model, self._device, **self._setup.placement)

    def _fetch(self, model: str, load: Callable[[str], Any]) -> Any:
        """Load a model, and report meanwhile how much of its download is there."""
        done = Event()

        def report() -> None:
            while not done.wait(FETCH_EVERY):
                if (fetched := self._backend.fetched(model)) is not None:
                    self.send(Fetched(*fetched))

        Thread(target=report, daemon=True).start()
        try:
            return load(model)
        finally:
            done.set()

    def enter(self, order: Order, stage: Stage) -> None:
        """Report a stage; OrderStopped where the order is to end."""
        if self._is_stopped(order):
            raise OrderStopped
        self.send(Entered(order.id, stage))


class StepReporter:
    """The pipeline's `on_step`: reports each step, sends previews within their share of the time, stops."""

    def __init__(self, host: PipelineHost, order: Order, pipe: Any):
        self._host, self._order, self._pipe = host, order, pipe
        self.begun = self.ended = self._next_preview = time.perf_counter()

    def __call__(self, step: int, steps: int, x0: Any) -> None:
        """x0 (1 c f h w): the video that the network expects after this step"""
        self.ended = time.perf_counter()
        self._host.enter(self._order, Stage.DENOISING)
        self._host.send(Progress(self._order.id, step, steps))
        if step >= steps:
            self._host.enter(self._order, Stage.DECODING)
        elif self.ended >= self._next_preview:
            self._show(x0)

    def _show(self, x0: Any) -> None:
        start = time.perf_counter()
        still = self._pipe.still(x0)
        frames = self._pipe.preview(x0) if still is None else still
        self._host.send(Preview(self._order.id, filmstrip(frames), len(frames)))
        end = time.perf_counter()
        self._next_preview = end + max(PREVIEW_EVERY, (end - start) / PREVIEW_SHARE)


def filmstrip(frames: Any) -> bytes:
    """frames (f h w 3) uint8 -> one JPEG (h f·w 3), played by the page's stylesheet"""
    from einops import rearrange
    from PIL import Image

    file = BytesIO()
    Image.fromarray(rearrange(frames, "f h w c -> h (f w) c")).save(file, "JPEG", quality=80)
    return file.getvalue()


def explain(error: Exception) -> tuple[Fault, str]:
    """-> the kind of a failure, and a sentence for the visitor without a path or a traceback."""
    torch = sys.modules.get("torch")
    if isinstance(error, MemoryError) or (torch and isinstance(error, torch.OutOfMemoryError)):
        return Fault.MEMORY, sentences.OUT_OF_MEMORY
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Fault.DISK, sentences.NO_SPACE
    if isinstance(error, RuntimeError) and ("CUDA error" in str(error) or "device-side assert" in str(error)):
        return Fault.DEVICE, sentences.DEVICE_FAULT
    if isinstance(error, T2VError):
        return Fault.REFUSED, str(error)
    log.error("a job failed", exc_info=error)
    return Fault.UNEXPECTED, sentences.UNEXPECTED.format(name=type(error).__name__)
