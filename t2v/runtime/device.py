"""Devices and precision: check the choice, or choose what is fast and accurate on this machine."""

import ctypes
import os
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from functools import cache

import torch

from t2v.request import RequestError

from .memory import BUSY_CPU

DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
DEVICES = ("cpu", "cuda", "mps", "xpu")
MOST_DEVICES = 8  # of one video
HOPPER = 9  # the first number of its capability
CUBLAS, CUBLASLT = "CUBLAS_WORKSPACE_CONFIG", "CUBLASLT_WORKSPACE_SIZE"  # PyTorch reads both once
GAIN, SIDE, TRIES = 1.2, 256, 12  # of a processor's bfloat16, by products of two squares
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of mallopt(3)


def choose_devices(name: str | torch.device | None = None) -> tuple[torch.device, ...]:
    """Choose one device, or several that share a video, such as "cuda:0,cuda:1".

    RequestError if a device is missing, or if they are of different kinds, too many, or one is named twice.
    """
    if name is None or isinstance(name, torch.device) or "," not in str(name):
        return (choose_device(name),)
    devices = tuple(map(_numbered, map(choose_device, str(name).replace(" ", "").split(","))))
    if len(devices) > MOST_DEVICES:
        many = "for many prompts, `accelerate launch -m t2v` starts a process on each"
        raise RequestError("device", f"a video takes {MOST_DEVICES} at most; {many}")
    if len({device.type for device in devices}) > 1:
        raise RequestError("device", "those of a video are of one kind, such as cuda:0,cuda:1")
    twice = [device for device in devices if devices.count(device) > 1 and device.type != "cpu"]
    if twice:  # a CPU may be: it shows that several devices give what one gives
        raise RequestError("device", f"{twice[0]} is named twice")
    return devices


def _numbered(device: torch.device) -> torch.device:
    """Give a device without a number the current number: "cuda" -> "cuda:0"."""
    if device.type == "cpu" or device.index is not None:
        return device
    return torch.device(device.type, torch.accelerator.current_device_index())


def current(device: torch.device) -> AbstractContextManager:
    """A context in which kernels, streams and graphs that name no device use this one."""
    return torch.cuda.device(device) if device.type == "cuda" else nullcontext()


@cache
def capability(device: torch.device) -> tuple[int, int]:
    """The compute capability of an NVIDIA GPU; (0, 0) for any other device."""
    cuda = device.type == "cuda" and not torch.version.hip
    return torch.cuda.get_device_capability(device) if cuda else (0, 0)


def tune(device: torch.device) -> None:
    """Set what libraries read once, for this device; call it before its first product."""
    if device.type == "cpu":
        _keep_freed_memory()
    elif capability(device)[0] == HOPPER:
        _leave_out_workspaces()


def _keep_freed_memory() -> None:
    """Let glibc keep the memory of freed tensors for the next ones, as much as is used to decode at once.

    As it is, each large tensor goes back to the system, and the next one waits for every page of its own.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, 2**25)  # the most that it takes
        mallopt(M_TRIM_THRESHOLD, BUSY_CPU)


def _leave_out_workspaces() -> None:
    """Turn off the workspaces of cuBLAS and cuBLASLt, unless the environment sets them.

    Kernels without a workspace are as fast on Hopper, and save zeroing it. PyTorch warns where cuBLASLt's is
    larger than cuBLAS's, from which it is taken.
    """
    if os.environ.setdefault(CUBLAS, ":0:0") == ":0:0":
        os.environ.setdefault(CUBLASLT, "0")


def has_own_memory(device: torch.device) -> bool:
    """Check whether the device's memory is not the host's."""
    return device.type != "cpu"


def choose_device(name: str | torch.device | None = None) -> torch.device:
    """The device called `name`, or else the accelerator or the CPU; RequestError if it is missing."""
    if name is None:
        return _accelerator() or torch.device("cpu")
    try:
        device = torch.device(name)
    except (RuntimeError, TypeError):
        raise RequestError("device", f"must be one of {', '.join(DEVICES)}, such as cuda:0") from None
    if not _exists(device):
        raise RequestError("device", f"{device} is not there; this machine has {', '.join(available())}")
    return device


def available() -> list[str]:
    """Names of this machine's devices, the CPU last."""
    count = torch.accelerator.device_count()
    found = torch.accelerator.current_accelerator() if count else None
    return [f"{found.type}:{i}" for i in range(count)] + ["cpu"] if found else ["cpu"]


def choose_dtype(name: str | torch.dtype | None, device: torch.device) -> torch.dtype:
    """The precision called `name`, or the fastest without harm to the frames: half where it is native."""
    if name is not None:
        dtype = DTYPES.get(str(name).removeprefix("torch."))
        if dtype is None:
            raise RequestError("dtype", f"must be one of {', '.join(DTYPES)}")
        return dtype
    if device.type == "cpu":
        return torch.bfloat16 if _fast_bfloat16() else torch.float32
    return torch.float16


def _exists(device: torch.device) -> bool:
    if device.type == "cpu":
        return True
    found = _accelerator()
    return (
        found is not None
        and found.type == device.type
        and (device.index or 0) < torch.accelerator.device_count()
    )


def _accelerator() -> torch.device | None:
    return torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None


@cache
def _fast_bfloat16() -> bool:
    """Check whether the processor multiplies bfloat16 faster than float32. Some have the instructions, as
    Intel's without AMX, and take twice as long: so a product of both is timed."""
    has_any = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return has_any and GAIN * _product_seconds(torch.bfloat16) < _product_seconds(torch.float32)


def _product_seconds(dtype: torch.dtype) -> float:
    """The least time of a small matrix product in that precision, of several tries."""
    x, times = torch.ones(SIDE, SIDE, dtype=dtype, device="cpu"), []
    with torch.autocast("cpu", enabled=False):
        for _ in range(TRIES):
            start = time.perf_counter()
            x @ x
            times.append(time.perf_counter() - start)
    return min(times)
