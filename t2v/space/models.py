"""The models that the app offers, and how a worker loads one. The list costs no torch."""

import os
from pathlib import Path


def devices() -> list[str]:
    """One name for each device, without importing torch: "cuda:0", … or "cpu"."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        count = len([name for name in visible.split(",") if name.strip() not in ("", "-1")])
    else:
        count = len(list(Path("/dev").glob("nvidia[0-9]*")))
    return [f"cuda:{index}" for index in range(count)] or ["cpu"]
