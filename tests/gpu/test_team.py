"""Several GPUs make one video: each holds all weights; they share texts, frames and places."""

import numpy as np
import pytest
import torch

from t2v import Request, TextToVideo
from t2v.runtime import dividing
from t2v.runtime.graphs import GraphedFunction, GraphedWork

from .conftest import DEVICE, GPU, PANDA, Load, places, same

COUNT = min(torch.cuda.device_count(), 4) if GPU else 2
ALONE = {"guidance": 1.0}


@pytest.fixture(scope="module")
def team(load: Load) -> TextToVideo:
    if COUNT < 2:
        pytest.skip("this machine has one GPU")
    return load(device=",".join(f"cuda:{i}" if GPU else "cpu" for i in range(COUNT)))


@pytest.fixture(autouse=True)
def all_divide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small videos are divided, too."""
    monkeypatch.setattr(dividing, "LAUNCH", 0)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"sampler": "unipc"},
        {"frames": 7},
        ALONE,
        ALONE | {"frames": 7},
        ALONE | {"frames": 1},
        ALONE | {"loop": True},
        ALONE | {"frames": 24, "window": 16, "freeu": True},
    ],
    ids=str,
)
def test_several_devices_give_the_video_of_one(team: TextToVideo, fast: TextToVideo, change: dict):
    request = Request(**(vars(PANDA) | change))
    frames = team(request).frames
    assert same(frames, fast(request).frames)
    assert np.array_equal(team(request).frames, frames)


def test_each_device_holds_what_it_runs(team: TextToVideo):
    team(PANDA)
    for network, device in zip(team.runner.networks, team.runner.devices, strict=True):
        assert {weight.device for weight in network.parameters()} == {device}
    assert team.runner.devices[0] == DEVICE and places(team.vae) == {DEVICE.type}
    for member in team.runner.team.members:
        assert isinstance(member.run, GraphedWork) == isinstance(member.decode, GraphedFunction) == GPU
