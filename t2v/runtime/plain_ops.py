"""The fused operations of the fast path in plain PyTorch: for every device, and as the kernels' measure."""

import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from t2v.networks.attention import attend


def conv(x: Tensor, layer: nn.Conv2d) -> tuple[Tensor, Tensor | None]:
    """x (n c h w) -> its convolution (n c' h w), and the bias (c') that is still to be added, if any"""
    return layer(x), None


def group_norm(x: Tensor, norm: nn.GroupNorm, shift: Tensor | None = None, silu: bool = False) -> Tensor:
    """x (n c h w), shift (c) that is added first -> normed, and passed through SiLU if asked (n c h w)"""
    x = norm(x if shift is None else x + rearrange(shift, "c -> 1 c 1 1"))
    return F.silu(x, inplace=True) if silu else x


def temporal_conv(
    x: Tensor, norm: nn.GroupNorm, layer: nn.Conv2d, shift: Tensor | None = None
) -> tuple[Tensor, Tensor | None]:
    """x (b c f p), shift (c) -> normed, through SiLU, convolved along f (b c' f p); and as `conv` a bias"""
    return conv(group_norm(x, norm, shift, silu=True), layer)


def product(x: Tensor, layer: nn.Linear) -> tuple[Tensor, Tensor | None]:
    """x (… d) -> its product (… d'), and the bias (d') that is still to be added, if any"""
    return layer(x), None


def add_shortcut(x: Tensor, y: Tensor, layer: nn.Conv2d) -> tuple[Tensor, Tensor | None]:
    """x (n c h w), y (n c' h w), a 1x1 layer -> y + layer(x), overwriting y, and as `conv` a bias"""
    return y.add_(layer(x)), None


def enlarge(x: Tensor, size: tuple[int, int]) -> Tensor:
    """x (n c h w) -> (n c *size), each place the nearest of x"""
    return F.interpolate(x, size=size, mode="nearest")


def add(x: Tensor, y: Tensor, bias: Tensor | None = None) -> Tensor:
    """x y (n c h w), bias (c) -> their sum (n c h w)"""
    return x + y if bias is None else x + (y + rearrange(bias, "c -> 1 c 1 1"))


def add_layer_norm(
    x: Tensor,
    y: Tensor | None,
    norm: nn.LayerNorm,
    biases: tuple[Tensor | None, ...] = (),
    ahead: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """x y (n l d), two biases (d) at most -> their sum, to which `ahead` (d) is added, and the sum normed,
    both (n l d); without y, x as it is and x with the biases normed"""
    total = x if y is None else x + y
    for bias in biases:
        total = total if bias is None else total + bias
    normed = norm(total)
    return (x if y is None else total if ahead is None else total.add_(ahead)), normed


def geglu(x: Tensor, bias: Tensor | None = None) -> Tensor:
    """x (n l 2d), values, then gates, bias (2d) that is added first -> values times GELU of gates (n l d)"""
    value, gate = (x if bias is None else x + bias).chunk(2, dim=-1)
    return F.gelu(gate).mul_(value)


def temporal_attention(qkv: Tensor, heads: int, slice_bytes: int | None = None) -> Tensor:
    """qkv (b f p 3·c), p places of a frame -> every place's attention over its f frames (b f p c)"""
    q, k, v = rearrange(qkv, "b f p (three heads d) -> three (b p) heads f d", three=3, heads=heads)
    if slice_bytes is None:  # so few scores are faster formed than avoided, twice in half precision
        out = (q * q.shape[-1] ** -0.5 @ k.mT).softmax(-1) @ v
    else:
        out = attend(q, k, v, slice_bytes)
    return rearrange(out, "(b p) heads f d -> b f p (heads d)", b=len(qkv))
