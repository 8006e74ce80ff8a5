"""Norms and convolutions over time of parts of a video: together what the whole gives."""

from types import ModuleType

import pytest
import torch
from torch import Tensor

from t2v.runtime.kernels import triton_ops, triton_products

from .conftest import Compare
from .given import DEVICE, Given
from .test_products import added

FRAMES = 2, 3  # of two parts


@pytest.mark.parametrize("shape", [(2, 96, 7), (1, 96, 130)], ids=["two videos", "many rows"])
@pytest.mark.parametrize("far", [0, 30], ids=["", "far from zero"])
def test_norms_of_parts(compare: Compare, shape: tuple[int, int, int], far: int):
    b, c, p = shape

    def case(ops: ModuleType, given: Given) -> Tensor:
        x, norm = given.maps(b, c, sum(FRAMES), p), given.group_norm(8, c)
        x, shifts = (x + far).to(given.stored).to(given.dtype), (given.tokens(c), given.tokens(c))
        parts = x.split(FRAMES, dim=2)
        moments = torch.stack([ops.moments(part, norm, shifts) for part in parts])
        return torch.cat([ops.group_norm_by(part, norm, moments, shifts, silu=True) for part in parts], 2)

    compare(case)


def test_moments_are_those_of_the_numbers(compare: Compare):
    def case(ops: ModuleType, given: Given) -> Tensor:
        return ops.moments(given.maps(2, 96, 5, 31), given.group_norm(4, 96), (given.tokens(96),))

    compare(case)


def convolved(ops: ModuleType, given: Given, b: int, c: int, out: int, p: int, loop: bool) -> Tensor:
    """The convolution over time of two parts, each with the frames beside it"""
    x, norm, layer = given.maps(b, c, sum(FRAMES), p), given.group_norm(4, c), given.temporal_conv(c, out)
    shifts, (first, second) = (given.tokens(c),), x.split(FRAMES, dim=2)
    moments = torch.stack([ops.moments(part, norm, shifts) for part in (first, second)])
    ends = (second[:, :, -1:], first[:, :, :1]) if loop else (None, None)
    beside = ((first, ends[0], second[:, :, :1]), (second, first[:, :, -1:], ends[1]))
    return torch.cat(
        [
            added(ops.temporal_conv_beside(part, norm, layer, moments, shifts, before, after))
            for part, before, after in beside
        ],
        dim=2,
    )


@pytest.mark.parametrize("loop", [False, True], ids=["", "loop"])
@pytest.mark.parametrize("unfold", [64, 640], ids=["as a product", "by a library"])
@pytest.mark.usefixtures("library_products")
def test_temporal_conv_of_parts(compare: Compare, unfold: int, loop: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(triton_ops, "UNFOLD", unfold)
    compare(lambda ops, given: convolved(ops, given, 2, 96, 96, 7, loop), roundings=2)


@pytest.mark.parametrize("p", [7, 70], ids=["few rows", "many rows"])
@pytest.mark.usefixtures("own_products")
def test_temporal_conv_of_parts_by_its_own_kernel(compare: Compare, p: int):
    def case(ops: ModuleType, given: Given) -> Tensor:
        if DEVICE.type == "cpu":
            assert triton_products.can_convolve(given.maps(1, 128, 2, 3), given.temporal_conv(128, 320))
        return convolved(ops, given, 2, 128, 320, p, False)

    compare(case, roundings=2)


def test_a_whole_of_one_part_is_what_the_whole_gives(compare: Compare):
    def case(ops: ModuleType, given: Given) -> Tensor:
        x, norm, layer = given.maps(1, 96, 5, 7), given.group_norm(4, 96), given.temporal_conv(96)
        if ops is triton_ops:
            return added(ops.temporal_conv_beside(x, norm, layer, ops.moments(x, norm)[None]))
        return added(ops.temporal_conv(x, norm, layer))

    compare(case, roundings=2)
