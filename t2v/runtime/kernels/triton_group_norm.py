"""GroupNorm over channels-last feature maps (n c h w), read as n blocks of h·w rows of c, in Triton.

A group that a program's registers hold is read once. A few larger ones are read by one program each, twice:
the second time they lie near. Otherwise three kernels share the work: `_measure_rows` sums up, `_fold_affine`
turns sums into a scale and an offset, `_apply_affine` applies. All sums are in float32, in a fixed order, and
of distances from the mean or a number near it: nothing cancels.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor, nn

from .plain_ops import Vectors
from .triton_rows import TILE_ROWS, channel_tile, get_rows, put_rows, sum_of

TILE = 2048  # numbers that a program sums up at a time, one each place: 16 a thread
TILES = 8  # that it sums up, fewer where the GPU would stand idle, more where there were too many sums
TOGETHER = 4  # tiles on their way at once: more take registers that other programs need
PROGRAMS = 512  # that keep a GPU busy
CHUNKS = 1024  # the most whose sums are put together
SMALL_GROUP = 80_000  # the most places, rows times lanes, of a group that one program sums up
SMALL_PROGRAMS = 128  # that share such groups: all sum up a whole one, each writes a part
SMALL_LANES = 32  # the fewest: shorter pieces of rows are read badly
BLOCK = 16_384  # places that such a program reads at a time


def group_norm(
    x: Tensor,
    norm: nn.GroupNorm,
    shifts: Vectors = (),
    silu: bool = False,
    beside: Tensor | None = None,
    unfold: bool = False,
) -> Tensor:
    """x (n c h w), or the channels of x, then of `beside`; shifts (c) or (n c) that are added first ->
    normed, and passed through SiLU if asked (n c h w); with `unfold`, (n h w 3·c): each row between those at
    h - 1 and h + 1, zero outside"""
    x, *others = (
        each.contiguous(memory_format=torch.channels_last) for each in (x, beside) if each is not None
    )
    n, _, h, w = x.shape
    c = norm.num_channels
    shape = (n, h, w, 3 * c) if unfold else (n, h, w, c)
    out = torch.empty(shape, dtype=x.dtype, device=x.device)
    lanes = triton.next_power_of_2(c // norm.num_groups)
    few, places = n * norm.num_groups <= SMALL_PROGRAMS, h * w * lanes
    small = lanes >= SMALL_LANES and places <= (SMALL_GROUP if few else BLOCK)
    (_norm_small if small else _norm_large)(x, tuple(others), out, norm, _together(shifts), silu, unfold)
    return out if unfold else out.permute(0, 3, 1, 2)


def _together(shifts: Vectors) -> Vectors:
    """Shifts (c) as they are; where one differs from block to block, the sum of all (n c) in float32."""
    if all(shift.dim() == 1 for shift in shifts):
        return shifts
    return (torch.as_tensor(sum(shift.float() for shift in shifts)).contiguous(),)


def _step(shifts: Vectors) -> int:
    """How far one block's shifts lie from the next block's: 0 where all blocks share them."""
    return shifts[0].stride(0) if shifts and shifts[0].dim() == 2 else 0


def _norm_small(
    x: Tensor, beside: Vectors, out: Tensor, norm: nn.GroupNorm, shifts: Vectors, silu: bool, unfold: bool
) -> None:
    n, own, rows, c = x.shape[0], x.shape[1], x.shape[2] * x.shape[3], norm.num_channels
    width = c // norm.num_groups
    lanes = triton.next_power_of_2(width)
    height = min(triton.next_power_of_2(rows), BLOCK // lanes)
    warps = min(16, max(1, height * lanes // 1024))
    tensors = x, beside, shifts, norm.weight, norm.bias, out
    if rows <= height:
        whole = rows, x.shape[3], own, c, _step(shifts), norm.eps, silu, unfold, height, width, lanes
        _norm_at_once[(n, norm.num_groups)](*tensors, *whole, num_warps=warps)
        return
    parts = max(1, min(triton.cdiv(rows, height), SMALL_PROGRAMS // (n * norm.num_groups)))
    span = triton.cdiv(triton.cdiv(rows, height), parts) * height
    sizes = rows, x.shape[3], own, c, _step(shifts), span, norm.eps, silu, unfold, height, width, lanes
    _norm_group[(n, norm.num_groups, triton.cdiv(rows, span))](*tensors, *sizes, num_warps=warps)


def _norm_large(
    x: Tensor, beside: Vectors, out: Tensor, norm: nn.GroupNorm, shifts: Vectors, silu: bool, unfold: bool
) -> None:
    n, own, rows, c = x.shape[0], x.shape[1], x.shape[2] * x.shape[3], norm.num_channels
    width = c // norm.num_groups
    tile = channel_tile(c)
    height = TILE // tile
    span = _span(n, rows, triton.cdiv(c, tile), height)
    chunks = triton.cdiv(rows, span)
    moments = torch.empty((n, chunks, 2, c), dtype=torch.float32, device=x.device)
    affine = torch.empty((n, 2, c), dtype=torch.float32, device=x.device)
    together = min(TOGETHER, span // height)
    grid = (n, chunks, triton.cdiv(c, tile))
    step = _step(shifts)
    _measure_rows[grid](x, beside, shifts, moments, rows, own, c, step, chunks, span, together, height, tile)
    sizes = span, triton.next_power_of_2(chunks), triton.next_power_of_2(width)
    _fold_affine[(n, norm.num_groups)](
        moments, shifts, norm.weight, norm.bias, affine, rows, c, step, chunks, width, norm.eps, *sizes
    )
    grid = (n, triton.cdiv(rows, TILE_ROWS), triton.cdiv(c, tile))
    _apply_affine[grid](x, beside, affine, out, rows, x.shape[3], own, c, silu, unfold, TILE_ROWS, tile)


def _span(n: int, rows: int, tiles: int, height: int) -> int:
    """Of n times so many rows, in so many tiles of channels, those that one program sums up."""
    span = TILES * height
    while rows > CHUNKS * span:
        span *= 2
    while span > height and n * triton.cdiv(rows, span) * tiles < PROGRAMS:
        span //= 2
    return span


@triton.jit
def _norm_at_once(
    x,
    beside,
    shifts,
    weight,
    bias,
    out,
    rows,
    places,
    own,
    c,
    step,
    eps,
    SILU: tl.constexpr,
    UNFOLD: tl.constexpr,
    ROWS: tl.constexpr,
    WIDTH: tl.constexpr,
    LANES: tl.constexpr,
):
    """x (n rows c) -> the norm of x + shifts, one whole group of WIDTH channels a program"""
    n, group = tl.program_id(0), tl.program_id(1)
    row, lane = tl.arange(0, ROWS), tl.arange(0, LANES)
    inside = lane < WIDTH
    channel = group * WIDTH + lane
    here = (row < rows)[:, None] & inside[None, :]
    value = get_rows(x, beside, n, row, rows, channel, own, c, here)
    value += sum_of(shifts, n * step + channel, inside)[None, :]
    count = rows * WIDTH * 1.0
    value -= tl.sum(tl.sum(tl.where(here, value, 0.0), 0), 0) / count
    squares = tl.where(here, value * value, 0.0)
    scale = tl.load(weight + channel, mask=inside, other=0.0).to(tl.float32)
    scale = scale / tl.sqrt(tl.sum(tl.sum(squares, 0), 0) / count + eps)
    value = value * scale[None, :] + tl.load(bias + channel, mask=inside, other=0.0).to(tl.float32)[None, :]
    if SILU:
        value = value * tl.sigmoid(value)
    put_rows(out, value, n, row, rows, places, channel, c, here, UNFOLD)


@triton.jit
def _norm_group(
    x,
    beside,
    shifts,
    weight,
    bias,
    out,
    rows,
    places,
    own,
    c,
    step,
    span,
    eps,
    SILU: tl.constexpr,
    UNFOLD: tl.constexpr,
    ROWS: tl.constexpr,
    WIDTH: tl.constexpr,
    LANES: tl.constexpr,
):
    """x (n rows c) -> `span` rows of the norm of x + shifts, one group of WIDTH channels a program"""
    n, group, part = tl.program_id(0), tl.program_id(1), tl.program_id(2)
    lane = tl.arange(0, LANES)
    inside = lane < WIDTH
    channel = group * WIDTH + lane
    added = sum_of(shifts, n * step + channel, inside)
    near = tl.sum(get_rows(x, beside, n, tl.arange(0, 1), rows, channel, own, c, inside[None, :]), 0)
    near = tl.sum(near + added, 0) / WIDTH  # the first row's mean, to measure from
    total = tl.zeros([ROWS, LANES], tl.float32)
    squares = tl.zeros([ROWS, LANES], tl.float32)
    for first in range(0, rows, ROWS):
        row = first + tl.arange(0, ROWS)
        here = (row < rows)[:, None] & inside[None, :]
        value = get_rows(x, beside, n, row, rows, channel, own, c, here)
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
        value = get_rows(x, beside, n, row, rows, channel, own, c, here)
        value = value * scale[None, :] + offset[None, :]
        if SILU:
            value = value * tl.sigmoid(value)
        put_rows(out, value, n, row, rows, places, channel, c, here, UNFOLD)


@triton.jit
def _measure_rows(
    x,
    beside,
    shifts,
    moments,
    rows,
    own,
    c,
    step,
    chunks,
    SPAN: tl.constexpr,
    TOGETHER: tl.constexpr,
    ROWS: tl.constexpr,
    TILE: tl.constexpr,
):
    """x (n rows c) -> moments (n chunks 2 c): mean of x + shifts over SPAN rows, and the squares around it"""
    n, chunk = tl.program_id(0), tl.program_id(1)
    channel = tl.program_id(2) * TILE + tl.arange(0, TILE)
    inside = channel < c
    first = chunk * SPAN
    added = sum_of(shifts, n * step + channel, inside)
    top = first.to(tl.int64) + tl.arange(0, 1)
    near = tl.sum(get_rows(x, beside, n, top, rows, channel, own, c, inside[None, :]), 0) + added
    total = tl.zeros([ROWS, TILE], tl.float32)
    squares = tl.zeros([ROWS, TILE], tl.float32)
    for block in range(0, SPAN, TOGETHER * ROWS):
        for i in tl.static_range(TOGETHER):
            row = first + block + i * ROWS + tl.arange(0, ROWS)
            here = (row < rows)[:, None] & inside[None, :]
            value = get_rows(x, beside, n, row.to(tl.int64), rows, channel, own, c, here)
            value = tl.where(here, value + (added - near)[None, :], 0.0)
            total += value
            squares += value * value
    count = tl.minimum(rows - first, SPAN).to(tl.float32)
    away = tl.sum(total, 0) / count
    to = moments + (n * chunks + chunk) * 2 * c + channel
    tl.store(to, near + away, mask=inside)
    tl.store(to + c, tl.maximum(tl.sum(squares, 0) - away * away * count, 0.0), mask=inside)


@triton.jit
def _fold_affine(
    moments,
    shifts,
    weight,
    bias,
    affine,
    rows,
    c,
    step,
    chunks,
    width,
    eps,
    SPAN: tl.constexpr,
    CHUNKS: tl.constexpr,
    WIDTH: tl.constexpr,
):
    """moments (n chunks 2 c) -> affine (n 2 c): norm(x + shifts) is x · affine[0] + affine[1], by groups

    Chunks and channels are put together as Chan et al. 1979 do.
    """
    n, group = tl.program_id(0), tl.program_id(1)
    chunk, lane = tl.arange(0, CHUNKS), tl.arange(0, WIDTH)
    channel = group * width + lane
    inside = lane < width
    at = moments + (n * chunks + chunk)[:, None] * 2 * c + channel[None, :]
    here = (chunk < chunks)[:, None] & inside[None, :]
    count = tl.maximum(tl.minimum(rows - chunk * SPAN, SPAN), 0).to(tl.float32)[:, None]
    total = rows * width * 1.0
    means = tl.load(at, mask=here, other=0.0)
    mean = tl.sum(tl.sum(means * count, 0), 0) / total
    around = tl.where(here, means - mean, 0.0)
    squares = tl.load(at + c, mask=here, other=0.0) + around * around * count
    scale = 1.0 / tl.sqrt(tl.sum(tl.sum(squares, 0), 0) / total + eps)
    scale = scale * tl.load(weight + channel, mask=inside, other=0.0).to(tl.float32)
    offset = tl.load(bias + channel, mask=inside, other=0.0).to(tl.float32)
    offset += (sum_of(shifts, n * step + channel, inside) - mean) * scale
    to = affine + n * 2 * c + channel
    tl.store(to, scale, mask=inside)
    tl.store(to + c, offset, mask=inside)


@triton.jit
def _apply_affine(
    x,
    beside,
    affine,
    out,
    rows,
    places,
    own,
    c,
    SILU: tl.constexpr,
    UNFOLD: tl.constexpr,
    ROWS: tl.constexpr,
    TILE: tl.constexpr,
):
    """x (n rows c), affine (n 2 c) -> x · affine[0] + affine[1], through SiLU if asked"""
    n = tl.program_id(0)
    row = tl.program_id(1) * ROWS + tl.arange(0, ROWS)
    channel = tl.program_id(2) * TILE + tl.arange(0, TILE)
    inside = channel < c
    here = (row < rows)[:, None] & inside[None, :]
    scale = tl.load(affine + n * 2 * c + channel, mask=inside, other=0.0)
    offset = tl.load(affine + n * 2 * c + c + channel, mask=inside, other=0.0)
    value = get_rows(x, beside, n, row.to(tl.int64), rows, channel, own, c, here)
    value = value * scale[None, :] + offset[None, :]
    if SILU:
        value = value * tl.sigmoid(value)
    put_rows(out, value, n, row, rows, places, channel, c, here, UNFOLD)
