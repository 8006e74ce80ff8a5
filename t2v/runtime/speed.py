"""The speed of a device: operations a second, measured by a product like the networks' own."""

import time
from collections.abc import Callable
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor


@cache
def rate(device: torch.device, dtype: torch.dtype) -> float:
    """Floating-point operations a second, measured in less than a second: by a large product on a GPU, by a
    convolution like the networks' elsewhere."""
    if device.type == "cuda":
        side = 8192
        a, b = (_numbers((side, side), device, dtype) for _ in range(2))
        return 2 * side**3 / _seconds(lambda: a @ b)
    x, weight = (_numbers(shape, device, dtype) for shape in ((8, 128, 32, 32), (128, 128, 3, 3)))
    x, weight = (each.contiguous(memory_format=torch.channels_last) for each in (x, weight))
    return 2 * x.numel() * weight[0].numel() / _seconds(lambda: F.conv2d(x, weight, padding=1))


def _numbers(shape: tuple[int, ...], device: torch.device, dtype: torch.dtype) -> Tensor:
    """Normal numbers from a new generator: the calling program's random numbers stay as they are."""
    return torch.randn(shape, generator=torch.Generator(device), device=device, dtype=dtype)


def _seconds(run: Callable[[], Tensor]) -> float:
    """The shortest time of six runs."""
    return min(_once(run) for _ in range(6))


def _once(run: Callable[[], Tensor]) -> float:
    start = time.perf_counter()
    run().flatten()[0].item()  # wait for the device
    return time.perf_counter() - start
