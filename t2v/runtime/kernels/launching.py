"""Launch Triton's kernels, or only compile them, many at once."""

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

import triton

from t2v.machine import processors

_only_compile: ContextVar[bool] = ContextVar("only_compile", default=False)


def launch(kernel: Any, grid: tuple[int, ...], *given: Any, **options: Any) -> None:
    """Launch a kernel with the arguments `given`; within `compiling`, compile it instead."""
    if _only_compile.get():
        kernel.warmup(*given, grid=grid, **options)
    else:
        kernel[grid](*given, **options)


@contextmanager
def compiling() -> Iterator[None]:
    """A context in which no kernel is launched. Those not yet compiled are, by threads; its end waits for it.

    Triton's compiler leaves Python's lock for most of its time. Before version 3.5 it compiles one by one.
    """
    together = getattr(triton, "AsyncCompileMode", nullcontext)
    token = _only_compile.set(True)
    try:
        with ThreadPoolExecutor(math.ceil(processors())) as pool, together(pool):
            yield
    finally:
        _only_compile.reset(token)
