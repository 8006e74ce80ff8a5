"""The code in the noise: numbers for what a caption leaves open, in the means of the noise's channels.

Four standard normal numbers (`OPEN`) decide a clip's position and size, the start and speed of its loop, and
its background where the caption names none. In training the noise for the clip carries the same numbers: the
means of four of its channels, scaled to variance 1. Any Gaussian noise carries such a code, so sampling
starts from plain noise, and the seed decides all of this before the first step. The network need not choose
one of many places and loops in its first steps.

In a loop every frame may be the first. The phase of the noise along time says which (`turn_of`).

Such a coupling of noise and data keeps the deterministic samplers exact (Pooladian et al. 2023, Multisample
flow matching); ddim with `eta` > 0 draws fresh noise with another code.
"""

import math

import torch
from torch import Tensor

OPEN = ("background", "x", "y", "size")
CHANNELS = [1, 3, 4, 5]  # whose means carry them; 0 and 2 once carried more
TURNING = 0  # the channel whose means, frame by frame, say where a loop begins


def read_code(noise: Tensor) -> Tensor:
    """noise (b c f h w) -> the numbers that it carries, standard normal (b OPEN)"""
    carrying = noise[:, CHANNELS]
    return carrying.mean((2, 3, 4)) * math.sqrt(carrying[0, 0].numel())


def write_code(noise: Tensor, chance: Tensor) -> Tensor:
    """Shift the channels of noise (b c f h w) so that it carries `chance` (b OPEN) -> (b c f h w)"""
    change = (chance - read_code(noise)) / math.sqrt(noise[0, 0].numel())
    changed = noise.clone()
    changed[:, CHANNELS] += change[:, :, None, None, None]
    return changed


def turn_of(noise: Tensor) -> Tensor:
    """noise (b c f h w) -> by how many frames its loop is turned (b), from the phase of a channel along time

    Turning the noise turns the loop: a network that knows no first frame has nothing else to go by.
    """
    frames = noise.shape[2]
    wave = torch.fft.fft(noise[:, TURNING].float().mean((2, 3)), dim=1)[:, 1]  # (b)
    return (-wave.angle() * frames / (2 * math.pi)).round().long() % frames


def uniform(chance: Tensor) -> Tensor:
    """Standard normal numbers -> their quantiles, uniform in 0…1"""
    return torch.special.ndtr(chance)


def one_of(chance: Tensor, count: int) -> Tensor:
    """Standard normal numbers -> integers from 0 to `count` − 1, equally likely, by quantile"""
    return (uniform(chance) * count).long().clamp_max(count - 1)


def number_of(choice: Tensor, count: int, within: Tensor) -> Tensor:
    """The normal number that `one_of` reads as `choice` of `count`; `within` 0…1: the place in its range"""
    return torch.special.ndtri((choice + within.clamp(1e-3, 1 - 1e-3)) / count)
