"""Adapters of a model on several devices: each copy changes, and each gets its own weights back."""

from pathlib import Path
from weakref import ref

import numpy as np
import pytest

from t2v import TextToVideo

from ..common import apart
from .given import SMALL


@pytest.fixture(scope="module")
def several(folder: Path) -> TextToVideo:
    return TextToVideo.from_pretrained(folder, "cpu,cpu,cpu", "float32")


@pytest.mark.parametrize("kind", ["lora", "turbo"])
def test_several_devices_give_what_one_gives_with_adapters_and_after_them(
    kind: str, pipe: TextToVideo, several: TextToVideo, request: pytest.FixtureRequest
):
    settings = SMALL | {"frames": 4, "steps": 2, "guidance": 2.0}
    plain = several("a panda", **settings).frames
    for each in (pipe, several):
        each.set_adapters(str(request.getfixturevalue(kind)))
    adapted = several("a panda", **settings).frames
    assert apart(adapted, pipe("a panda", **settings).frames) <= 1 < apart(adapted, plain)
    several.set_adapters()
    assert np.array_equal(several("a panda", **settings).frames, plain)
    first, *others = (network.state_dict() for network in several.runner.networks)
    assert all(other[name].equal(first[name]) for other in others for name in first)


def test_copies_that_go_and_come_anew_are_freed_and_lose_the_guidances_layer(
    several: TextToVideo, turbo: Path, monkeypatch: pytest.MonkeyPatch
):
    settings = SMALL | {"frames": 4, "steps": 1}
    plain = several("a panda", **settings).frames
    several.set_adapters(str(turbo))
    adapted = several("a panda", **settings).frames
    members = several.runner.team.members[1:]
    gone = [ref(network) for each in members for network in (each.unet.unet, each.decode.__self__)]
    del members
    monkeypatch.setattr("t2v.runtime.runner.has_own_memory", lambda device: True)
    several.runner.leave()
    assert all(each() is None for each in gone)
    several.runner.come_back()
    assert np.array_equal(several("a panda", **settings).frames, adapted)
    several.set_adapters()
    first, *others = (network.state_dict().keys() for network in several.runner.networks)
    assert all(other == first for other in others)
    assert np.array_equal(several("a panda", **settings).frames, plain)
