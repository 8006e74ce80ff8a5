"""FreeU (Si et al. 2023): on the way up, amplify the backbone's features, damp the skips' low frequencies."""

import math
from typing import NamedTuple

import torch
from torch import Tensor


class Scales(NamedTuple):
    """Factors for a level: of half of the backbone's channels, and of the skips' four lowest frequencies."""

    backbone: float
    skip: float


LEVELS = (Scales(1.2, 0.9), Scales(1.4, 0.2))  # the two deepest, as its authors chose for this family


def freeu(level: int, x: Tensor, skip: Tensor) -> tuple[Tensor, Tensor]:
    """x skip (n c h w), inputs of a layer of the `level`-th level on the way up -> both with FreeU"""
    if level >= len(LEVELS):
        return x, skip
    scales, half = LEVELS[level], x.shape[1] // 2
    stronger = torch.arange(x.shape[1], device=x.device) < half
    factors = torch.where(stronger, scales.backbone, 1.0).to(x.dtype)
    return x * factors[:, None, None], _damped(skip, scales.skip)


def _damped(x: Tensor, scale: float) -> Tensor:
    """x (n c h w), the frequencies −1 and 0 of rows and columns scaled -> (n c h w)

    These few frequencies take two small products where a Fourier transform would compute all.
    """
    h, w = x.shape[2:]
    whole = x.float()
    (cos_h, sin_h), (cos_w, sin_w) = (_lowest(size, x.device) for size in (h, w))
    low = cos_h @ whole @ cos_w - sin_h @ whole @ sin_w.mT
    return (whole + (scale - 1) * low).to(x.dtype)


def _lowest(size: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """The projection on the frequencies −1 and 0, one for a single place: its real and its imaginary part
    (size size)"""
    places = torch.arange(size, device=device, dtype=torch.float32)
    angles = -2 * math.pi / size * (places[:, None] - places[None, :])
    return (1 + angles.cos()) / max(size, 2), angles.sin() / size
