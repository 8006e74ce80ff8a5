"""The noise that a video starts from: the caller's, or drawn from the seed."""

import torch
from torch import Tensor

from t2v.diffusion import gaussian, shuffled
from t2v.request import Complete, RequestError


def noise_of(
    request: Complete, shape: tuple[int, ...], latents: Tensor | None, generator: torch.Generator
) -> Tensor:
    """Noise of `shape` (1 c f h w): the caller's `latents`, or drawn; RequestError for unfit latents.

    The seed's noise is drawn in any case, so that what a sampler draws later is the same either way.
    """
    noise = gaussian(shape, generator)
    if request.window:
        noise = shuffled(noise, request.window, generator)
    if latents is not None and latents.shape != noise.shape:
        raise RequestError("latents", f"must have the shape {shape}, not {tuple(latents.shape)}")
    if latents is not None and not latents.isfinite().all():
        raise RequestError("latents", "hold numbers that are not finite")
    return noise if latents is None else latents
