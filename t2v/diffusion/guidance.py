"""Classifier-free guidance (Ho & Salimans 2022): amplify the prompt's effect on a prediction."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from t2v.diffusion.hops import Hop
from t2v.diffusion.samplers import Denoise

SCALE = 1000.0  # of the guidance before it is embedded, as the time is from 0 to 1000
Predict = Callable[[Tensor, Tensor], Tensor]


def guided(predict: Predict, scale: float, rescale: float = 0.0) -> Denoise:
    """Mix the predictions of two texts into the `denoise(x, hop)` that samplers call.

    `predict(x (b c f h w), t (b)) -> (g b c f h w)` gives one prediction a text: u under the negative prompt,
    then y under the prompt. The result is u + scale · (y - u), computed in x's dtype. With scale 1 it is y,
    and g may be 1. The share `rescale` of the result is brought to the deviation of y (Lin et al. 2024,
    eq. 15 and 16), for strong guidance burns colours out. Raises ValueError if another scale has no negative
    prediction.
    """

    mix = mixed(predict, scale, rescale)

    def denoise(x: Tensor, hop: Hop) -> Tensor:
        return mix(x, torch.full((len(x),), hop.time, dtype=torch.float32, device=x.device))

    return denoise


def mixed(predict: Predict, scale: float, rescale: float = 0.0) -> Predict:
    """Mix the predictions of two texts as `guided` does: `mix(x (b c f h w), t (b) or (b f))`, one of x."""

    def mix(x: Tensor, t: Tensor) -> Tensor:
        predictions = predict(x, t).to(x.dtype)
        if scale == 1:
            return predictions[-1]
        if len(predictions) != 2:
            raise ValueError(f"guidance {scale} needs a negative and a positive text, got {len(predictions)}")
        negative, positive = predictions
        whole = negative + scale * (positive - negative)
        return _rescaled(whole, positive, rescale) if rescale else whole

    return mix


def embedded(scale: float, width: int) -> Tensor:
    """Embed guidance for a network that was distilled to read it (Meng et al. 2022): sinusoids (1 width).

    Unlike those of the time, the sines come first, and the lowest rate is 1/10000. float32 on the CPU.
    """
    places = torch.arange(width // 2, dtype=torch.float32, device="cpu")
    rates = torch.exp(places * (-math.log(10_000) / (width // 2 - 1)))
    angles = SCALE * scale * rates[None]
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


def _rescaled(mixed: Tensor, positive: Tensor, share: float) -> Tensor:
    """mixed positive (b c f h w) -> mixed, the `share` of it with the deviation of `positive`"""
    axes = tuple(range(1, mixed.dim()))
    ratio = positive.std(axes, keepdim=True) / mixed.std(axes, keepdim=True)
    return share * ratio * mixed + (1 - share) * mixed
