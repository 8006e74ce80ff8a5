"""ZeroGPU: a device that is lent for seconds, to the event that asks for it.

Facts of it: `spaces` is imported before torch; the model goes to "cuda" in this process, at the start; what
`@spaces.GPU` decorates runs in a fork, its arguments and what it yields are pickled. So a stop is a file.
"""

import importlib
from collections.abc import Iterator
from queue import Queue
from threading import Thread

from t2v.defaults import ModelDefaults
from t2v.space.estimate import evaluations_of, volume_of
from t2v.space.worker_process import Desk, Order

LEAST, MOST = 20, 120  # seconds to ask for
PER_EVALUATION = 0.15  # seconds of ModelScope at its own size, generously
NATIVE_VOLUME = 16 * 256 * 256
ENDS = ("done", "failed", "stopped")


class LentWorker:
    """What `Worker` is to the service, without a process of its own."""

    inline = True  # its jobs run inside the events that ask for them

    def __init__(self, backend: str):
        import spaces  # before torch

        self._messages: Queue[tuple] = Queue()
        self._desk = Desk(
            importlib.import_module(backend), "cuda", lambda *message: self._messages.put(message), _stopped
        )
        self._lend = spaces.GPU(duration=seconds_needed)(self._make)
        self.name, self.memory, self.problem = "ZeroGPU", 0, ""
        self.fetched: tuple[int, int] | None = None
        self.natives: dict[str, ModelDefaults] = {}

    def load(self, model: str) -> None:
        """Load `model` now: the fork finds it in memory."""
        self._desk.prepare(model)
        while (message := self._messages.get())[0] == "fetched":
            self.fetched = message[1:]
        match message:
            case ("ready", _, _, model, native):
                self.natives[model] = native
            case ("unready", problem):
                self.problem = problem

    def run(self, order: Order) -> Iterator[tuple | None]:
        """The order's messages; the quota's end and the like are exceptions that Gradio shows."""
        try:
            yield from self._lend(order)
        finally:
            order.path.with_suffix(".stop").unlink(missing_ok=True)

    def stop(self, order: Order) -> None:
        order.path.with_suffix(".stop").touch()

    def ask(self, model: str, prompt: str, timeout: float = 1.0) -> dict | None:
        return self._desk.read(model, prompt)

    def plan(self, model: str) -> list[dict]:
        """Nothing: how fast the device is can't be measured without borrowing it."""
        return []

    def close(self) -> None:
        """Nothing is held."""

    def _make(self, order: Order) -> Iterator[tuple]:
        """In the fork: the pipeline runs on a thread, so that its reports can be yielded."""
        Thread(target=self._desk.attempt, args=(order,), daemon=True).start()
        while (message := self._messages.get())[0] not in ENDS:
            yield message
        yield message


def seconds_needed(order: Order) -> int:
    """What to ask of the visitor's quota for one order."""
    work = PER_EVALUATION * evaluations_of(order.request) * volume_of(order.request) / NATIVE_VOLUME
    return round(min(MOST, max(LEAST, 10 + work)))


def _stopped(order: Order) -> bool:
    return order.path.with_suffix(".stop").exists()
