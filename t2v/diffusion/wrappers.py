"""Wrappers: a denoiser in, a denoiser out, as guidance is."""

import torch
from torch import Tensor

from t2v.diffusion.hops import Hop
from t2v.diffusion.samplers import Denoise, raw_of


def keeping(denoise: Denoise, clean: Tensor, known: Tensor, prediction: str) -> Denoise:
    """Replace the prediction where x is known by the one that leads to `clean`.

    clean (b c f h w): the latents to end at; known (broadcasts to it): true where they are to be kept. The
    network sees the known part with as much noise as the rest, so the rest fits it.
    """

    def denoise_rest(x: Tensor, hop: Hop) -> Tensor:
        return torch.where(known, raw_of(clean, x, hop.now, prediction), denoise(x, hop))

    return denoise_rest


def first_frames(x: Tensor, count: int) -> Tensor:
    """x (b c f h w) -> a mask (1 1 f 1 1), true for the first `count` frames"""
    return (torch.arange(x.shape[2], device=x.device) < count).view(1, 1, -1, 1, 1)
