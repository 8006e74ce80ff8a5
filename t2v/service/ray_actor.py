"""The actor that does on a node of a Ray cluster what a worker process does, with the same messages.

The page and its nodes need no common disk: files travel with the messages. An order brings what its video is
made from, and its last message takes the video back.
"""

import importlib
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any, NamedTuple

from t2v.cluster import state_threads
from t2v.service.messages import LAST, Done, Make, Order, Setup
from t2v.service.worker_process import work
from t2v.version import VERSION

GIVEN = "given"  # the folder of what an order brings, inside the order's own


class Parcel(NamedTuple):
    """A message, and the contents of the files that go with it, by their names."""

    message: Any
    files: dict[str, bytes]


class WorkerActor:
    """The body of an actor. The page calls `start`, `put`, `get`; the worker's thread `recv`, `send`."""

    def __init__(self, backend: str, device: str, setup: Setup, threads: int):
        self._backend, self._device, self._setup, self._threads = backend, device, setup, threads
        self._incoming: Queue[Parcel] = Queue()
        self._outgoing: Queue[Parcel] = Queue()
        self._folders: dict[str, Path] = {}  # of the orders that are being made

    def start(self) -> str:
        """Start the worker's thread -> the version of t2v; ImportError where it isn't whole here."""
        for needed in (self._backend, "torch"):
            importlib.import_module(needed)
        Thread(target=self._work, daemon=True).start()
        return VERSION

    def _work(self) -> None:
        state_threads(self._threads)
        work(self, self._backend, self._device, self._setup)

    def put(self, parcel: Parcel) -> None:
        """Take a message from the page."""
        self._incoming.put(parcel)

    def get(self) -> list[Parcel]:
        """Wait for messages to the page, and return all that there are."""
        parcels = [self._outgoing.get()]
        try:
            while True:
                parcels.append(self._outgoing.get_nowait())
        except Empty:
            return parcels

    def recv(self) -> Any:
        """The next message from the page, its files in a folder of this node; OSError where it is full."""
        message, files = self._incoming.get()
        return Make(self._placed(message.order, files)) if isinstance(message, Make) else message

    def send(self, message: Any) -> None:
        """Send a message to the page, the video's files with a Done."""
        files = {}
        if isinstance(message, LAST):
            folder = self._folders.pop(message.order)
            if isinstance(message, Done):
                files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
            shutil.rmtree(folder, ignore_errors=True)
        self._outgoing.put(Parcel(message, files))

    def _placed(self, order: Order, files: dict[str, bytes]) -> Order:
        """Write an order's files to a new folder -> the order with its paths on this node"""
        folder = self._folders[order.id] = Path(tempfile.mkdtemp(prefix="t2v-"))
        given = folder / GIVEN
        given.mkdir()
        for name, content in files.items():
            (given / name).write_bytes(content)
        paths = {name: path and given / f"{name}{path.suffix}" for name, path in vars(order.files).items()}
        return replace(order, path=folder / order.path.name, files=replace(order.files, **paths))


def packed(order: Order) -> dict[str, bytes]:
    """Return the contents of what an order is made from; one that is gone is left out, and missed there."""
    given = {name: path for name, path in vars(order.files).items() if path is not None and path.is_file()}
    return {f"{name}{path.suffix}": path.read_bytes() for name, path in given.items()}
