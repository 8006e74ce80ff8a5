"""The fused operations of the fast path as Triton kernels; `plain_ops` has the same functions in PyTorch.

Memory traffic is their cost, so each reads its input once or twice and writes its result once. Feature maps
are channels-last: (n c h w) is stored as n blocks of h·w rows of c.
All sums run in a fixed order in float32: the same input gives the same bits.
"""

import torch
import torch.nn.functional as F
import triton
import triton.language as tl
from einops import rearrange
from torch import Tensor, nn

from t2v.networks import attention as networks
from t2v.networks.resnet import around
from t2v.networks.windows import Windows

from . import triton_products, triton_windows
from .launching import launch
from .plain_ops import Vectors
from .triton_affine import apply
from .triton_group_norm import group_norm
from .triton_parts import affine_by
from .triton_parts import group_norm_by as group_norm_by
from .triton_parts import moments as moments
from .triton_products import gelu, knows_gluon
from .triton_rows import SIZES, TILE_ROWS, channel_tile, padded, sum_of

UNFOLD = 640  # channels from which a product with unfolded rows is faster than cuDNN's (3, 1) convolution
NORM_ROWS = 2  # a program of a LayerNorm
FEW_QUERIES, FEW_KEYS = 4096, 128  # the largest attention that `attend` runs by its own kernel
QUERIES = 64  # a program of that kernel, which reads 64 or 128 keys
MOST_BIASES = 4  # that `add` adds
GEGLU_ROWS, GEGLU_LANES = 8, 256  # of a program's tile

if knows_gluon(triton.__version__):
    from . import gluon_geglu
else:
    gluon_geglu = None  # type: ignore[assignment]  # another Triton has another Gluon


def conv(x: Tensor, layer: nn.Conv2d) -> tuple[Tensor, Vectors]:
    """x (n c h w) -> its convolution (n c' h w) without the bias (c'), which the next kernel adds"""
    return F.conv2d(x, layer.weight, None, layer.stride, layer.padding), _biases(layer)


def temporal_conv(
    x: Tensor, norm: nn.GroupNorm, layer: nn.Conv2d, shifts: Vectors = (), loop: bool = False
) -> tuple[Tensor, Vectors]:
    """x (b c f p), shifts (c) -> norm, SiLU, convolution along f (b c' f p) without the bias (c')

    Where that is faster, the norm writes each row with its neighbours in time, and the convolution is a
    product. With `loop` the last frame is followed by the first: then the library convolves, as both kernels
    have zeros outside the video.
    """
    if loop:
        return F.conv2d(around(group_norm(x, norm, shifts, silu=True)), layer.weight), _biases(layer)
    if triton_products.can_convolve(x, layer):
        return triton_products.temporal_conv(group_norm(x, norm, shifts, silu=True), layer), _biases(layer)
    if x.shape[1] < UNFOLD:
        return conv(group_norm(x, norm, shifts, silu=True), layer)
    rows = group_norm(x, norm, shifts, silu=True, unfold=True)
    product = F.linear(rows, rearrange(layer.weight, "o c k 1 -> o (k c)"))  # a view in channels-last
    return rearrange(product, "b f p c -> b c f p"), _biases(layer)


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
    moments of all frames, as `group_norm_by` -> as `temporal_conv` (b c' f p), without the bias (c')"""
    x, c = x.contiguous(memory_format=torch.channels_last), x.shape[1]
    affine, own_kernel = affine_by(norm, moments, shifts), triton_products.can_convolve(x, layer)
    if c >= UNFOLD and not own_kernel:
        rows = _unfolded_beside(x, affine, before, after)
        product = F.linear(rows, rearrange(layer.weight, "o c k 1 -> o (k c)"))
        return rearrange(product, "b f p c -> b c f p"), _biases(layer)
    video = _normed_beside(x, affine, before, after)
    if own_kernel:
        return triton_products.temporal_conv(video, layer, beside=True), _biases(layer)
    return F.conv2d(video, layer.weight), _biases(layer)


def _normed_beside(x: Tensor, affine: Tensor, before: Tensor | None, after: Tensor | None) -> Tensor:
    """x (b c f p), affine (b 2 c) -> x and the frames beside it, normed, then SiLU (b c f+2 p)"""
    b, c, f, p = x.shape
    rows = torch.empty((b, f + 2, p, c), dtype=x.dtype, device=x.device)
    for first, frames in ((0, before), (1, x), (f + 1, after)):
        for i in range(b):
            some = slice(i, i + 1)
            if frames is None:
                rows[i, first].zero_()
            else:
                apply(frames[some], (), affine[some], rows[some, first:], silu=True)
    return rearrange(rows, "b f p c -> b c f p")


def _unfolded_beside(x: Tensor, affine: Tensor, before: Tensor | None, after: Tensor | None) -> Tensor:
    """As `_normed_beside` -> each row between those of the frames before and after it (b f p 3·c)"""
    b, c, f, p = x.shape
    rows = torch.empty((b, f, p, 3 * c), dtype=x.dtype, device=x.device)
    apply(x, (), affine, rows, silu=True, unfold=True)
    for frame, place in ((before, rows[:, 0, :, :c]), (after, rows[:, -1, :, 2 * c :])):
        if frame is not None:
            edge = torch.empty((b, p, c), dtype=x.dtype, device=x.device)
            apply(frame.contiguous(memory_format=torch.channels_last), (), affine, edge, silu=True)
            place.copy_(edge)
    return rows


def add_shortcut(
    x: Tensor, y: Tensor, layer: nn.Conv2d, skip: Tensor | None = None
) -> tuple[Tensor, Vectors]:
    """x (n c h w), its channels followed by those of `skip`; y (n c' h w), a 1x1 layer -> y + layer(x),
    overwriting y, without the bias (c')"""
    parts = [x] if skip is None else [x, skip]
    weights = layer.weight.flatten(1).split([part.shape[1] for part in parts], dim=1)
    rows = rearrange(y, "n c h w -> (n h w) c")
    for part, weight in zip(parts, weights, strict=True):
        rows = rows.addmm_(rearrange(part, "n c h w -> (n h w) c"), weight.T)
    return rearrange(rows, "(n h w) c -> n c h w", h=y.shape[2], w=y.shape[3]), _biases(layer)


def enlarge(x: Tensor, size: tuple[int, ...]) -> Tensor:
    """x (n c h w) -> (n c *size), nearest neighbours"""
    x = x.contiguous(memory_format=torch.channels_last)
    n, c, h, w = x.shape
    out = torch.empty((n, c, *size), dtype=x.dtype, device=x.device, memory_format=torch.channels_last)
    tile = channel_tile(c)
    grid = (n, triton.cdiv(size[0] * size[1], TILE_ROWS), triton.cdiv(c, tile))
    launch(_enlarge, grid, x, out, h, w, *size, c, TILE_ROWS, tile)
    return out


def add(x: Tensor, y: Tensor, biases: Vectors = ()) -> Tensor:
    """x y (n c h w), biases (c) -> their sum (n c h w)"""
    if not biases:
        return x + y
    x, y = (each.contiguous(memory_format=torch.channels_last) for each in (x, y))
    out, c = torch.empty_like(x), x.shape[1]
    tile, rows = channel_tile(c), x.numel() // c
    grid = (triton.cdiv(rows, TILE_ROWS), triton.cdiv(c, tile))
    launch(_add_bias, grid, x, y, *padded(biases, MOST_BIASES, biases[0]), out, rows, c, TILE_ROWS, tile)
    return out


def layer_norm(x: Tensor, norm: nn.LayerNorm, biases: Vectors = ()) -> Tensor:
    """x (… d), biases (d), added first -> normed (… d)"""
    x, d = x.contiguous(), x.shape[-1]
    out = torch.empty_like(x)
    rows, block = x.numel() // d, triton.next_power_of_2(d)
    warps = min(8, max(1, block // 256))  # each thread loads as wide a vector as memory allows
    grid = (triton.cdiv(rows, NORM_ROWS),)
    given = x, biases, len(biases), norm.weight, norm.bias, out
    launch(_layer_norm, grid, *given, rows, d, norm.eps, NORM_ROWS, block, num_warps=warps)
    return out


def geglu(x: Tensor, layer: nn.Linear) -> Tensor:
    """x (… d), a layer whose outputs are values, then gates -> values · GELU(gates) (… d')"""
    if gluon_geglu is not None and gluon_geglu.can_gate(x, layer):
        return gluon_geglu.geglu(x, layer)
    if triton_products.can_gate(x, layer):
        return triton_products.geglu(x, layer)
    x, d = F.linear(x, layer.weight), layer.out_features // 2
    out = torch.empty((*x.shape[:-1], d), dtype=x.dtype, device=x.device)
    rows = out.numel() // d
    grid = (triton.cdiv(rows, GEGLU_ROWS), triton.cdiv(d, GEGLU_LANES))
    launch(_geglu, grid, x, layer.bias, out, rows, d, GEGLU_ROWS, GEGLU_LANES)
    return out


def attend(q: Tensor, k: Tensor, v: Tensor, slice_bytes: int | None = None) -> Tensor:
    """q (n heads l d), k v (n heads m d) -> (n heads l d). Small l and m use a kernel that reads all keys at
    once: libraries' kernels are made for long sequences."""
    (n, heads, l, d), m = q.shape, k.shape[2]  # noqa: E741
    if l > FEW_QUERIES or m > FEW_KEYS or any(each.stride(-1) != 1 for each in (q, k, v)):
        return networks.attend(q, k, v, slice_bytes)
    out = torch.empty((n, l, heads, d), dtype=q.dtype, device=q.device).transpose(1, 2)
    keys, width = 64 if m <= 64 else FEW_KEYS, max(16, triton.next_power_of_2(d))
    strides = (each.stride(i) for each in (q, k, v, out) for i in range(3))
    grid, warps = (triton.cdiv(l, QUERIES), n * heads), QUERIES * keys // 2048
    sizes = heads, l, m, d, d**-0.5, QUERIES, keys, width
    launch(_attend, grid, q, k, v, out, *strides, *sizes, num_warps=warps)
    return out


def temporal_attention(qkv: Tensor, heads: int, slice_bytes: int | None = None) -> Tensor:
    """qkv (b f p 3·c), p places a frame -> attention of each place over the f frames (b f p c)"""
    qkv = qkv.contiguous()
    b, f, p, c = *qkv.shape[:3], qkv.shape[3] // 3
    d = c // heads
    out = torch.empty((b, f, p, c), dtype=qkv.dtype, device=qkv.device)
    sizes = max(16, triton.next_power_of_2(f)), max(16, triton.next_power_of_2(d))
    warps = 1 if sizes[0] <= 16 else 4
    launch(_temporal_attention, (b * p, heads), qkv, out, f, p, c, d, d**-0.5, *sizes, num_warps=warps)
    return out


def windowed_attention(qkv: Tensor, heads: int, windows: Windows, slice_bytes: int | None = None) -> Tensor:
    """qkv (b f p 3·c) -> `temporal_attention` of each window, averaged (b f p c)"""
    if windows.size < qkv.shape[1] and triton_windows.can_attend(windows.size, qkv.shape[3] // 3 // heads):
        return triton_windows.windowed_attention(qkv, heads, windows)
    return windows.average(lambda part: temporal_attention(part, heads, slice_bytes), qkv)


def _biases(layer: nn.Conv2d) -> Vectors:
    """The layer's bias (c'), if it has one."""
    return () if layer.bias is None else (layer.bias,)


@triton.jit(do_not_specialize=SIZES)
def _enlarge(x, out, from_h, from_w, to_h, to_w, c, ROWS: tl.constexpr, TILE: tl.constexpr):
    """x (n from_h from_w c) -> out (n to_h to_w c)"""
    n = tl.program_id(0).to(tl.int64)
    row = tl.program_id(1) * ROWS + tl.arange(0, ROWS)
    channel = tl.program_id(2) * TILE + tl.arange(0, TILE)
    here = (row < to_h * to_w)[:, None] & (channel < c)[None, :]
    source = (row // to_w * from_h // to_h) * from_w + row % to_w * from_w // to_w
    value = tl.load(x + (n * from_h * from_w + source)[:, None] * c + channel[None, :], mask=here, other=0.0)
    tl.store(out + (n * to_h * to_w + row)[:, None] * c + channel[None, :], value, mask=here)


@triton.jit(do_not_specialize=SIZES)
def _add_bias(x, y, biases, count, out, rows, c, ROWS: tl.constexpr, TILE: tl.constexpr):
    """x y (rows c), biases (c) -> x + y + biases"""
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    channel = tl.program_id(1) * TILE + tl.arange(0, TILE)
    inside = channel < c
    here = (row < rows)[:, None] & inside[None, :]
    at = row.to(tl.int64)[:, None] * c + channel[None, :]
    total = tl.load(x + at, mask=here, other=0.0).to(tl.float32)
    total += tl.load(y + at, mask=here, other=0.0).to(tl.float32)
    tl.store(out + at, total + sum_of(biases, count, channel, inside)[None, :], mask=here)


@triton.jit(do_not_specialize=SIZES)
def _layer_norm(x, biases, count, weight, bias, out, rows, d, eps, ROWS: tl.constexpr, BLOCK: tl.constexpr):
    """x (rows d), biases (d) -> LayerNorm of x + biases, rounded"""
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    lane = tl.arange(0, BLOCK)
    inside = lane < d
    here = (row < rows)[:, None] & inside[None, :]
    at = row.to(tl.int64)[:, None] * d + lane[None, :]
    value = tl.load(x + at, mask=here, other=0.0).to(tl.float32)
    value += sum_of(biases, count, lane, inside)[None, :]
    mean = tl.sum(value, 1) / d
    centred = tl.where(here, value - mean[:, None], 0.0)
    scale = 1.0 / tl.sqrt(tl.sum(centred * centred, 1) / d + eps)
    w = tl.load(weight + lane, mask=inside, other=0.0).to(tl.float32)
    b = tl.load(bias + lane, mask=inside, other=0.0).to(tl.float32)
    tl.store(out + at, centred * scale[:, None] * w[None, :] + b[None, :], mask=here)


@triton.jit(do_not_specialize=SIZES)
def _geglu(x, bias, out, rows, d, ROWS: tl.constexpr, LANES: tl.constexpr):
    """x (rows 2d), bias (2d) -> value · GELU(gate) (rows d), the exact GELU within 7e-7"""
    row = (tl.program_id(0) * ROWS + tl.arange(0, ROWS)).to(tl.int64)[:, None]
    lane = tl.broadcast_to((tl.program_id(1) * LANES + tl.arange(0, LANES))[None, :], (ROWS, LANES))
    here = (row < rows) & (lane < d)
    value = tl.load(x + row * 2 * d + lane, mask=here, other=0.0).to(tl.float32)
    gate = tl.load(x + row * 2 * d + d + lane, mask=here, other=0.0).to(tl.float32)
    value += tl.load(bias + lane, mask=here, other=0.0).to(tl.float32)  # loaded for every row: else the tile
    gate += tl.load(bias + d + lane, mask=here, other=0.0).to(tl.float32)  # moves between threads
    tl.store(out + row * d + lane, value * gelu(gate), mask=here)


@triton.jit(do_not_specialize=SIZES)
def _attend(
    q,
    k,
    v,
    out,
    q_n,
    q_head,
    q_row,
    k_n,
    k_head,
    k_row,
    v_n,
    v_head,
    v_row,
    out_n,
    out_head,
    out_row,
    heads,
    l,
    m,
    d,
    scale,
    ROWS: tl.constexpr,
    KEYS: tl.constexpr,
    WIDTH: tl.constexpr,
):
    """q (n heads l d), k v (n heads m d), each by its strides -> out (n heads l d). A program computes ROWS
    queries of a head over all m keys."""
    n, head = (tl.program_id(1) // heads).to(tl.int64), tl.program_id(1) % heads
    row, key = tl.program_id(0) * ROWS + tl.arange(0, ROWS), tl.arange(0, KEYS)
    lane = tl.arange(0, WIDTH)
    asked, seen = (row < l)[:, None] & (lane < d)[None, :], (key < m)[:, None] & (lane < d)[None, :]
    queries = tl.load(
        q + n * q_n + head * q_head + row[:, None] * q_row + lane[None, :], mask=asked, other=0.0
    )
    keys = tl.load(k + n * k_n + head * k_head + key[:, None] * k_row + lane[None, :], mask=seen, other=0.0)
    values = tl.load(v + n * v_n + head * v_head + key[:, None] * v_row + lane[None, :], mask=seen, other=0.0)
    result = _attention(queries, keys, values, key < m, scale)
    to = out + n * out_n + head * out_head + row[:, None] * out_row + lane[None, :]
    tl.store(to, result, mask=asked)


@triton.jit
def _attention(q, k, v, present, scale):
    """q (r d), k v (m d), a mask of the keys (m) -> (r d) in float32"""
    scores = tl.dot(q, tl.trans(k), input_precision="ieee") * scale
    scores = tl.where(present[None, :], scores, float("-inf"))
    weights = tl.exp(scores - tl.max(scores, 1)[:, None])
    weights = weights / tl.sum(weights, 1)[:, None]
    return tl.dot(weights.to(v.dtype), v, input_precision="ieee")


@triton.jit(do_not_specialize=SIZES)
def _temporal_attention(qkv, out, f, p, c, d, scale, FRAMES: tl.constexpr, WIDTH: tl.constexpr):
    """qkv (b f p 3c) -> out (b f p c). A program computes a place and a head; its f rows lie p·3c apart."""
    video, place = tl.program_id(0) // p, tl.program_id(0) % p
    frame, lane = tl.arange(0, FRAMES), tl.arange(0, WIDTH)
    here = (frame < f)[:, None] & (lane < d)[None, :]
    row = (video * f + frame).to(tl.int64) * p + place
    at = row[:, None] * 3 * c + tl.program_id(1) * d + lane[None, :]
    q = tl.load(qkv + at, mask=here, other=0.0)
    k = tl.load(qkv + at + c, mask=here, other=0.0)
    v = tl.load(qkv + at + 2 * c, mask=here, other=0.0)
    result = _attention(q, k, v, frame < f, scale)
    tl.store(out + row[:, None] * c + tl.program_id(1) * d + lane[None, :], result, mask=here)
