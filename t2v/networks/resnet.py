"""Convolutional layers that the UNet and the VAE share: residual blocks, downsampling, upsampling."""

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from .norm import GroupNorm


class NormConv(nn.Module):
    """GroupNorm -> SiLU -> 'same' convolution: the layer that all the convolutional blocks are made of."""

    def __init__(
        self, inputs: int, outputs: int, groups: int, kernel: tuple[int, int] = (3, 3), eps: float = 1e-5
    ):
        super().__init__()
        self.norm = GroupNorm(groups, inputs, eps=eps)
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=(kernel[0] // 2, kernel[1] // 2))
        self.circular = False  # along time, in a video that loops: its kernel is (3, 1)

    def forward(self, x: Tensor) -> Tensor:
        """x (n c h w) -> (n c' h w)"""
        return self.convolved(F.silu(self.norm(x)))

    def convolved(self, x: Tensor) -> Tensor:
        """x (n c h w) -> (n c' h w), without the norm"""
        if not self.circular:
            return self.conv(x)
        return F.conv2d(around(x), self.conv.weight, self.conv.bias)


def around(x: Tensor) -> Tensor:
    """x (b c f p) -> the last frame before the first, and the first after the last (b c f+2 p)"""
    return torch.cat([x[:, :, -1:], x, x[:, :, :1]], dim=2)


class ResnetBlock(nn.Module):
    """Two convolutions with a residual; the time embedding, if any, is added between them."""

    def __init__(
        self, inputs: int, outputs: int, groups: int, time_width: int | None = None, eps: float = 1e-5
    ):
        super().__init__()
        self.conv_1 = NormConv(inputs, outputs, groups, eps=eps)
        self.time = nn.Linear(time_width, outputs) if time_width else None
        self.conv_2 = NormConv(outputs, outputs, groups, eps=eps)
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor, time: Tensor | None = None) -> Tensor:
        """x (n c h w), time (b d), or (b f d) for one a frame, n = b·f -> (n c' h w)"""
        h = self.conv_1(x)
        if self.time is not None:
            assert time is not None
            h = h + rearrange(_shift(self.time, time, len(x)), "n c -> n c 1 1")
        return self.shortcut(x) + self.conv_2(h)


def _shift(layer: nn.Linear, time: Tensor, n: int) -> Tensor:
    """time (b d) or (b f d) -> its shift in each of the n = b·f frames (n c')"""
    if time.dim() == 3:  # frame by frame: a product with more rows may round differently
        shifts = [layer(F.silu(frame)) for frame in time.unbind(1)]
        return torch.stack(shifts, dim=1).flatten(0, 1)
    return layer(F.silu(time)).repeat_interleave(n // len(time), dim=0)


class Downsample(nn.Module):
    """Halve h and w by a strided convolution. The VAE pads below and right only (`even=False`)."""

    def __init__(self, width: int, even: bool = True):
        super().__init__()
        self.even = even
        self.conv = nn.Conv2d(width, width, 3, stride=2, padding=1 if even else 0)

    def forward(self, x: Tensor) -> Tensor:
        """x (n c h w) -> (n c ⌈h/2⌉ ⌈w/2⌉)"""
        return self.conv(x if self.even else F.pad(x, (0, 1, 0, 1)))


class Upsample(nn.Module):
    """Double h and w (nearest), or enlarge to `size` if an odd side was halved; then convolve."""

    def __init__(self, width: int):
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor, size: tuple[int, int] | None = None) -> Tensor:
        """x (n c h w) -> (n c 2h 2w) or (n c *size)"""
        size = size or (2 * x.shape[2], 2 * x.shape[3])
        return self.conv(F.interpolate(x, size=size, mode="nearest"))
