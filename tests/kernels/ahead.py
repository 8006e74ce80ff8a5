"""Compile kernels for GPUs that needn't be here, by the operations that launch them:

    TRITON_INTERPRET=0 python -m tests.kernels.ahead float16 80 90

prints, for each architecture, the kernels and the bytes of shared memory that a program of each takes.
"""

import json
import sys
from collections.abc import Callable
from types import ModuleType

import torch
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from triton.runtime import driver
from triton.runtime.jit import JITFunction

from t2v.networks.windows import Windows
from t2v.runtime.kernels import (
    gluon_geglu,
    launching,
    triton_affine,
    triton_group_norm,
    triton_ops,
    triton_parts,
    triton_products,
    triton_rows,
    triton_windows,
)

from .given import Given

MODULES = (
    gluon_geglu,
    triton_affine,
    triton_group_norm,
    triton_ops,
    triton_parts,
    triton_products,
    triton_rows,
    triton_windows,
)


class AbsentGPU:
    """Stands for a GPU of an architecture, such as 86, where Triton asks which one to compile for, and where
    it loads kernels. `ready`: names of those that could be launched without any more work."""

    def __init__(self, architecture: int):
        self.architecture, self.utils, self.ready = architecture, self, set()

    def launcher_cls(self, source: ASTSource, metadata: object) -> Callable[..., None]:
        self.ready.add(name_of(source.fn))
        return lambda *given: None

    def get_device_properties(self, device: int) -> dict[str, int]:
        return {"max_shared_mem": sys.maxsize}

    def load_binary(self, *given: object) -> tuple[object, ...]:
        return object(), object(), 0, 0, sys.maxsize  # a module, a function, registers, spills, threads

    def get_current_target(self) -> GPUTarget:
        return GPUTarget("cuda", self.architecture, 32)

    def get_current_device(self) -> int:
        return self.architecture  # Triton keeps a device's kernels by its number

    def get_current_stream(self, device: int | None = None) -> int:
        return 0


def stand_for(architecture: int) -> AbsentGPU:
    """From now on kernels are made for a GPU of this architecture."""
    gpu = AbsentGPU(architecture)
    driver.set_active(gpu)
    triton_products.capability = lambda device: divmod(architecture, 10)
    triton_products.multiprocessors = lambda device: 2
    return gpu


def compiled(architecture: int, dtype: torch.dtype) -> dict[str, int]:
    """Compile every operation's kernels -> their names, with the most bytes of shared memory that a program
    of each takes."""
    gpu = stand_for(architecture)
    with launching.compiling(), torch.inference_mode():
        operations(triton_ops, Given(dtype, dtype))
    made = {name: each.device_caches.get(architecture) for name, each in functions().items()}
    assert {name for name, kept in made.items() if kept} == gpu.ready, "nothing is left to the first launch"
    return {name: max(one.metadata.shared for one in kept[0].values()) for name, kept in made.items() if kept}


def name_of(kernel: JITFunction) -> str:
    return f"{kernel.module.rpartition('.')[2]}.{kernel.fn.__name__}"


def operations(ops: ModuleType, given: Given) -> None:
    """Every operation in the sizes of the published model that choose each of its kernels."""
    for c, h, w in ((1280, 8, 8), (1280, 32, 32), (320, 32, 32)):  # at once, by groups, in three kernels
        ops.group_norm(given.maps(1, c, h, w), given.group_norm(32, c), (given.tokens(c),), silu=True)
    ops.temporal_conv(given.maps(1, 320, 2, 64), given.group_norm(32, 320), given.temporal_conv(320))
    x, norm = given.maps(1, 320, 2, 64), given.group_norm(32, 320)
    moments = ops.moments(x, norm)[None]
    ops.temporal_conv_beside(x, norm, given.temporal_conv(320), moments, before=x[:, :, :1])
    ops.enlarge(given.maps(1, 320, 8, 8), (16, 16))
    ops.add(given.maps(1, 320, 8, 8), given.maps(1, 320, 8, 8), (given.tokens(320),))
    ops.layer_norm(given.tokens(2, 320), given.layer_norm(320), (given.tokens(320),))
    for c in (320, 640, 1280):
        ops.geglu(given.tokens(2, c), given.linear(c, 8 * c))
    ops.attend(given.heads(1, 5, 1024, 64), given.heads(1, 5, 77, 64), given.heads(1, 5, 77, 64))
    ops.temporal_attention(given.tokens(1, 16, 4, 3 * 320), heads=5)
    for size, loop in ((16, False), (16, True), (49, False)):  # few keys, and the most that a program reads
        ops.windowed_attention(given.tokens(1, 64, 4, 3 * 320), 5, Windows(size, loop))


def every_kernel() -> set[str]:
    """Names of the kernels that are launched: those that no other kernel calls."""
    called = {name for each in functions().values() for name in each.fn.__code__.co_names}
    return {name for name, each in functions().items() if each.fn.__name__ not in called}


def functions() -> dict[str, JITFunction]:
    return {name_of(each): each for module in MODULES for each in vars(module).values() if _own(each)}


def _own(value: object) -> bool:
    return isinstance(value, JITFunction) and value.module.startswith("t2v.")


def main(dtype: str, *architectures: str) -> None:
    found = {each: compiled(int(each), getattr(torch, dtype)) for each in architectures}
    print(json.dumps({"compiled": found, "kernels": sorted(every_kernel())}))


if __name__ == "__main__":
    main(*sys.argv[1:])
