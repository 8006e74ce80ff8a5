"""The precision that trainings compute in."""

import torch

from t2v.runtime import choose_dtype


def half_precision(device: torch.device) -> torch.autocast:
    """A context of bfloat16 arithmetic, or of float32 on a processor that would have to emulate it."""
    slow = device.type == "cpu" and choose_dtype(None, device) != torch.bfloat16
    return torch.autocast(device.type, torch.bfloat16, enabled=not slow)
