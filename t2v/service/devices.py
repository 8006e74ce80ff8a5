"""This machine's devices, found without importing torch: another process tries them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PROBE_SECONDS = 120.0
PROBE = """
import json, torch
works, problem = [], ""
count = torch.cuda.device_count()
if not torch.version.cuda and not torch.version.hip:
    problem = "this PyTorch is built without CUDA"
elif not count:
    problem = "no driver and GPU that it can use were found"
for index in range(count):
    try:
        (torch.ones(1, device=f"cuda:{index}") + 1).item()
        works.append(index)
    except Exception as error:
        problem = str(error).partition("\\n")[0]
print(json.dumps([works, problem]))
"""
TRIAL = """
import json, sys, torch
from t2v.errors import RequestError
from t2v.runtime import choose_devices
problem = ""
try:
    for device in choose_devices(sys.argv[1]):
        (torch.ones(1, device=device) + 1).item()
except RequestError as error:
    problem = error.message
except Exception as error:
    problem = str(error).partition("\\n")[0]
print(json.dumps(problem))
"""


def seeming() -> list[str]:
    """List the devices that seem to be there: "cuda:0", … or "cpu"."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        count = len([name for name in visible.split(",") if name.strip() not in ("", "-1")])
    else:
        count = len(list(Path("/dev").glob("nvidia[0-9]*")))
    return [f"cuda:{index}" for index in range(count)] or ["cpu"]


def usable() -> tuple[list[str], str]:
    """-> the GPUs on which PyTorch can compute; what is wrong with the rest"""
    try:
        works, problem = _answer(PROBE)
    except ValueError as error:
        return [], str(error)
    return [f"cuda:{index}" for index in works], problem


def refusal(device: str) -> str:
    """Say why a device, or several of a video, can't be used; "" where it can."""
    try:
        return str(_answer(TRIAL, device))
    except ValueError as error:
        return str(error)


def _answer(script: str, *arguments: str) -> Any:
    """Run a script in another process -> the JSON that it prints last; ValueError says why there is none."""
    command = [sys.executable, "-W", "ignore", "-c", script, *arguments]
    try:
        tried = subprocess.run(command, capture_output=True, text=True, timeout=PROBE_SECONDS)
        return json.loads(tried.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        raise ValueError(f"trying it failed: {type(error).__name__}") from None
