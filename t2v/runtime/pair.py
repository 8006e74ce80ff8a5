"""Two devices for one video: each predicts one half of guidance, then decodes every other group of frames."""

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor

from t2v.networks import VAE, UNet3D, blank
from t2v.networks.options import PLAIN, Options

from .device import current
from .fast_unet import FastUNet
from .fast_vae import use_fast_ops
from .graphs import TensorFunction

Network = TypeVar("Network", UNet3D, VAE)
Forward = Callable[..., Tensor]  # a FastUNet's


class SecondDevice:
    """A copy of the networks on a second device. Work is launched there without waiting for it.

    `recorded(function, pool_of)` wraps a function as `Runner` does: in CUDA graphs, where there are any.
    """

    def __init__(self, unet: UNet3D, vae: VAE, device: torch.device, recorded: Callable[..., TensorFunction]):
        self.device, self.network, self._vae = device, copied(unet, device), copied(vae, device)
        use_fast_ops(self._vae, device)
        with current(device):
            self._unet = FastUNet(self.network, device)
        self._step = recorded(self._unet)
        self._decode = recorded(self._vae.decode, pool_of=self._step)

    def with_first_half(self, step: Forward, text: Tensor) -> Forward:
        """Return a step under two texts. This device predicts under the first, `text` (1 l d); `step`,
        under the second."""
        with current(self.device):
            text_kv = self._unet.read(text.to(self.device))

        def both(x: Tensor, t: Tensor, both_kv: Tensor, options: Options = PLAIN) -> Tensor:
            """x (1 c f h w), t (1) or (1 f), both_kv (2 l Σ 2·c) -> one prediction a text (2 c f h w)"""
            with current(self.device):
                first = self._step(x.to(self.device), t.to(self.device), text_kv, options=options)
            second = step(x, t, both_kv[1:], options=options)
            return torch.cat([first.to(second.device), second])

        return both

    def refresh(self) -> None:
        """Compute anew what was derived from the weights, after a change of these in place."""
        with current(self.device):
            self._unet.refresh()

    def decode(self, z: Tensor) -> Tensor:
        """z (n c h w) -> images (n 3 8h 8w) on the second device"""
        with current(self.device):
            return self._decode(z.to(self.device))


def copied(network: Network, device: torch.device) -> Network:
    """Copy the network and its weights to `device`, without a temporary copy on the host."""
    with blank():
        copy = type(network)(network.config)
    weights = {name: weight.to(device, copy=True) for name, weight in network.state_dict().items()}
    copy.load_state_dict(weights, assign=True)
    return copy.eval().requires_grad_(False)
