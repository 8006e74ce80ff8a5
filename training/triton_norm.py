"""Triton kernels for group norm with or without SiLU, forward and backward, in channels-last memory.

A feature map (n c h w) is n blocks of h·w rows of c in memory. Each direction reads its input twice and
writes once: it sums chunks of rows, folds the sums by groups, then applies them. `training.fused.normed` is
the same function in PyTorch; torch.compile would need a new graph for every number of channels.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

TILE, TILE_ROWS = 64, 32  # channels, at most, and rows that a program reads at a time
PROGRAMS = 2048  # programs that share the sums, about


@triton.jit
def _slope(normed, grad, weight, bias, SILU: tl.constexpr):
    """The gradient of SiLU's input, from that of its output"""
    if SILU:
        z = normed * weight + bias
        gate = tl.sigmoid(z)
        grad = grad * gate * (1.0 + z * (1.0 - gate))
    return grad


@triton.jit
def _sum_rows(
    x, grad, stats, weight, bias, sums, rows, c, chunks, span,
    BACKWARD: tl.constexpr, SILU: tl.constexpr, ROWS: tl.constexpr, TILE: tl.constexpr,
):  # fmt: skip
    """x (n rows c) -> sums (n chunks 2 c) over `span` rows of x and x²

    BACKWARD: of the slope (the gradient before SiLU), and of the slope times the normed x.
    """
    n, chunk = tl.program_id(0).to(tl.int64), tl.program_id(1)
    channel = tl.program_id(2) * TILE + tl.arange(0, TILE)
    inside = channel < c
    first, second = tl.zeros([ROWS, TILE], tl.float32), tl.zeros([ROWS, TILE], tl.float32)
    if BACKWARD:
        mean = tl.load(stats + n * 2 * c + channel, mask=inside, other=0.0)[None, :]
        rate = tl.load(stats + n * 2 * c + c + channel, mask=inside, other=0.0)[None, :]
        w = tl.load(weight + channel, mask=inside, other=0.0)[None, :]
        b = tl.load(bias + channel, mask=inside, other=0.0)[None, :]
    for block in range(0, span, ROWS):
        offset = block + tl.arange(0, ROWS)
        row = chunk * span + offset
        here = ((row < rows) & (offset < span))[:, None] & inside[None, :]
        at = (n * rows + row)[:, None] * c + channel[None, :]
        value = tl.load(x + at, mask=here, other=0.0).to(tl.float32)
        if BACKWARD:
            normed = (value - mean) * rate
            slope = _slope(normed, tl.load(grad + at, mask=here, other=0.0).to(tl.float32), w, b, SILU)
            first += slope
            second += slope * normed
        else:
            first += value
            second += value * value
    to = sums + (n * chunks + chunk) * 2 * c + channel
    tl.store(to, tl.sum(first, 0), mask=inside)
    tl.store(to + c, tl.sum(second, 0), mask=inside)


@triton.jit
def _fold(
    sums, weight, totals, folded, rows, c, chunks, groups, width, eps,
    BACKWARD: tl.constexpr, GROUPS: tl.constexpr, WIDTH: tl.constexpr,
):  # fmt: skip
    """sums (n chunks 2 c) -> folded (n 2 c): for every channel its group's mean and 1/deviation

    BACKWARD: the group's means of the two sums times the weight; also totals (n 2 c) over the chunks.
    """
    n = tl.program_id(0).to(tl.int64)
    group, lane = tl.arange(0, GROUPS)[:, None], tl.arange(0, WIDTH)[None, :]
    channel = group * width + lane
    here = (group < groups) & (lane < width)
    first, second = tl.zeros([GROUPS, WIDTH], tl.float32), tl.zeros([GROUPS, WIDTH], tl.float32)
    for chunk in range(0, chunks):
        at = sums + (n * chunks + chunk) * 2 * c + channel
        first += tl.load(at, mask=here, other=0.0)
        second += tl.load(at + c, mask=here, other=0.0)
    if BACKWARD:
        tl.store(totals + n * 2 * c + channel, first, mask=here)
        tl.store(totals + n * 2 * c + c + channel, second, mask=here)
        w = tl.load(weight + channel, mask=here, other=0.0)
        first *= w
        second *= w
    count = rows * width * 1.0
    mean = (tl.sum(first, 1) / count)[:, None]
    other = (tl.sum(second, 1) / count)[:, None]
    if not BACKWARD:
        other = 1.0 / tl.sqrt(tl.maximum(other - mean * mean, 0.0) + eps)
    tl.store(folded + n * 2 * c + channel, tl.broadcast_to(mean, [GROUPS, WIDTH]), mask=here)
    tl.store(folded + n * 2 * c + c + channel, tl.broadcast_to(other, [GROUPS, WIDTH]), mask=here)


@triton.jit
def _apply(
    x, grad, stats, means, weight, bias, out, rows, c,
    BACKWARD: tl.constexpr, SILU: tl.constexpr, ROWS: tl.constexpr, TILE: tl.constexpr,
):  # fmt: skip
    """x (n rows c) -> its norm, then SiLU if asked; BACKWARD: the gradient of x"""
    n = tl.program_id(0).to(tl.int64)
    row = tl.program_id(1) * ROWS + tl.arange(0, ROWS)
    channel = tl.program_id(2) * TILE + tl.arange(0, TILE)
    inside = channel < c
    here = (row < rows)[:, None] & inside[None, :]
    at = (n * rows + row)[:, None] * c + channel[None, :]
    mean = tl.load(stats + n * 2 * c + channel, mask=inside, other=0.0)[None, :]
    rate = tl.load(stats + n * 2 * c + c + channel, mask=inside, other=0.0)[None, :]
    w = tl.load(weight + channel, mask=inside, other=0.0)[None, :]
    b = tl.load(bias + channel, mask=inside, other=0.0)[None, :]
    normed = (tl.load(x + at, mask=here, other=0.0).to(tl.float32) - mean) * rate
    if BACKWARD:
        slope = _slope(normed, tl.load(grad + at, mask=here, other=0.0).to(tl.float32), w, b, SILU)
        first = tl.load(means + n * 2 * c + channel, mask=inside, other=0.0)[None, :]
        second = tl.load(means + n * 2 * c + c + channel, mask=inside, other=0.0)[None, :]
        value = rate * (slope * w - first - normed * second)
    else:
        value = normed * w + b
        if SILU:
            value = value * tl.sigmoid(value)
    tl.store(out + at, value, mask=here)


class GroupNorm(torch.autograd.Function):
    """Group norm of x (n c h w) by weight bias (c) in float32, then SiLU if `active` -> bfloat16"""

    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx,
        x: Tensor,
        weight: Tensor,
        bias: Tensor,
        groups: int,
        eps: float,
        active: bool,
    ) -> Tensor:
        """Accept any memory format; the result is channels-last."""
        x = x.contiguous(memory_format=torch.channels_last)
        ctx.groups, ctx.eps, ctx.active = groups, eps, active
        _, stats = _summed(ctx, x, None, None, weight, bias)
        out = torch.empty_like(x, dtype=torch.bfloat16)
        _applied(ctx, x, None, stats, None, weight, bias, out)
        ctx.save_for_backward(x, stats, weight, bias)
        return out

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, grad: Tensor) -> tuple[Tensor | None, ...]:
        """Compute the norm again from its input, which costs less than keeping it."""
        x, stats, weight, bias = ctx.saved_tensors
        grad = grad.contiguous(memory_format=torch.channels_last)
        totals, means = _summed(ctx, x, grad, stats, weight, bias)
        out = torch.empty_like(x)
        _applied(ctx, x, grad, stats, means, weight, bias, out)
        of_bias, of_weight = totals.sum(0)
        return out, of_weight, of_bias, None, None, None


def _summed(
    ctx: torch.autograd.function.FunctionCtx,
    x: Tensor,
    grad: Tensor | None,
    stats: Tensor | None,
    weight: Tensor,
    bias: Tensor,
) -> tuple[Tensor, Tensor]:
    """Run `_sum_rows` and `_fold` -> totals (n 2 c), backward only, and what is folded (n 2 c)"""
    n, c, rows = x.shape[0], x.shape[1], x.shape[2] * x.shape[3]
    tile = min(TILE, triton.next_power_of_2(c))
    tiles = triton.cdiv(c, tile)
    span = triton.cdiv(max(TILE_ROWS, min(rows, n * rows * tiles // PROGRAMS)), TILE_ROWS) * TILE_ROWS
    chunks, width, back = triton.cdiv(rows, span), c // ctx.groups, grad is not None
    sums = torch.empty((n, chunks, 2, c), dtype=torch.float32, device=x.device)
    totals, folded = (torch.empty((n, 2, c), dtype=torch.float32, device=x.device) for _ in range(2))
    _sum_rows[(n, chunks, tiles)](
        x, grad, stats, weight, bias, sums, rows, c, chunks, span, back, ctx.active, TILE_ROWS, tile
    )
    sizes = triton.next_power_of_2(ctx.groups), triton.next_power_of_2(width)
    _fold[(n,)](sums, weight, totals, folded, rows, c, chunks, ctx.groups, width, ctx.eps, back, *sizes)
    return totals, folded


def _applied(
    ctx: torch.autograd.function.FunctionCtx,
    x: Tensor,
    grad: Tensor | None,
    stats: Tensor,
    means: Tensor | None,
    weight: Tensor,
    bias: Tensor,
    out: Tensor,
) -> None:
    n, c, rows = x.shape[0], x.shape[1], x.shape[2] * x.shape[3]
    tile = min(TILE, triton.next_power_of_2(c))
    grid = (n, triton.cdiv(rows, TILE_ROWS), triton.cdiv(c, tile))
    back = grad is not None
    _apply[grid](
        x, grad, stats, means, weight, bias, out, rows, c, back, ctx.active, TILE_ROWS, tile
    )  # fmt: skip
