"""Chance: what a caption leaves open, as numbers that the noise carries.

A clip's position and size, where in its loop it starts and how fast it goes, and its background where none is
named follow from `OPEN` standard normal numbers, and the noise that is mixed into its latents in training is
drawn so that it says the same numbers: they are the means of some of its channels, scaled to variance 1.
Every noise says some, so a video starts from plain Gaussian noise, and its seed decides what it shows from
the first step on. The network needs not agree with itself, step by step and frame by frame, on one of many
loops and places.

Such a coupling of noise and data leaves the deterministic samplers exact (Pooladian et al. 2023, Multisample
flow matching); ddim with `eta` > 0 draws noise that says something else.
"""

import math

import torch
from torch import Tensor

OPEN = ("background", "x", "y", "size")
CHANNELS = [1, 3, 4, 5]  # whose means say them; 0 and 2 once said more


def told(noise: Tensor) -> Tensor:
    """noise (b c f h w) -> what it says, standard normal (b OPEN)"""
    said = noise[:, CHANNELS]
    return said.mean((2, 3, 4)) * math.sqrt(said[0, 0].numel())


def tied(noise: Tensor, chance: Tensor) -> Tensor:
    """noise (b c f h w), changed as little as makes it say `chance` (b OPEN)"""
    change = (chance - told(noise)) / math.sqrt(noise[0, 0].numel())
    changed = noise.clone()
    changed[:, CHANNELS] += change[:, :, None, None, None]
    return changed


def uniform(chance: Tensor) -> Tensor:
    """Standard normal numbers -> the same ranks, uniform in 0…1"""
    return torch.special.ndtr(chance)


def one_of(chance: Tensor, count: int) -> Tensor:
    """Standard normal numbers -> whole ones from 0 up to `count` − 1, each as likely, by rank"""
    return (uniform(chance) * count).long().clamp_max(count - 1)


def number_of(choice: Tensor, count: int, within: Tensor) -> Tensor:
    """The normal number that says `choice` of `count`; `within` 0…1 is where in its range"""
    return torch.special.ndtri((choice + within.clamp(1e-3, 1 - 1e-3)) / count)
