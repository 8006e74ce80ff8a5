"""Classifier-free guidance (Ho & Salimans 2022): what the prompt adds to a prediction, made stronger."""

from collections.abc import Callable

import torch
from einops import rearrange, repeat
from torch import Tensor

Predict = Callable[[Tensor, Tensor, Tensor], Tensor]


def guided(
    predict: Predict, text: Tensor, scale: float, *, together: bool = True
) -> Callable[[Tensor, float], Tensor]:
    """`predict(x (b c f h w), t (b), text (b l d)) -> (b c f h w)` as the `denoise(x, t)` that samplers call.

    `text` (2 l d) holds the negative prompt's states, then the prompt's, for all b videos. The result is
    u + scale · (y - u), u of the negative, y of the prompt. `together` predicts both as one batch of 2b,
    else one after the other in half the memory. Scale 1 is y alone: one prediction, and text (1 l d) will do.
    The network is given x in the text's dtype, t in float32; the sampler gets x's own dtype back.
    Raises ValueError where guidance has no negative text to start from.
    """
    if scale != 1 and len(text) != 2:
        raise ValueError(f"guidance {scale} needs a negative and a positive text, got {len(text)}")
    texts = text[-1:] if scale == 1 else text

    def each(x: Tensor, t: float) -> list[Tensor]:
        """x (b c f h w) -> a prediction (b c f h w) for every text."""
        return [_predict(predict, x, t, one) for one in texts.split(1)]

    def denoise(x: Tensor, t: float) -> Tensor:
        if scale == 1:
            return each(x, t)[0]
        if together:
            both = _predict(predict, repeat(x, "b ... -> (g b) ...", g=2), t, texts)
            negative, positive = rearrange(both, "(g b) ... -> g b ...", g=2)
        else:
            negative, positive = each(x, t)
        return negative + scale * (positive - negative)

    return denoise


def _predict(predict: Predict, x: Tensor, t: float, texts: Tensor) -> Tensor:
    """x (g·b c f h w), t, texts (g l d) -> predictions (g·b c f h w) in x's dtype, each text for b videos."""
    text = repeat(texts, "g l d -> (g b) l d", b=len(x) // len(texts))
    times = torch.full((len(x),), t, dtype=torch.float32, device=x.device)
    return predict(x.to(texts.dtype), times, text).to(x.dtype)
