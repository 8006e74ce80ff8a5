"""The fused operations of the fast path: Triton kernels, and the same functions in plain PyTorch."""

from collections.abc import Callable
from typing import Any

import torch

from t2v.runtime.device import capability

from . import plain_ops
from .ops import Ops

MIN_CAPABILITY = (8, 0)  # of a GPU that Triton supports: Ampere


def ops_for(device: torch.device) -> Ops:
    """The Triton kernels on a CUDA device that can run them, else plain PyTorch."""
    if capability(device) < MIN_CAPABILITY:
        return plain_ops
    try:
        from . import triton_ops
    except ImportError:  # a PyTorch without Triton, as on Windows
        return plain_ops
    return triton_ops


def compile_kernels(device: torch.device, run: Callable[[], Any]) -> None:
    """Compile all Triton kernels that `run()` launches, at once, and launch none: its results are garbage.
    Without Triton nothing runs."""
    if ops_for(device) is plain_ops:
        return
    from .launching import compiling

    with compiling():
        run()
