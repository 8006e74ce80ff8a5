"""Loads and stores of rows of channels-last feature maps, n blocks of h·w rows of c, for the kernels.

A kernel is compiled once for all videos: what their shapes change are arguments that Triton doesn't
specialise (SIZES), or one of few tile sizes. What the model's widths change are constants.
"""

import triton
import triton.language as tl
from torch import Tensor

from .plain_ops import Vectors

CHANNELS = 64  # of a tile, unless a larger power of two divides the width
TILE_ROWS = 32
SIZES = (
    *("rows", "places", "span", "chunks", "count", "shifted", "videos", "programs"),
    *("f", "p", "l", "m", "from_h", "from_w", "to_h", "to_w"),
)  # arguments of all kernels; Triton would compile anew for a 1, and for a multiple of 16


def channel_tile(c: int) -> int:
    """Channels of a tile: the largest of 256 and 128 that divides c wastes no lanes; else CHANNELS."""
    return next((size for size in (256, 128) if c % size == 0), CHANNELS)


def padded(vectors: Vectors, length: int, filler: Tensor) -> tuple[Vectors, int]:
    """Vectors (c), and how many they are; up to `length` a filler follows, which `sum_of` doesn't read: so
    one kernel serves any number of them."""
    return vectors + (filler,) * (length - len(vectors)), len(vectors)


@triton.jit
def sum_of(vectors, count, channel, inside):
    """vectors (c) -> the sum of the first `count` at these channels, in float32"""
    total = tl.zeros(channel.shape, tl.float32)
    for i in tl.static_range(len(vectors)):
        total += tl.load(vectors[i] + channel, mask=inside & (i < count), other=0.0).to(tl.float32)
    return total


@triton.jit
def get_rows(x, skip, n, row, rows, channel, own, c, here):
    """Rows of x (n rows c) in float32; with a skip, of x (n rows own) followed by skip[0] (n rows c - own)"""
    block, row, at = n.to(tl.int64) * rows, row[:, None], channel[None, :]
    if len(skip) == 0:
        value = tl.load(x + block * c + row * c + at, mask=here, other=0.0)
    else:
        value = tl.load(x + block * own + row * own + at, mask=here & (at < own), other=0.0)
        rest = c - own
        other = skip[0] + block * rest + row * rest + at - own
        value += tl.load(other, mask=here & (at >= own), other=0.0)
    return value.to(tl.float32)


@triton.jit
def put_rows(out, value, n, row, rows, places, channel, c, here, UNFOLD: tl.constexpr):
    """Store value (ROWS TILE) in rows `row`, channels `channel` of block n of out (n rows c), where `here`.

    With UNFOLD, out is (n rows 3 c): a row holds the values of the frame before, its own, and those of the
    frame after; a frame is `places` rows. So each value is stored three times: in the middle of its row, at
    the start of the row a frame later, at the end of the row a frame earlier. Outside the video there are
    zeros: the rows of the last frame store those of the first, and the rows of the first those of the last.
    """
    block = n.to(tl.int64) * rows
    if UNFOLD:
        later, earlier = row + places, row - places
        next_row = tl.where(later < rows, later, later - rows)
        last_row = tl.where(earlier < 0, earlier + rows, earlier)
        before = tl.where((later < rows)[:, None], value, 0.0)
        after = tl.where((earlier < 0)[:, None], 0.0, value)
        tl.store(out + (block + next_row)[:, None] * 3 * c + channel[None, :], before, mask=here)
        tl.store(out + ((block + row)[:, None] * 3 + 1) * c + channel[None, :], value, mask=here)
        tl.store(out + ((block + last_row)[:, None] * 3 + 2) * c + channel[None, :], after, mask=here)
    else:
        tl.store(out + (block + row)[:, None] * c + channel[None, :], value, mask=here)
