"""The workers of a Ray cluster: one in each of its places, which come and go with its nodes.

A worker that has had nothing to do for IDLE seconds is ended, all but one, so that an autoscaler may take its
node away; how many places the jobs need is said to the autoscaler.
"""

import logging
import time
from collections.abc import Callable, Sequence
from threading import Event
from typing import NamedTuple

from t2v.cluster import Cluster, Place
from t2v.service.messages import Setup
from t2v.service.ray_worker import RayWorker

EVERY = 0.5  # seconds between two looks at the cluster
IDLE = 600.0  # seconds
AGAIN = 30.0  # seconds until a place is tried again where no worker could start
log = logging.getLogger("t2v.service")


class Wanted(NamedTuple):
    """What a worker is started with: the backend's name, the setup, the model that it loads first."""

    backend: str
    setup: Setup
    model: str


class RayWorkers:
    """Starts and ends workers. `join` is given each that runs, `needed` counts the jobs not yet made.

    `kind`: "cuda" for GPUs alone, "cpu" for a worker a node; "auto": GPUs where the cluster has some.
    """

    def __init__(
        self,
        cluster: Cluster,
        kind: str = "auto",
        *,
        idle: float = IDLE,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._cluster, self._kind = cluster, kind
        self._idle, self._clock = idle, clock
        self._threads = cluster.threads()
        self._workers: dict[Place, RayWorker] = {}
        self._used: dict[Place, float] = {}  # when each of those that have joined was last busy
        self._not_before: dict[Place, float] = {}  # when to try a place again
        self._resting: set[Place] = set()  # places whose worker had nothing to do
        self._asked, self._gpus = (0, 0), kind == "cuda"

    def watch(
        self, wanted: "Wanted", join: Callable[[RayWorker], None], needed: Callable[[], int], closing: Event
    ) -> None:
        """Keep workers until `closing` is set; then end them."""
        while not closing.is_set():
            try:
                self.look(wanted, join, needed())
            except Exception:  # the cluster's head may be away for a moment
                log.exception("looking at the cluster failed")
            closing.wait(EVERY)
        for worker in self._workers.values():
            worker.close()
        self._ask(0)
        self._cluster.close()

    def look(self, wanted: "Wanted", join: Callable[[RayWorker], None], needed: int) -> None:
        """Compare the workers with the cluster's places, and start, join and end what differs."""
        places = _of_kind(self._cluster.places(), self._kind)
        self._gpus = self._kind == "cuda" or any(place.gpu >= 0 for place in places)
        for place, worker in list(self._workers.items()):
            if place not in places:
                worker.close()
            if worker.gone:
                self._forget(place)
            elif worker.joined and place not in self._used:
                self._used[place] = self._clock()
                join(worker)
        self._rest(needed)
        self._ask(max(1, needed), len(places))
        for place in places:
            if place not in self._workers and self._is_wanted(place, needed):
                self._resting.discard(place)
                self._workers[place] = RayWorker(
                    self._cluster, place, wanted.backend, wanted.setup, self._threads
                )
                self._workers[place].load(wanted.model)

    def _forget(self, place: Place) -> None:
        """Drop a worker that is gone. One that never ran is tried again later, another at once."""
        del self._workers[place]
        if self._used.pop(place, None) is None:
            self._not_before[place] = self._clock() + AGAIN

    def _is_wanted(self, place: Place, needed: int) -> bool:
        if place in self._resting:
            return needed > len(self._workers)
        return self._clock() >= self._not_before.get(place, 0.0)

    def _rest(self, needed: int) -> None:
        """End the workers that have been idle for long, but for one."""
        now = self._clock()
        self._used |= {place: now for place in self._used if needed or self._workers[place].busy}
        idle = [place for place, used in self._used.items() if now - used > self._idle]
        for place in idle[: len(self._used) - 1]:
            self._workers[place].retired = True
            self._resting.add(place)

    def _ask(self, count: int, there: int = 0) -> None:
        """Tell the autoscaler, if there is one, how many places are needed in all; `there`: those there are.

        How large a node is shows only when the first is there.
        """
        if (count, there) != self._asked:
            self._cluster.ask(count, self._gpus)
            self._asked = count, there


def _of_kind(places: Sequence[Place], kind: str) -> list[Place]:
    """Return the places that are GPUs for "cuda", a place a node for "cpu", all for "auto"."""
    if kind == "cuda":
        return [place for place in places if place.gpu >= 0]
    return list(dict.fromkeys(Place(place.node) for place in places)) if kind == "cpu" else list(places)
