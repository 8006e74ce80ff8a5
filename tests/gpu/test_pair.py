"""Two GPUs make one video: each holds all weights, and predicts half of each guided step."""

import numpy as np
import pytest
import torch

from t2v import Request, TextToVideo
from t2v.runtime.graphs import GraphedFunction

from .conftest import DEVICE, GPU, PANDA, Load, places, same


@pytest.fixture(scope="module")
def pair(load: Load) -> TextToVideo:
    if GPU and torch.cuda.device_count() < 2:
        pytest.skip("this machine has one GPU, and a pair is two")
    return load(device="cuda:0,cuda:1" if GPU else "cpu,cpu")


@pytest.mark.parametrize("change", [{}, {"guidance": 1.0}, {"sampler": "unipc"}, {"frames": 7}], ids=str)
def test_two_devices_give_the_video_of_one(pair: TextToVideo, fast: TextToVideo, change: dict):
    request = Request(**(vars(PANDA) | change))
    frames = pair(request).frames
    assert same(frames, fast(request).frames)
    assert np.array_equal(pair(request).frames, frames)


def test_each_device_holds_what_it_runs(pair: TextToVideo):
    pair(PANDA)
    for network, device in zip(pair.runner.networks, (DEVICE, pair.runner.second), strict=True):
        assert {weight.device for weight in network.parameters()} == {device}
    assert places(pair.vae) == {DEVICE.type}
    recorded = (pair.runner.step, pair.runner.other._step, pair.runner.other._decode)
    assert [isinstance(each, GraphedFunction) for each in recorded] == [GPU] * 3
