"""The fused operations of the fast path as Triton kernels; `plain_ops` has the same functions in PyTorch.

Memory is what these cost, so each reads its input once or twice and writes its result once. A network's
feature maps are channels-last here: (n c h w) lies in memory as n blocks of h·w rows of c.
All sums run in a fixed order in float32: the same input gives the same bits.
"""

import torch
import torch.nn.functional as F
import triton
import triton.language as tl
from torch import Tensor, nn

CHANNELS = 64  # of a tile; a larger power of two where it divides the width
TILE_ROWS = 32
SPAN = 256  # rows that one program sums up, TILE_ROWS at a time; fewer where the GPU would stand idle
PROGRAMS = 512  # that keep a GPU busy


def conv(x: Tensor, layer: nn.Conv2d) -> tuple[Tensor, Tensor]:
    """x (n c h w) -> its convolution (n c' h w) without the bias (c'), which the next kernel adds"""
    return F.conv2d(x, layer.weight, None, layer.stride, layer.padding), layer.bias


def group_norm(x: Tensor, norm: nn.GroupNorm, shift: Tensor | None = None, silu: bool = False) -> Tensor:
    """x (n c h w), shift (c) that is added first -> normed, and passed through SiLU if asked (n c h w)"""
    x = x.contiguous(memory_format=torch.channels_last)
    n, c, rows = x.shape[0], x.shape[1], x.shape[2] * x.shape[3]
    tile = _channel_tile(c)
    span = _span(n * rows * triton.cdiv(c, tile))
    chunks = triton.cdiv(rows, span)
    moments = torch.empty((n, chunks, 2, c), dtype=torch.float32, device=x.device)
    affine = torch.empty((n, 2, c), dtype=torch.float32, device=x.device)
    out = torch.empty_like(x)  # keeps channels-last
    has_shift = shift is not None
    shift = shift if has_shift else norm.bias
    grid = (n, chunks, triton.cdiv(c, tile))
    _measure_rows[grid](x, shift, moments, rows, c, chunks, has_shift, span, TILE_ROWS, tile)
    width = c // norm.num_groups
    sizes = span, triton.next_power_of_2(chunks), triton.next_power_of_2(width)
    _fold_affine[(n, norm.num_groups)](
        moments, shift, norm.weight, norm.bias, affine, rows, c, chunks, width, norm.eps, has_shift, *sizes
    )
    grid = (n, triton.cdiv(rows, TILE_ROWS), triton.cdiv(c, tile))
    _apply_affine[grid](x, affine, out, rows, c, silu, TILE_ROWS, tile)
    return out


def add(x: Tensor, y: Tensor, bias: Tensor | None = None) -> Tensor:
    """x y (n c h w), bias (c) -> their sum (n c h w)"""
    if bias is None:
        return x + y
    x, y = (each.contiguous(memory_format=torch.channels_last) for each in (x, y))
    out, c = torch.empty_like(x), x.shape[1]
    tile, rows = _channel_tile(c), x.numel() // c
    _add_bias[(triton.cdiv(rows, TILE_ROWS), triton.cdiv(c, tile))](x, y, bias, out, rows, c, TILE_ROWS, tile)
    return out


def add_layer_norm(x: Tensor, y: Tensor | None, norm: nn.LayerNorm) -> tuple[Tensor, Tensor]:
    """x y (n l d) -> their sum, and the sum normed, both (n l d); without y, x and x normed"""
    x, d = x.contiguous(), x.shape[-1]
    normed = torch.empty_like(x)
    total = x if y is None else torch.empty_like(x)
    y = x if y is None else y.contiguous()
    rows, block = x.numel() // d, triton.next_power_of_2(d)
    height = max(1, 2048 // block)  # rows that one program takes together
    grid = (triton.cdiv(rows, height),)
    _add_layer_norm[grid](
        x, y, norm.weight, norm.bias, total, normed, rows, d, norm.eps, total is not x, height, block
    )
    return total, normed


def geglu(x: Tensor) -> Tensor:
    """x (n l 2d): values, then gates -> values times GELU of the gates (n l d)"""
    x, d = x.contiguous(), x.shape[-1] // 2
    out = torch.empty((*x.shape[:-1], d), dtype=x.dtype, device=x.device)
    rows, height, block = out.numel() // d, 8, 256
    _geglu[(triton.cdiv(rows, height), triton.cdiv(d, block))](x, out, rows, d, height, block)
    return out


def temporal_attention(qkv: Tensor, heads: int, slice_bytes: int | None = None) -> Tensor:
    """qkv (b f p 3·c), p places of a frame -> every place's attention over its f frames (b f p c)"""
    qkv = qkv.contiguous()
    b, f, p, c = *qkv.shape[:3], qkv.shape[3] // 3
    d = c // heads
    out = torch.empty((b, f, p, c), dtype=qkv.dtype, device=qkv.device)
    sizes = max(16, triton.next_power_of_2(f)), max(16, triton.next_power_of_2(d))
    warps = 1 if sizes[0] <= 16 else 4
    _temporal_attention[(b * p, heads)](qkv, out, f, p, c, d, d**-0.5, *sizes, num_warps=warps)
    return out


def _channel_tile(c: int) -> int:
    """How many channels a tile spans: whole powers of two waste no lanes."""
    return next((size for size in (256, 128) if c % size == 0), CHANNELS)


def _span(rows: int) -> int:
    """Of so many rows in all, those that one program sums up."""
    span = SPAN
    while span > TILE_ROWS and rows < PROGRAMS * span:
        span //= 2
    return span


@triton.jit
def _measure_rows(
    x,
    shift,
    moments,
    rows,
    c,
    chunks,
    HAS_SHIFT: tl.constexpr,
    SPAN: tl.constexpr,
    ROWS: tl.constexpr,
    TILE: tl.constexpr,
):
    """x (n rows c) -> moments (n chunks 2 c): mean of x + shift over SPAN rows, and the squares around it.

    Tiles are put together as Chan et al. 1979 do: nothing cancels, however far from zero the values are.
    """
    n, chunk = tl.program_id(0), tl.program_id(1)
    channel = tl.program_id(2) * TILE + tl.arange(0, TILE)
    inside = channel < c
    mean = tl.zeros([TILE], tl.float32)
    squares = tl.zeros([TILE], tl.float32)
    added = tl.zeros([TILE], tl.float32)
    if HAS_SHIFT:
        added = tl.load(shift + channel, mask=inside, other=0.0).to(tl.float32)
    for start in range(0, SPAN, ROWS):
        first = chunk * SPAN + start
        row = first + tl.arange(0, ROWS)
        here = (row < rows)[:, None] & inside[None, :]
        at = (n.to(tl.int64) * rows + row)[:, None] * c + channel[None, :]
        value = tl.load(x + at, mask=here, other=0.0).to(tl.float32)
        value = tl.where(here, value + added[None, :], 0.0)
        count = tl.maximum(tl.minimum(rows - first, ROWS), 0).to(tl.float32)
        share = count / tl.maximum(count + start, 1.0)
        tile_mean = tl.sum(value, 0) / tl.maximum(count, 1.0)
        around = tl.where(here, value - tile_mean[None, :], 0.0)
        step = tile_mean - mean
        squares += tl.sum(around * around, 0) + step * step * share * start
        mean += step * share
    to = moments + (n * chunks + chunk) * 2 * c + channel
    tl.store(to, mean, mask=inside)
    tl.store(to + c, squares, mask=inside)


@triton.jit
def _fold_affine(
    moments,
    shift,
    weight,
    bias,
    affine,
    rows,
    c,
    chunks,
    width,
    eps,
    HAS_SHIFT: tl.constexpr,
    SPAN: tl.constexpr,
    CHUNKS: tl.constexpr,
    WIDTH: tl.constexpr,
):
    """moments (n chunks 2 c) -> affine (n 2 c): norm(x + shift) is x · affine[0] + affine[1], by groups"""
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
    offset = tl.load(bias + channel, mask=inside, other=0.0).to(tl.float32) - mean * scale
    if HAS_SHIFT:
        offset += tl.load(shift + channel, mask=inside, other=0.0).to(tl.float32) * scale
    to = affine + n * 2 * c + channel
    tl.store(to, scale, mask=inside)
    tl.store(to + c, offset, mask=inside)


@triton.jit
def _apply_affine(x, affine, out, rows, c, SILU: tl.constexpr, ROWS: tl.constexpr, TILE: tl.constexpr):
    """x (n rows c), affine (n 2 c) -> x · affine[0] + affine[1], through SiLU if asked"""
    n = tl.program_id(0)
    row = tl.program_id(1) * ROWS + tl.arange(0, ROWS)
    channel = tl.program_id(2) * TILE + tl.arange(0, TILE)
    inside = channel < c
    here = (row < rows)[:, None] & inside[None, :]
    scale = tl.load(affine + n * 2 * c + channel, mask=inside, other=0.0)
    offset = tl.load(affine + n * 2 * c + c + channel, mask=inside, other=0.0)
    at = (n.to(tl.int64) * rows + row)[:, None] * c + channel[None, :]
    value = tl.load(x + at, mask=here, other=0.0).to(tl.float32) * scale[None, :] + offset[None, :]
    if SILU:
        value = value * tl.sigmoid(value)
    tl.store(out + at, value, mask=here)


@triton.jit
def _add_bias(x, y, bias, out, rows, c, ROWS: tl.constexpr, TILE: tl.constexpr):
    """x y (rows c), bias (c) -> x + y + bias"""
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    channel = tl.program_id(1) * TILE + tl.arange(0, TILE)
    inside = channel < c
    here = (row < rows)[:, None] & inside[None, :]
    at = row.to(tl.int64)[:, None] * c + channel[None, :]
    added = tl.load(bias + channel, mask=inside, other=0.0).to(tl.float32)[None, :]
    total = tl.load(x + at, mask=here, other=0.0).to(tl.float32)
    total += tl.load(y + at, mask=here, other=0.0).to(tl.float32)
    tl.store(out + at, total + added, mask=here)


@triton.jit
def _add_layer_norm(
    x,
    y,
    weight,
    bias,
    total,
    normed,
    rows,
    d,
    eps,
    ADD: tl.constexpr,
    ROWS: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """x y (rows d) -> total = x + y, rounded, and its LayerNorm; without ADD that of x"""
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    lane = tl.arange(0, BLOCK)
    inside = lane < d
    here = (row < rows)[:, None] & inside[None, :]
    at = row.to(tl.int64)[:, None] * d + lane[None, :]
    value = tl.load(x + at, mask=here, other=0.0)
    if ADD:
        value = (value.to(tl.float32) + tl.load(y + at, mask=here, other=0.0).to(tl.float32)).to(value.dtype)
        tl.store(total + at, value, mask=here)
    value = value.to(tl.float32)
    mean = tl.sum(value, 1) / d
    centred = tl.where(here, value - mean[:, None], 0.0)
    scale = 1.0 / tl.sqrt(tl.sum(centred * centred, 1) / d + eps)
    w = tl.load(weight + lane, mask=inside, other=0.0).to(tl.float32)
    b = tl.load(bias + lane, mask=inside, other=0.0).to(tl.float32)
    tl.store(normed + at, centred * scale[:, None] * w[None, :] + b[None, :], mask=here)


@triton.jit
def _geglu(x, out, rows, d, ROWS: tl.constexpr, BLOCK: tl.constexpr):
    """x (rows 2d) -> value · GELU(gate) (rows d), the exact GELU"""
    row = (tl.program_id(0) * ROWS + tl.arange(0, ROWS)).to(tl.int64)[:, None]
    lane = (tl.program_id(1) * BLOCK + tl.arange(0, BLOCK))[None, :]
    here = (row < rows) & (lane < d)
    value = tl.load(x + row * 2 * d + lane, mask=here, other=0.0).to(tl.float32)
    gate = tl.load(x + row * 2 * d + d + lane, mask=here, other=0.0).to(tl.float32)
    gelu = 0.5 * gate * (1.0 + tl.math.erf(gate * 0.7071067811865476))
    tl.store(out + row * d + lane, value * gelu, mask=here)


@triton.jit
def _temporal_attention(qkv, out, f, p, c, d, scale, FRAMES: tl.constexpr, WIDTH: tl.constexpr):
    """qkv (b f p 3c) -> out (b f p c): one place and head a program, whose f rows lie p·3c apart"""
    video, place = tl.program_id(0) // p, tl.program_id(0) % p
    frame, lane = tl.arange(0, FRAMES), tl.arange(0, WIDTH)
    here = (frame < f)[:, None] & (lane < d)[None, :]
    row = (video * f + frame).to(tl.int64) * p + place
    at = row[:, None] * 3 * c + tl.program_id(1) * d + lane[None, :]
    q = tl.load(qkv + at, mask=here, other=0.0)
    k = tl.load(qkv + at + c, mask=here, other=0.0)
    v = tl.load(qkv + at + 2 * c, mask=here, other=0.0)
    scores = tl.dot(q, tl.trans(k), input_precision="ieee") * scale
    scores = tl.where((frame < f)[None, :], scores, float("-inf"))
    weights = tl.exp(scores - tl.max(scores, 1)[:, None])
    weights = weights / tl.sum(weights, 1)[:, None]
    result = tl.dot(weights.to(v.dtype), v, input_precision="ieee")
    tl.store(out + row[:, None] * c + tl.program_id(1) * d + lane[None, :], result, mask=here)
