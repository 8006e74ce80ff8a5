"""GroupNorm of a part of what is normed, by statistics of all parts, which lie on other devices, in Triton.

`moments` sums a part up to a few numbers for each group. `group_norm_by` combines those of all parts, which
its caller has exchanged, and norms the part.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor, nn

from .launching import launch
from .plain_ops import Vectors
from .triton_affine import MOST_SHIFTS, apply, fold_sizes, measured, put_affine, statistics
from .triton_rows import SIZES, padded, sum_of

MOST_PARTS = 8


def moments(x: Tensor, norm: nn.GroupNorm, shifts: Vectors = ()) -> Tensor:
    """x (n c h w), a part of what is normed; shifts (c), added first -> for each group of channels the count,
    the mean, and the sum of squares around it (n g 3), in float32"""
    x = x.contiguous(memory_format=torch.channels_last)
    sums, span = measured(x, (), norm, shifts)
    out = torch.empty((len(x), norm.num_groups, 3), dtype=torch.float32, device=x.device)
    sizes = x.shape[2] * x.shape[3], x.shape[1], sums.shape[1], span, norm.num_groups, *fold_sizes(norm)
    launch(_fold_moments, (len(x), norm.num_groups), sums, out, *sizes)
    return out


def group_norm_by(
    x: Tensor, norm: nn.GroupNorm, moments: Tensor, shifts: Vectors = (), silu: bool = False
) -> Tensor:
    """x (n c h w), a part of what is normed; moments (k n g 3) of all k parts; shifts (c), added first
    -> normed (n c h w), then SiLU if asked"""
    x = x.contiguous(memory_format=torch.channels_last)
    n, c, h, w = x.shape
    out = torch.empty((n, h, w, c), dtype=x.dtype, device=x.device)
    apply(x, (), affine_by(norm, moments, shifts), out, silu)
    return out.permute(0, 3, 1, 2)


def affine_by(norm: nn.GroupNorm, moments: Tensor, shifts: Vectors) -> Tensor:
    """moments (k n g 3) of all k parts, shifts (c) -> affine (n 2 c): norm(x + shifts) is x · affine[:, 0] +
    affine[:, 1]"""
    k, n, groups, _ = moments.shape
    affine = torch.empty((n, 2, norm.num_channels), dtype=torch.float32, device=moments.device)
    given = moments, *padded(shifts, MOST_SHIFTS, norm.bias), norm.weight, norm.bias, affine, norm.eps
    width, _, lanes = fold_sizes(norm)
    launch(_fold_parts, (n, groups), *given, k, n, groups, norm.num_channels, width, MOST_PARTS, lanes)
    return affine


@triton.jit(do_not_specialize=SIZES)
def _fold_moments(
    sums,
    out,
    rows,
    c,
    chunks,
    span,
    groups,
    width,
    CHUNKS: tl.constexpr,
    WIDTH: tl.constexpr,
):
    """sums (n chunks 2 c) -> count, mean and sum of squares around it, of each group (n groups 3)"""
    n, group = tl.program_id(0), tl.program_id(1)
    lane = tl.arange(0, WIDTH)
    inside = lane < width
    channel = group * width + lane
    mean, variance = statistics(sums, n, channel, inside, rows, c, chunks, span, width, CHUNKS, WIDTH)
    count, to = rows * width * 1.0, out + (n * groups + group) * 3
    tl.store(to, count)
    tl.store(to + 1, mean)
    tl.store(to + 2, variance * count)


@triton.jit(do_not_specialize=SIZES)
def _fold_parts(
    moments,
    shifts,
    shifted,
    weight,
    bias,
    affine,
    eps,
    count,
    videos,
    groups,
    c,
    width,
    PARTS: tl.constexpr,
    WIDTH: tl.constexpr,
):
    """moments (count videos groups 3), shifts (c) -> affine (videos 2 c), by the formula of Chan et al."""
    n, group, part = tl.program_id(0), tl.program_id(1), tl.arange(0, PARTS)
    there, at = part < count, moments + ((part * videos + n) * groups + group) * 3
    numbers = tl.load(at, mask=there, other=0.0)
    means = tl.load(at + 1, mask=there, other=0.0)
    squares = tl.load(at + 2, mask=there, other=0.0)
    total = tl.sum(numbers, 0)
    mean = tl.sum(numbers * means, 0) / total
    away = means - mean
    variance = tl.sum(squares + numbers * away * away, 0) / total
    lane = tl.arange(0, WIDTH)
    inside = lane < width
    channel = group * width + lane
    shift = sum_of(shifts, shifted, channel, inside)
    put_affine(
        affine + n * 2 * c + channel, c, inside, weight + channel, bias + channel, mean, variance, eps, shift
    )
