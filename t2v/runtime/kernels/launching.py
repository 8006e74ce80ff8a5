"""Launch Triton's kernels, or only compile them, many at once."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from threading import Lock
from typing import Any

import torch
import triton

from t2v.machine import processors

Before = Callable[[], None]
_only_compile: ContextVar[Before | None] = ContextVar("only_compile", default=None)


def launch(kernel: Any, grid: tuple[int, ...], *given: Any, **options: Any) -> None:
    """Launch a kernel with the arguments `given`; within `compiling`, compile it instead."""
    if before := _only_compile.get():
        before()
        kernel.warmup(*given, grid=grid, **options)
    else:
        kernel[grid](*given, **options)


@contextmanager
def compiling(before: Before = lambda: None) -> Iterator[None]:
    """A context in which no kernel is launched. Those not yet compiled are, by threads; its end waits for it.
    `before()` is called before each.

    Triton's compiler leaves Python's lock for most of its time. Before version 3.5 it compiles one by one.
    """
    together = getattr(triton, "AsyncCompileMode", nullcontext)
    token = _only_compile.set(before)
    try:
        with _Compilers() as pool, together(pool):
            yield
    finally:
        _only_compile.reset(token)


class _Compilers(ThreadPoolExecutor):
    """Threads that compile kernels, and then make them ready for launching.

    Triton 3.6 builds a C module for each signature, when a kernel is first launched: a fifth of a second
    each, one after the other.
    """

    def __init__(self) -> None:
        on_device: dict[str, Any] = {}  # the current device is each thread's own
        if torch.cuda.is_initialized():
            on_device = {"initializer": torch.cuda.set_device, "initargs": (torch.cuda.current_device(),)}
        super().__init__(math.ceil(processors()), **on_device)
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)  # by signatures

    def submit(self, compiled: Callable[[], Any], /, *_: Any, **__: Any) -> Future:
        """Submit a call that gives a compiled kernel."""
        return super().submit(self._ready, compiled)

    def _ready(self, compiled: Callable[[], Any]) -> Any:
        kernel = compiled()
        with self._locks[str(kernel.src.signature)]:  # one thread builds, the others find what it has built
            kernel.run  # noqa: B018  (a property, which loads the kernel and what launches it)
        return kernel
