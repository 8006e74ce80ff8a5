"""Classifier-free guidance (Ho & Salimans 2022): amplify the prompt's effect on a prediction."""

from collections.abc import Callable

import torch
from torch import Tensor

from t2v.diffusion.hops import Hop
from t2v.diffusion.samplers import Denoise

Predict = Callable[[Tensor, Tensor], Tensor]


def guided(predict: Predict, scale: float) -> Denoise:
    """Mix the predictions of two texts into the `denoise(x, hop)` that samplers call.

    `predict(x (b c f h w), t (b)) -> (g b c f h w)` gives one prediction a text: u under the negative prompt,
    then y under the prompt. The result is u + scale · (y - u), computed in x's dtype. With scale 1 it is y,
    and g may be 1. Raises ValueError if another scale has no negative prediction.
    """

    def denoise(x: Tensor, hop: Hop) -> Tensor:
        t = torch.full((len(x),), hop.time, dtype=torch.float32, device=x.device)
        predictions = predict(x, t).to(x.dtype)
        if scale == 1:
            return predictions[-1]
        if len(predictions) != 2:
            raise ValueError(f"guidance {scale} needs a negative and a positive text, got {len(predictions)}")
        negative, positive = predictions
        return negative + scale * (positive - negative)

    return denoise
