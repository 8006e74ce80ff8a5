"""The training's kernels, forwards and backwards, against plain PyTorch."""

from collections.abc import Callable

import pytest
import torch
from einops import rearrange
from torch import Tensor

from training.fused import gated, layer_normed, normed
from training.triton_norm import GroupNorm
from training.triton_rows import Gate, LayerNorm

from ..common import relative
from .given import DEVICE

Function = Callable[..., Tensor]
HALF = 5e-3  # bfloat16 holds 8 bits, and the interpreter cuts where a GPU rounds
GRADIENT = 2e-6  # in float32


def check(kernel: Function, plain: Function, *shapes: tuple[int, ...]) -> None:
    """Compare results of random tensors of these shapes, then their gradients."""
    found, expected = differentiated(kernel, shapes), differentiated(plain, shapes)
    assert relative(found[0], expected[0]) < HALF
    for mine, theirs in zip(found[1:], expected[1:], strict=True):
        assert relative(mine, theirs) < GRADIENT


def differentiated(function: Function, shapes: tuple[tuple[int, ...], ...]) -> list[Tensor]:
    """-> the result, then the gradient of each tensor it was given"""
    torch.manual_seed(3)
    given = [(2 * torch.randn(shape) + 1).to(DEVICE).requires_grad_() for shape in shapes]
    out = function(*given)
    out.backward(torch.randn(out.shape).to(out))
    return [out.detach().float(), *(tensor.grad for tensor in given)]


@pytest.mark.parametrize(
    ("shape", "groups", "silu"),
    [
        ((2, 96, 5, 7), 32, True),
        ((3, 64, 20, 9), 32, False),
        ((1, 160, 33, 40), 32, True),
        ((5, 32, 2, 2), 4, True),
    ],
    ids=["SiLU", "without SiLU", "many rows", "few groups"],
)
def test_group_norm(shape: tuple[int, ...], groups: int, silu: bool):
    def plain(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        rows = normed(rearrange(x, "n c h w -> n (h w) c"), weight, bias, groups, 1e-5, silu)
        return rearrange(rows, "n (h w) c -> n c h w", h=x.shape[2])

    channels = (shape[1],)
    check(lambda *given: GroupNorm.apply(*given, groups, 1e-5, silu), plain, shape, channels, channels)


@pytest.mark.parametrize("shape", [(3, 7, 128), (2, 300, 192)], ids=["few rows", "many rows"])
def test_layer_norm(shape: tuple[int, ...]):
    check(
        lambda *given: LayerNorm.apply(*given, 1e-5),
        lambda *given: layer_normed(*given, 1e-5),
        *(shape, shape[-1:], shape[-1:]),
    )


@pytest.mark.parametrize("shape", [(3, 7, 1024), (9, 2, 600)], ids=["even", "odd width"])
def test_gate(shape: tuple[int, ...]):
    check(Gate.apply, gated, shape)
