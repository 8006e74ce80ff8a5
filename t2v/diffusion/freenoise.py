"""FreeNoise (Qiu et al. 2023): long videos from noise whose later frames are the first ones, shuffled."""

import torch
from torch import Tensor

from t2v.networks.windows import STRIDE


def shuffled(noise: Tensor, window: int, generator: torch.Generator) -> Tensor:
    """noise (b c f h w) -> each STRIDE frames beyond the first `window` are those a window earlier, shuffled.

    The same noise gives the parts of a long video the same look; the order gives each its own motion.
    """
    noise, frames = noise.clone(), noise.shape[2]
    for start in range(window, frames, STRIDE):
        order = start - window + torch.randperm(STRIDE, generator=generator, device="cpu")
        end = min(start + STRIDE, frames)
        noise[:, :, start:end] = noise[:, :, order[: end - start].to(noise.device)]
    return noise
