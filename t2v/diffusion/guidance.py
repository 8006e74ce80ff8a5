"""Classifier-free guidance (Ho & Salimans 2022): amplify the prompt's effect on a prediction."""

from collections.abc import Callable

import torch
from torch import Tensor

from t2v.diffusion.hops import Hop
from t2v.diffusion.samplers import Denoise

Predict = Callable[[Tensor, Tensor], Tensor]


def guided(predict: Predict, scale: float, rescale: float = 0.0) -> Denoise:
    """Mix the predictions of two texts into the `denoise(x, hop)` that samplers call.

    `predict(x (b c f h w), t (b)) -> (g b c f h w)` gives one prediction a text: u under the negative prompt,
    then y under the prompt. The result is u + scale · (y - u), computed in x's dtype. With scale 1 it is y,
    and g may be 1. The share `rescale` of the result is brought to the deviation of y (Lin et al. 2024,
    eq. 15 and 16), for strong guidance burns colours out. Raises ValueError if another scale has no negative
    prediction.
    """

    def denoise(x: Tensor, hop: Hop) -> Tensor:
        t = torch.full((len(x),), hop.time, dtype=torch.float32, device=x.device)
        predictions = predict(x, t).to(x.dtype)
        if scale == 1:
            return predictions[-1]
        if len(predictions) != 2:
            raise ValueError(f"guidance {scale} needs a negative and a positive text, got {len(predictions)}")
        negative, positive = predictions
        mixed = negative + scale * (positive - negative)
        return _rescaled(mixed, positive, rescale) if rescale else mixed

    return denoise


def _rescaled(mixed: Tensor, positive: Tensor, share: float) -> Tensor:
    """mixed positive (b c f h w) -> mixed, the `share` of it with the deviation of `positive`"""
    axes = tuple(range(1, mixed.dim()))
    ratio = positive.std(axes, keepdim=True) / mixed.std(axes, keepdim=True)
    return share * ratio * mixed + (1 - share) * mixed
