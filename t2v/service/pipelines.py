"""The pipelines that a worker process holds: the one in use, and others while memory is ample."""

import logging
import time
from collections.abc import Callable
from threading import Event, Thread
from types import ModuleType
from typing import Any

from t2v.service.device_memory import free_memory, is_ample
from t2v.service.faults import explain
from t2v.service.messages import Fault, Fetched, Reading, Setup

FETCH_EVERY = 0.5  # seconds
MOST = 4  # pipelines
log = logging.getLogger("t2v.service")


class Pipelines:
    """Pipelines by the names of their models, the one that was used last at the end.

    `backend` and `setup` as in `Service`; `send` takes reports of downloads.
    """

    def __init__(self, backend: ModuleType, device: str, setup: Setup, send: Callable[[Fetched], None]):
        self._backend, self._device, self._setup, self._send = backend, device, setup, send
        self._held: dict[str, Any] = {}
        self.readers: dict[str, Callable[[str], Reading]] = {}  # of all models that were loaded once

    def __len__(self) -> int:
        return len(self._held)

    def held(self, model: str) -> Any:
        """The pipeline of a model, if it is held; else None."""
        return self._held.get(model)

    def use(self, model: str) -> Any:
        """The pipeline of a model, loaded if it isn't held. A failed load leaves the others in place."""
        pipe = self._held.pop(model, None)
        if pipe is None:
            self._drop(self._is_tight)
            pipe = self._fetched(model)
            self.readers[model] = self._backend.reader(pipe)
        self._held[model] = pipe
        self._drop(self._is_tight)
        return pipe

    def _is_tight(self) -> bool:
        """Check whether more pipelines are held than there should be."""
        return len(self._held) > 1 and (len(self._held) > MOST or not is_ample(self._device))

    def drop_others(self) -> bool:
        """Drop all pipelines but the one that was used last; False: there was no other."""
        return self._drop(lambda: len(self._held) > 1)

    def _drop(self, needed: Callable[[], bool]) -> bool:
        """Drop pipelines while that is `needed`, the one that was used the longest ago first."""
        dropped = False
        while needed():
            del self._held[next(iter(self._held))]
            free_memory()
            dropped = True
        return dropped

    def _fetched(self, model: str) -> Any:
        """Load a model; where there is no room for it beside the others, without them."""
        try:
            return self._reporting(model, self._adapted)
        except Exception as error:
            if explain(error)[0] != Fault.MEMORY or not self._held:
                raise
        self._held.clear()
        free_memory()  # only here: until the error is gone, its traceback pins what was loaded
        return self._reporting(model, self._loaded)

    def _adapted(self, model: str) -> Any:
        """A held pipeline with the adapters of `model`, where these alone differ; else a new one."""
        for before, pipe in reversed(self._held.items()):
            if self._backend.adapt(pipe, before, model):
                del self._held[before]
                return pipe
        return self._loaded(model)

    def _loaded(self, model: str) -> Any:
        return self._backend.load(model, self._device, **self._setup.placement)

    def _reporting(self, model: str, load: Callable[[str], Any]) -> Any:
        """Load a model, and report meanwhile how much of its download is there."""
        done = Event()

        def report() -> None:
            while not done.wait(FETCH_EVERY):
                if (fetched := self._backend.fetched(model)) is not None:
                    self._send(Fetched(*fetched))

        Thread(target=report, daemon=True).start()
        start = time.perf_counter()
        try:
            pipe = load(model)
        finally:
            done.set()
        seconds = round(time.perf_counter() - start, 3)
        log.info("%s was loaded", model, extra={"figures": {"model": model, "seconds": seconds}})
        return pipe
