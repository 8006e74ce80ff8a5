"""Count what Triton compiles for videos of several shapes, without a GPU and without compiling:

    TRITON_INTERPRET=0 python -m tests.kernels.counting 16x256x256 24x576x320

prints JSON: the kernels that the networks of the published size compile ahead on Hopper in half precision,
and for each shape (frames, width, height) those that it needs and none before it needed.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import torch
from torch import Tensor
from triton.runtime.jit import JITFunction

from t2v.networks import VAE, UNet3D, UNetConfig, VAEConfig
from t2v.runtime import ahead, fast_unet, fast_vae
from t2v.runtime.kernels import launching, triton_ops

from .ahead import name_of, stand_for

HOPPER, META = 90, torch.device("meta")
TOGETHER = 4  # frames that the decoder takes at a time


class Address:
    """Stands for a tensor where Triton asks for its type and its address."""

    def __init__(self, tensor: Tensor):
        self.dtype, self._address = tensor.dtype, tensor.storage_offset() * tensor.element_size()

    def data_ptr(self) -> int:
        return self._address


def addressed(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(map(addressed, value))
    return Address(value) if isinstance(value, Tensor) else value


@contextmanager
def counting() -> Iterator[dict[str, str]]:
    """In the context kernels are neither compiled nor launched -> their names, by the keys by which Triton
    would keep them."""
    found: dict[str, str] = {}

    def warmup(kernel: JITFunction, *given: object, grid: tuple, **options: object) -> None:
        binder = kernel.device_caches[HOPPER][-1]
        _, specialization, chosen = binder(*map(addressed, given), debug=False, **options)
        found[f"{name_of(kernel)} {specialization} {chosen}"] = name_of(kernel)

    before, JITFunction.warmup = JITFunction.warmup, warmup
    try:
        with launching.compiling():
            yield found
    finally:
        JITFunction.warmup = before


class Networks:
    """The networks of the published size, without memory."""

    def __init__(self) -> None:
        fast_unet.ops_for = fast_vae.ops_for = lambda device: triton_ops
        with META:
            self.unet = fast_unet.FastUNet(UNet3D(UNetConfig()).half(), META)
            self.vae = VAE(VAEConfig()).half()
        fast_vae.use_fast_ops(self.vae, META)

    def make(self, frames: int, width: int, height: int) -> None:
        """Run a guided step of a video of this shape, and decode frames of it."""
        x, text = given(1, 4, frames, height // 8, width // 8), given(2, 77, 1024)
        self.unet(x, torch.empty(1, device=META), self.unet.read(text))
        self.vae.decode(given(min(frames, TOGETHER), 4, height // 8, width // 8))

    def make_ahead(self) -> None:
        """Run what is run while weights are read, for a model whose own size is 16×256×256."""
        ahead.make(self.unet.unet.config, self.vae.config, (16, 256, 256), META, torch.float16)


def given(*shape: int) -> Tensor:
    return torch.empty(shape, dtype=torch.float16, device=META)


@torch.inference_mode()
def main(*shapes: str) -> None:
    stand_for(HOPPER)
    networks, new, known = Networks(), {}, set()
    makes = {shape: partial(networks.make, *map(int, shape.split("x"))) for shape in shapes}
    for name, make in ({"ahead": networks.make_ahead} | makes).items():
        with counting() as found:
            make()
        new[name] = sorted(found[key] for key in found.keys() - known)
        known |= found.keys()
    print(json.dumps(new, indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
