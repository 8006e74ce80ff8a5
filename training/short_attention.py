"""Attention over a few frames, forward and backward, in two Triton kernels.

A program computes one head of one sequence. Libraries' fused kernels work in tiles of 64 or more tokens; with
16 frames most of a tile is empty.
`training.fused.short_attention` is the same function in PyTorch.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor


@triton.jit
def _weights(q, k, l, row, scale):
    """Softmax of the scaled scores of q k (L D), masked beyond l -> (L L) float32"""
    scores = tl.dot(q, tl.trans(k), input_precision="ieee") * scale
    scores = tl.where((row < l)[None, :], scores, float("-inf"))
    weights = tl.exp(scores - tl.max(scores, 1)[:, None])
    return weights / tl.sum(weights, 1)[:, None]


@triton.jit
def _forward(q, k, v, out, l, d, scale, heads, L: tl.constexpr, D: tl.constexpr):
    n, head = (tl.program_id(0) // heads).to(tl.int64), tl.program_id(0) % heads
    row, lane = tl.arange(0, L), tl.arange(0, D)
    here = (row < l)[:, None] & (lane < d)[None, :]
    at = (n * l + row[:, None]) * heads * d + head * d + lane[None, :]
    values = tl.load(v + at, mask=here, other=0.0)
    weights = _weights(
        tl.load(q + at, mask=here, other=0.0), tl.load(k + at, mask=here, other=0.0), l, row, scale
    )
    tl.store(out + at, tl.dot(weights.to(values.dtype), values, input_precision="ieee"), mask=here)


@triton.jit
def _backward(q, k, v, grad, dq, dk, dv, l, d, scale, heads, L: tl.constexpr, D: tl.constexpr):
    n, head = (tl.program_id(0) // heads).to(tl.int64), tl.program_id(0) % heads
    row, lane = tl.arange(0, L), tl.arange(0, D)
    here = (row < l)[:, None] & (lane < d)[None, :]
    at = (n * l + row[:, None]) * heads * d + head * d + lane[None, :]
    tile_q, tile_k = tl.load(q + at, mask=here, other=0.0), tl.load(k + at, mask=here, other=0.0)
    tile_v, tile_g = tl.load(v + at, mask=here, other=0.0), tl.load(grad + at, mask=here, other=0.0)
    weights = _weights(tile_q, tile_k, l, row, scale)
    slope = tl.dot(tile_g, tl.trans(tile_v), input_precision="ieee")
    slope = (weights * (slope - tl.sum(weights * slope, 1)[:, None]) * scale).to(tile_q.dtype)
    tl.store(dq + at, tl.dot(slope, tile_k, input_precision="ieee"), mask=here)
    tl.store(dk + at, tl.dot(tl.trans(slope), tile_q, input_precision="ieee"), mask=here)
    tl.store(dv + at, tl.dot(tl.trans(weights.to(tile_g.dtype)), tile_g, input_precision="ieee"), mask=here)


class ShortAttention(torch.autograd.Function):
    """Attention of q k v (n heads l d) of one shape, l and d up to 64 -> (n heads l d)"""

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Tensors are brought into the memory order (n l heads d), that of the layers around."""
        q, k, v = (_laid(x) for x in (q, k, v))
        ctx.save_for_backward(q, k, v)
        out = torch.empty_like(q)
        _forward[(q.shape[0] * q.shape[2],)](q, k, v, out, *_sizes(q), num_warps=1)
        return out.transpose(1, 2)

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, grad: Tensor) -> tuple[Tensor, ...]:
        """Compute the softmax again, which costs less than keeping it."""
        q, k, v = ctx.saved_tensors
        grads = [torch.empty_like(q) for _ in range(3)]
        _backward[(q.shape[0] * q.shape[2],)](q, k, v, _laid(grad), *grads, *_sizes(q), num_warps=1)
        return tuple(x.transpose(1, 2) for x in grads)


def _laid(x: Tensor) -> Tensor:
    """x (n heads l d) -> (n l heads d), contiguous"""
    return x.transpose(1, 2).contiguous()


def _sizes(q: Tensor) -> tuple[int, int, float, int, int, int]:
    """q (n l heads d) -> l, d, the scale, heads, and the sides of the tiles"""
    _, length, heads, d = q.shape
    return length, d, d**-0.5, heads, *(max(16, triton.next_power_of_2(side)) for side in (length, d))
