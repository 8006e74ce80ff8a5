"""Chance: what a caption leaves open, as numbers that the noise carries.

Where in its loop a clip starts, its speed, position and size, and its background where none is named, follow
from `OPEN` standard normal numbers, and the noise that is mixed into its latents in training is drawn so that
it says the same numbers: they are the means of its first channels, scaled to variance 1. Every noise says
some, so a video starts from plain Gaussian noise, and its seed decides what it shows from the first step on.
The network needs not agree with itself, step by step and frame by frame, on one of many loops and places.

Such a coupling of noise and data leaves the deterministic samplers exact (Pooladian et al. 2023, Multisample
flow matching); ddim with `eta` > 0 draws noise that says something else.
"""

import math

import torch
from torch import Tensor

OPEN = ("start", "background", "speed", "x", "y", "size")


def told(noise: Tensor) -> Tensor:
    """noise (b c f h w) -> what it says, standard normal (b OPEN)"""
    said = noise[:, : len(OPEN)]
    return said.mean((2, 3, 4)) * math.sqrt(said[0, 0].numel())


def tied(noise: Tensor, chance: Tensor) -> Tensor:
    """noise (b c f h w), changed as little as makes it say `chance` (b OPEN)"""
    said = noise[:, : len(OPEN)]
    change = (chance - told(noise)) / math.sqrt(said[0, 0].numel())
    return torch.cat([said + change[:, :, None, None, None], noise[:, len(OPEN) :]], dim=1)


def uniform(chance: Tensor) -> Tensor:
    """Standard normal numbers -> the same ranks, uniform in 0…1"""
    return torch.special.ndtr(chance)


def one_of(chance: Tensor, count: int) -> Tensor:
    """Standard normal numbers -> whole ones from 0 up to `count` − 1, each as likely, by rank"""
    return (uniform(chance) * count).long().clamp_max(count - 1)


def number_of(choice: Tensor, count: int, within: Tensor) -> Tensor:
    """The normal number that says `choice` of `count`; `within` 0…1 is where in its range"""
    return torch.special.ndtri((choice + within.clamp(1e-3, 1 - 1e-3)) / count)
