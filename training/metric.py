"""The metric of the UNet's loss: what errors of the latents' channels cost in pixels.

Channels of latents don't count alike: those that were added last say little, and errors of two may cancel or
add up in the picture. Let e be the error of a place's latents. As long as it is small, and neighbours' errors
don't go together, the squared error of the pixels grows as eᵀ M e. M is measured by changing one channel at a
time by the same noise, and decoding.
"""

import torch
from torch import Tensor

from t2v.networks import VAE

CHANGE = 0.2  # deviation of the noise; the latents' is 1
LEAST = 0.05  # weight of the plain squared error, so that directions that hardly show are learnt too
AT_ONCE = 16  # pictures


@torch.no_grad()
def pixel_metric(vae: VAE, z: Tensor, seed: int = 0) -> Tensor:
    """z (n c h w), latents of pictures -> M (c c), symmetric and positive, scaled to a trace of c"""
    n, c, h, w = z.shape
    noise = torch.randn(n, h, w, generator=torch.Generator().manual_seed(seed)).to(z) * CHANGE
    metric = z.new_zeros(c, c)
    for part, change in zip(z.split(AT_ONCE), noise.split(AT_ONCE), strict=True):
        changes = _changes(vae, part, change)
        metric += changes @ changes.T
    plain = torch.eye(c, device=z.device, dtype=z.dtype)
    return (1 - LEAST) * metric * c / metric.trace() + LEAST * plain


def _changes(vae: VAE, z: Tensor, noise: Tensor) -> Tensor:
    """The change of the pixels (c pixels) by adding noise (n h w) to each channel of z (n c h w) alone"""
    with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):  # they may be small
        before, changes = vae.decode(z), []
        for channel in range(z.shape[1]):
            moved = z.clone()
            moved[:, channel] += noise
            changes.append((vae.decode(moved) - before).flatten())
    return torch.stack(changes)


def root_of(metric: Tensor) -> Tensor:
    """M (c c) -> R (c c) with R Rᵀ = M: the squared length of eᵀ R is eᵀ M e"""
    values, vectors = torch.linalg.eigh(metric.double())
    return (vectors * values.clamp_min(0).sqrt()).to(metric)
