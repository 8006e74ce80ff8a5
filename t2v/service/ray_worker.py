"""A worker on a node of a Ray cluster: an actor in place of a process, Ray's calls in place of a pipe.

An actor lives as long as its node. One that has ended is not started again: `ray_watch` starts another.
"""

import logging
from collections import deque
from pathlib import Path
from typing import Any

from t2v.cluster import Cluster, Place, cause, kill
from t2v.service import sentences
from t2v.service.faults import explain
from t2v.service.messages import LAST, Failed, Fault, Make, Setup
from t2v.service.ray_actor import Parcel, WorkerActor, packed
from t2v.service.whole import write_whole
from t2v.service.worker import Worker
from t2v.version import VERSION

CALLS = 8  # of an actor at a time: one waits for messages, the others bring some
log = logging.getLogger("t2v.service")


class RayLink:
    """An actor with the methods of a process and of the connection to it."""

    pid = None  # of no process of this machine

    def __init__(self, cluster: Cluster, place: Place, *given: Any):
        self._node = place.node
        self._actor = cluster.start(WorkerActor, place, *given, max_concurrency=CALLS)
        self._alive, self.joined = True, False
        self._arrived: deque[Parcel] = deque()
        self._folders: dict[str, Path] = {}  # where the files of each order go

    def is_alive(self) -> bool:
        """False once the actor has ended, or its node is lost."""
        return self._alive

    def kill(self) -> None:
        """End the actor, whatever it does."""
        if self._alive:
            self._alive = False
            kill([self._actor])

    def join(self) -> None:
        """Nothing: who waits for messages hears of the end."""

    def close(self) -> None:
        """Nothing: the connection ends with the actor."""

    def send(self, message: Any) -> None:
        """Send a message, and what an order is made from; OSError where the actor is gone."""
        if not self._alive:
            raise BrokenPipeError
        files = {}
        if isinstance(message, Make):
            files = packed(message.order)
            self._folders[message.order.id] = message.order.path.parent
        self._actor.put.remote(Parcel(message, files))

    def recv(self) -> Any:
        """Wait for the next message; EOFError once the actor is gone."""
        if not self.joined:
            self._join()
        while not self._arrived:
            self._arrived.extend(self._result(self._actor.get.remote()))
        return self._delivered(self._arrived.popleft())

    def _join(self) -> None:
        """Wait until the actor runs, which may wait for its place, and check its version."""
        version = self._result(self._actor.start.remote())
        if version != VERSION:
            log.warning(sentences.OTHER_VERSION.format(node=self._node, version=version, ours=VERSION))
            self.kill()
            raise EOFError
        self.joined = True

    def _result(self, reference: Any) -> Any:
        import ray

        try:
            return ray.get(reference)
        except (Exception, SystemExit) as error:  # of Ray, of a node without t2v; at the cluster's end
            if self._alive:
                log.warning(sentences.NODE_FAILED.format(node=self._node, reason=_first_line(error)))
                self.kill()
            raise EOFError from None

    def _delivered(self, parcel: Parcel) -> Any:
        """Write the files of a message where its order wants them -> the message, or Failed"""
        message, files = parcel
        if not isinstance(message, LAST):
            return message
        folder = self._folders.pop(message.order)
        try:
            for name, content in files.items():
                write_whole(folder / Path(name).name, content)
        except OSError as error:
            return Failed(message.order, *explain(error))
        return message


class RayWorker(Worker):
    """A worker in a place of a cluster."""

    death = Fault.LOST

    def __init__(self, cluster: Cluster, place: Place, backend: str, setup: Setup, threads: int):
        super().__init__(backend, "cuda:0" if place.gpu >= 0 else "cpu", setup)
        self.place = place
        self._given = cluster, place, backend, self.device, setup, threads
        self._link: RayLink | None = None
        self.retired = False

    @property
    def gone(self) -> bool:  # type: ignore[override]  # a local worker never is
        """Whether it takes no more orders: its actor has ended, or is no longer needed."""
        return self.retired or (self._link is not None and not self._link.is_alive())

    @property
    def joined(self) -> bool:
        """Whether its actor has a place in the cluster, and runs."""
        return self._link is not None and self._link.joined

    def look(self, path: Path, timeout: float = 0.0) -> str | None:
        """Nothing is known: the file isn't on the node."""
        return None

    def _ensure(self) -> None:
        if self._link is None:
            super()._ensure()

    def _start(self) -> tuple[Any, Any]:
        self._link = RayLink(*self._given)
        return self._link, self._link


def _first_line(error: BaseException) -> str:
    error = cause(error) if isinstance(error, Exception) else error
    return str(error).strip().partition("\n")[0][:300]
