"""Matrix products fused with the bias, gate or convolution around them: persistent Triton kernels for Hopper.

The GPU's tensor memory accelerator loads the tiles of the operands. Each multiprocessor runs a few programs,
so that one computes while another finishes its tile. For rows that aren't deep, `gluon_geglu` is faster; on
other GPUs, or in float32, libraries' products are as fast (`triton_ops`).
"""

from functools import cache

import torch
import triton
import triton.language as tl
from einops import rearrange
from torch import Tensor, nn
from triton.tools.tensor_descriptor import TensorDescriptor

from t2v.runtime.device import HOPPER, capability

from .launching import launch
from .triton_rows import SIZES

ROWS, DEPTH = 128, 64  # of a tile of the left operand
GATED = 64  # columns of a tile of values, and of a tile of gates
WIDE, NARROW = 256, 64  # columns of the two tiles that a program of a temporal convolution computes
GROUP = 8  # tiles of rows computed one after the other, so that their operands are still in the cache

GLUON = (3, 6), (3, 8)  # the first and last version of Triton with which `gluon_geglu` has run


def knows_gluon(version: str) -> bool:
    """Check whether this version of Triton has the Gluon of `gluon_geglu`, which is still an experiment."""
    return GLUON[0] <= tuple(map(int, version.split(".")[:2])) <= GLUON[1]


def serves(x: Tensor) -> bool:
    """Check whether these kernels are the fastest for x: in 16 bits, on Hopper."""
    return x.element_size() == 2 and capability(x.device)[0] == HOPPER


def can_gate(x: Tensor, layer: nn.Linear) -> bool:
    """Check whether `geglu` is the fastest for x (… d); it loads rows of whole 16 bytes."""
    return serves(x) and layer.in_features % 8 == 0


def geglu(x: Tensor, layer: nn.Linear) -> Tensor:
    """x (… d), a layer (2·d' d) whose outputs are values, then gates -> values · GELU(gates) (… d')"""
    x = x.contiguous()
    rows, width = x.numel() // x.shape[-1], layer.out_features // 2
    out = torch.empty((*x.shape[:-1], width), dtype=x.dtype, device=x.device)
    tiles = triton.cdiv(rows, ROWS) * triton.cdiv(width, GATED)
    left = TensorDescriptor.from_tensor(x.view(rows, -1), [ROWS, DEPTH])
    right = TensorDescriptor.from_tensor(layer.weight, [GATED, DEPTH])
    programs = min(2 * multiprocessors(x.device), tiles)
    sizes = rows, width, x.shape[-1], programs, ROWS, GATED, DEPTH, GROUP
    launch(_geglu, (programs,), left, right, layer.bias, out, *sizes, num_warps=8)
    return out


def can_convolve(x: Tensor, layer: nn.Conv2d) -> bool:
    """Check whether `temporal_conv` is the fastest for x (b c f p): only for 320 output channels, those of
    the published model's first level, in tiles of 256 and 64. Libraries are faster for wider layers."""
    return serves(x) and layer.in_channels % DEPTH == 0 and layer.out_channels == WIDE + NARROW


def temporal_conv(x: Tensor, layer: nn.Conv2d, beside: bool = False) -> Tensor:
    """x (b c f p) channels-last -> convolution along f by the (3, 1) layer (b c' f p), without the bias; with
    `beside`, x (b c f+2 p) has the frame before the f frames, and the one after them"""
    b, c, f, p = x.shape
    given, rows = f * p, (f - 2 if beside else f) * p
    out = torch.empty((b, rows // p, p, WIDE + NARROW), dtype=x.dtype, device=x.device)
    weight = rearrange(layer.weight, "o c k 1 -> o (k c)")  # a view in channels-last
    left = TensorDescriptor(
        rearrange(x, "b c f p -> b (f p) c"), [b, given, c], [given * c, c, 1], [1, ROWS, DEPTH]
    )
    rights = (TensorDescriptor.from_tensor(weight, [size, DEPTH]) for size in (WIDE, NARROW))
    programs = min(multiprocessors(x.device), b * triton.cdiv(rows, ROWS))
    sizes = b, p, rows, c, programs, int(not beside), ROWS, WIDE, NARROW, DEPTH
    launch(_temporal_conv, (programs,), left, *rights, out, *sizes, num_warps=8)
    return rearrange(out, "b f p c -> b c f p")


@cache
def multiprocessors(device: torch.device) -> int:
    """Count the device's multiprocessors."""
    return torch.cuda.get_device_properties(device).multi_processor_count


@triton.jit
def _place(tile, tall, wide, GROUP: tl.constexpr):
    """The row, of `tall`, and the column, of `wide`, of tile number `tile`: column by column through GROUP
    rows, then the next GROUP."""
    first = tile // (GROUP * wide) * GROUP
    size = tl.minimum(tall - first, GROUP)
    return first + tile % (GROUP * wide) % size, tile % (GROUP * wide) // size


@triton.jit(do_not_specialize=SIZES)
def _geglu(
    x,
    weight,
    bias,
    out,
    rows,
    width,
    depth,
    programs,
    ROWS: tl.constexpr,
    COLUMNS: tl.constexpr,
    DEPTH: tl.constexpr,
    GROUP: tl.constexpr,
):
    """x (rows depth), weight (2·width depth), bias (2·width) -> values · GELU(gates) (rows width)"""
    tall, wide = tl.cdiv(rows, ROWS), tl.cdiv(width, COLUMNS)
    for tile in tl.range(tl.program_id(0), tall * wide, programs):
        i, j = _place(tile, tall, wide, GROUP)
        value = tl.zeros([ROWS, COLUMNS], tl.float32)
        gate = tl.zeros([ROWS, COLUMNS], tl.float32)
        for k in tl.range(0, depth, DEPTH, num_stages=3):
            left = x.load([i * ROWS, k])
            value = tl.dot(left, weight.load([j * COLUMNS, k]).T, value, input_precision="ieee")
            gate = tl.dot(left, weight.load([width + j * COLUMNS, k]).T, gate, input_precision="ieee")
        row, column = i * ROWS + tl.arange(0, ROWS), j * COLUMNS + tl.arange(0, COLUMNS)
        inside = column < width
        value += tl.load(bias + column, mask=inside, other=0.0).to(tl.float32)[None, :]
        gate += tl.load(bias + width + column, mask=inside, other=0.0).to(tl.float32)[None, :]
        at = row.to(tl.int64)[:, None] * width + column[None, :]
        tl.store(out + at, value * gelu(gate), mask=(row < rows)[:, None] & inside[None, :])


@triton.jit
def gelu(x):
    """x · Φ(x) = max(x, 0) - |x| · Φ(-|x|). log2 Φ(-|x|) is nearly a parabola: a polynomial, fitted to
    minimise the largest error of the product, takes half the time of erf."""
    size = tl.abs(x)
    power = -0.00047330930829048157 * size + 0.007084557320922613
    power = (power * size - 0.051827382296323776) * size - 0.4599924385547638
    power = (power * size - 1.1507878303527832) * size - 1.000037670135498
    return tl.maximum(x, 0.0) - size * tl.exp2(power)


@triton.jit(do_not_specialize=SIZES)
def _temporal_conv(
    x,
    weight,
    weight_narrow,
    out,
    videos,
    places,
    rows,
    c,
    programs,
    BEFORE: tl.constexpr,
    ROWS: tl.constexpr,
    WIDE: tl.constexpr,
    NARROW: tl.constexpr,
    DEPTH: tl.constexpr,
):
    """x (videos rows c), weight (WIDE + NARROW 3·c), given twice, once for each tile size -> out (videos rows
    WIDE + NARROW). A row's neighbours in time lie `places` before and after it; outside the video are
    zeros. Without BEFORE, x has a frame more before the first row and after the last."""
    tall = tl.cdiv(rows, ROWS)
    for tile in tl.range(tl.program_id(0), videos * tall, programs):
        video, first = tile // tall, tile % tall * ROWS
        sums = tl.zeros([ROWS, WIDE], tl.float32)
        narrow = tl.zeros([ROWS, NARROW], tl.float32)
        for k in tl.range(0, 3 * c, DEPTH, num_stages=3):
            tap = k // c
            left = tl.reshape(x.load([video, first + (tap - BEFORE) * places, k - tap * c]), [ROWS, DEPTH])
            sums = tl.dot(left, weight.load([0, k]).T, sums, input_precision="ieee")
            narrow = tl.dot(left, weight_narrow.load([WIDE, k]).T, narrow, input_precision="ieee")
        row = first + tl.arange(0, ROWS)
        to = out + (video * rows + row).to(tl.int64)[:, None] * (WIDE + NARROW)
        here = (row < rows)[:, None]
        tl.store(to + tl.arange(0, WIDE)[None, :], sums, mask=here)
        tl.store(to + WIDE + tl.arange(0, NARROW)[None, :], narrow, mask=here)
