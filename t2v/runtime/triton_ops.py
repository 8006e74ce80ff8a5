"""The fused operations of the fast path as Triton kernels; `plain_ops` has the same functions in PyTorch.

Memory is what these cost, so each reads its input once or twice and writes its result once. A network's
feature maps are channels-last here: (n c h w) lies in memory as n blocks of h·w rows of c.
All sums run in a fixed order in float32: the same input gives the same bits.
"""

import torch
import torch.nn.functional as F
import triton
import triton.language as tl
from einops import rearrange
from torch import Tensor, nn

from .triton_group_norm import TILE_ROWS, channel_tile, group_norm

UNFOLD = 640  # channels from which a product with unfolded rows is faster than cuDNN's (3, 1) convolution


def conv(x: Tensor, layer: nn.Conv2d) -> tuple[Tensor, Tensor]:
    """x (n c h w) -> its convolution (n c' h w) without the bias (c'), which the next kernel adds"""
    return F.conv2d(x, layer.weight, None, layer.stride, layer.padding), layer.bias


def temporal_conv(
    x: Tensor, norm: nn.GroupNorm, layer: nn.Conv2d, shift: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """x (b c f p), shift (c) -> normed, through SiLU, convolved along f (b c' f p) without the bias (c')

    Where that is faster, the norm writes each row with its neighbours in time, and the rest is a product.
    """
    if x.shape[1] < UNFOLD:
        return conv(group_norm(x, norm, shift, silu=True), layer)
    rows = group_norm(x, norm, shift, silu=True, unfold=True)
    product = F.linear(rows, rearrange(layer.weight, "o c k 1 -> o (k c)"))  # a view in channels-last
    return rearrange(product, "b f p c -> b c f p"), layer.bias


def product(x: Tensor, layer: nn.Linear) -> tuple[Tensor, Tensor | None]:
    """x (… d) -> its product (… d') without the bias (d'), which the next kernel adds"""
    return F.linear(x, layer.weight), layer.bias


def add_shortcut(x: Tensor, y: Tensor, layer: nn.Conv2d) -> tuple[Tensor, Tensor | None]:
    """x (n c h w), y (n c' h w), a 1x1 layer -> y + layer(x), overwriting y, without the bias (c')"""
    x, rows = (rearrange(each, "n c h w -> (n h w) c") for each in (x, y))
    rows = rows.addmm_(x, layer.weight.flatten(1).T)
    return rearrange(rows, "(n h w) c -> n c h w", h=y.shape[2], w=y.shape[3]), layer.bias


def enlarge(x: Tensor, size: tuple[int, int]) -> Tensor:
    """x (n c h w) -> (n c *size), each place the nearest of x"""
    x = x.contiguous(memory_format=torch.channels_last)
    n, c, h, w = x.shape
    out = torch.empty((n, c, *size), dtype=x.dtype, device=x.device, memory_format=torch.channels_last)
    tile = channel_tile(c)
    grid = (n, triton.cdiv(size[0] * size[1], TILE_ROWS), triton.cdiv(c, tile))
    _enlarge[grid](x, out, h, w, *size, c, TILE_ROWS, tile)
    return out


def add(x: Tensor, y: Tensor, bias: Tensor | None = None) -> Tensor:
    """x y (n c h w), bias (c) -> their sum (n c h w)"""
    if bias is None:
        return x + y
    x, y = (each.contiguous(memory_format=torch.channels_last) for each in (x, y))
    out, c = torch.empty_like(x), x.shape[1]
    tile, rows = channel_tile(c), x.numel() // c
    _add_bias[(triton.cdiv(rows, TILE_ROWS), triton.cdiv(c, tile))](x, y, bias, out, rows, c, TILE_ROWS, tile)
    return out


def add_layer_norm(
    x: Tensor,
    y: Tensor | None,
    norm: nn.LayerNorm,
    biases: tuple[Tensor | None, ...] = (),
    ahead: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """x y (n l d), two biases (d) at most -> their sum, to which `ahead` (d) is added, and the sum normed,
    both (n l d); without y, x as it is and x with the biases normed"""
    x, d = x.contiguous(), x.shape[-1]
    normed = torch.empty_like(x)
    total = x if y is None else torch.empty_like(x)
    rows, block = x.numel() // d, triton.next_power_of_2(d)
    height = max(1, 2048 // block)  # rows that one program takes together
    added = [bias for bias in biases if bias is not None]
    given = [*added, *[None] * (2 - len(added)), ahead]
    flags = [y is not None, *(bias is not None for bias in given)]
    inputs = [x if y is None else y.contiguous(), *(norm.bias if bias is None else bias for bias in given)]
    grid = (triton.cdiv(rows, height),)
    _add_layer_norm[grid](
        x, *inputs, norm.weight, norm.bias, total, normed, rows, d, norm.eps, *flags, height, block
    )
    return total, normed


def geglu(x: Tensor, bias: Tensor | None = None) -> Tensor:
    """x (n l 2d), values, then gates, bias (2d) that is added first -> values times GELU of gates (n l d)"""
    x, d = x.contiguous(), x.shape[-1] // 2
    out = torch.empty((*x.shape[:-1], d), dtype=x.dtype, device=x.device)
    rows, height, block = out.numel() // d, 8, 256
    grid = (triton.cdiv(rows, height), triton.cdiv(d, block))
    _geglu[grid](x, out if bias is None else bias, out, rows, d, bias is not None, height, block)
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


@triton.jit
def _enlarge(x, out, h, w, height, width, c, ROWS: tl.constexpr, TILE: tl.constexpr):
    """x (n h w c) -> out (n height width c)"""
    n = tl.program_id(0).to(tl.int64)
    row = tl.program_id(1) * ROWS + tl.arange(0, ROWS)
    channel = tl.program_id(2) * TILE + tl.arange(0, TILE)
    here = (row < height * width)[:, None] & (channel < c)[None, :]
    source = (row // width * h // height) * w + row % width * w // width
    value = tl.load(x + (n * h * w + source)[:, None] * c + channel[None, :], mask=here, other=0.0)
    tl.store(out + (n * height * width + row)[:, None] * c + channel[None, :], value, mask=here)


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
    first,
    second,
    ahead,
    weight,
    bias,
    total,
    normed,
    rows,
    d,
    eps,
    ADD: tl.constexpr,
    FIRST: tl.constexpr,
    SECOND: tl.constexpr,
    AHEAD: tl.constexpr,
    ROWS: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """x y (rows d), first second ahead (d), each where its flag says so -> x + y + first + second, rounded,
    its LayerNorm, and, with ADD, total = that sum + ahead"""
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    lane = tl.arange(0, BLOCK)
    inside = lane < d
    here = (row < rows)[:, None] & inside[None, :]
    at = row.to(tl.int64)[:, None] * d + lane[None, :]
    read = tl.load(x + at, mask=here, other=0.0)
    value = read.to(tl.float32)
    if FIRST:
        value += tl.load(first + lane, mask=inside, other=0.0).to(tl.float32)[None, :]
    if SECOND:
        value += tl.load(second + lane, mask=inside, other=0.0).to(tl.float32)[None, :]
    if ADD:
        value += tl.load(y + at, mask=here, other=0.0).to(tl.float32)
        stored = value
        if AHEAD:
            stored += tl.load(ahead + lane, mask=inside, other=0.0).to(tl.float32)[None, :]
        tl.store(total + at, stored, mask=here)
    value = value.to(read.dtype).to(tl.float32)
    mean = tl.sum(value, 1) / d
    centred = tl.where(here, value - mean[:, None], 0.0)
    scale = 1.0 / tl.sqrt(tl.sum(centred * centred, 1) / d + eps)
    w = tl.load(weight + lane, mask=inside, other=0.0).to(tl.float32)
    b = tl.load(bias + lane, mask=inside, other=0.0).to(tl.float32)
    tl.store(normed + at, centred * scale[:, None] * w[None, :] + b[None, :], mask=here)


@triton.jit
def _geglu(x, bias, out, rows, d, BIAS: tl.constexpr, ROWS: tl.constexpr, BLOCK: tl.constexpr):
    """x (rows 2d), bias (2d) -> value · GELU(gate) (rows d), the exact GELU"""
    row = (tl.program_id(0) * ROWS + tl.arange(0, ROWS)).to(tl.int64)[:, None]
    lane = (tl.program_id(1) * BLOCK + tl.arange(0, BLOCK))[None, :]
    here = (row < rows) & (lane < d)
    value = tl.load(x + row * 2 * d + lane, mask=here, other=0.0).to(tl.float32)
    gate = tl.load(x + row * 2 * d + d + lane, mask=here, other=0.0).to(tl.float32)
    if BIAS:
        value += tl.load(bias + lane, mask=lane < d, other=0.0).to(tl.float32)
        gate += tl.load(bias + d + lane, mask=lane < d, other=0.0).to(tl.float32)
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
