"""Attention over time by windows, in one kernel.

Windows that overlap share their scores: a program reads its queries and every key that a window around them
holds, computes the scores once, weighs each window's softmax, and multiplies their sum with the values once.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from t2v.networks.windows import STRIDE, Windows

from .launching import launch
from .triton_rows import SIZES

QUERIES = 16  # frames of a program
MOST_KEYS, MOST_WIDTH = 128, 64  # that a program's shared memory holds, in float32 too


def can_attend(size: int, d: int) -> bool:
    """Whether the kernel takes windows of `size` frames and heads of width d."""
    return _keys(size) <= MOST_KEYS and d <= MOST_WIDTH


def windowed_attention(qkv: Tensor, heads: int, windows: Windows) -> Tensor:
    """qkv (b f p 3·c), f beyond a window's -> attention of each place, averaged over windows (b f p c)"""
    qkv = qkv.contiguous()
    b, f, p, c = *qkv.shape[:3], qkv.shape[3] // 3
    d = c // heads
    out = torch.empty((b, f, p, c), dtype=qkv.dtype, device=qkv.device)
    stride = 1 if windows.loop else STRIDE
    tile = QUERIES, _keys(windows.size), max(16, triton.next_power_of_2(d))
    grid = (triton.cdiv(f, QUERIES) * b * p, heads)
    given = qkv, out, f, p, c, d, windows.size, d**-0.5, windows.loop, stride
    launch(_windowed_attention, grid, *given, *tile, num_warps=4)
    return out


def _keys(size: int) -> int:
    """Keys of a program: its frames, and those of windows that begin before or end after them."""
    return triton.next_power_of_2(QUERIES + 2 * (size - 1))


@triton.jit(do_not_specialize=(*SIZES, "size"))
def _windowed_attention(
    qkv,
    out,
    f,
    p,
    c,
    d,
    size,
    scale,
    LOOP: tl.constexpr,
    STRIDE: tl.constexpr,
    QUERIES: tl.constexpr,
    KEYS: tl.constexpr,
    WIDTH: tl.constexpr,
):
    """qkv (b f p 3c) -> out (b f p c), weighted as `Windows.average` does. A program computes QUERIES frames
    of a place and a head. In a loop, keys before the first frame are the last ones."""
    blocks = tl.cdiv(f, QUERIES)
    first = tl.program_id(0) % blocks * QUERIES
    video, place = tl.program_id(0) // blocks // p, tl.program_id(0) // blocks % p
    frame, key = first + tl.arange(0, QUERIES), first - size + 1 + tl.arange(0, KEYS)
    lane = tl.arange(0, WIDTH)
    asked = (frame < f)[:, None] & (lane < d)[None, :]
    present = (key < first + QUERIES + size - 1) & (LOOP | ((key >= 0) & (key < f)))
    seen = present[:, None] & (lane < d)[None, :]
    row = (video * f + frame).to(tl.int64) * p + place
    other = (video * f + (key + f) % f).to(tl.int64) * p + place
    column = tl.program_id(1) * d + lane[None, :]
    q = tl.load(qkv + row[:, None] * 3 * c + column, mask=asked, other=0.0)
    k = tl.load(qkv + other[:, None] * 3 * c + column + c, mask=seen, other=0.0)
    v = tl.load(qkv + other[:, None] * 3 * c + column + 2 * c, mask=seen, other=0.0)
    scores = tl.dot(q, tl.trans(k), input_precision="ieee") * scale
    weights = _averaged(scores, frame, key, first, f, size, LOOP, STRIDE, QUERIES)
    result = tl.dot(weights.to(v.dtype), v, input_precision="ieee")
    tl.store(out + row[:, None] * c + column, result, mask=asked)


@triton.jit
def _averaged(
    scores,
    frame,
    key,
    first,
    f,
    size,
    LOOP: tl.constexpr,
    STRIDE: tl.constexpr,
    QUERIES: tl.constexpr,
):
    """scores (q k) of frames (q) and keys (k) -> the weighted mean (q k) of the windows' softmaxes"""
    if LOOP:
        begin, end = first - size + 1, first + QUERIES
    else:  # the last window's start may be less than a stride after the one before
        begin = tl.maximum(first - size + STRIDE, 0) // STRIDE
        end = tl.minimum((first + QUERIES - 1) // STRIDE + 1, tl.cdiv(f - size, STRIDE)) + 1
    sums, total = tl.zeros(scores.shape, tl.float32), tl.zeros(frame.shape, tl.float32)
    for window in range(begin, end):
        start = window * STRIDE
        if not LOOP:
            start = tl.minimum(start, f - size)
        at = frame - start
        share = tl.where((at >= 0) & (at < size), tl.minimum(at + 1, size - at), 0).to(tl.float32)
        within = (key >= start) & (key < start + size)
        some = tl.where(within[None, :], scores, float("-inf"))
        some = tl.exp(some - tl.max(some, 1)[:, None])
        sums += some * (share / tl.sum(some, 1))[:, None]
        total += share
    return sums / tl.maximum(total, 1.0)[:, None]  # frames beyond the last are in no window
