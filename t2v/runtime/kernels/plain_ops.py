"""The fused operations of the fast path in plain PyTorch: for every device, and to check the kernels by."""

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from t2v.networks.attention import attend
from t2v.networks.resnet import around
from t2v.networks.windows import Windows

Vectors = tuple[Tensor, ...]  # each (c); their sum is added


def conv(x: Tensor, layer: nn.Conv2d) -> tuple[Tensor, Vectors]:
    """x (n c h w) -> its convolution (n c' h w), and the biases (c') not yet added to it"""
    return layer(x), ()


def group_norm(
    x: Tensor,
    norm: nn.GroupNorm,
    shifts: Vectors = (),
    silu: bool = False,
    skip: Tensor | None = None,
) -> Tensor:
    """x (n c h w), its channels followed by those of `skip`; shifts (c) or (n c), added first -> normed (n c
    h w), then SiLU if asked"""
    x = x if skip is None else torch.cat([x, skip], dim=1)
    x = norm(x + rearrange(sum(shifts), "... c -> ... c 1 1") if shifts else x)
    return F.silu(x, inplace=True) if silu else x


def temporal_conv(
    x: Tensor, norm: nn.GroupNorm, layer: nn.Conv2d, shifts: Vectors = (), loop: bool = False
) -> tuple[Tensor, Vectors]:
    """x (b c f p), shifts (c) -> norm, SiLU, convolution along f (b c' f p); and biases as `conv`

    With `loop` the last frame is followed by the first.
    """
    x = group_norm(x, norm, shifts, silu=True)
    return (F.conv2d(around(x), layer.weight, layer.bias), ()) if loop else conv(x, layer)


def moments(x: Tensor, norm: nn.GroupNorm, shifts: Vectors = ()) -> Tensor:
    """x (n c h w), a part of what is normed; shifts (c), added first -> for each group of channels the count,
    the mean, and the sum of squares around it (n g 3), in float32; `joined` combines those of parts"""
    x = x.float()
    x = x + rearrange(sum(shifts), "c -> c 1 1") if shifts else x
    x = rearrange(x, "n (g c) h w -> n g (c h w)", g=norm.num_groups)
    variance, mean = torch.var_mean(x, dim=-1, correction=0)
    count = torch.full_like(mean, x.shape[-1])
    return torch.stack([count, mean, variance * count], dim=-1)


def joined(moments: Tensor) -> tuple[Tensor, Tensor]:
    """moments (k n g 3) of k parts -> mean and variance of all (n g). They are combined by the formula of
    Chan et al. 1979, in which nothing cancels."""
    count, mean, squares = moments.unbind(-1)
    total = count.sum(0)
    middle = (count * mean).sum(0) / total
    return middle, (squares + count * (mean - middle).square()).sum(0) / total


def group_norm_by(
    x: Tensor, norm: nn.GroupNorm, moments: Tensor, shifts: Vectors = (), silu: bool = False
) -> Tensor:
    """x (n c h w), a part of what is normed; moments (k n g 3) of all k parts; shifts (c), added first
    -> normed (n c h w), then SiLU if asked"""
    mean, variance = (each.repeat_interleave(x.shape[1] // norm.num_groups, 1) for each in joined(moments))
    scale, centre = norm.weight * (variance + norm.eps).rsqrt(), mean - sum(shifts)
    centre, scale = (rearrange(each, "n c -> n c 1 1") for each in (centre, scale))
    x = ((x - centre) * scale + rearrange(norm.bias, "c -> c 1 1")).to(x.dtype)
    return F.silu(x, inplace=True) if silu else x


def temporal_conv_beside(
    x: Tensor,
    norm: nn.GroupNorm,
    layer: nn.Conv2d,
    moments: Tensor,
    shifts: Vectors = (),
    before: Tensor | None = None,
    after: Tensor | None = None,
) -> tuple[Tensor, Vectors]:
    """x (b c f p), neighbouring frames of a video; those before and after them (b c 1 p), None at its ends;
    moments of all frames, as `group_norm_by` -> as `temporal_conv` (b c' f p); and biases as `conv`"""
    x = torch.cat([each for each in (before, x, after) if each is not None], dim=2)
    x = group_norm_by(x, norm, moments, shifts, silu=True)
    x = F.pad(x, (0, 0, int(before is None), int(after is None)))
    return F.conv2d(x, layer.weight, layer.bias), ()


def add_shortcut(
    x: Tensor, y: Tensor, layer: nn.Conv2d, skip: Tensor | None = None
) -> tuple[Tensor, Vectors]:
    """x (n c h w), its channels followed by those of `skip`; y (n c' h w), a 1x1 layer -> y + layer(x),
    overwriting y; and biases as `conv`"""
    if skip is None:
        return y.add_(layer(x)), ()
    first, second = layer.weight.split([x.shape[1], skip.shape[1]], dim=1)
    return y.add_(F.conv2d(x, first, layer.bias)).add_(F.conv2d(skip, second)), ()


def enlarge(x: Tensor, size: tuple[int, ...]) -> Tensor:
    """x (n c h w) -> (n c *size), nearest neighbours"""
    return F.interpolate(x, size=size, mode="nearest")


def add(x: Tensor, y: Tensor, biases: Vectors = ()) -> Tensor:
    """x y (n c h w), biases (c) -> their sum (n c h w)"""
    return x + (y + rearrange(sum(biases), "c -> 1 c 1 1") if biases else y)


def layer_norm(x: Tensor, norm: nn.LayerNorm, biases: Vectors = ()) -> Tensor:
    """x (… d), biases (d), added first -> normed (… d)"""
    return norm(x + sum(biases) if biases else x)


def geglu(x: Tensor, layer: nn.Linear) -> Tensor:
    """x (… d), a layer whose outputs are values, then gates -> values · GELU(gates) (… d')"""
    value, gate = layer(x).chunk(2, dim=-1)
    return F.gelu(gate).mul_(value)


def temporal_attention(qkv: Tensor, heads: int, slice_bytes: int | None = None) -> Tensor:
    """qkv (b f p 3·c), p places a frame -> attention of each place over the f frames (b f p c)"""
    q, k, v = rearrange(qkv, "b f p (three heads d) -> three (b p) heads f d", three=3, heads=heads)
    if slice_bytes is None:  # for these few scores faster than a fused kernel, twice in half precision
        out = (q * q.shape[-1] ** -0.5 @ k.mT).softmax(-1) @ v
    else:
        out = attend(q, k, v, slice_bytes)
    return rearrange(out, "(b p) heads f d -> b f p (heads d)", b=len(qkv))


def windowed_attention(qkv: Tensor, heads: int, windows: Windows, slice_bytes: int | None = None) -> Tensor:
    """qkv (b f p 3·c) -> `temporal_attention` of each window, averaged (b f p c)"""
    return windows.average(lambda part: temporal_attention(part, heads, slice_bytes), qkv)
