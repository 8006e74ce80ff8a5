"""Networks without memory and without initial values: weights loaded from files need neither."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.overrides import TorchFunctionMode


@contextmanager
def blank() -> Iterator[None]:
    """A context in which networks are built on the meta device, and their weights aren't initialised.

    On that device PyTorch draws random numbers through its compiler, whose import takes seconds.
    accelerate's init_empty_weights doesn't skip the initialisation.
    """
    with torch.device("meta"), _Undrawn():
        yield


class _Undrawn(TorchFunctionMode):
    """Make the functions of `torch.nn.init` return their tensor unchanged."""

    def __torch_function__(self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        kwargs = kwargs or {}
        if getattr(func, "__module__", None) == "torch.nn.init":
            return kwargs["tensor"] if "tensor" in kwargs else args[0]
        return func(*args, **kwargs)
