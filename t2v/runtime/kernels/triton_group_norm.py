"""GroupNorm over channels-last feature maps (n c h w), read as n blocks of h·w rows of c, in Triton.

A group that fits in a program's registers is read once. If there are few groups, larger ones are read twice
by their programs, the second time from the cache. Otherwise many programs share the work (`triton_affine`).
All sums are in float32, in a fixed order, of differences from the mean or a number near it: nothing cancels.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor, nn

from .launching import launch
from .plain_ops import Vectors
from .triton_affine import MOST_SHIFTS, norm_shared, stride_of
from .triton_rows import SIZES, get_rows, padded, put_rows, sum_of

SMALL_GROUP = 80_000  # the most places, rows times lanes, of a group that one program sums
SMALL_PROGRAMS = 128  # that share such groups: each sums a whole group and writes a part of it
SMALL_LANES = 32  # the fewest: shorter pieces of rows are slow to read
BLOCK = 16_384  # places that such a program reads at a time
HEIGHTS = 64, 256  # rows of smaller blocks, which are enough for small maps


def group_norm(
    x: Tensor,
    norm: nn.GroupNorm,
    shifts: Vectors = (),
    silu: bool = False,
    skip: Tensor | None = None,
    unfold: bool = False,
) -> Tensor:
    """x (n c h w), its channels followed by those of `skip`; shifts (c) or (n c), added first -> normed (n c
    h w), then SiLU if asked; with `unfold`, (n h w 3·c): each row between the rows at h - 1 and
    h + 1, zero outside"""
    x, *others = (
        each.contiguous(memory_format=torch.channels_last) for each in (x, skip) if each is not None
    )
    n, _, h, w = x.shape
    c = norm.num_channels
    shape = (n, h, w, 3 * c) if unfold else (n, h, w, c)
    out = torch.empty(shape, dtype=x.dtype, device=x.device)
    lanes = triton.next_power_of_2(c // norm.num_groups)
    few, places = n * norm.num_groups <= SMALL_PROGRAMS, h * w * lanes
    small = lanes >= SMALL_LANES and places <= (SMALL_GROUP if few else BLOCK)
    (_norm_small if small else norm_shared)(x, tuple(others), out, norm, _together(shifts), silu, unfold)
    return out if unfold else out.permute(0, 3, 1, 2)


def _together(shifts: Vectors) -> Vectors:
    """If any of the shifts is (n c), one a block: their sum (n c) in float32; else the shifts (c)."""
    if all(shift.dim() == 1 for shift in shifts):
        return shifts
    return (torch.as_tensor(sum(shift.float() for shift in shifts)).contiguous(),)


def _norm_small(
    x: Tensor, skip: Vectors, out: Tensor, norm: nn.GroupNorm, shifts: Vectors, silu: bool, unfold: bool
) -> None:
    n, own, rows, c = x.shape[0], x.shape[1], x.shape[2] * x.shape[3], norm.num_channels
    width = c // norm.num_groups
    lanes = triton.next_power_of_2(width)
    height = _height(rows, BLOCK // lanes)
    tensors = x, skip, *padded(shifts, MOST_SHIFTS, norm.bias), norm.weight, norm.bias, out
    sizes, tile = (rows, x.shape[3], own, c, stride_of(shifts)), (unfold, height, width, lanes)
    warps = min(16, max(1, height * lanes // 1024))
    if rows <= height:
        grid: tuple[int, ...] = n, norm.num_groups
        launch(_norm_at_once, grid, *tensors, *sizes, norm.eps, silu, *tile, num_warps=warps)
        return
    parts = max(1, min(triton.cdiv(rows, height), SMALL_PROGRAMS // (n * norm.num_groups)))
    span = triton.cdiv(triton.cdiv(rows, height), parts) * height
    grid = n, norm.num_groups, triton.cdiv(rows, span)
    launch(_norm_group, grid, *tensors, *sizes, span, norm.eps, silu, *tile, num_warps=warps)


def _height(rows: int, most: int) -> int:
    """Rows of a block, of few sizes, for each is a kernel: the smallest that has them all, or else `most`."""
    return next((height for height in HEIGHTS if rows <= height < most), most)


@triton.jit(do_not_specialize=SIZES)
def _norm_at_once(
    x,
    skip,
    shifts,
    shifted,
    weight,
    bias,
    out,
    rows,
    places,
    own,
    c,
    stride,
    eps,
    silu,
    UNFOLD: tl.constexpr,
    ROWS: tl.constexpr,
    WIDTH: tl.constexpr,
    LANES: tl.constexpr,
):
    """x (n rows c), shifts (c) or (n c) -> the norm of x + shifts, then SiLU if asked. A program norms one of
    the n blocks' groups: WIDTH channels of all its rows."""
    n, group = tl.program_id(0), tl.program_id(1)
    row, lane = tl.arange(0, ROWS), tl.arange(0, LANES)
    inside = lane < WIDTH
    channel = group * WIDTH + lane
    here = (row < rows)[:, None] & inside[None, :]
    value = get_rows(x, skip, n, row, rows, channel, own, c, here)
    value += sum_of(shifts, shifted, n * stride + channel, inside)[None, :]
    count = rows * WIDTH * 1.0
    value -= tl.sum(tl.sum(tl.where(here, value, 0.0), 0), 0) / count
    squares = tl.where(here, value * value, 0.0)
    scale = tl.load(weight + channel, mask=inside, other=0.0).to(tl.float32)
    scale = scale / tl.sqrt(tl.sum(tl.sum(squares, 0), 0) / count + eps)
    value = value * scale[None, :] + tl.load(bias + channel, mask=inside, other=0.0).to(tl.float32)[None, :]
    if silu:
        value = value * tl.sigmoid(value)
    put_rows(out, value, n, row, rows, places, channel, c, here, UNFOLD)


@triton.jit(do_not_specialize=SIZES)
def _norm_group(
    x,
    skip,
    shifts,
    shifted,
    weight,
    bias,
    out,
    rows,
    places,
    own,
    c,
    stride,
    span,
    eps,
    silu,
    UNFOLD: tl.constexpr,
    ROWS: tl.constexpr,
    WIDTH: tl.constexpr,
    LANES: tl.constexpr,
):
    """x (n rows c) -> the norm of x + shifts. A program norms `span` rows of a group of WIDTH channels."""
    n, group, part = tl.program_id(0), tl.program_id(1), tl.program_id(2)
    lane = tl.arange(0, LANES)
    inside = lane < WIDTH
    channel = group * WIDTH + lane
    added = sum_of(shifts, shifted, n * stride + channel, inside)
    near = tl.sum(get_rows(x, skip, n, tl.arange(0, 1), rows, channel, own, c, inside[None, :]), 0)
    near = tl.sum(near + added, 0) / WIDTH  # the first row's mean, to measure from
    total = tl.zeros([ROWS, LANES], tl.float32)
    squares = tl.zeros([ROWS, LANES], tl.float32)
    for first in range(0, rows, ROWS):
        row = first + tl.arange(0, ROWS)
        here = (row < rows)[:, None] & inside[None, :]
        value = get_rows(x, skip, n, row, rows, channel, own, c, here)
        value = tl.where(here, value + added[None, :] - near, 0.0)
        total += value
        squares += value * value
    count = rows * WIDTH * 1.0
    away = tl.sum(tl.sum(total, 0), 0) / count
    variance = tl.maximum(tl.sum(tl.sum(squares, 0), 0) / count - away * away, 0.0)
    scale = tl.load(weight + channel, mask=inside, other=0.0).to(tl.float32) / tl.sqrt(variance + eps)
    offset = tl.load(bias + channel, mask=inside, other=0.0).to(tl.float32) + (added - (near + away)) * scale
    for first in range(part * span, tl.minimum(part * span + span, rows), ROWS):
        row = first + tl.arange(0, ROWS)
        here = (row < rows)[:, None] & inside[None, :]
        value = get_rows(x, skip, n, row, rows, channel, own, c, here)
        value = value * scale[None, :] + offset[None, :]
        if silu:
            value = value * tl.sigmoid(value)
        put_rows(out, value, n, row, rows, places, channel, c, here, UNFOLD)
