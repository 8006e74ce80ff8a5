"""The product with GEGLU, of rows that stay in shared memory: a kernel for Hopper in Gluon, below Triton.

A program keeps 128 rows of x, in full depth, and streams tiles of the weight past them. One warp loads. Two
groups of four multiply in turn: while one gates and stores its tile, the other's products keep the tensor
cores busy. Deeper rows don't fit: `triton_products` has a kernel for them.
"""

from typing import Any

import torch
import triton
from torch import Tensor, nn
from triton.experimental import gluon
from triton.experimental.gluon import language as gl
from triton.experimental.gluon.language.nvidia import hopper
from triton.experimental.gluon.language.nvidia.hopper import mbarrier, tma
from triton.experimental.gluon.nvidia.hopper import TensorDescriptor

from . import triton_products
from .launching import launch
from .triton_products import gelu
from .triton_rows import SIZES

ROWS, DEPTH = gl.constexpr(128), gl.constexpr(64)  # of a tile of x
COLUMNS = gl.constexpr(64)  # of values in a tile, and of gates
DEPTHS = 128, 640  # two steps, which `_compute` needs; three tiles of the weight still have room beside ten
ROOM = 226 * 2**10  # bytes of shared memory that a program may have, but for its barriers
REGISTERS = 232, 24  # a thread of the second group that multiplies, and of the one that loads
ALL_REGISTERS = 168  # a thread, on average


def can_gate(x: Tensor, layer: nn.Linear) -> bool:
    """Check whether `geglu` is the fastest for x (… d): in 16 bits, on Hopper, of whole tiles that fit."""
    depth, (least, most) = layer.in_features, DEPTHS
    whole = depth % DEPTH.value == 0 and layer.out_features % (2 * COLUMNS.value) == 0
    return whole and least <= depth <= most and triton_products.serves(x)


def geglu(x: Tensor, layer: nn.Linear) -> Tensor:
    """x (… d), a layer (2·d' d) whose outputs are values, then gates -> values · GELU(gates) (… d')"""
    x = x.contiguous()
    rows, depth, width = x.numel() // x.shape[-1], x.shape[-1], layer.out_features // 2
    out = torch.empty((*x.shape[:-1], width), dtype=x.dtype, device=x.device)
    steps = depth // DEPTH.value
    stored, stages = _room(steps)
    left = _tiles(x.view(rows, depth), ROWS.value, DEPTH.value)
    right = _tiles(layer.weight, COLUMNS.value, DEPTH.value)
    to = _tiles(out.view(rows, width), ROWS.value, stored)
    tiles = triton.cdiv(rows, ROWS.value) * (width // COLUMNS.value)
    programs = min(triton_products.multiprocessors(x.device), tiles)
    sizes = rows, width, steps, stages, stored, *REGISTERS
    options = {"num_warps": 4, "maxnreg": ALL_REGISTERS}
    launch(_geglu_in_turns, (programs,), left, right, layer.bias, to, *sizes, **options)
    return out


def _room(steps: int) -> tuple[int, int]:
    """-> columns that a group stores at once, and tiles of the weight that fit beside the rows"""
    for stored in (COLUMNS.value, COLUMNS.value // 2):
        left = ROOM - 2 * ROWS.value * (steps * DEPTH.value + 2 * stored)
        stages = left // (2 * 2 * COLUMNS.value * DEPTH.value)
        if stages >= 3:  # fewer wait for memory
            break
    return stored, min(stages, 6)


def _tiles(x: Tensor, rows: int, columns: int) -> Any:
    """Describe tiles (rows columns) of x to the tensor memory accelerator."""
    kind = gl.float16 if x.dtype == torch.float16 else gl.bfloat16
    layout = gl.NVMMASharedLayout.get_default_for([rows, columns], kind)
    return TensorDescriptor.from_tensor(x, [rows, columns], layout)


@gluon.jit(do_not_specialize=SIZES)
def _geglu_in_turns(
    x,
    weight,
    bias,
    out,
    rows,
    width,
    STEPS: gl.constexpr,
    STAGES: gl.constexpr,
    STORED: gl.constexpr,
    REGISTERS: gl.constexpr,
    FEW_REGISTERS: gl.constexpr,
):
    """x (rows STEPS·DEPTH), weight (2·width STEPS·DEPTH), bias (2·width) -> values · GELU(gates) (rows
    width). A program computes neighbouring tiles, row by row."""
    wide = width // COLUMNS
    tiles = (rows + ROWS - 1) // ROWS * wide
    first = gl.program_id(0) * tiles // gl.num_programs(0)
    last = (gl.program_id(0) + 1) * tiles // gl.num_programs(0)
    work = (first, last, wide, width)
    a = gl.allocate_shared_memory(x.dtype, [STEPS, ROWS, DEPTH], x.layout)
    b = gl.allocate_shared_memory(x.dtype, [STAGES, 2 * COLUMNS, DEPTH], weight.layout)
    c = gl.allocate_shared_memory(x.dtype, [2, ROWS, STORED], out.layout)
    a_full, a_empty = _barriers(STEPS, 1), _barriers(1, 2)
    b_full, b_empty = _barriers(STAGES, 1), _barriers(STAGES, 1)
    turns = _barriers(2, 1)
    hopper.fence_async_shared()
    mbarrier.arrive(turns.index(0), count=1)
    barriers = (a_full, a_empty, b_full, b_empty, turns)
    gl.warp_specialize(
        [
            (_compute, (bias, out, a, b, c, barriers, work, 0)),
            (_compute, (bias, out, a, b, c, barriers, work, 1)),
            (_load, (x, weight, a, b, barriers, work)),
        ],
        [4, 1],
        [REGISTERS, FEW_REGISTERS],
    )


@gluon.jit
def _barriers(COUNT: gl.constexpr, ARRIVALS: gl.constexpr):
    barriers = gl.allocate_shared_memory(gl.int64, [COUNT, 1], mbarrier.MBarrierLayout())
    for i in gl.static_range(COUNT):
        mbarrier.init(barriers.index(i), count=ARRIVALS)
    return barriers


@gluon.jit
def _load(x, weight, a, b, barriers, work):
    """Load all tiles of a program: the rows when they change, and the weight's for each."""
    a_full, a_empty, b_full, b_empty, turns = barriers
    first, last, wide, width = work
    STEPS: gl.constexpr = a.shape[0]
    STAGES: gl.constexpr = b.shape[0]
    loaded, emptied = 0, 1
    for tile in range(first, last):
        i, j = tile // wide, tile % wide
        fresh = (tile == first) | (j == 0)
        if fresh:
            mbarrier.wait(a_empty.index(0), emptied)
            emptied ^= 1
        for k in range(STEPS):
            if fresh:
                mbarrier.expect(a_full.index(k), ROWS * DEPTH * 2)
                tma.async_copy_global_to_shared(x, [i * ROWS, k * DEPTH], a_full.index(k), a.index(k))
            stage, column = loaded % STAGES, j * COLUMNS
            full, to = b_full.index(stage), b.index(stage)
            mbarrier.wait(b_empty.index(stage), (loaded // STAGES & 1) ^ 1)
            mbarrier.expect(full, 2 * COLUMNS * DEPTH * 2)
            tma.async_copy_global_to_shared(weight, [column, k * DEPTH], full, to.slice(0, COLUMNS))
            tma.async_copy_global_to_shared(
                weight, [width + column, k * DEPTH], full, to.slice(COLUMNS, COLUMNS)
            )
            loaded += 1


@gluon.jit
def _compute(bias, out, a, b, c, barriers, work, WHICH: gl.constexpr):
    """Compute every second tile of a program, each in its turn."""
    a_full, a_empty, b_full, b_empty, turns = barriers
    first, last, wide, width = work
    STEPS: gl.constexpr = a.shape[0]
    STAGES: gl.constexpr = b.shape[0]
    LAYOUT: gl.constexpr = gl.NVMMADistributedLayout([3, 0], [4, 1], [16, 2 * COLUMNS, 16])
    column = gl.arange(0, 2 * COLUMNS, layout=gl.SliceLayout(0, LAYOUT))
    column = column % COLUMNS + gl.where(column >= COLUMNS, width, 0)
    begun, turn = WHICH * STEPS, 0
    for tile in range(first + WHICH, last, 2):
        i, j = tile // wide, tile % wide
        loads = i - first // wide  # of rows before these
        biases = gl.load(bias + column + j * COLUMNS)
        sums = gl.zeros([ROWS, 2 * COLUMNS], gl.float32, LAYOUT)
        mbarrier.wait(turns.index(WHICH), turn)
        turn ^= 1
        # The other group begins while the last step is under way. So there have to be two steps: by the first
        # these rows were seen to be loaded, and a barrier can't tell a load from the one two before it.
        sums = _add_products(sums, a, b, a_full, b_full, b_empty, loads, begun, 0, STEPS - 1)
        mbarrier.arrive(turns.index(1 - WHICH), count=1)
        sums = _add_products(sums, a, b, a_full, b_full, b_empty, loads, begun, STEPS - 1, STEPS)
        sums = hopper.warpgroup_mma_wait(0, deps=(sums,))
        mbarrier.arrive(b_empty.index((begun + STEPS - 1) % STAGES), count=1)
        # Two arrivals free the rows: one of each group, after the last two tiles, or both after a lone tile.
        mbarrier.arrive(a_empty.index(0), count=1, pred=j >= wide - 2)
        mbarrier.arrive(a_empty.index(0), count=1, pred=(j == wide - 1) & ((j == 0) | (tile == first)))
        begun += 2 * STEPS
        value, gate = _halves(sums + biases.to(gl.float32)[None, :])
        _store(out, c.index(WHICH), i * ROWS, j * COLUMNS, (value * gelu(gate)).to(out.dtype))
    tma.store_wait(0)


@gluon.jit
def _add_products(sums, a, b, a_full, b_full, b_empty, loads, begun, FIRST: gl.constexpr, LAST: gl.constexpr):
    """Add the products of steps FIRST to LAST, not including it; the last one's is still under way."""
    STAGES: gl.constexpr = b.shape[0]
    for k in range(FIRST, LAST):
        stage = (begun + k) % STAGES
        mbarrier.wait(a_full.index(k), loads & 1)
        mbarrier.wait(b_full.index(stage), (begun + k) // STAGES & 1)
        right = b.index(stage).permute((1, 0))
        sums = hopper.warpgroup_mma(a.index(k), right, sums, use_acc=k > 0, is_async=True)
        sums = hopper.warpgroup_mma_wait(1, deps=(sums,))
        before = gl.maximum(begun + k - 1, 0) % STAGES
        mbarrier.arrive(b_empty.index(before), count=1, pred=k > 0)
    return sums


@gluon.jit
def _store(out, staged, row, column, tile):
    """Store a tile, at once or by halves, as `staged` has room."""
    STORED: gl.constexpr = staged.shape[1]
    parts = (tile,)
    if STORED < tile.shape[1]:
        parts = _halves(tile)
    for i in gl.static_range(len(parts)):
        tma.store_wait(0)
        staged.store(parts[i])
        hopper.fence_async_shared()
        tma.async_copy_shared_to_global(out, [row, column + i * STORED], staged)


@gluon.jit
def _halves(x):
    """x (rows columns) -> its first and second half of columns"""
    return gl.permute(gl.reshape(x, [x.shape[0], 2, x.shape[1] // 2]), [0, 2, 1]).split()
