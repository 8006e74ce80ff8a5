"""Frames ↔ latents: the VAE, in float32 where half precision overflows."""

from collections.abc import Callable

import numpy as np
import torch
from einops import rearrange
from torch import Tensor

from t2v.errors import NotFiniteError
from t2v.networks import VAE
from t2v.runtime import Runner, in_float32

ENCODED = 4  # frames that the VAE encodes at once


class FrameCodec:
    """Encodes and decodes frames on the devices of `runner`. Latents are scaled by `scale`."""

    def __init__(self, vae: VAE, scale: float, runner: Runner):
        self.vae, self.scale, self.runner = vae, scale, runner

    def encode(self, frames: np.ndarray) -> Tensor:
        """Frames uint8 (f 8h 8w 3) -> latents (1 c f h w), the mean of the VAE's posterior"""
        images = rearrange(torch.from_numpy(frames), "f h w c -> f c h w").float() / 127.5 - 1
        groups = [
            self._encode(group.to(self.runner.device, self.runner.dtype)) for group in images.split(ENCODED)
        ]
        return rearrange(torch.cat(groups), "f c h w -> 1 c f h w") * self.scale

    def _encode(self, images: Tensor) -> Tensor:
        """images (n 3 8h 8w) -> unscaled z (n c h w) in float32"""
        z = self.vae.encode(images).float()
        if z.isfinite().all():
            return z
        with in_float32(self.vae) as vae:
            z = vae.encode(images.float())
        _check_finite(z.isfinite().all())
        return z

    def decode(self, x: Tensor) -> np.ndarray:
        """Latents x (1 c f h w) -> frames uint8 (f 8h 8w 3)

        All groups of frames are launched before the host waits for any. The images of a group are turned into
        pixels before the next group is launched, which may overwrite them.
        """
        z = rearrange(x, "1 c f h w -> f c h w") / self.scale
        height, width = (side * self.vae.config.factor for side in z.shape[2:])
        self.runner.make_room(height, width)
        decoders = self.runner.decoders(len(z), height, width)
        groups = z.chunk(len(decoders))
        launched = [self._launch(decode, group) for decode, group in zip(decoders, groups, strict=False)]
        frames = [
            pixels if finite else self._decode_in_float32(group)
            for (pixels, finite), group in zip(launched, groups, strict=True)
        ]
        return np.concatenate([pixels.cpu().numpy() for pixels in frames])

    def _launch(self, decode: Callable[[Tensor], Tensor], z: Tensor) -> tuple[Tensor, Tensor]:
        return to_pixels(decode(z.to(self.runner.dtype)))

    def _decode_in_float32(self, z: Tensor) -> Tensor:
        """z (n c h w), whose images half precision can't hold -> uint8 (n 8h 8w 3)"""
        with in_float32(self.vae) as vae:
            pixels, finite = to_pixels(vae.decode(z.float()))
        _check_finite(finite)
        return pixels


def to_pixels(images: Tensor) -> tuple[Tensor, Tensor]:
    """images (n 3 h w), about −1…1 -> uint8 (n h w 3), clamped; true (a scalar) if all images are finite"""
    pixels = ((images.float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
    return rearrange(pixels, "n c h w -> n h w c"), images.isfinite().all()


def _check_finite(finite: Tensor) -> None:
    if not finite:
        raise NotFiniteError("The VAE gave numbers that are not finite: its weights are broken.")
