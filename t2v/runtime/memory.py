"""How large the pieces are in which the work is done: attention scores, decoded frames."""

import psutil
import torch

GIB = 2**30
VAE_BYTES = 700  # of activations a pixel while one frame is decoded, in half precision at the published widths
FUSED = ("cpu", "cuda", "xpu")  # devices whose scaled_dot_product_attention never forms the scores


def free_bytes(device: torch.device) -> int:
    """Memory that is free on `device` now."""
    if device.type in ("cuda", "xpu"):
        return torch.get_device_module(device).mem_get_info(device)[0]
    return psutil.virtual_memory().available


def attention_slice(device: torch.device) -> int | None:
    """Bytes of scores to form at once: a quarter of what is free; None where no scores are formed at all."""
    return None if device.type in FUSED else max(2**26, free_bytes(device) // 4)


def frames_at_once(device: torch.device, height: int, width: int, dtype: torch.dtype) -> int:
    """How many frames to decode together: on a GPU as many as half of the free memory holds, on a CPU few,
    so that the work stays near its caches."""
    frame = height * width * VAE_BYTES * dtype.itemsize
    budget = GIB // 2 if device.type == "cpu" else free_bytes(device) // 2
    return max(1, budget // frame)
