"""Previews: latents mapped to RGB by a linear fit instead of the VAE's decoder, or one frame decoded."""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor

from t2v.networks import VAE
from t2v.runtime import Runner
from t2v.torch_state import OwnState

PICTURES, SIDE = 24, 8  # pictures that the map is fitted to; their side in latents


@torch.no_grad()
def fit_colours(vae: VAE) -> Tensor:
    """Fit the map from (latent, 1) to RGB in −1…1, (c+1 3), by least squares on smooth coloured pictures."""
    weight = next(vae.parameters())
    drawn = torch.Generator("cpu").manual_seed(0)
    coarse = torch.rand((PICTURES, 3, 3, 3), generator=drawn, dtype=torch.float32, device="cpu") * 2 - 1
    size = SIDE * vae.config.factor
    pictures = F.interpolate(coarse, size=(size, size), mode="bilinear")
    z = rearrange(vae.encode(pictures.to(weight)).float().cpu(), "n c h w -> (n h w) c")
    z = z.nan_to_num(0, 0, 0)  # the solver fails on NaN and infinity
    colours = rearrange(F.avg_pool2d(pictures, vae.config.factor), "n c h w -> (n h w) c")
    return torch.linalg.lstsq(F.pad(z, (0, 1), value=1.0), colours).solution


def small_frames(z: Tensor, colours: Tensor) -> Tensor:
    """Unscaled latents z (1 c f h w) -> frames uint8 (f h w 3) as small as the latents"""
    z = F.pad(rearrange(z.float(), "1 c f h w -> f h w c"), (0, 1), value=1.0)
    return ((z @ colours.to(z) + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).cpu()


class Previews:
    """Previews of the latents of one model. `decode`: latents (1 c f h w) -> frames uint8 (f 8h 8w 3)"""

    def __init__(self, vae: VAE, scale: float, runner: Runner, decode: Callable[[Tensor], np.ndarray]):
        self._vae, self._scale, self._runner, self._decode = vae, scale, runner, decode
        self._colours: Tensor | None = None  # fitted at the first preview

    def small(self, x0: Tensor) -> np.ndarray:
        """Latents x0 (1 c f h w) -> frames uint8 (f h w 3) by the linear fit"""
        with OwnState(self._runner.device):
            if self._colours is None:
                with self._runner.as_current_device():
                    self._colours = fit_colours(self._vae)
            return small_frames(x0 / self._scale, self._colours).numpy()

    def still(self, x0: Tensor) -> np.ndarray | None:
        """Latents x0 (1 c f h w) -> the middle frame, decoded, uint8 (1 8h 8w 3); None on a GPU

        There the decoder would overwrite what the graphs of the steps hold, or take the UNet's place.
        """
        if self._runner.device.type != "cpu":
            return None
        middle = x0.shape[2] // 2
        with OwnState(self._runner.device):
            return self._decode(x0[:, :, middle : middle + 1])
