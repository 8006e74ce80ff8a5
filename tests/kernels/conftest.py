"""Kernels against plain PyTorch in float32, on the same numbers, in both precisions.

Without a GPU they run in Triton's interpreter, which tests/conftest.py chooses before Triton is imported.
"""

from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
import torch
from torch import Tensor

from t2v.runtime.kernels import gluon_geglu, plain_ops, triton_affine, triton_ops, triton_products
from t2v.torch_state import OwnState

from ..common import relative
from .given import DEVICE, Given

Case = Callable[[ModuleType, Given], Tensor]
UNIT = {torch.float32: 5e-6, torch.float16: 2**-11}  # sums in another order; half of a half's last bit


class Compare:
    """Compares what a case gives by the kernels with what it gives by plain PyTorch in float32."""

    def __init__(self, dtype: torch.dtype):
        self.dtype = dtype

    def __call__(self, case: Case, roundings: int = 1) -> None:
        """`roundings`: how many results after each other the kernels round to `dtype`. Each may be half of a
        last bit away, and one more in a hundred for the sums' order; float32's bound is that order alone."""
        expected = case(plain_ops, Given(self.dtype, torch.float32))
        found = case(triton_ops, Given(self.dtype, self.dtype))
        bound = UNIT[self.dtype] * (1.01 * roundings if self.dtype == torch.float16 else 1)
        assert relative(found.float(), expected) < bound

    def as_well_as_plain(self, case: Case) -> None:
        """Compare results of very many roundings: by the kernels at most twice as far away as by PyTorch."""
        expected = case(plain_ops, Given(self.dtype, torch.float32))
        plain, found = (
            relative(case(ops, Given(self.dtype, self.dtype)).float(), expected)
            for ops in (plain_ops, triton_ops)
        )
        assert found < max(2 * plain, UNIT[self.dtype])


@pytest.fixture(params=[torch.float32, torch.float16], ids=["float32", "float16"])
def compare(request: pytest.FixtureRequest) -> Iterator[Compare]:
    with OwnState(DEVICE, inference=True):
        torch.backends.cudnn.conv.fp32_precision = "ieee"  # float32 is the measure here
        yield Compare(request.param)


@pytest.fixture(autouse=True)
def few_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a GPU, norms shared by few programs, which the interpreter runs one after the other; each
    sums several tiles, as on a GPU that a large map keeps busy."""
    if DEVICE.type == "cpu":
        monkeypatch.setattr(triton_affine, "PROGRAMS", 16)


@pytest.fixture
def own_products(monkeypatch: pytest.MonkeyPatch) -> None:
    """Products with the work around them inside, by two programs. On a GPU they run where they are the
    fastest: in half precision on Hopper."""
    if DEVICE.type == "cpu":
        monkeypatch.setattr(triton_products, "serves", lambda x: True)
        monkeypatch.setattr(triton_products, "multiprocessors", lambda device: 2)
        monkeypatch.setattr(gluon_geglu, "can_gate", lambda *_: False)  # the interpreter doesn't know Gluon


@pytest.fixture
def library_products(monkeypatch: pytest.MonkeyPatch) -> None:
    """Libraries' products, on Hopper too."""
    monkeypatch.setattr(triton_products, "serves", lambda x: False)
