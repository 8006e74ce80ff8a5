"""One video on two devices: each predicts its half of guidance, then decodes every other group of frames."""

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor

from t2v.networks import VAE, UNet3D, blank

from .device import current
from .fast_unet import FastUNet
from .fast_vae import use_fast_ops
from .graphs import Run

Network = TypeVar("Network", UNet3D, VAE)
Step = Callable[[Tensor, Tensor, Tensor], Tensor]


class SecondDevice:
    """A copy of the networks on a second device. Its work is launched there, never waited for here.

    `recorded(run, beside)` gives what `run` is to be called through.
    """

    def __init__(self, unet: UNet3D, vae: VAE, device: torch.device, recorded: Callable[..., Run]):
        self.device, self.network, self._vae = device, copied(unet, device), copied(vae, device)
        use_fast_ops(self._vae, device)
        with current(device):
            self._unet = FastUNet(self.network, device)
        self._step = recorded(self._unet)
        self._decode = recorded(self._vae.decode, beside=self._step)

    def beside(self, step: Step, text: Tensor) -> Step:
        """text (1 l d), of the first half -> a step under two texts, of which `step` predicts the second"""
        with current(self.device):
            words = self._unet.read(text.to(self.device))

        def both(x: Tensor, t: Tensor, all_words: Tensor) -> Tensor:
            """x (1 c f h w), t (1) or (1 f), all_words (2 l Σ 2·c) -> a prediction a text (2 c f h w)"""
            with current(self.device):
                first = self._step(x.to(self.device), t.to(self.device), words)
            second = step(x, t, all_words[1:])
            return torch.cat([first.to(second.device), second])

        return both

    def decode(self, z: Tensor) -> Tensor:
        """z (n c h w) -> images (n 3 8h 8w) on this device"""
        with current(self.device):
            return self._decode(z.to(self.device))


def copied(network: Network, device: torch.device) -> Network:
    """The same network with weights of its own on `device`, which is all the memory that it takes."""
    with blank():
        copy = type(network)(network.config)
    weights = {name: weight.to(device, copy=True) for name, weight in network.state_dict().items()}
    copy.load_state_dict(weights, assign=True)
    return copy.eval().requires_grad_(False)
