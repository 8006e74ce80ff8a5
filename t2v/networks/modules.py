"""A list of modules that says what its modules are."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

from torch import nn

M = TypeVar("M", bound=nn.Module)


class Modules(nn.ModuleList, Generic[M]):
    """PyTorch's list of modules, typed: `Modules[Layer]` holds Layers."""

    if TYPE_CHECKING:

        def __iter__(self) -> Iterator[M]: ...
