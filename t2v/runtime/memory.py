"""How large the pieces are in which the work is done: attention scores, decoded frames."""

import sys

import torch

from t2v import machine

GIB = 2**30
VAE_BYTES = (
    700  # of activations a pixel while one frame is decoded, in half precision at the published widths
)
FUSED = ("cpu", "cuda", "xpu")  # devices whose scaled_dot_product_attention never forms the scores


def free_bytes(device: torch.device) -> int:
    """Memory that is free on `device` now; where nothing tells, as much as there can be."""
    if device.type in ("cuda", "xpu"):
        return torch.get_device_module(device).mem_get_info(device)[0]
    free = machine.memory().free
    return sys.maxsize if free is None else free


def attention_slice(device: torch.device) -> int | None:
    """Bytes of scores to form at once: a quarter of what is free; None where no scores are formed at all."""
    return None if device.type in FUSED else max(2**26, free_bytes(device) // 4)


def frames_at_once(device: torch.device, height: int, width: int, dtype: torch.dtype) -> int:
    """How many frames to decode together: enough to fill a device, no more, for the others wait in memory."""
    return max(1, min(GIB // 2, free_bytes(device) // 2) // frame_bytes(height, width, dtype))


def frame_bytes(height: int, width: int, dtype: torch.dtype) -> int:
    """Of activations while one frame is decoded."""
    return height * width * VAE_BYTES * dtype.itemsize
