"""Known latents: what of a video is given before it is made, and how the making begins and ends with it."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from t2v.codec import FrameCodec
from t2v.diffusion import Denoise, Hop, Predict, keeping, timed
from t2v.given import Given
from t2v.request import Complete
from t2v.source import continues


@dataclass(frozen=True)
class Known:
    """`clean` (1 c f h w), and `mask` (1 1 f h w), true where the video stays so.

    `whole`: frames that are known as a whole are given to the network clean, at time 0, as it was trained to
    take them. `everywhere`: x starts from `clean` with noise, not only where the mask is.
    """

    clean: Tensor
    mask: Tensor
    whole: bool
    everywhere: bool

    @classmethod
    def of(cls, given: Given, request: Complete, codec: FrameCodec, whole: bool, model: str = "") -> "Known":
        """Encode what is given, or take its kept latents, if `model` made them."""
        own = given.latents_for(request, model)
        if own is None:
            clean = codec.encode(given.frames_for(request))
        else:
            clean = torch.from_numpy(own)[None].to(codec.runner.device)
        mask = torch.from_numpy(given.known_for(request, codec.vae.config.factor)).to(clean.device)
        everywhere = given.source is not None and not continues(request)
        return cls(clean, mask[None, None], whole, everywhere)

    def start(self, hops: Sequence[Hop], noise: Tensor, alone: Tensor) -> Tensor:
        """noise, and `alone`, the start from noise alone (1 c f h w) -> x (1 c f h w) at the first hop"""
        if not hops:
            return self.clean
        mixed = hops[0].now.signal * self.clean + hops[0].now.noise * noise
        return mixed if self.everywhere else torch.where(self.mask, mixed, alone)

    def seen(self, predict: Predict) -> Predict:
        """Give the network its known frames, if it was trained for that."""
        frames = self.mask.all((1, 3, 4))
        return timed(predict, self.clean, frames) if self.whole and frames.any() else predict

    def held(self, denoise: Denoise, prediction: str) -> Denoise:
        """Lead what is known to `clean`."""
        return keeping(denoise, self.clean, self.mask, prediction) if self.mask.any() else denoise

    def pasted(self, x: Tensor) -> Tensor:
        """x (1 c f h w) with what is known as it was given: ddim may end with a little noise"""
        return torch.where(self.mask, self.clean, x)
