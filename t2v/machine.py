"""Measure what this process may use of its machine: memory and processors. None means unknown."""

import os
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import psutil

from t2v.cgroups import ROOT, memory_limit, processor_limit

resource: ModuleType | None
try:
    import resource
except ImportError:  # Windows
    resource = None

THREADS = "OMP_NUM_THREADS"  # read by PyTorch when it is imported


class Memory(NamedTuple):
    """Total bytes, and bytes free now."""

    total: int | None
    free: int | None


def memory(root: Path = ROOT) -> Memory:
    """Return the host's memory, or what a control group or `ulimit -v` leaves of it."""
    found = [_of_the_host(), memory_limit(root), _address_space()]
    total = (memory.total for memory in found if memory and memory.total is not None)
    free = (memory.free for memory in found if memory and memory.free is not None)
    return Memory(min(total, default=None), min(free, default=None))


def processors(root: Path = ROOT) -> float:
    """Return the number of processors that this process may use, by affinity and quota; it may be 1.5."""
    try:
        count = len(os.sched_getaffinity(0))
    except (AttributeError, OSError):  # macOS, Windows
        count = os.cpu_count() or 1
    return min(count, processor_limit(root) or count)


def threads(root: Path = ROOT) -> int:
    """Return the number of threads to compute with, `processors` rounded down, at least 1. Beyond a
    quota, the system pauses some while the others wait."""
    return max(1, int(processors(root)))


def quota_threads(root: Path = ROOT) -> int | None:
    """Return `threads` if there is a quota, for a program that ignores quotas; None without one."""
    return None if processor_limit(root) is None else threads(root)


def limit_threads(root: Path = ROOT) -> None:
    """Keep PyTorch, imported later, from starting more threads than a quota allows: it ignores quotas.

    For processes of our own; a library leaves that to its host.
    """
    if count := quota_threads(root):
        os.environ.setdefault(THREADS, str(count))


def _of_the_host() -> Memory:
    try:
        host = psutil.virtual_memory()
        return Memory(host.total, host.available)
    except Exception:  # no /proc, or one that psutil can't read
        pass
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        return Memory(page * os.sysconf("SC_PHYS_PAGES"), page * os.sysconf("SC_AVPHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return Memory(None, None)


def _address_space() -> Memory | None:
    """Return the limit that `ulimit -v` sets, if any, and what is left of it."""
    if resource is None:
        return None
    try:
        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit == resource.RLIM_INFINITY:
            return None
        return Memory(limit, max(0, limit - psutil.Process().memory_info().vms))
    except Exception:  # no such limit here, or no /proc to say how much of it is used
        return None
