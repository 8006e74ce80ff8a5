"""Triton kernels for layer norm and the feed-forward's gate, forward and backward, which read each row once.

`training.fused.layer_normed` and `gated` are the same functions in PyTorch.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

TILE = 2048  # numbers that a program reads at once
LANES = 256  # columns of the gate that a program reads at once
SPAN = 8  # tiles of rows whose gradients of weight and bias one program sums up


@triton.jit
def _centred(x, at, here, d, eps):
    """Normalise rows of x -> them, and 1/deviation of each"""
    value = tl.load(x + at, mask=here, other=0.0).to(tl.float32)
    value = tl.where(here, value - (tl.sum(value, 1) / d)[:, None], 0.0)
    rate = (1.0 / tl.sqrt(tl.sum(value * value, 1) / d + eps))[:, None]
    return value * rate, rate


@triton.jit
def _layer_norm(x, weight, bias, out, rows, d, eps, ROWS: tl.constexpr, LANES: tl.constexpr):
    """x (rows d) -> its layer norm"""
    row = (tl.program_id(0) * ROWS + tl.arange(0, ROWS)).to(tl.int64)[:, None]
    lane = tl.arange(0, LANES)[None, :]
    here = (row < rows) & (lane < d)
    at = row * d + lane
    normed, _ = _centred(x, at, here, d, eps)
    w = tl.load(weight + lane, mask=lane < d, other=0.0)
    b = tl.load(bias + lane, mask=lane < d, other=0.0)
    tl.store(out + at, normed * w + b, mask=here)


@triton.jit
def _layer_norm_back(
    x, grad, weight, out, sums, rows, d, eps,
    SPAN: tl.constexpr, ROWS: tl.constexpr, LANES: tl.constexpr,
):  # fmt: skip
    """x grad (rows d) -> the gradient of x, and sums (programs 2 d) for the gradients of bias and weight"""
    lane = tl.arange(0, LANES)[None, :]
    w = tl.load(weight + lane, mask=lane < d, other=0.0)
    first, second = tl.zeros([ROWS, LANES], tl.float32), tl.zeros([ROWS, LANES], tl.float32)
    for i in range(SPAN):
        row = ((tl.program_id(0) * SPAN + i) * ROWS + tl.arange(0, ROWS)).to(tl.int64)[:, None]
        here = (row < rows) & (lane < d)
        at = row * d + lane
        normed, rate = _centred(x, at, here, d, eps)
        slope = tl.load(grad + at, mask=here, other=0.0).to(tl.float32)
        first += slope
        second += slope * normed
        slope = slope * w
        mean = (tl.sum(slope, 1) / d)[:, None]
        along = (tl.sum(slope * normed, 1) / d)[:, None]
        tl.store(out + at, rate * (slope - mean - normed * along), mask=here)
    to = sums + tl.program_id(0).to(tl.int64) * 2 * d + tl.arange(0, LANES)
    tl.store(to, tl.sum(first, 0), mask=tl.arange(0, LANES) < d)
    tl.store(to + d, tl.sum(second, 0), mask=tl.arange(0, LANES) < d)


@triton.jit
def _gate(x, grad, out, rows, d, BACKWARD: tl.constexpr, ROWS: tl.constexpr, LANES: tl.constexpr):
    """x (rows 2d) -> value · GELU(gate) (rows d); BACKWARD: the gradient of x, from grad (rows d)"""
    row = (tl.program_id(0) * ROWS + tl.arange(0, ROWS)).to(tl.int64)[:, None]
    lane = (tl.program_id(1) * LANES + tl.arange(0, LANES))[None, :]
    here = (row < rows) & (lane < d)
    wide, narrow = row * 2 * d + lane, row * d + lane
    value = tl.load(x + wide, mask=here, other=0.0).to(tl.float32)
    gate = tl.load(x + wide + d, mask=here, other=0.0).to(tl.float32)
    share = 0.5 * (1.0 + tl.math.erf(gate * 0.7071067811865476))  # GELU(gate) is gate · share
    if BACKWARD:
        slope = tl.load(grad + narrow, mask=here, other=0.0).to(tl.float32)
        density = tl.exp(-0.5 * gate * gate) * 0.3989422804014327
        tl.store(out + wide, slope * gate * share, mask=here)
        tl.store(out + wide + d, slope * value * (share + gate * density), mask=here)
    else:
        tl.store(out + narrow, value * gate * share, mask=here)


class LayerNorm(torch.autograd.Function):
    """Layer norm of x (… d) by weight bias (d) in float32 -> bfloat16"""

    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx, x: Tensor, weight: Tensor, bias: Tensor, eps: float
    ) -> Tensor:
        """Any memory is taken; the result is contiguous."""
        x = x.contiguous()
        ctx.save_for_backward(x, weight)
        ctx.eps = eps
        out = torch.empty_like(x, dtype=torch.bfloat16)
        rows, d, height, lanes = _sizes(x)
        _layer_norm[(triton.cdiv(rows, height),)](x, weight, bias, out, rows, d, eps, height, lanes)
        return out

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, grad: Tensor) -> tuple[Tensor | None, ...]:
        """Compute the norm again from its input, which costs less than keeping it."""
        x, weight = ctx.saved_tensors
        rows, d, height, lanes = _sizes(x)
        programs = triton.cdiv(rows, SPAN * height)
        sums = torch.empty((programs, 2, d), dtype=torch.float32, device=x.device)
        out = torch.empty_like(x)
        _layer_norm_back[(programs,)](
            x, grad.contiguous(), weight, out, sums, rows, d, ctx.eps, SPAN, height, lanes
        )
        of_bias, of_weight = sums.sum(0)
        return out, of_weight, of_bias, None


class Gate(torch.autograd.Function):
    """The gate: x (… 2d) -> value · GELU(gate) (… d), the exact GELU"""

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, x: Tensor) -> Tensor:
        """Any memory is taken; the result is contiguous."""
        x = x.contiguous()
        ctx.save_for_backward(x)
        out = x.new_empty(*x.shape[:-1], x.shape[-1] // 2)
        _gated(x, None, out)
        return out

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, grad: Tensor) -> Tensor:
        """Compute the GELU again."""
        (x,) = ctx.saved_tensors
        out = torch.empty_like(x)
        _gated(x, grad.contiguous(), out)
        return out


def _gated(x: Tensor, grad: Tensor | None, out: Tensor) -> None:
    d = x.shape[-1] // 2
    rows = x.numel() // (2 * d)
    grid = (triton.cdiv(rows, TILE // LANES), triton.cdiv(d, LANES))
    _gate[grid](x, grad, out, rows, d, grad is not None, TILE // LANES, LANES)


def _sizes(x: Tensor) -> tuple[int, int, int, int]:
    """x (… d) -> rows, d, and the sides of a tile"""
    d = x.shape[-1]
    lanes = triton.next_power_of_2(d)
    return x.numel() // d, d, max(1, TILE // lanes), lanes
