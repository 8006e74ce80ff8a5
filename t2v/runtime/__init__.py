"""Where it runs: device and precision, the memory ladder, the fast forward pass, what a video will need."""

from .device import choose_device, choose_dtype
from .ladder import RUNGS, Running, below, check_memory
from .memory import attention_slice, frames_at_once

__all__ = [
    "RUNGS",
    "Running",
    "attention_slice",
    "below",
    "check_memory",
    "choose_device",
    "choose_dtype",
    "frames_at_once",
]
