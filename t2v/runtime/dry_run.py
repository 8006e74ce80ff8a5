"""Dry runs: count the operations and the memory of a computation on the meta device, without doing it."""

import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


@dataclass(frozen=True)
class Profile:
    """Floating-point operations (a multiply-add counts as two), and the peak of live tensors in bytes."""

    flops: int
    peak: int


def profile(function: Callable[..., Any], *inputs: Tensor) -> Profile:
    """Profile `function(*inputs)`, all on the meta device. The peak leaves out weights and inputs."""
    from torch.utils.flop_counter import FlopCounterMode  # imports Triton, which takes 80 MB

    tensors, attention = LiveTensors(), FusedAttention()
    with torch.inference_mode(), FlopCounterMode(display=False) as counter, tensors, attention:
        function(*inputs)
    return Profile(counter.get_total_flops() + attention.flops, tensors.peak)


@dataclass
class LiveTensors(TorchDispatchMode):
    """Count the bytes of the tensors that were made in this context and are still alive."""

    peak: int = 0
    _now: int = 0
    _known: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def __torch_dispatch__(self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        given = {_storage(x)._cdata for x in tree_leaves((args, kwargs)) if isinstance(x, Tensor)}
        result = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):
            if isinstance(tensor, Tensor) and _storage(tensor)._cdata not in given | self._known:
                self._add(_storage(tensor))
        return result

    def _add(self, storage: torch.UntypedStorage) -> None:
        self._now += storage.nbytes()
        self.peak = max(self.peak, self._now)
        self._known.add(storage._cdata)
        weakref.finalize(storage, self._drop, storage._cdata, storage.nbytes())

    def _drop(self, key: int, size: int) -> None:
        self._now -= size
        self._known.discard(key)


class FusedAttention(TorchFunctionMode):
    """Replace scaled_dot_product_attention by a stand-in for a fused kernel: no scores in memory."""

    flops = 0

    def __torch_function__(self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        if func is not torch.nn.functional.scaled_dot_product_attention:
            return func(*args, **(kwargs or {}))
        q, k, v = args[:3]
        self.flops += 2 * q.numel() * k.shape[-2] + 2 * q[..., 0].numel() * v.shape[-2] * v.shape[-1]
        return torch.empty((*q.shape[:-1], v.shape[-1]), dtype=q.dtype, device=q.device)


def _storage(tensor: Tensor) -> torch.UntypedStorage:
    return tensor.untyped_storage()
