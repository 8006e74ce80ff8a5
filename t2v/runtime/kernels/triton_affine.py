"""GroupNorm of large groups, whose work many programs share, in Triton.

Three kernels: `_measure_rows` sums, `_fold_affine` turns the sums into a scale and an offset, `_apply_affine`
applies these. All sums are in float32, in a fixed order, of differences from the mean or a number near it:
nothing cancels.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor, nn

from .launching import launch
from .plain_ops import Vectors
from .triton_rows import SIZES, TILE_ROWS, channel_tile, get_rows, padded, put_rows, sum_of

TILE = 2048  # elements that a program sums at a time, each in its own place: 16 a thread
TILES = 8  # that it sums: fewer if the GPU would idle, more if there would be too many sums
TOGETHER = 4  # tiles loaded at once: more take registers that other programs need
PROGRAMS = 512  # enough to keep a GPU busy
CHUNKS = 1024  # the most whose sums `_fold_affine` combines
FOLDED = 2048  # of these sums that it loads at a time
MOST_SHIFTS = 2


def norm_shared(
    x: Tensor, skip: Vectors, out: Tensor, norm: nn.GroupNorm, shifts: Vectors, silu: bool, unfold: bool
) -> None:
    """As `triton_group_norm.group_norm`, into out (n h w c), contiguous."""
    rows, c, added = x.shape[2] * x.shape[3], norm.num_channels, padded(shifts, MOST_SHIFTS, norm.bias)
    moments, span = measured(x, skip, norm, shifts)
    affine = torch.empty((len(x), 2, c), dtype=torch.float32, device=x.device)
    sizes = rows, c, stride_of(shifts), moments.shape[1], span, *fold_sizes(norm)
    grid = len(x), norm.num_groups
    launch(_fold_affine, grid, moments, *added, norm.weight, norm.bias, affine, norm.eps, *sizes)
    apply(x, skip, affine, out, silu, unfold)


def measured(x: Tensor, skip: Vectors, norm: nn.GroupNorm, shifts: Vectors) -> tuple[Tensor, int]:
    """x (n c h w), its channels followed by those of skip[0], shifts (c) or (n c) -> for each chunk of rows
    the mean of x + shifts, and the sum of squares around it (n chunks 2 c); the rows of a chunk"""
    n, own, rows, c = x.shape[0], x.shape[1], x.shape[2] * x.shape[3], norm.num_channels
    tile = channel_tile(c)
    height = TILE // tile
    span = _span(n, rows, triton.cdiv(c, tile), height)
    chunks = triton.cdiv(rows, span)
    moments = torch.empty((n, chunks, 2, c), dtype=torch.float32, device=x.device)
    given = x, skip, *padded(shifts, MOST_SHIFTS, norm.bias), moments, rows, own, c, stride_of(shifts)
    launch(_measure_rows, (n, chunks, triton.cdiv(c, tile)), *given, chunks, span, TOGETHER, height, tile)
    return moments, span


def fold_sizes(norm: nn.GroupNorm) -> tuple[int, int, int]:
    """Of a group: its channels; chunks and channels that are combined at a time."""
    width = norm.num_channels // norm.num_groups
    lanes = triton.next_power_of_2(width)
    return width, max(1, FOLDED // lanes), lanes


def apply(x: Tensor, skip: Vectors, affine: Tensor, out: Tensor, silu: bool, unfold: bool = False) -> None:
    """x (n c h w), its channels followed by those of skip[0], affine (n 2 c) -> out (n h w c), contiguous:
    x · affine[:, 0] + affine[:, 1], then SiLU if asked; `unfold` as in `group_norm`"""
    rows, c = x.shape[2] * x.shape[3], affine.shape[2]
    tile = channel_tile(c)
    grid = len(x), triton.cdiv(rows, TILE_ROWS), triton.cdiv(c, tile)
    given = x, skip, affine, out, rows, x.shape[3], x.shape[1], c
    launch(_apply_affine, grid, *given, silu, unfold, TILE_ROWS, tile)


def _span(n: int, rows: int, tiles: int, height: int) -> int:
    """Rows that one program sums, of n blocks of `rows` rows in `tiles` tiles of channels."""
    span = TILES * height
    while rows > CHUNKS * span:
        span *= 2
    while span > height and n * triton.cdiv(rows, span) * tiles < PROGRAMS:
        span //= 2
    return span


def stride_of(shifts: Vectors) -> int:
    """Elements from one block's shifts to the next block's: 0 if all blocks share them."""
    return shifts[0].stride(0) if shifts and shifts[0].dim() == 2 else 0


@triton.jit(do_not_specialize=SIZES)
def _measure_rows(
    x,
    skip,
    shifts,
    shifted,
    moments,
    rows,
    own,
    c,
    stride,
    chunks,
    span,
    TOGETHER: tl.constexpr,
    ROWS: tl.constexpr,
    TILE: tl.constexpr,
):
    """x (n rows c) -> moments (n chunks 2 c): mean of x + shifts over `span` rows, and the sum of
    squares around it"""
    n, chunk = tl.program_id(0), tl.program_id(1)
    channel = tl.program_id(2) * TILE + tl.arange(0, TILE)
    inside = channel < c
    first = chunk * span
    last = tl.minimum(first + span, rows)
    added = sum_of(shifts, shifted, n * stride + channel, inside)
    top = first.to(tl.int64) + tl.arange(0, 1)
    near = tl.sum(get_rows(x, skip, n, top, rows, channel, own, c, inside[None, :]), 0) + added
    total = tl.zeros([ROWS, TILE], tl.float32)
    squares = tl.zeros([ROWS, TILE], tl.float32)
    for block in range(first, last, TOGETHER * ROWS):
        for i in tl.static_range(TOGETHER):
            row = block + i * ROWS + tl.arange(0, ROWS)
            here = (row < last)[:, None] & inside[None, :]
            value = get_rows(x, skip, n, row.to(tl.int64), rows, channel, own, c, here)
            value = tl.where(here, value + (added - near)[None, :], 0.0)
            total += value
            squares += value * value
    count = (last - first).to(tl.float32)
    away = tl.sum(total, 0) / count
    to = moments + (n * chunks + chunk) * 2 * c + channel
    tl.store(to, near + away, mask=inside)
    tl.store(to + c, tl.maximum(tl.sum(squares, 0) - away * away * count, 0.0), mask=inside)


@triton.jit(do_not_specialize=SIZES)
def _fold_affine(
    moments,
    shifts,
    shifted,
    weight,
    bias,
    affine,
    eps,
    rows,
    c,
    stride,
    chunks,
    span,
    width,
    CHUNKS: tl.constexpr,
    WIDTH: tl.constexpr,
):
    """moments (n chunks 2 c) -> affine (n 2 c): norm(x + shifts) is x · affine[0] + affine[1], by groups"""
    n, group = tl.program_id(0), tl.program_id(1)
    lane = tl.arange(0, WIDTH)
    channel = group * width + lane
    inside = lane < width
    mean, variance = statistics(moments, n, channel, inside, rows, c, chunks, span, width, CHUNKS, WIDTH)
    shift = sum_of(shifts, shifted, n * stride + channel, inside)
    put_affine(
        affine + n * 2 * c + channel, c, inside, weight + channel, bias + channel, mean, variance, eps, shift
    )


@triton.jit
def put_affine(to, c, inside, weight, bias, mean, variance, eps, shift):
    """Store a norm of these statistics, of channels shifted first, as a factor and, c further, a sum."""
    scale = tl.load(weight, mask=inside, other=0.0).to(tl.float32) / tl.sqrt(variance + eps)
    offset = tl.load(bias, mask=inside, other=0.0).to(tl.float32)
    tl.store(to, scale, mask=inside)
    tl.store(to + c, offset + (shift - mean) * scale, mask=inside)


@triton.jit
def statistics(
    moments, n, channel, inside, rows, c, chunks, span, width, CHUNKS: tl.constexpr, WIDTH: tl.constexpr
):
    """moments (n chunks 2 c) -> mean and variance of a group of channels in block n

    Chunks and channels are combined by the formula of Chan et al. 1979, CHUNKS at a time.
    """
    near = tl.load(moments + n * chunks * 2 * c + channel, mask=inside, other=0.0)
    near = tl.sum(near, 0) / width  # the first chunk's mean, to measure from
    total = tl.zeros([CHUNKS, WIDTH], tl.float32)
    squares = tl.zeros([CHUNKS, WIDTH], tl.float32)
    for first in range(0, chunks, CHUNKS):
        chunk = first + tl.arange(0, CHUNKS)
        at = moments + (n * chunks + chunk)[:, None] * 2 * c + channel[None, :]
        here = (chunk < chunks)[:, None] & inside[None, :]
        count = tl.maximum(tl.minimum(rows - chunk * span, span), 0).to(tl.float32)[:, None]
        away = tl.where(here, tl.load(at, mask=here, other=0.0) - near, 0.0)
        total += away * count
        squares += tl.load(at + c, mask=here, other=0.0) + away * away * count
    places = rows * width * 1.0
    away = tl.sum(tl.sum(total, 0), 0) / places
    variance = tl.maximum(tl.sum(tl.sum(squares, 0), 0) / places - away * away, 0.0)
    return near + away, variance


@triton.jit(do_not_specialize=SIZES)
def _apply_affine(
    x,
    skip,
    affine,
    out,
    rows,
    places,
    own,
    c,
    silu,
    UNFOLD: tl.constexpr,
    ROWS: tl.constexpr,
    TILE: tl.constexpr,
):
    """x (n rows c), affine (n 2 c) -> x · affine[0] + affine[1], then SiLU if asked"""
    n = tl.program_id(0)
    row = tl.program_id(1) * ROWS + tl.arange(0, ROWS)
    channel = tl.program_id(2) * TILE + tl.arange(0, TILE)
    inside = channel < c
    here = (row < rows)[:, None] & inside[None, :]
    scale = tl.load(affine + n * 2 * c + channel, mask=inside, other=0.0)
    offset = tl.load(affine + n * 2 * c + c + channel, mask=inside, other=0.0)
    value = get_rows(x, skip, n, row.to(tl.int64), rows, channel, own, c, here)
    value = value * scale[None, :] + offset[None, :]
    if silu:
        value = value * tl.sigmoid(value)
    put_rows(out, value, n, row, rows, places, channel, c, here, UNFOLD)
