"""The parent's queues of what a worker process reports, one for each order that it has."""

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Lock

from t2v.service.messages import Died, OfOrder, Order


class Inboxes:
    """The messages of one process by their orders. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock, self._closed = Lock(), False
        self._inboxes: dict[str, Queue[OfOrder | Died]] = {}

    @contextmanager
    def of(self, order: Order) -> Iterator[Queue]:
        """A queue of the order's messages inside the block."""
        with self._lock:
            inbox = self._inboxes[order.id] = Queue()
            if self._closed:
                inbox.put(Died())
        try:
            yield inbox
        finally:
            with self._lock:
                del self._inboxes[order.id]

    def put(self, message: OfOrder) -> None:
        """Pass a message to its order's queue, if that is still read."""
        with self._lock:
            if inbox := self._inboxes.get(message.order):
                inbox.put(message)

    def close(self) -> None:
        """Tell every order that the process has ended."""
        with self._lock:
            self._closed = True
            for inbox in self._inboxes.values():
                inbox.put(Died())
