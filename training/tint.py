"""Tints: draw an emoji in shades of one colour, from a quarter of it to a mixture with white.

The luminance of a subject's pictures, but for its ends, is stretched to that whole range, so that its
face, its edges and its parts stay as plain as in its own colours. A tinted pixel is `body`·colour + `shine`·
white: two maps that don't depend on the colour.
"""

import torch
from torch import Tensor

LUMINANCE = (0.3, 0.59, 0.11)
ENDS = (0.03, 0.97)  # quantiles of a subject's luminance that become dark and bright
SPAN = 0.25  # least distance of the ends: pictures of one shade take about the colour itself
MIDDLE = 0.55  # of the range: the colour itself
DARK, BRIGHT = 0.25, 0.55  # share of the colour in what is dark, of white in what is bright
SAMPLE = 64  # pixels of a side that suffice for the quantiles


def luminance(drawn: Tensor) -> Tensor:
    """drawn (… 3+ h w) -> (… 1 h w)"""
    return sum(weight * drawn[..., i : i + 1, :, :] for i, weight in enumerate(LUMINANCE))


def contrast(pictures: Tensor) -> Tensor:
    """pictures uint8 (p 4 s s) of one subject, premultiplied RGBA -> dark and bright luminance, 0…1 (2)"""
    step = max(1, pictures.shape[-1] // SAMPLE)
    some = pictures[::step, :, ::step, ::step].float() / 255
    alpha = some[:, 3:]
    shown = (luminance(some) / alpha.clamp_min(1e-3))[alpha > 0.5]
    if not len(shown):
        return some.new_tensor([0.0, 1.0])
    ends = shown.quantile(some.new_tensor(ENDS))
    missing = (SPAN - ends.diff()).clamp_min(0) / 2
    return torch.cat([ends[:1] - missing, ends[1:] + missing])


def shades(drawn: Tensor, ends: Tensor) -> tuple[Tensor, Tensor]:
    """drawn (… 4 h w), premultiplied, 0…1, and its `contrast` (… 2) -> body and shine (… 1 h w), so too"""
    alpha = drawn[..., 3:, :, :]
    dark, bright = ends[..., :1, None, None], ends[..., 1:, None, None]
    s = ((luminance(drawn) / alpha.clamp_min(1e-3) - dark) / (bright - dark)).clamp(0, 1)
    shine = BRIGHT * (s - MIDDLE).clamp_min(0) / (1 - MIDDLE)
    body = DARK + (1 - DARK) * (s / MIDDLE).clamp_max(1) - shine
    return body * alpha, shine * alpha


def tinted(drawn: Tensor, ends: Tensor, tint: Tensor) -> Tensor:
    """drawn (b f 4 h w), premultiplied, and its `contrast` (b 2), in shades of `tint` (b 4), by its weight"""
    body, shine = shades(drawn, ends[:, None])
    colour, weight = tint[:, None, :3, None, None], tint[:, None, 3:, None, None]
    own = drawn[:, :, :3]
    return torch.cat([torch.lerp(own, body * colour + shine, weight), drawn[:, :, 3:]], dim=2)
