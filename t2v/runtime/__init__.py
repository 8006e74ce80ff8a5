"""Where it runs: device and precision, and the size of the pieces that fit there."""

from .device import choose_device, choose_dtype
from .memory import attention_slice, frames_at_once

__all__ = ["attention_slice", "choose_device", "choose_dtype", "frames_at_once"]
