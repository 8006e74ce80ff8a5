"""Running the networks: device and precision, the memory ladder, the fast forward pass, plans."""

from .ahead import prepare
from .device import choose_device, choose_devices, choose_dtype
from .fast_vae import in_float32
from .graphs import paced
from .memory import RUNGS, attention_slice, frames_at_once
from .planning import Plan, Sizes, plan, sizes_of
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
    "prepare",
    "sizes_of",
]
