"""A device that isn't there, computed by the CPU, which refuses what Apple's, AMD's and Intel's may lack.

It refuses float64, tensors of another device, and every call to CUDA or to Triton's kernels.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from types import FunctionType, SimpleNamespace

import pytest
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map, tree_map_only

from t2v.runtime.kernels import triton_ops

MARK = "lazy"  # a device that PyTorch lets pass to the dispatcher without a library for it
MOVES = ("_to_copy", "copy_", "to", "index_put_", "index")  # operations that may mix devices


class Placed(Tensor):
    """A tensor that lies on MARK for PyTorch; `inner`, on the CPU, holds its numbers."""

    inner: Tensor

    @staticmethod
    def __new__(cls, inner: Tensor) -> "Placed":
        made = Tensor._make_wrapper_subclass(
            cls,
            inner.shape,
            strides=inner.stride(),
            storage_offset=inner.storage_offset(),
            dtype=inner.dtype,
            device=MARK,
            requires_grad=inner.requires_grad,
        )
        made.inner = inner
        return made

    def __repr__(self) -> str:  # type: ignore[override]  # PyTorch's takes an argument
        return f"Placed({self.inner})"

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        raise AssertionError(f"{func} outside of the stand-in's context")


class Renamed(TorchFunctionMode):
    """Gives PyTorch MARK for `device`, which it would refuse at once without that one's library."""

    def __init__(self, device: str):
        super().__init__()
        self.device = device

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func == Tensor.device.__get__ and isinstance(args[0], Placed):
            return torch.device(self.device, 0)
        if func is torch.device:
            return func(*args, **kwargs or {})
        args, kwargs = tree_map(self._renamed, (args, kwargs or {}))
        if func is torch.tensor and str(kwargs.get("device")) == MARK:
            return func(*args, **kwargs | {"device": "cpu"}).to(MARK)
        return func(*args, **kwargs)

    def _renamed(self, value: object) -> object:
        if isinstance(value, torch.device):
            return torch.device(MARK) if value.type == self.device else value
        return MARK if isinstance(value, str) and value.partition(":")[0] == self.device else value


class StandIn(TorchDispatchMode):
    """The device within its context. `operations`: how many ran on it."""

    def __init__(self, device: str):
        super().__init__()
        self.device, self.operations = torch.device(device, 0), 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        here, owners = [], {}

        def bare(tensor: Placed) -> Tensor:
            here.append(tensor)
            owners[id(tensor.inner)] = tensor
            return tensor.inner

        plain_args, plain_kwargs = tree_map_only(Placed, bare, (args, kwargs))
        asked = [value for value in tree_leaves((args, kwargs)) if isinstance(value, torch.device)]
        on_device = asked[0].type == MARK if asked else bool(here)
        plain_args, plain_kwargs = tree_map_only(torch.device, _on_cpu, (plain_args, plain_kwargs))
        if here and func.overloadpacket.__name__ not in MOVES:
            self._check_together(func, args)
        done = func(*plain_args, **plain_kwargs)
        if not on_device:
            return done
        self.operations += 1

        def placed(tensor: Tensor) -> Placed:
            return owners[id(tensor)] if id(tensor) in owners else self._placed(func, tensor)

        return tree_map_only(Tensor, placed, done)

    def _check_together(self, func, args: tuple) -> None:
        for tensor in tree_leaves(args):
            if isinstance(tensor, Tensor) and not isinstance(tensor, Placed) and tensor.dim():
                raise RuntimeError(f"{func}: tensors on {self.device} and on {tensor.device}")

    def _placed(self, func, tensor: Tensor) -> Placed:
        if tensor.dtype in (torch.float64, torch.complex128):
            raise TypeError(f"{func}: {self.device} has no {tensor.dtype}")
        return Placed(tensor)


def _on_cpu(device: torch.device) -> torch.device:
    return torch.device("cpu") if device.type == MARK else device


@contextmanager
def stand_in(device: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """In the context the machine has one `device`, such as "mps" or "xpu", and neither CUDA nor Triton."""

    def refuse(*given: object, **options: object) -> None:
        raise AssertionError(f"CUDA or Triton was called on {device}")

    with monkeypatch.context() as patch, StandIn(device) as mode, Renamed(device):
        patch.setattr(torch.accelerator, "is_available", lambda: True)
        patch.setattr(torch.accelerator, "device_count", lambda: 1)
        patch.setattr(torch.accelerator, "current_accelerator", lambda: torch.device(device))
        own = SimpleNamespace(empty_cache=lambda: None, mem_get_info=lambda which: (2**33, 2**34))
        patch.setattr(torch, "get_device_module", lambda which: own)
        patch.setattr(torch, "inference_mode", lambda mode=True: torch.set_grad_enabled(not mode))
        patch.setattr(torch.cuda, "_lazy_init", refuse)
        patch.setattr(torch.cuda, "current_device", refuse)
        for name, value in list(vars(triton_ops).items()):
            if isinstance(value, FunctionType):
                patch.setattr(triton_ops, name, refuse)
        yield mode
