"""A worker's actor without a cluster: what it computes with, and what goes through it."""

import os
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest
import torch

from t2v.machine import THREADS
from t2v.service.messages import PlanModel, Planned, Setup
from t2v.service.ray_actor import Parcel, WorkerActor

BACKEND, STATED = "a backend of the tests", 3


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A backend whose plan tells how many threads its worker has; afterwards the tests have theirs."""
    made, before = ModuleType(BACKEND), torch.get_num_threads()
    made.planned = lambda *_, **__: [{"threads": torch.get_num_threads()}]
    monkeypatch.setitem(sys.modules, BACKEND, made)
    monkeypatch.setenv(THREADS, os.environ[THREADS])
    yield BACKEND
    torch.set_num_threads(before)


def test_an_actor_computes_with_the_stated_threads_though_torch_was_imported_with_others(backend: str):
    assert torch.get_num_threads() != STATED
    actor = WorkerActor(backend, "cpu", Setup(), STATED)
    actor.start()
    actor.put(Parcel(PlanModel("any"), {}))
    assert [parcel.message for parcel in actor.get()] == [Planned("any", [{"threads": STATED}])]
