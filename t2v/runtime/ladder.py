"""The memory ladder: four ways of running the same networks on a device, each with less memory than the one above.

fast      all weights on the device, both halves of guidance in one batch; on CUDA the step is recorded
balanced  the text encoder and the VAE live on the host and visit the device while they run
low       besides, the halves of guidance in turn, feed-forward and decoding in pieces
minimal   besides, the UNet's weights are streamed from the host (its halves together: once a step)

The frames are the same within rounding. On a CPU, where the host is the device, only the pieces are smaller.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from t2v.diffusion import guided
from t2v.networks import VAE, TextEncoder, UNet3D
from t2v.request import RequestError

from .captured import Captured
from .fast_unet import FastUNet
from .fast_vae import quicken
from .memory import frames_at_once
from .streaming import Stream, park

ROWS = 4096  # tokens that a feed-forward takes at a time where memory is short


@dataclass(frozen=True)
class Rung:
    """What is done for memory's sake. `rows`: of tokens that a feed-forward takes at a time, None for all."""

    name: str
    parked: bool = False
    in_turn: bool = False
    streamed: bool = False
    rows: int | None = None


RUNGS = {
    rung.name: rung
    for rung in (
        Rung("fast"),
        Rung("balanced", parked=True),
        Rung("low", parked=True, in_turn=True, rows=ROWS),
        Rung("minimal", parked=True, streamed=True, rows=ROWS),
    )
}


def check_memory(memory: str) -> str:
    """`memory` itself; RequestError if it is neither a rung's name nor "auto"."""
    if memory != "auto" and memory not in RUNGS:
        raise RequestError("memory", f"must be one of auto, {', '.join(RUNGS)}")
    return memory


def below(rung: Rung) -> Rung | None:
    """The next rung down, None below the last."""
    rungs = list(RUNGS.values())
    return dict(zip(rungs, rungs[1:])).get(rung)


class Running:
    """The networks on `device`, as a rung has them; their weights may come from the host or be there already."""

    def __init__(self, text_encoder: TextEncoder, unet: UNet3D, vae: VAE, device: torch.device, rung: Rung):
        self.device, self.rung, self.vae = device, rung, vae
        guest = device.type != "cpu"
        for module in (text_encoder, vae.encoder, vae.decoder):
            if rung.parked and guest:
                park(module, device)
            else:
                module.to(device)
        for module in (vae.to_moments, vae.from_latents):
            module.to(device)
        quicken(vae, device)
        streamed = rung.streamed and guest
        self.unet = streaming(unet, device, rung) if streamed else FastUNet(unet.to(device), device, rung.rows)
        recorded = device.type == "cuda" and not (rung.in_turn or rung.streamed)
        self._step = Captured(self.unet) if recorded else self.unet

    def denoiser(self, text: Tensor, guidance: float) -> Callable[[Tensor, float], Tensor]:
        """text (2 or 1 l d), the negative prompt's first -> the `denoise(x (1 c f h w), t)` of samplers"""
        return guided(self._predict, self.unet.read(text), guidance, together=not self.rung.in_turn)

    def _predict(self, x: Tensor, t: Tensor, words: Tensor) -> Tensor:
        """x (g c f h w), g times the same; t (g); words (g l d) -> (g c f h w)"""
        return self._step(x[:1], t[:1], words)

    def frames_at_once(self, height: int, width: int, dtype: torch.dtype) -> int:
        """How many frames to decode together; the order of work is the only difference."""
        return 1 if self.rung.rows else frames_at_once(self.device, height, width, dtype)


def streaming(unet: UNet3D, device: torch.device, rung: Rung) -> FastUNet:
    """A fast UNet whose weights stay on the host and are copied to `device` part by part."""

    def fetch(module: nn.Module) -> None:
        stream.fetch(module)

    fast = FastUNet(unet, device, rung.rows, fetch)
    stream = Stream(unet, device, keep=fast.joined)
    return fast
