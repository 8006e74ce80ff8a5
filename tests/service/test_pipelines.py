"""The pipelines that a worker holds: several while memory is ample, else one."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from t2v.checkpoints import EMBEDDED
from t2v.request import Request
from t2v.service import backend, pipelines
from t2v.service.device_memory import is_ample
from t2v.service.messages import Setup
from t2v.service.pipelines import MOST, Pipelines


class Backend(SimpleNamespace):
    """A backend that notes what it loads, and has room for `room` pipelines."""

    def __init__(self, room: int = 99):
        super().__init__(loaded=[], adapted=[], room=room, holder=None, fetched=lambda _: None)

    def load(self, model: str, device: str) -> Any:
        if self.room <= len(self.holder):
            raise MemoryError
        self.loaded.append(model)
        return [model]

    def adapt(self, pipe: Any, before: str, model: str) -> bool:
        if before.partition("+")[0] != model.partition("+")[0]:
            return False
        self.adapted.append(model)
        return True

    def reader(self, pipe: Any) -> None:
        return None


def holder(backend: Backend) -> Pipelines:
    backend.holder = Pipelines(backend, "cpu", Setup(), lambda _: None)
    return backend.holder


def ample(monkeypatch: pytest.MonkeyPatch, really: bool) -> None:
    monkeypatch.setattr(pipelines, "is_ample", lambda device: really)


def test_two_models_stay_side_by_side_while_memory_is_ample(monkeypatch: pytest.MonkeyPatch):
    ample(monkeypatch, True)
    backend = Backend()
    held = holder(backend)
    used = [held.use(model) for model in ("a", "b", "a", "b", "a")]
    assert backend.loaded == ["a", "b"] and used[0] is used[2] is used[4] and len(held) == 2


def test_one_is_held_where_memory_is_not(monkeypatch: pytest.MonkeyPatch):
    ample(monkeypatch, False)
    backend = Backend()
    held = holder(backend)
    for model in ("a", "b", "a"):
        held.use(model)
        assert len(held) == 1 and held.held(model)
    assert backend.loaded == ["a", "b", "a"]


def test_the_one_that_was_used_the_longest_ago_is_dropped(monkeypatch: pytest.MonkeyPatch):
    ample(monkeypatch, True)
    backend = Backend()
    held = holder(backend)
    names = [f"model{number}" for number in range(MOST + 1)]
    for name in [*names[:MOST], names[0], names[MOST]]:
        held.use(name)
    assert len(held) == MOST and held.held(names[0]) and not held.held(names[1])


@pytest.mark.parametrize("room", [1, 2])
def test_a_model_without_room_beside_the_others_is_loaded_alone(monkeypatch: pytest.MonkeyPatch, room: int):
    ample(monkeypatch, True)
    backend = Backend(room)
    held = holder(backend)
    for name in ("a", "b", "c"):
        assert held.use(name) == [name]
    assert len(held) <= room and held.held("c")


def test_a_failed_load_leaves_the_others_in_place(monkeypatch: pytest.MonkeyPatch):
    ample(monkeypatch, True)
    backend = Backend()
    held = holder(backend)
    kept = held.use("a")
    backend.load = lambda *_: 1 / 0
    with pytest.raises(ZeroDivisionError):
        held.use("b")
    assert held.use("a") is kept


def test_adapters_alone_cost_no_second_model(monkeypatch: pytest.MonkeyPatch):
    ample(monkeypatch, True)
    backend = Backend()
    held = holder(backend)
    for name in ("a", "b", "a+x", "a"):
        held.use(name)
    assert backend.loaded == ["a", "b"] and backend.adapted == ["a+x", "a"] and len(held) == 2


def test_others_are_dropped_on_demand(monkeypatch: pytest.MonkeyPatch):
    ample(monkeypatch, True)
    held = holder(Backend())
    for name in ("a", "b", "c"):
        held.use(name)
    assert held.drop_others() and len(held) == 1 and held.held("c") and not held.drop_others()


@pytest.mark.parametrize(("free", "answer"), [(51, True), (49, False), (None, False)])
def test_ample_is_more_than_half(monkeypatch: pytest.MonkeyPatch, free: int | None, answer: bool):
    monkeypatch.setattr("t2v.service.device_memory.machine.memory", lambda: (100, free))
    assert is_ample("cpu") is answer


def test_two_real_models_side_by_side_give_the_frames_of_each_alone(folder: Path, monkeypatch):
    ample(monkeypatch, True)
    models, request = (str(folder), EMBEDDED), Request("a panda", seed=3, steps=1, frames=2)
    small = replace(request, width=32, height=32)
    alone = [holder_of_real().use(model)(small).frames for model in models]
    held = holder_of_real()
    together = [held.use(model)(small).frames for model in (*models, *models)]
    assert len(held) == 2
    for before, first, again in zip(alone, together[:2], together[2:], strict=True):
        assert np.array_equal(before, first) and np.array_equal(before, again)


def holder_of_real() -> Pipelines:
    return Pipelines(backend, "cpu", Setup(), lambda _: None)
