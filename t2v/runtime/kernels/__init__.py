"""The fused operations of the fast path: Triton kernels, and the same functions in plain PyTorch."""

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
