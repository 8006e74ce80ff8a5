"""The fused operations of the fast path: Triton kernels, and the same functions in plain PyTorch."""

import logging
import os
import shutil
import sysconfig
from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any

import torch

from t2v.runtime.device import capability, current

from . import plain_ops
from .ops import Ops

MIN_CAPABILITY = (8, 0)  # of a GPU that Triton supports: Ampere
log = logging.getLogger("t2v.runtime")
_ahead: list[Thread] = []  # that compile


def ops_for(device: torch.device) -> Ops:
    """The Triton kernels on a CUDA device that can run them, else plain PyTorch."""
    if capability(device) < MIN_CAPABILITY:
        return plain_ops
    try:
        from . import triton_ops
    except ImportError:  # a PyTorch without Triton, as on Windows
        return plain_ops
    return triton_ops if _can_build() else plain_ops


@cache
def _can_build() -> bool:
    """Check whether Triton finds a C compiler and Python's headers, with which it builds what launches
    kernels, or a folder in which this was kept."""
    compiler = os.environ.get("CC") or shutil.which("clang") or shutil.which("gcc")
    home = Path(os.environ.get("TRITON_HOME") or Path.home())
    kept = Path(os.environ.get("TRITON_CACHE_DIR") or home / ".triton" / "cache")
    schemes = sysconfig.get_default_scheme(), "posix_prefix"  # Triton takes the second for Debian's own
    folders = (sysconfig.get_path("include", scheme) for scheme in schemes)
    headers = "CPATH" in os.environ or any((Path(folder) / "Python.h").is_file() for folder in folders)
    if kept.is_dir() or (compiler and headers):
        return True
    log.warning("Triton finds no C compiler or no Python.h (gcc, python3-dev): the GPU runs plain PyTorch.")
    return False


def compile_kernels(device: torch.device, run: Callable[[], Any]) -> None:
    """Compile all Triton kernels that `run()` launches, at once, and launch none: its results are garbage.
    If there are any, those that are compiled ahead come first. Without Triton nothing runs."""
    if ops_for(device) is plain_ops:
        return
    from .launching import compiling

    with compiling(before=finish_ahead):
        run()


def finish_ahead() -> None:
    """Wait until all that is compiled ahead is."""
    while _ahead:
        _ahead.pop().join()


def compile_ahead(device: torch.device, run: Callable[[], Any]) -> None:
    """Begin to compile, in a thread, all kernels that `run()` launches; `finish_ahead` waits for it.

    An error is only logged: what is left is compiled later. Without Triton nothing runs.
    """
    if ops_for(device) is plain_ops:
        return
    thread = Thread(target=_compile_ahead, args=(device, run), daemon=True, name="compile ahead")
    _ahead.append(thread)
    thread.start()


def _compile_ahead(device: torch.device, run: Callable[[], Any]) -> None:
    from .launching import compiling

    try:
        with torch.inference_mode(), current(device), compiling():
            run()
    except Exception as error:
        log.info("kernels are compiled later: %s", error, exc_info=error)
