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


def add(x: Tensor, y: Tensor, bias: Tensor | None = None) -> Tensor:
    """x y (n c h w), bias (c) -> their sum (n c h w)"""
    return x + y if bias is None else x + (y + rearrange(bias, "c -> 1 c 1 1"))


def add_layer_norm(x: Tensor, y: Tensor | None, norm: nn.LayerNorm) -> tuple[Tensor, Tensor]:
    """x y (n l d) -> their sum, and the sum normed, both (n l d); without y, x and x normed"""
    x = x if y is None else x + y
    return x, norm(x)


def geglu(x: Tensor) -> Tensor:
    """x (n l 2d): values, then gates -> values times GELU of the gates (n l d)"""
    value, gate = x.chunk(2, dim=-1)
    return F.gelu(gate).mul_(value)


def temporal_attention(qkv: Tensor, heads: int, slice_bytes: int | None = None) -> Tensor:
    """qkv (b f p 3·c), p places of a frame -> every place's attention over its f frames (b f p c)"""
    q, k, v = rearrange(qkv, "b f p (three heads d) -> three (b p) heads f d", three=3, heads=heads)
    if slice_bytes is None:  # so few scores are faster formed than avoided, twice in half precision
        out = (q * q.shape[-1] ** -0.5 @ k.mT).softmax(-1) @ v
    else:
        out = attend(q, k, v, slice_bytes)
    return rearrange(out, "(b p) heads f d -> b f p (heads d)", b=len(qkv))
