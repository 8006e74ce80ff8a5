"""Wrappers: functions that take a denoiser, or a predictor, and return another."""

import torch
from torch import Tensor

from t2v.diffusion.guidance import Predict
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


def timed(predict: Predict, clean: Tensor, frames: Tensor) -> Predict:
    """Give the network its known frames without noise, at time 0: only for one that was trained so.

    clean (b c f h w); frames (b f), true for those that are known as a whole.
    """
    known = frames[:, None, :, None, None]

    def predict_rest(x: Tensor, t: Tensor) -> Tensor:
        return predict(torch.where(known, clean, x), torch.where(frames, 0, t[:, None]))

    return predict_rest
