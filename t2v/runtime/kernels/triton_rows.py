"""How the kernels read and write rows of channels-last feature maps, n blocks of h·w rows of c."""

import triton
import triton.language as tl

CHANNELS = 64  # of a tile; a larger power of two where it divides the width
TILE_ROWS = 32


def channel_tile(c: int) -> int:
    """How many channels a tile spans: whole powers of two waste no lanes."""
    return next((size for size in (256, 128) if c % size == 0), CHANNELS)


@triton.jit
def sum_of(vectors, channel, inside):
    """vectors (c) -> their sum at these channels, in float32"""
    total = tl.zeros(channel.shape, tl.float32)
    for i in tl.static_range(len(vectors)):
        total += tl.load(vectors[i] + channel, mask=inside, other=0.0).to(tl.float32)
    return total


@triton.jit
def get_rows(x, beside, n, row, rows, channel, own, c, here):
    """Rows of x (n rows c), in float32; with one beside it, of x (n rows own) and that (n rows c - own)"""
    block, row, at = n.to(tl.int64) * rows, row[:, None], channel[None, :]
    if len(beside) == 0:
        value = tl.load(x + block * c + row * c + at, mask=here, other=0.0)
    else:
        value = tl.load(x + block * own + row * own + at, mask=here & (at < own), other=0.0)
        rest = c - own
        other = beside[0] + block * rest + row * rest + at - own
        value += tl.load(other, mask=here & (at >= own), other=0.0)
    return value.to(tl.float32)


@triton.jit
def put_rows(out, value, n, row, rows, places, channel, c, here, UNFOLD: tl.constexpr):
    """value (ROWS TILE) -> its rows of out (n rows c). With UNFOLD, of out (n rows 3 c): into the middle of
    its own, and beside those a frame, `places` rows, later and earlier; the last frame's rows, which have
    no later ones, write the zeros before the first frame's, and the first the zeros after the last's."""
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
