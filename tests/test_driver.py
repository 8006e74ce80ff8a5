"""Workers are lost at any moment: each video is made once, or told of. tests/test_on_ray.py has a cluster."""

import io
import json
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import ray
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tqdm import tqdm

from t2v import on_ray
from t2v.batch import BatchError
from t2v.cluster import About, ClusterError, Place
from t2v.errors import T2VError, UsageError
from t2v.naming import Target
from t2v.on_ray import BatchWorker, Driver
from t2v.prompts import Item
from t2v.request import Request
from t2v.version import VERSION
from t2v.ways import Order

from .killed import DrawnAtOnce

VIDEOS = 6


class Called:
    """A method of an actor that is called at once."""

    def __init__(self, call: Any):
        self._call = call

    def remote(self, *arguments: Any) -> Future:
        answer: Future = Future()
        try:
            answer.set_result(self._call(*arguments))
        except Exception as error:
            answer.set_exception(error)
        return answer


def told_by_ray(error: Exception) -> Exception:
    """The error as `ray.get` raises it: of the class of its cause, its text the traceback in the actor."""
    told = ray.exceptions.RayTaskError("make", "Traceback (most recent call last): …", error)
    return told.as_instanceof_cause()


class Nodes:
    """A cluster of so many nodes; `fate` says of each call, in their order, what becomes of it.

    Making the video of the seed `deadly` ends its worker, that of the seed `wrong` can't be made.
    """

    def __init__(self, count: int, fate: Sequence[str] = (), deadly: int = -1, wrong: int = -1):
        self.nodes, self.fate, self.deadly, self.wrong = count, iter(fate), deadly, wrong

    def places(self) -> list[Place]:
        return [Place(f"node {number}") for number in range(self.nodes)]

    def threads(self) -> int:
        return 1

    def start(self, body: type[BatchWorker], place: Place, *arguments: Any, **options: Any) -> Any:
        worker = body(*arguments)
        worker.state_threads = lambda: None
        worker.pipe = DrawnAtOnce()
        about = About(VERSION, place.node, "cpu", 1)
        worker.begin = Called(self._fated(lambda: (about, DrawnAtOnce.native)))
        worker.make, worker.steps = Called(self._fated(worker.make)), Called(worker.steps)
        return worker

    def _fated(self, call: Any) -> Any:
        def fated(*arguments: Any) -> Any:
            if arguments and arguments[0].seed == self.deadly:
                raise MemoryError("full")
            if arguments and arguments[0].seed == self.wrong:
                raise told_by_ray(T2VError("not finite"))
            match next(self.fate, "well"):
                case "lost":
                    raise ray.exceptions.ActorDiedError()
                case "crash":
                    raise MemoryError("full")
                case "wrong":
                    raise T2VError("not finite")
            return call(*arguments)

        return fated


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray, "wait", lambda refs, **options: (list(refs), []))
    monkeypatch.setattr(ray, "get", Future.result)
    monkeypatch.setattr(ray, "kill", lambda actor: None)
    monkeypatch.setattr(on_ray, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(on_ray, "PAUSE", 0.0)


def order(folder: Path, told: list[tuple[str, str]]) -> Order:
    small = {"frames": 2, "width": 32, "height": 32, "steps": 1}
    items = [Item(n, "", Request("a panda", seed=n, **small)) for n in range(1, VIDEOS + 1)]
    targets = [Target(str(folder / f"{item.number}.gif")) for item in items]
    return Order(items, targets, {}, True, True, True, lambda *report: told.append(report), str)


FATES = st.lists(st.sampled_from(["well", "well", "lost", "crash", "wrong"]), max_size=20)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 4), FATES)
def test_whatever_is_lost_each_video_is_made_once_or_told_of(at_once, tmp_path_factory, count: int, fate):
    folder, told = tmp_path_factory.mktemp("out"), list[tuple[str, str]]()
    try:
        Driver(order(folder, told), Nodes(count, fate), range(VIDEOS)).run()
        complete = True
    except (BatchError, ClusterError, T2VError):
        complete = False
    made = [json.loads(text)["file"] for kind, text in told if kind == "made"]
    failed = [json.loads(text)["file"] for kind, text in told if kind == "failed"]
    assert len(set(made)) == len(made) and not set(made) & set(failed)
    assert sorted(str(path) for path in folder.iterdir()) == sorted(made)
    assert complete == (len(made) == VIDEOS)


def test_a_video_that_loses_its_worker_is_made_elsewhere_and_told_of(at_once, tmp_path: Path):
    told: list[tuple[str, str]] = []
    Driver(order(tmp_path, told), Nodes(1, ["well", "well", "lost"]), range(VIDEOS)).run()
    notes = [text for kind, text in told if kind == "note"]
    assert notes == [
        f"{tmp_path}/2.gif: made again, The actor died unexpectedly before finishing this task",
        "1 video made again, as workers were lost",
    ]
    begun = {json.loads(text)["file"]: json.loads(text)["begun"] for kind, text in told if kind == "made"}
    assert begun == {f"{tmp_path}/{n}.gif": 1 + (n == 2) for n in range(1, VIDEOS + 1)}


@pytest.mark.parametrize("count", [1, 4])
def test_a_video_that_fails_by_itself_costs_no_other(at_once, tmp_path: Path, count: int):
    told: list[tuple[str, str]] = []
    with pytest.raises(BatchError, match="5 of 6 videos were made"):
        Driver(order(tmp_path, told), Nodes(count, wrong=2), range(VIDEOS)).run()
    assert [text for kind, text in told if kind == "problem"] == [f"{tmp_path}/2.gif: not finite"]


def test_a_model_that_is_none_is_answered_by_its_own_error(at_once, tmp_path: Path, monkeypatch):
    error = told_by_ray(UsageError("that is no model"))
    monkeypatch.setattr(Nodes, "_fated", lambda self, call: Mock(side_effect=error))
    with pytest.raises(UsageError, match="^that is no model$"):
        Driver(order(tmp_path, []), Nodes(2), range(VIDEOS)).run()


@pytest.mark.parametrize("count", [1, 4])
def test_a_video_that_ends_every_worker_is_given_up(at_once, tmp_path: Path, count: int):
    told: list[tuple[str, str]] = []
    with pytest.raises(BatchError, match="5 of 6 videos were made"):
        Driver(order(tmp_path, told), Nodes(count, deadly=2), range(VIDEOS)).run()
    assert ("problem", f"{tmp_path}/2.gif: was begun 3 times: full") in told


def test_a_cluster_where_no_worker_starts_is_no_endless_wait(at_once, tmp_path: Path):
    with pytest.raises(ClusterError, match="no worker can be started on the cluster: full"):
        Driver(order(tmp_path, []), Nodes(2, ["crash"] * 6), range(VIDEOS)).run()


def test_a_device_is_the_clusters_matter(tmp_path: Path):
    with pytest.raises(UsageError, match="^--device: each worker on a Ray cluster has its own"):
        on_ray.on_ray(Order([], [], {"device": "cuda"}, False, False, False, print, str), "auto")


def test_one_bar_counts_the_steps_of_all_videos(at_once, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    bars = []

    class Bar(tqdm):
        def __init__(self, **options: Any):
            super().__init__(**options | {"disable": False, "file": io.StringIO()})
            bars.append(self)

    monkeypatch.setattr(on_ray, "tqdm", Bar)
    Driver(order(tmp_path, []), Nodes(2, ["well"] * 4 + ["lost"]), range(VIDEOS)).run()
    assert [(bar.n, bar.total) for bar in bars] == [(VIDEOS, VIDEOS)]
