"""What many tests use: a deep small network, how far results lie apart, a clock that is set."""

import numpy as np
import torch
from torch import Tensor

from t2v.networks import UNet3D, UNetConfig

CPU = torch.device("cpu")
DEEP = UNetConfig(
    widths=(32, 64, 64), attention=(False, True, True), blocks=2, text_width=32, head_width=16, entry_heads=2
)


def seeded_unet(config: UNetConfig = DEEP) -> UNet3D:
    """A random UNet, the same every time."""
    torch.manual_seed(1)
    return UNet3D(config).eval().requires_grad_(False)


def unet_inputs(
    frames: int = 3, height: int = 8, width: int = 12, texts: int = 2
) -> tuple[Tensor, Tensor, Tensor]:
    """x (1 4 f h w), t (1), text (g 7 32), random, the same every time"""
    torch.manual_seed(2)
    return torch.randn(1, 4, frames, height, width), torch.tensor([337.0]), torch.randn(texts, 7, 32)


def relative(found: Tensor, expected: Tensor) -> float:
    """The norm of the difference, as a share of the norm of what is expected."""
    assert found.shape == expected.shape
    return float((found - expected).norm() / expected.norm())


def apart(found: np.ndarray, expected: np.ndarray) -> int:
    """The largest difference of two videos' pixels, of 255."""
    assert found.shape == expected.shape
    return int(np.abs(found.astype(int) - expected).max())


class Clock:
    """Tells the time that a test sets."""

    def __init__(self, now: float = 0.0):
        self.now = now

    def __call__(self) -> float:
        return self.now
