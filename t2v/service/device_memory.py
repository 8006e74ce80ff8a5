"""The memory of a worker's device: how much there is, how much a run took, as far as the system tells.

A device is named as the worker's: such as "cuda:1", or "cuda:0,cuda:1" for several that share a video; of
these the one with the least room counts. "cpu" is torch's current GPU, if there is one (`backend`).
"""

import gc
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from t2v import machine

AMPLE = 16 * 2**30  # bytes of a GPU: with as much free, a model is loaded as if it were alone
SELF = Path("/proc/self")  # Linux; also there not every kernel and sandbox has all of it


def free_memory() -> None:
    """Give back what is held and not used."""
    gc.collect()
    if (torch := sys.modules.get("torch")) and torch.cuda.is_available():
        torch.cuda.empty_cache()


def memory_of_device(device: str) -> tuple[str, int]:
    """-> the device's name, and the bytes of its memory that a container lets us have; 0 if unknown"""
    if cuda := _cuda():
        gpus = _gpus(device)
        return cuda.get_device_name(gpus[0]), min(cuda.mem_get_info(gpu)[1] for gpu in gpus)
    return f"CPU, {machine.threads()} cores", machine.memory().total or 0


def is_ample(device: str) -> bool:
    """Check whether most of the device's memory is free: another model and its runs find room beside it."""
    if cuda := _cuda():
        return all(free > max(AMPLE, total // 2) for free, total in map(cuda.mem_get_info, _gpus(device)))
    total, free = machine.memory()
    return total is not None and free is not None and free > total // 2


def _cuda() -> Any:
    """torch.cuda, if torch has been imported and sees a GPU; else None."""
    torch = sys.modules.get("torch")
    return torch.cuda if torch and torch.cuda.is_available() else None


def _gpus(device: str) -> list[str | None]:
    """The GPUs of a worker's device, as torch.cuda takes them; None is the current one."""
    return [*device.split(",")] if device.startswith("cuda") else [None]


class Peak:
    """Measure the most memory in use since the object was made: the GPU's, or without one the process's."""

    def __init__(self, device: str) -> None:
        self._cuda, self._gpus = _cuda(), _gpus(device)
        if self._cuda:
            for gpu in self._gpus:
                self._cuda.reset_peak_memory_stats(gpu)
            self._before = None
        else:
            self._before = None if _reset() else _highest()

    def read(self) -> int | None:
        """Return bytes; None if only the peak of the process's whole life is known, and it was earlier."""
        if self._cuda:
            return max(map(self._cuda.max_memory_reserved, self._gpus))
        highest = _highest()
        return None if highest == self._before else highest


def _reset() -> bool:
    """Set VmHWM, the process's peak, back to what is in use now. False: the system doesn't allow it."""
    try:
        (SELF / "clear_refs").write_text("5")
    except OSError:
        return False
    return True


def _highest() -> int | None:
    """Return the most bytes that this process has used; None if unknown."""
    with suppress(OSError, ValueError, StopIteration):
        lines = (SELF / "status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024
    with suppress(ImportError, OSError):  # Windows has none, a sandbox may forbid it
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit or None
    with suppress(Exception):
        import psutil

        return psutil.Process().memory_info().peak_wset
    return None
