"""The parent's side of a worker process: starts it, gives it orders, notices its death, replaces it."""

import itertools
import multiprocessing
import time
from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Lock, Thread
from typing import Any

from t2v.defaults import ModelDefaults
from t2v.service import sentences
from t2v.service.inboxes import Inboxes
from t2v.service.messages import (
    LAST,
    Answer,
    Ask,
    Died,
    Failed,
    Fault,
    Fetched,
    Load,
    Look,
    Make,
    OfOrder,
    Order,
    PlanModel,
    Planned,
    Reading,
    Ready,
    Setup,
    Stop,
    Stopped,
    Unready,
    is_off_device,
)
from t2v.service.worker_process import serve

LOOKING = 15.0  # seconds that a look at a file may take
TICK = 0.2  # seconds between two looks at what has become of a job
USUAL = Setup()
PATIENCE = 30.0  # seconds that an order may ignore a stop before its process is ended


class Worker:
    """A process that owns one device. `backend` names the module that loads pipelines."""

    inline = False  # its jobs run whether or not somebody watches
    busy = False  # with an order
    gone = False  # for good: it takes no more orders
    death = Fault.DIED  # of an order whose process has ended

    def __init__(self, backend: str, device: str, setup: Setup = USUAL, patience: float = PATIENCE):
        self.backend, self.device, self.setup, self._patience = backend, device, setup, patience
        self.name, self.memory, self.problem = "", 0, ""  # the device's, and why the model isn't there
        self.fetched: Fetched | None = None  # of a download under way
        self.natives: dict[str, ModelDefaults] = {}  # of the models that were loaded ahead
        self._plans: dict[str, list[dict[str, float]]] = {}  # [] while it is asked
        self._planned: set[str] = set()  # models whose plan has come, or failed
        self._stop_by: dict[str, float] = {}  # by orders
        self._context = multiprocessing.get_context("spawn")  # a fork would inherit CUDA and threads
        self._process: Any = None  # a SpawnProcess and a Connection, or what has their methods
        self._connection: Any = None
        self._inboxes = Inboxes()
        self._questions: dict[int, tuple[Event, list[Any]]] = {}
        self._numbers = itertools.count()
        self._sending, self._ending = Lock(), Lock()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self.alive else None

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        process = self._process
        return process is not None and process.is_alive()

    def load(self, model: str) -> None:
        """Start loading `model`, without waiting for it."""
        self._ensure()
        self._send(Load(model))

    def run(self, order: Order) -> Iterator[OfOrder | None]:
        """The order's messages up to its last, with None at every tick between them.

        While its video is written, the next order may run.
        """
        self.busy = on_device = True
        try:
            for message in self._run(order):
                if on_device and is_off_device(message):
                    self.busy = on_device = False
                yield message
        finally:
            if on_device:
                self.busy = False
            self._stop_by.pop(order.id, None)

    def _run(self, order: Order) -> Iterator[OfOrder | None]:
        self._ensure()
        process = self._process
        with self._inboxes.of(order) as inbox:
            message: OfOrder | None = None if self._send(Make(order)) else self._died(order, process)
            while not isinstance(message, LAST):
                yield message
                message = self._next(order, inbox, process)
        if isinstance(message, Failed) and message.fault == Fault.DEVICE:
            self._end(process)  # a poisoned CUDA context never recovers within its process
        yield message

    def stop(self, order: Order) -> None:
        """Ask the running order to end at its next step; end the process if it doesn't in time."""
        if order.id not in self._stop_by:
            self._stop_by[order.id] = time.monotonic() + self._patience
            self._send(Stop(order.id))

    def ask(self, model: str, prompt: str, timeout: float = 1.0) -> Reading | None:
        """Read a prompt as the model does; None where it isn't loaded, or gives no answer in time."""
        return self._answered(lambda number: Ask(number, model, prompt), timeout)

    def look(self, path: Path, timeout: float = LOOKING) -> str | None:
        """Say what is wrong with a file, "" for nothing; None where there is no answer in time."""
        return self._answered(lambda number: Look(number, path), timeout)

    def _answered(self, question: Callable[[int], Ask | Look], timeout: float) -> Any:
        """Send a question, by its number, and wait for what is said; None without an answer."""
        if not self.alive:
            return None
        number, answered = next(self._numbers), Event()
        box: list[Any] = []
        self._questions[number] = (answered, box)
        try:
            self._send(question(number))
            answered.wait(timeout)
        finally:
            del self._questions[number]
        return box[0] if box else None

    def plan(self, model: str) -> list[dict[str, float]]:
        """The predicted runs of a model, rows for `estimate.RunCost`; [] until the process reports them."""
        if model not in self._plans and self.alive:
            self._plans[model] = []
            self._send(PlanModel(model))
        return self._plans.get(model, [])

    def has_planned(self, model: str) -> bool:
        """Return whether the process has answered `plan`, be it that nothing is known."""
        return model in self._planned

    def close(self) -> None:
        """End the process; the next order starts another. Any thread may call it."""
        self._end(self._process)

    def _end(self, which: Any) -> None:
        """End a process, unless it has been replaced already."""
        with self._ending:
            if which is not self._process:
                return
            process, connection = self._process, self._connection
            self._process = self._connection = None
        if process is not None:
            process.kill()
            process.join()
        if connection is not None:
            connection.close()

    def _ensure(self) -> None:
        if self.alive:
            return
        self.close()
        self._inboxes = Inboxes()
        self._process, self._connection = self._start()
        Thread(target=self._receive, args=(self._connection, self._inboxes), daemon=True).start()

    def _start(self) -> tuple[Any, Any]:
        """Start a process -> the process, and our end of a connection to it."""
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=serve,
            args=(theirs, self.backend, self.device, self.setup),
            daemon=True,
            name=f"t2v-{self.device}",
        )
        process.start()
        theirs.close()  # ours alone is left, so the child's death ends the pipe
        return process, ours

    def _receive(self, connection: Any, inboxes: Inboxes) -> None:
        while True:
            try:
                message = connection.recv()
            except (EOFError, OSError):
                inboxes.close()
                return
            match message:
                case Answer(number, said):
                    self._answer(number, said)
                case Ready(name, memory, model, native):
                    self.name, self.memory, self.problem = name, memory, ""
                    self.natives[model], self.fetched = native, None
                case Fetched():
                    self.fetched = message
                case Planned(model, rows):
                    self._plans[model] = rows
                    self._planned.add(model)
                case Unready(problem):
                    self.problem = problem
                case _:
                    self.fetched = None
                    inboxes.put(message)

    def _answer(self, number: int, said: Any) -> None:
        if number in self._questions:
            answered, box = self._questions[number]
            box.append(said)
            answered.set()

    def _send(self, message: object) -> bool:
        try:
            with self._sending:
                connection = self._connection
                if connection is None:
                    return False
                connection.send(message)
        except (OSError, AttributeError):  # the process has just died; its reader says so
            return False
        return True

    def _next(self, order: Order, inbox: Queue, process: Any) -> OfOrder | None:
        try:
            message = inbox.get(timeout=TICK)
        except Empty:
            message = None
        if isinstance(message, Died):
            return self._died(order, process)
        if message is None and time.monotonic() > self._stop_by.get(order.id, inf):
            self._end(process)
            return Stopped(order.id)
        return message

    def _died(self, order: Order, process: Any) -> Failed:
        self._end(process)
        return Failed(order.id, self.death, sentences.DIED_TWICE)
