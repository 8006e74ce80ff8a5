"""Where `make` takes torch from: on Linux without an NVIDIA GPU, wheels for processors, a tenth of the size.

    python tools/torch_wheels.py    prints pip's arguments for it; nothing stands for pip's own index

TORCH_INDEX names another index of such wheels. It needs the standard library only: nothing is installed yet.
"""

import os
import shutil
import sys
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

INDEX = "https://download.pytorch.org/whl/cpu"
SIGNS = ("dev/nvidia0", "dev/nvidiactl", "proc/driver/nvidia/version", "dev/dxg")  # the last: Windows' Linux
SECONDS = 5.0  # for the index to answer


def has_nvidia(root: Path = Path("/")) -> bool:
    """Return whether there is an NVIDIA GPU, or its driver."""
    return any((root / sign).exists() for sign in SIGNS) or shutil.which("nvidia-smi") is not None


def arguments(gpu: bool, index: str, system: str = sys.platform) -> list[str]:
    """pip's arguments. With the other index beside the usual one, pip takes torch 2.10.0+cpu before 2.10.0.

    The wheels for macOS and Windows on the usual index are for processors anyway."""
    if gpu or not system.startswith("linux"):
        return []
    try:
        with urlopen(f"{index.rstrip('/')}/torch/", timeout=SECONDS) as answer:
            there = b"torch-" in answer.read()
    except (OSError, ValueError, HTTPException):  # no such host, no network, no address
        return []
    return ["--extra-index-url", index] if there else []


if __name__ == "__main__":
    print(*arguments(has_nvidia(), os.environ.get("TORCH_INDEX") or INDEX))
