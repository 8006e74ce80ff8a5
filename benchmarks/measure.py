"""Measure time, memory and errors on a device, and write figures to a file."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch import Tensor

GIB = 2**30


def seconds(run: Callable[[], Any], repeat: int = 10, warm: int = 2) -> float:
    """The median seconds of `repeat` runs after `warm` others, the device's work included."""
    for _ in range(warm):
        run()
    return median(once(run) for _ in range(repeat))


def once(run: Callable[[], Any]) -> float:
    """The seconds of one run, the device's work included."""
    wait()
    start = time.perf_counter()
    run()
    wait()
    return time.perf_counter() - start


def wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def peak(run: Callable[[], Any]) -> float:
    """The peak memory of tensors on the GPU during `run`, in GiB."""
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    run()
    wait()
    return torch.cuda.max_memory_allocated() / GIB


def error(result: Tensor, reference: Tensor) -> float:
    """‖result − reference‖ / ‖reference‖, in float32."""
    result, reference = result.float(), reference.float()
    return float((result - reference).norm() / reference.norm())


class Figures(dict):
    """Named figures, printed and written to a file one by one, so that an aborted run leaves its figures."""

    def __init__(self, path: Path | None):
        super().__init__()
        self._path = path

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        print(f"{name:<58} {value:.5g}" if isinstance(value, float) else f"{name:<58} {value}", flush=True)
        if self._path:
            self._path.write_text(json.dumps(self, indent=1))
