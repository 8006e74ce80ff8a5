"""The fused operations of the fast path in plain PyTorch: for every device, and as the kernels' measure."""

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from t2v.networks.attention import attend

Vectors = tuple[Tensor, ...]  # (c) each, all of them to be added


def conv(x: Tensor, layer: nn.Conv2d) -> tuple[Tensor, Vectors]:
    """x (n c h w) -> its convolution (n c' h w), and the biases (c') that are still to be added, if any"""
    return layer(x), ()


def group_norm(
    x: Tensor,
    norm: nn.GroupNorm,
    shifts: Vectors = (),
    silu: bool = False,
    beside: Tensor | None = None,
) -> Tensor:
    """x (n c h w), or the channels of x, then of `beside`; shifts (c) or (n c) that are added first ->
    normed, and passed through SiLU if asked (n c h w)"""
    x = x if beside is None else torch.cat([x, beside], dim=1)
    x = norm(x + rearrange(sum(shifts), "... c -> ... c 1 1") if shifts else x)
    return F.silu(x, inplace=True) if silu else x


def temporal_conv(
    x: Tensor, norm: nn.GroupNorm, layer: nn.Conv2d, shifts: Vectors = ()
) -> tuple[Tensor, Vectors]:
    """x (b c f p), shifts (c) -> normed, through SiLU, convolved along f (b c' f p); and as `conv` biases"""
    return conv(group_norm(x, norm, shifts, silu=True), layer)


def add_shortcut(
    x: Tensor, y: Tensor, layer: nn.Conv2d, beside: Tensor | None = None
) -> tuple[Tensor, Vectors]:
    """x (n c h w), or the channels of x, then of `beside`; y (n c' h w), a 1x1 layer -> y + layer(x),
    overwriting y, and as `conv` biases"""
    if beside is None:
        return y.add_(layer(x)), ()
    first, second = layer.weight.split([x.shape[1], beside.shape[1]], dim=1)
    return y.add_(F.conv2d(x, first, layer.bias)).add_(F.conv2d(beside, second)), ()


def enlarge(x: Tensor, size: tuple[int, ...]) -> Tensor:
    """x (n c h w) -> (n c *size), each place the nearest of x"""
    return F.interpolate(x, size=size, mode="nearest")


def add(x: Tensor, y: Tensor, biases: Vectors = ()) -> Tensor:
    """x y (n c h w), biases (c) -> their sum (n c h w)"""
    return x + (y + rearrange(sum(biases), "c -> 1 c 1 1") if biases else y)


def layer_norm(x: Tensor, norm: nn.LayerNorm, biases: Vectors = ()) -> Tensor:
    """x (… d), biases (d) that are added first -> normed (… d)"""
    return norm(x + sum(biases) if biases else x)


def geglu(x: Tensor, layer: nn.Linear) -> Tensor:
    """x (… d), a layer of values, then of gates -> values times GELU of gates (… d')"""
    value, gate = layer(x).chunk(2, dim=-1)
    return F.gelu(gate).mul_(value)


def temporal_attention(qkv: Tensor, heads: int, slice_bytes: int | None = None) -> Tensor:
    """qkv (b f p 3·c), p places of a frame -> every place's attention over its f frames (b f p c)"""
    q, k, v = rearrange(qkv, "b f p (three heads d) -> three (b p) heads f d", three=3, heads=heads)
    if slice_bytes is None:  # so few scores are faster formed than avoided, twice in half precision
        out = (q * q.shape[-1] ** -0.5 @ k.mT).softmax(-1) @ v
    else:
        out = attend(q, k, v, slice_bytes)
    return rearrange(out, "(b p) heads f d -> b f p (heads d)", b=len(qkv))
