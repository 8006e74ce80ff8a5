"""Where it runs: device and precision, the memory ladder, the fast forward pass, what a video will need."""

from .device import choose_device, choose_devices, choose_dtype
from .fast_vae import in_float32
from .memory import attention_slice, frames_at_once
from .pace import paced
from .planning import Plan, Sizes, plan, sizes_of
from .rungs import RUNGS
from .runner import Runner

__all__ = [
    "RUNGS",
    "Plan",
    "Runner",
    "Sizes",
    "attention_slice",
    "choose_device",
    "choose_devices",
    "choose_dtype",
    "frames_at_once",
    "in_float32",
    "paced",
    "plan",
    "sizes_of",
]
