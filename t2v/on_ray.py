"""Make a batch on a Ray cluster: Ray runs the workers and says which are lost, this process hands out videos.

A worker returns the bytes of a file, and this process writes it. So nothing needs a shared disk, and a video
that was begun twice is written once. Random seeds are drawn here: a video that is begun again is the same.
"""

import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tqdm import tqdm

from t2v.batch import BatchError
from t2v.checkpoints.model_names import local_path
from t2v.cluster import (
    About,
    Cluster,
    ClusterError,
    Holder,
    Place,
    cause,
    check_version,
    is_lost,
    kill,
    state_threads,
    why_lost,
)
from t2v.defaults import ModelDefaults
from t2v.errors import T2VError, UsageError
from t2v.file_settings import Settings
from t2v.given import Given
from t2v.measures import counted
from t2v.request import Complete
from t2v.second import second_steps
from t2v.stops import held
from t2v.ways import Order

LOOK_EVERY = 0.5  # seconds between two looks at the workers, the nodes and the steps
ATTEMPTS = 3  # times that a video is begun, and that a worker is started in a place where none loads
PAUSE = 5.0  # seconds before the next worker is started in such a place, times those lost there
LONELY = 60.0  # seconds without a worker until the user is told


class Made(NamedTuple):
    """A finished video as its worker returns it: the bytes of its file, and what they record."""

    data: bytes
    settings: Settings
    seconds: float


class BatchWorker(Holder):
    """The body of a worker's actor. `steps` is called while `make` runs, in another thread."""

    _steps = 0

    def begin(self) -> tuple[About, ModelDefaults]:
        """Load the model -> what the worker is, and the model's defaults and limits."""
        about = self.load()
        return about, self.pipe.native

    def make(self, request: Complete, given: Given, suffix: str) -> Made:
        """Make a video, in the format of a file's suffix."""
        state_threads(self._threads)
        self._steps, start = 0, time.monotonic()
        video = self.pipe(request, on_step=self._count, **given.arguments).joined
        data = video.to_bytes(suffix)
        return Made(data, video.settings, time.monotonic() - start)

    def steps(self) -> int:
        """Return how many steps of the present video are done."""
        return self._steps

    def _count(self, step: int, *_: Any) -> None:
        self._steps = step


@dataclass
class Worker:
    """A worker as this process sees it: the answer that it waits for, its video, its steps so far."""

    actor: Any
    answer: Any
    about: About | None = None  # None until the model is loaded
    video: int | None = None
    steps: int = 0
    asked: Any = None  # for its steps


def on_ray(order: Order, address: str) -> None:
    """Make the videos on the cluster at `address`; BatchError at the end if some could not be made."""
    if order.chosen.get("device"):
        raise UsageError("--device: each worker on a Ray cluster has its own; leave it out")
    missing = order.missing()
    if not missing:
        return
    cluster = Cluster(address)
    try:
        Driver(order, cluster, missing).run()
    finally:
        cluster.close()


class Driver:
    """Hands the videos `missing` of an order to workers, one each at a time, until all are over."""

    def __init__(self, order: Order, cluster: Cluster, missing: Sequence[int]):
        self._order, self._cluster, self._missing = order, cluster, missing
        self._threads, self._todo = cluster.threads(), deque(missing)
        self._complete: dict[int, Complete] = {}
        self._walks: dict[int, int] = {}  # steps of each video
        self._workers: dict[Place, Worker] = {}
        self._begun: Counter[int] = Counter()  # by video
        self._lost: Counter[Place] = Counter()  # workers since the last one that loaded there
        self._free: dict[Place, float] = {}  # when a place is tried again
        self._made = self._steps = 0
        self._why = "no node has a GPU or a processor for a worker"

    def run(self) -> None:
        """Make the videos; BatchError if some could not be made."""
        since = time.monotonic()
        with tqdm(total=0, unit="step", leave=False, disable=None) as bar:
            while self._todo or any(worker.video is not None for worker in self._workers.values()):
                self._employ()
                if self._workers:
                    since = time.monotonic()
                    self._listen()
                else:
                    since = self._alone(since)
                self._show(bar)
        self._tell_of_second_tries()
        if self._made < len(self._missing):
            raise BatchError(f"{self._made} of {len(self._missing)} videos were made")

    def _employ(self) -> None:
        """Start workers in places that have none, while there are more videos than workers that load."""
        places, now = self._cluster.places(), time.monotonic()
        if places and places[0].gpu >= 0:
            self._cluster.ask(len(self._todo) + len(self._workers) if self._todo else 0)
        loading = sum(worker.video is None for worker in self._workers.values())
        free = [
            place
            for place in places
            if place not in self._workers
            and self._lost[place] < ATTEMPTS
            and now >= self._free.get(place, 0.0)
        ]
        for place in free[: max(0, len(self._todo) - loading)]:
            actor = self._cluster.start(
                BatchWorker, place, _everywhere(self._order.chosen), self._threads, max_concurrency=2
            )
            self._workers[place] = Worker(actor, actor.begin.remote())

    def _alone(self, since: float) -> float:
        """Wait for a node; ClusterError if no worker can be started on those that are there. -> since when"""
        places = self._cluster.places()
        if places and all(self._lost[place] >= ATTEMPTS for place in places):
            raise ClusterError(f"no worker can be started on the cluster: {self._why}")
        if since and time.monotonic() - since > LONELY:
            self._order.tell("note", f"waiting for the cluster: {self._why}")
            since = time.monotonic()
        time.sleep(LOOK_EVERY)
        return since

    def _listen(self) -> None:
        """Wait for an answer, and act on all that are there."""
        import ray

        places = {worker.answer: place for place, worker in self._workers.items()}
        ready, _ = ray.wait(list(places), num_returns=len(places), timeout=0)
        ready = ready or ray.wait(list(places), timeout=LOOK_EVERY)[0]
        for answer in ready:
            place = places[answer]
            try:
                said = ray.get(answer)
            except Exception as error:
                self._failed(place, self._workers[place], error)
            else:
                self._answered(place, self._workers[place], said)

    def _answered(self, place: Place, worker: Worker, answer: Any) -> None:
        if worker.video is None:
            worker.about, native = answer
            check_version(worker.about)
            self._lost[place] = 0
            if not self._complete:
                items = self._order.items
                self._complete = {video: items[video].complete(native) for video in self._missing}
                self._walks = {
                    video: each.walked + second_steps(each, native) for video, each in self._complete.items()
                }
        else:
            self._store(worker, worker.video, answer)
        self._next(place, worker)

    def _store(self, worker: Worker, video: int, made: Made) -> None:
        with held():
            path = self._order.targets[video].store(made.data)
        node = worker.about.node if worker.about else ""
        for note in made.settings.notes:
            self._order.tell("note", note)
        more = {"node": node, "begun": self._begun[video]}
        self._order.tell(*self._order.made(path, made.settings, made.seconds, **more))
        self._made += 1
        self._steps += self._walks[video]

    def _next(self, place: Place, worker: Worker) -> None:
        """Give the worker its next video; without one it ends, and its place is free for others."""
        if not self._todo:
            del self._workers[place]
            kill([worker.actor])
            return
        video = worker.video = self._todo.popleft()
        worker.steps, worker.asked = 0, None
        self._begun[video] += 1
        suffix, given = self._order.targets[video].path.suffix, self._order.items[video].given()
        worker.answer = worker.actor.make.remote(self._complete[video], given, suffix)

    def _failed(self, place: Place, worker: Worker, error: Exception) -> None:
        """A video that can't be made is told of; one whose worker or node is lost is made again elsewhere."""
        why, video = cause(error), worker.video
        if isinstance(why, T2VError):
            if video is None:
                raise why
            self._give_up(video, why)
            self._next(place, worker)
            return
        del self._workers[place]
        kill([worker.actor])
        self._lost[place] += 1
        self._free[place] = time.monotonic() + PAUSE * self._lost[place]
        self._why = why_lost(error) if is_lost(error) else self._order.explain(why)
        if video is None:
            return
        if self._begun[video] >= ATTEMPTS:
            self._give_up(video, ClusterError(f"was begun {ATTEMPTS} times: {self._why}"))
        else:
            self._todo.appendleft(video)
            self._order.tell("note", f"{self._order.targets[video].path}: made again, {self._why}")

    def _give_up(self, video: int, why: Exception) -> None:
        for kind, text in self._order.failed(video, why):
            self._order.tell(kind, text)
        self._steps += self._walks[video]

    def _show(self, bar: tqdm) -> None:
        """Move the one bar to the steps of the videos that are over and of those that are being made."""
        import ray

        for worker in (each for each in self._workers.values() if each.video is not None):
            if worker.asked is None:
                worker.asked = worker.actor.steps.remote()
            elif ray.wait([worker.asked], timeout=0)[0]:
                worker.steps, worker.asked = _steps(worker), None
        present = sum(worker.steps for worker in self._workers.values() if worker.video is not None)
        bar.total = sum(self._walks.values())
        bar.set_description(f"{self._made} of {len(self._missing)}", refresh=False)
        bar.update(self._steps + present - bar.n)

    def _tell_of_second_tries(self) -> None:
        again = sum(1 for times in self._begun.values() if times > 1)
        if again:
            self._order.tell("note", f"{counted(again, 'video')} made again, as workers were lost")


def _steps(worker: Worker) -> int:
    import ray

    try:
        return ray.get(worker.asked)
    except ray.exceptions.RayError:
        return worker.steps


def _everywhere(chosen: dict[str, str]) -> dict[str, str]:
    """Return what was chosen with a folder's whole path: other nodes work in other folders."""
    path = local_path(chosen["model"]) if "model" in chosen else None
    return chosen | {"model": str(path.resolve())} if path else chosen
