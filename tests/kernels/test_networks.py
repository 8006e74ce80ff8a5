"""The UNet's fast pass and the VAE, whose operations are all kernels.

Their norms have few groups: the interpreter takes its time for each group of each norm.
"""

from dataclasses import replace
from types import ModuleType

import pytest
import torch
from torch import Tensor

from t2v.networks import TINY_UNET, TINY_VAE, VAE, UNet3D
from t2v.runtime import fast_unet, fast_vae
from t2v.runtime.kernels import triton_ops

from .conftest import Compare
from .given import DEVICE, Given

GROUPS = 2  # so that the wider level is normed by another kernel than the narrower


@pytest.mark.slow
@pytest.mark.parametrize(
    ("compare", "frames", "each"),
    [(torch.float32, 1, False), (torch.float16, 2, True)],
    ids=["float32", "float16, a time for each frame"],
    indirect=["compare"],
)
def test_the_unets_fast_pass(compare: Compare, frames: int, each: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(triton_ops, "UNFOLD", 64)  # the wider level's temporal convolutions as products

    def case(ops: ModuleType, given: Given) -> Tensor:
        monkeypatch.setattr(fast_unet, "ops_for", lambda device: ops)
        fast = fast_unet.FastUNet(given.made(UNet3D(replace(TINY_UNET, groups=GROUPS))), DEVICE)
        x, text = given.tokens(1, 4, frames, 2, 2), given.tokens(2, 7, 32)
        t = 37.0 + 100 * torch.arange(frames, device=DEVICE).view(1, -1)
        return fast(x, t if each else t[:, 0], fast.read(text))

    compare.as_well_as_plain(case)


def test_the_vae_decodes(compare: Compare, monkeypatch: pytest.MonkeyPatch):
    def case(ops: ModuleType, given: Given) -> Tensor:
        monkeypatch.setattr(fast_vae, "ops_for", lambda device: ops)
        vae = given.made(VAE(replace(TINY_VAE, groups=GROUPS)))
        fast_vae.use_fast_ops(vae, DEVICE)
        return vae.decode(given.tokens(1, 4, 1, 1))

    compare.as_well_as_plain(case)
