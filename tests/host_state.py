"""A host program for tests: sets one thing of torch, loads and calls a model under it, prints a digest.

    python -m tests.host_state SETTING FOLDER

A line for each moment at which the setting holds: while loading, while calling, both. The state that the
program sees after a load, after a call, after a call that fails, and in `on_step` must be its own.
"""

import hashlib
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import partial

import numpy as np
import torch

from t2v import Request, TextToVideo
from t2v.torch_state import SWITCHES

INN = Request("an inn", seed=3, frames=2, width=16, height=24, steps=2, guidance=2.0)
SAMPLED = {
    ("float32", "fast"): ("ddim", "dpmpp_2m", "unipc", "euler"),
    ("bfloat16", "low"): ("ddim",),
}
b = torch.backends


@contextmanager
def switched(write: Callable, during: object, after: object) -> Iterator[None]:
    write(during)
    try:
        yield
    finally:
        write(after)


dtype = partial(switched, torch.set_default_dtype, after=torch.float32)


@contextmanager
def precision() -> Iterator[None]:
    """Every switch of speed against precision, under its old and its new name."""
    before = [switch.read() for switch in SWITCHES]
    torch.set_float32_matmul_precision("medium")
    b.mkldnn.conv.fp32_precision = "bf16"
    b.cudnn.benchmark = True
    b.mha.set_fastpath_enabled(False)
    b.cuda.enable_flash_sdp(False)
    try:
        yield
    finally:
        for switch, value in zip(SWITCHES, before, strict=True):
            switch.write(value)


SETTINGS: dict[str, Callable[[], AbstractContextManager]] = {
    "nothing": nullcontext,
    "float64": partial(dtype, torch.float64),
    "float16": partial(dtype, torch.float16),
    "bfloat16": partial(dtype, torch.bfloat16),
    "default_device": partial(switched, torch.set_default_device, "meta", None),
    "device_context": lambda: torch.device("meta"),
    "autocast_bfloat16": lambda: torch.autocast("cpu", torch.bfloat16),
    "autocast_float16": lambda: torch.autocast("cpu", torch.float16),
    "inference_mode": torch.inference_mode,
    "no_grad": torch.no_grad,
    "deterministic": partial(switched, torch.use_deterministic_algorithms, True, False),
    "precision": precision,
    "mkldnn_off": lambda: b.mkldnn.flags(enabled=False),
}


def seen() -> tuple:
    """All that a program may have set, the random numbers that it would draw next included."""
    drawn = (torch.get_rng_state().tolist(), random.getstate(), repr(np.random.get_state()))
    of_the_thread = (torch.is_grad_enabled(), torch.is_inference_mode_enabled(), torch.get_default_device())
    others = (torch.is_autocast_enabled("cpu"), torch.get_default_dtype(), torch.get_num_threads())
    return drawn, of_the_thread, others, [switch.read() for switch in SWITCHES]


class Stop(Exception):
    """Ends a call from `on_step`."""


def call(pipe: TextToVideo, request: Request) -> bytes:
    """Frames of the video and of a preview, the caller's state watched; what it does to x0 has no effect."""
    before, previews = seen(), []

    def watch(step: int, steps: int, x0: torch.Tensor) -> None:
        previews.append(pipe.preview(x0))
        x0.fill_(9)
        assert seen() == before

    def stop(step: int, steps: int, x0: torch.Tensor) -> None:
        raise Stop

    frames = pipe(request, on_step=watch).frames
    with suppress(Stop):
        pipe(request, on_step=stop)
    assert seen() == before
    return frames.tobytes() + b"".join(each.tobytes() for each in previews)


def digest(folder: str, loading: AbstractContextManager, calling: AbstractContextManager) -> str:
    with loading:
        before = seen()
        pipes = [TextToVideo.from_pretrained(folder, "cpu", *how) for how in SAMPLED]
        assert seen() == before
    with calling:
        made = [
            call(pipe, replace(INN, sampler=sampler, eta=0.5))
            for pipe, samplers in zip(pipes, SAMPLED.values(), strict=True)
            for sampler in samplers
        ]
    return hashlib.sha256(b"".join(made)).hexdigest()


def main(setting: str, folder: str) -> None:
    enter = SETTINGS[setting]
    for loading, calling in ((enter, nullcontext), (nullcontext, enter), (enter, enter)):
        print(digest(folder, loading(), calling()))


if __name__ == "__main__":
    main(*sys.argv[1:])
