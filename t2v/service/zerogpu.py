"""ZeroGPU: a device that is lent for seconds, to the event that asks for it.

Facts of it: `spaces` is imported before torch; the model goes to "cuda" in this process, at the start; what
`@spaces.GPU` decorates runs in a fork, its arguments and what it yields are pickled. So a stop is a file.
"""

import importlib
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

from t2v.checkpoints.catalogue import find
from t2v.defaults import ModelDefaults
from t2v.service.estimate import size_of
from t2v.service.messages import LAST, Fetched, OfOrder, Order, Reading, Ready, Setup, Unready
from t2v.service.worker_process import PipelineHost

LEAST, MOST = 20, 120  # seconds to ask for
PER_EVALUATION = 0.15  # seconds of ModelScope at its own size, generously
NATIVE_VOLUME = 16 * 256 * 256


class ZeroGPUWorker:
    """A worker without a process of its own, with the methods of `Worker`."""

    inline = True  # its jobs run inside the events that ask for them
    busy = gone = False  # a device is lent to each event
    device, pid = "cuda", None

    def __init__(self, backend: str, setup: Setup = Setup()):  # noqa: B008  (it is frozen)
        import spaces  # before torch

        self._messages: Queue[Any] = Queue()
        self._host = PipelineHost(
            importlib.import_module(backend), "cuda", self._messages.put, _stopped, setup
        )
        self._lend = spaces.GPU(duration=seconds_needed)(self._make)
        self.name, self.memory, self.problem = "ZeroGPU", 0, ""
        self.fetched: Fetched | None = None
        self.natives: dict[str, ModelDefaults] = {}

    def load(self, model: str) -> None:
        """Load `model` now: the fork finds it in memory."""
        self._host.prepare(model)
        while isinstance(message := self._messages.get(), Fetched):
            self.fetched = message
        self.fetched = None
        match message:
            case Ready(_, _, model, native):
                self.natives[model] = native
            case Unready(problem):
                self.problem = problem

    def run(self, order: Order) -> Iterator[OfOrder | None]:
        """The order's messages; the quota's end and the like are exceptions that Gradio shows."""
        try:
            yield from self._lend(order)
        finally:
            order.path.with_suffix(".stop").unlink(missing_ok=True)

    def stop(self, order: Order) -> None:
        order.path.with_suffix(".stop").touch()

    def ask(self, model: str, prompt: str, timeout: float = 1.0) -> Reading | None:
        return self._host.read(model, prompt)

    def look(self, path: Path) -> str | None:
        """Nothing is known: this process decodes no file of a visitor's, the fork does."""
        return None

    def plan(self, model: str) -> list[dict[str, float]]:
        """Nothing: how fast the device is can't be measured without borrowing it."""
        return []

    def has_planned(self, model: str) -> bool:
        """True: there is no plan to wait for."""
        return True

    def close(self) -> None:
        """Nothing is held."""

    def _make(self, order: Order) -> Iterator[OfOrder]:
        """In the fork: the pipeline runs on a thread, so that its reports can be yielded."""
        Thread(target=self._host.attempt, args=(order,), daemon=True).start()
        while not isinstance(message := self._messages.get(), LAST):
            yield message
        yield message


def seconds_needed(order: Order) -> int:
    """The seconds to ask of the visitor's quota for one order."""
    model = find(order.model)
    volume, evaluations = size_of(order.request, model.native if model else ModelDefaults())
    work = PER_EVALUATION * evaluations * volume / NATIVE_VOLUME
    return round(min(MOST, max(LEAST, 10 + work)))


def _stopped(order: Order) -> bool:
    return order.path.with_suffix(".stop").exists()
