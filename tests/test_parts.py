"""A network divided among devices: its parts together are what one device computes, whatever is asked."""

import pytest
import torch
from torch import Tensor, nn

from t2v.networks import TINY_UNET
from t2v.networks.options import Options
from t2v.runtime.dividing import exchanges
from t2v.runtime.exchange import Exchange, alone, in_step, reach
from t2v.runtime.fast_unet import FastUNet
from t2v.runtime.kernels import plain_ops
from t2v.runtime.parts import Part

from .common import CPU, DEEP, relative, seeded_unet, unet_inputs


def divided(fast: FastUNet, count: int, *inputs: Tensor, options: Options) -> Tensor:
    frames = inputs[0].shape[2]
    work = [fast.run(*inputs, options=options, part=Part(i, count, frames)) for i in range(count)]
    (parts,) = in_step([work])
    return torch.cat(parts, dim=2)


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize("texts", [1, 2])
@pytest.mark.parametrize(
    "options",
    [Options(), Options(loop=True), Options(window=3, freeu=True), Options(loop=True, window=2)],
    ids=["", "loop", "window, FreeU", "loop of windows"],
)
def test_parts_together_are_the_whole(count: int, texts: int, options: Options):
    fast, (x, t, text) = FastUNet(seeded_unet(DEEP), CPU), unet_inputs(5, 9, 11, texts)
    whole = x, t, fast.read(text)
    assert relative(divided(fast, count, *whole, options=options), fast(*whole, options=options)) < 1e-5


@pytest.mark.parametrize("count", [2, 4])
def test_each_frame_has_its_time_and_its_words(count: int):
    fast, (x, _, text) = FastUNet(seeded_unet(TINY_UNET), CPU), unet_inputs(5, 12, 20)
    times, words = torch.tensor([[0.0, 10, 337, 900, 999]]), torch.linspace(0.5, 1, 5).view(1, 5, 1, 1)
    whole = x, times, fast.read(text[:, None] * words)
    assert relative(divided(fast, count, *whole, options=Options()), fast(*whole)) < 1e-5


def test_what_devices_exchange_has_one_shape_in_every_step_and_no_more_stops_than_needed():
    """A stop before each norm of what joins frames, and one after each attention over time."""
    unet = seeded_unet(DEEP)
    fast, (x, t, text) = FastUNet(unet, CPU), unet_inputs(4, 8, 12, 1)
    work, stops = fast.run(x, t, fast.read(text), part=Part(0, 2, 4)), []
    while isinstance(reached := reach(work), Exchange):
        stops.append([(other, tuple(tensor.shape)) for other, tensor in reached.sent])
    assert len(stops) == exchanges(unet)
    assert all(other == 1 for stop in stops for other, _ in stop)


def test_norms_of_parts_stay_exact_far_from_zero():
    torch.manual_seed(0)
    norm, shift = nn.GroupNorm(4, 32), torch.randn(32)
    x = torch.randn(2, 32, 5, 30) + 300
    parts = x.split([1, 4], dim=2)
    moments = torch.stack([plain_ops.moments(part, norm, (shift,)) for part in parts])
    found = torch.cat([plain_ops.group_norm_by(part, norm, moments, (shift,)) for part in parts], dim=2)
    exact = norm.double()(x.double() + shift.double().view(-1, 1, 1))
    assert (found - exact).abs().max() < 1e-4  # the input's own last bit is 3e-5


def test_a_device_alone_exchanges_nothing():
    fast, (x, t, text) = FastUNet(seeded_unet(TINY_UNET), CPU), unet_inputs()
    words = fast.read(text)
    assert not isinstance(reach(fast.run(x, t, words)), Exchange)
    assert torch.equal(alone(fast.run(x, t, words)), fast(x, t, words))
