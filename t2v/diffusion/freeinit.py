"""FreeInit (Wu et al. 2023): a video made again, from noise that has its low frequencies: steadier."""

import torch
from torch import Tensor
from torch.fft import fftn, ifftn, ifftshift

from t2v.diffusion.samplers import gaussian
from t2v.diffusion.schedule import NoiseSchedule

ORDER, STOP = 4, 0.25  # of the Butterworth filter; its stop frequency, of 1


def renewed(x: Tensor, noise: Tensor, schedule: NoiseSchedule, generator: torch.Generator) -> Tensor:
    """x (b c f h w), clean latents made from `noise` -> noise (b c f h w) to make them again from

    The low frequencies are those of x with the same noise at the last time, the high ones those of new noise.
    """
    level = schedule.level(schedule.config.train_steps - 1)
    old = level.signal * x.float() + level.noise * noise.float()
    new, axes = gaussian(x.shape, generator).to(old), (2, 3, 4)
    low = _low_pass(x.shape[2:]).to(x.device)
    return ifftn(fftn(old, dim=axes) * low + fftn(new, dim=axes) * (1 - low), dim=axes).real


def _low_pass(shape: torch.Size) -> Tensor:
    """The Butterworth filter (f h w), frequency 0 first; of an odd size a little beside it, as published"""
    squares = [ifftshift(2 * torch.arange(size) / size - 1).square() for size in shape]
    f, h, w = torch.meshgrid(*squares, indexing="ij")
    return 1 / (1 + ((f + h + w) / STOP**2) ** ORDER)
