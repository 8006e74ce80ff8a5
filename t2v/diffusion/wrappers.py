"""Wrappers: functions that take a denoiser and return a denoiser."""

import torch
from torch import Tensor

from t2v.diffusion.hops import Hop
from t2v.diffusion.samplers import Denoise, raw_of


def keeping(denoise: Denoise, clean: Tensor, known: Tensor, prediction: str) -> Denoise:
    """Replace the prediction by the one that leads to `clean`, under the mask `known`.

    clean (b c f h w): the latents to end at; known broadcasts to it. The network sees the known part
    at the same noise level as the rest, so the rest fits it.
    """

    def denoise_rest(x: Tensor, hop: Hop) -> Tensor:
        return torch.where(known, raw_of(clean, x, hop.now, prediction), denoise(x, hop))

    return denoise_rest


def first_frames(x: Tensor, count: int) -> Tensor:
    """x (b c f h w) -> a mask (1 1 f 1 1), true for the first `count` frames"""
    return (torch.arange(x.shape[2], device=x.device) < count).view(1, 1, -1, 1, 1)
