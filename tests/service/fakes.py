"""A backend for tests: its pipeline draws a moving square in NumPy, and fails on demand.

A prompt's words are orders: each `slow` takes 0.15 s a step; `oom`, `ram`, `assert`, `nan`, `raise`,
`nospace` and `kill` go wrong in the way their name says (`oom` by torch, whose import takes seconds); `hang`
ignores a stop for a minute. A `patient` video is written only once another is on the device, a `lingering`
one within a second. The model `unloadable` does not load.
With T2V_FAKE_LOG set, every run writes there when it enters and leaves the device.
"""

import errno
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from t2v.errors import T2VError
from t2v.request import ModelDefaults, Request
from t2v.service.backend import OfferedModel
from t2v.service.messages import Reading
from t2v.source import Source
from t2v.video import Video

STEP = float(os.environ.get("T2V_FAKE_STEP", "0.005"))  # seconds
NATIVE = ModelDefaults(
    frames=8, width=64, height=64, steps=10, guidance=2.0, fps=8, max_frames=64, max_steps=200
)


class NotFinite(T2VError):
    """What the real pipeline raises at NaN."""


def choices(extra: str | None) -> list[OfferedModel]:
    return [
        OfferedModel("square", "Moving square", NATIVE, "MIT", "It draws a square and knows nothing else."),
        OfferedModel(
            "wide", "Wide square", ModelDefaults(frames=4, width=96, height=64, steps=5, guidance=1.0, fps=4)
        ),
        OfferedModel("unloadable", "A broken model", NATIVE),
    ]


def load(model: str, device: str) -> "FakePipeline":
    if model == "unloadable":
        raise NotFinite("The weights of this model hold NaN.")
    return FakePipeline(model)


def adapt(pipe: "FakePipeline", before: str, model: str) -> bool:
    """No model of these differs from another by adapters alone."""
    return False


def fetched(model: str) -> None:
    """Nothing is downloaded."""


def planned(model: str, device: str, pipe: "FakePipeline | None" = None) -> list[dict]:
    if model == "wide":  # as where a plan fails
        raise ArithmeticError("nobody knows")
    volume = NATIVE.frames * NATIVE.width * NATIVE.height
    return [{"volume": volume, "evaluations": 20, "denoising": 40.0, "rest": 2.0, "peak": 5 * 10**7}]


def reader(pipe: "FakePipeline") -> Callable[[str], Reading]:
    def read(prompt: str) -> Reading:
        words = prompt.split()
        return Reading(len(words) + 2, 77, " ".join(words[75:]), "")

    return read


@dataclass
class FakePipeline:
    name: str

    @property
    def native(self) -> ModelDefaults:
        return next(choice.native for choice in choices(None) if choice.id == self.name)

    def __call__(
        self,
        request: Request,
        on_step=None,
        source: Source | None = None,
        end=None,
        mask=None,
        resume=None,
    ) -> Video:
        words = request.prompt.split()
        rng = np.random.default_rng(request.seed)
        x0 = rng.random((request.frames, 8, 8, 3))
        with on_device(request.seed):
            for step in range(1, request.steps + 1):
                time.sleep(0.15 * words.count("slow") or STEP)
                if step == 2:
                    misbehave(words)
                on_step(step, request.steps, x0)
        kinds = {"nospace": FullDisk, "patient": Patient, "lingering": Lingering}
        made = next((kinds[word] for word in words if word in kinds), Video)
        before = source.frames_for(request) if source and request.keep else None
        return made(moving_square(request), request, self.name, before=before)

    def still(self, x0: np.ndarray) -> None:
        """Nothing, as on a GPU."""

    def preview(self, x0: np.ndarray) -> np.ndarray:
        return (x0 * 255).astype(np.uint8)


@contextmanager
def on_device(seed: int) -> Iterator[None]:
    """Note who is on the device."""
    if (log := os.environ.get("T2V_FAKE_LOG")) is None:
        yield
        return
    with open(log, "a", buffering=1) as file:
        file.write(f"enter {seed}\n")
        try:
            yield
        finally:
            file.write(f"leave {seed}\n")


def misbehave(words: list[str]) -> None:
    if "hang" in words:
        time.sleep(60)
    if "oom" in words:
        import torch

        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB at /root/x.py")
    if "ram" in words:
        raise MemoryError
    if "assert" in words:
        raise RuntimeError("CUDA error: device-side assert triggered")
    if "nan" in words:
        raise NotFinite("The model returned NaN: its weights are damaged or half precision overflowed.")
    if "raise" in words:
        raise KeyError("/root/secret/path")
    if "kill" in words:
        os.kill(os.getpid(), signal.SIGKILL)


class FullDisk(Video):
    def save(self, path: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))


class Patient(Video):
    def save(self, path: Path) -> Path:
        end = time.monotonic() + 30
        while on_the_device() in (None, self.request.seed):
            if time.monotonic() > end:
                raise TimeoutError("nobody else came to the device")
            time.sleep(0.01)
        return super().save(path)


class Lingering(Video):
    def save(self, path: Path) -> Path:
        time.sleep(1.0)
        return super().save(path)


def on_the_device() -> int | None:
    """The seed of the video that is on the device now."""
    lines = Path(os.environ["T2V_FAKE_LOG"]).read_text().splitlines()
    kind, seed = lines[-1].split() if lines else ("leave", "0")
    return int(seed) if kind == "enter" else None


def moving_square(request: Request) -> np.ndarray:
    """-> (f h w 3) uint8"""
    frames = np.full((request.frames, request.height, request.width, 3), 235, np.uint8)
    colour = np.random.default_rng(request.seed).integers(40, 200, 3)
    side = request.height // 3
    for i, frame in enumerate(frames):
        left = (request.width - side) * i // max(1, request.frames - 1)
        frame[side : 2 * side, left : left + side] = colour
    return frames
