"""A worker in each place of a cluster: what is started, ended and asked for as nodes and jobs come and go."""

from collections.abc import Iterator

import pytest

from t2v.cluster import Place
from t2v.service import ray_watch
from t2v.service.messages import Setup
from t2v.service.ray_watch import AGAIN, IDLE, RayWorkers, Wanted

WANTED = Wanted("tests.service.fakes", Setup(), "square")


class FakeCluster:
    """The places of a cluster that a test changes."""

    def __init__(self, *places: Place):
        self.all, self.asked = list(places), []

    def places(self) -> list[Place]:
        return self.all

    def threads(self) -> int:
        return 3

    def ask(self, count: int, gpus: bool) -> None:
        self.asked.append((count, gpus))


class FakeWorker:
    """A worker that has joined as soon as it was started."""

    made: list["FakeWorker"] = []
    joins = True

    def __init__(self, cluster: FakeCluster, place: Place, backend: str, setup: Setup, threads: int):
        self.place, self.threads = place, threads
        self.busy = self.closed = self.retired = False
        self.joined = FakeWorker.joins
        FakeWorker.made.append(self)

    @property
    def gone(self) -> bool:
        return self.closed or self.retired

    def load(self, model: str) -> None:
        assert model == WANTED.model

    def close(self) -> None:
        self.closed = True


class Watched:
    """Workers of a cluster, and a clock for them."""

    def __init__(self, *places: Place, kind: str = "auto"):
        self.cluster, self.now, self.joined = FakeCluster(*places), 0.0, []
        self.workers = RayWorkers(self.cluster, kind, clock=lambda: self.now)

    def look(self, needed: int = 0, seconds: float = 0.0) -> list[Place]:
        """Look twice, so that what was started joins -> the places of the workers that are there"""
        self.now += seconds
        for _ in range(2):
            self.workers.look(WANTED, self.joined.append, needed)
        return [worker.place for worker in FakeWorker.made if not worker.gone]


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(ray_watch, "RayWorker", FakeWorker)
    FakeWorker.made, FakeWorker.joins = [], True
    yield


def test_every_place_has_one_worker_and_all_have_as_many_threads():
    watched = Watched(Place("a", 0), Place("a", 1), Place("b", 0))
    assert watched.look() == watched.look() == watched.cluster.all
    assert watched.joined == FakeWorker.made and {worker.threads for worker in FakeWorker.made} == {3}


def test_nodes_that_come_get_a_worker_and_nodes_that_go_lose_theirs():
    watched = Watched(Place("a"), Place("b"))
    watched.look()
    watched.cluster.all = [Place("b"), Place("c")]
    assert watched.look(needed=3) == watched.cluster.all
    assert [worker.place.node for worker in watched.joined] == ["a", "b", "c"]


def test_a_worker_that_has_ended_is_replaced_at_once_and_one_that_never_ran_later():
    watched = Watched(Place("a"))
    watched.look()
    FakeWorker.made[0].close()
    assert watched.look() == [Place("a")] and len(FakeWorker.made) == 2
    FakeWorker.joins = False
    FakeWorker.made[1].close()
    watched.look()
    FakeWorker.made[2].close()  # it never joined
    assert watched.look(needed=1) == [] and len(FakeWorker.made) == 3
    assert watched.look(needed=1, seconds=AGAIN) == [Place("a")]


def test_idle_workers_are_ended_but_one_and_come_back_when_there_is_work():
    watched = Watched(Place("a"), Place("b"), Place("c"))
    watched.look()
    watched.look(needed=1, seconds=IDLE)
    assert len(watched.look(seconds=IDLE - 1)) == 3
    FakeWorker.made[1].busy = True  # the last job's video is still being made
    assert watched.look(seconds=2) == [Place("b")]
    FakeWorker.made[1].busy = False
    assert len(watched.look(seconds=IDLE + 1)) == 1
    assert len(watched.look(needed=1)) == 1
    assert len(watched.look(needed=2)) == 2
    assert len(watched.look(needed=9)) == 3


def test_the_autoscaler_is_asked_for_what_the_jobs_need_and_at_least_one():
    watched = Watched()
    for needed in (0, 0, 5, 5, 2):
        watched.look(needed)
    watched.cluster.all = [Place("a", 0)]
    watched.look(3)
    assert watched.cluster.asked == [(1, False), (5, False), (2, False), (3, True)]
    waiting = Watched(kind="cuda")  # for GPUs that the cluster doesn't have yet
    waiting.look()
    assert waiting.cluster.asked == [(1, True)]


def test_a_kind_of_place_can_be_chosen():
    nodes, gpus = [Place("a"), Place("b")], [Place("a", 0), Place("a", 1), Place("b", 0)]
    assert Watched(*nodes, kind="cuda").look() == []
    assert Watched(*gpus, kind="cpu").look() == nodes
