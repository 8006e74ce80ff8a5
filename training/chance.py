"""Chance: what a caption leaves open, as numbers that the noise carries.

A clip's loop phase, speed, position and size follow from `OPEN` standard normal numbers, and the noise that
is mixed into its latents in training is drawn so that it says the same numbers: they are the means of its
first channels, scaled to variance 1. Every noise says some, so a video starts from plain Gaussian noise, and
its seed decides what it shows from the first step on. The network needs not agree with itself, step by step
and frame by frame, on one of many loops and places.

Such a coupling of noise and data leaves the deterministic samplers exact (Pooladian et al. 2023, Multisample
flow matching); ddim with `eta` > 0 draws noise that says something else.
"""

import math

import torch
from torch import Tensor

OPEN = ("cosine of the phase", "sine of the phase", "speed", "x", "y", "size")


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


def turns(cosine: Tensor, sine: Tensor) -> Tensor:
    """Two standard normal numbers -> the angle of the point that they are, uniform in 0…1 turns"""
    return torch.atan2(sine, cosine) / (2 * math.pi) % 1
