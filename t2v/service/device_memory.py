"""The memory of a worker's device: how much there is, how much a run took, as far as the system tells."""

import gc
import sys
from contextlib import suppress
from pathlib import Path

from t2v import machine

AMPLE = 16 * 2**30  # bytes of a GPU: with as much free, a model is loaded as if it were alone
SELF = Path("/proc/self")  # Linux; also there not every kernel and sandbox has all of it


def free_memory() -> None:
    """Give back what is held and not used."""
    gc.collect()
    if (torch := sys.modules.get("torch")) and torch.cuda.is_available():
        torch.cuda.empty_cache()


def memory_of_device() -> tuple[str, int]:
    """-> the device's name, and the bytes of its memory that a container lets us have; 0 if unknown"""
    if (torch := sys.modules.get("torch")) and torch.cuda.is_available():
        return torch.cuda.get_device_name(), torch.cuda.mem_get_info()[1]
    return f"CPU, {machine.threads()} cores", machine.memory().total or 0


def is_ample() -> bool:
    """Check whether most of the device's memory is free: another model and its runs find room beside it."""
    if (torch := sys.modules.get("torch")) and torch.cuda.is_available():
        free, total = torch.cuda.mem_get_info()
        return free > max(AMPLE, total // 2)
    total, free = machine.memory()
    return total is not None and free is not None and free > total // 2


class Peak:
    """Measure the most memory in use since the object was made: the GPU's, or without one the process's."""

    def __init__(self) -> None:
        self._torch = sys.modules.get("torch")
        if self._torch and self._torch.cuda.is_available():
            self._torch.cuda.reset_peak_memory_stats()
            self._before = None
        else:
            self._before = None if _reset() else _highest()

    def read(self) -> int | None:
        """Return bytes; None if only the peak of the process's whole life is known, and it was earlier."""
        if self._torch and self._torch.cuda.is_available():
            return self._torch.cuda.max_memory_reserved()
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
