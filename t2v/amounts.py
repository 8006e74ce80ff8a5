"""What videos will take: seconds, memory, room on the disk, a download. Nothing is loaded for it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from t2v.checkpoints import EMBEDDED
from t2v.checkpoints.model_names import listed
from t2v.defaults import ModelDefaults
from t2v.measures import size
from t2v.request import Complete
from t2v.second import second_complete

if TYPE_CHECKING:
    from t2v.runtime import Plan

BYTES_A_PIXEL = {".mp4": 0.15, ".gif": 0.5, ".webp": 0.2}  # of a frame, as measured on the embedded model's


@dataclass(frozen=True)
class Amounts:
    """What `videos` take on `device` in `dtype`: seconds in all, bytes of memory at most and on the disk.

    `memory_level`: the lowest rung that one of them needs; `fits`: the memory is free now; `download`: bytes
    that aren't in the hub's cache yet.
    """

    videos: int
    seconds: float
    memory: int
    files: int
    download: int
    device: str
    dtype: str
    memory_level: str
    fits: bool


def amounts(
    complete: Sequence[Complete], suffixes: Sequence[str], chosen: dict[str, str], native: ModelDefaults
) -> Amounts:
    """Return what these videos of a model with the defaults `native` take, each written in its format."""
    from t2v.runtime import choose_devices, choose_dtype  # imports torch

    device, model = choose_devices(chosen.get("device"))[0], chosen.get("model", EMBEDDED)
    dtype, memory = choose_dtype(chosen.get("dtype"), device), chosen.get("memory", "auto")
    alike = Counter(map(_alike, complete))
    planned = [(count, _planned(model, each, native, device, dtype, memory)) for each, count in alike.items()]
    most = max((each for _, each in planned), key=lambda each: each.process)
    second = native.second.model if native.second and any(each.larger for each in complete) else None
    files = sum(_pixels(each, native) * BYTES_A_PIXEL[s] for each, s in zip(complete, suffixes, strict=True))
    return Amounts(
        len(complete),
        sum(count * each.seconds for count, each in planned),
        most.process,
        int(files),
        sum(map(download, filter(None, (model, second)))),
        str(device),
        str(dtype).removeprefix("torch."),
        most.rung,
        all(each.fits for _, each in planned),
    )


def _alike(request: Complete) -> Complete:
    """Return what the cost of a video depends on: its settings but for the prompts and the seed."""
    return replace(request, prompt="a video", negative_prompt="", seed=0)


def _planned(
    model: str, request: Complete, native: ModelDefaults, device: Any, dtype: Any, memory: str
) -> "Plan":
    """Plan a video, and its second pass if it asks for one."""
    from t2v.runtime import plan, sizes_of

    planned, second = (
        plan(sizes_of(model)[0], request, device, dtype, memory),
        second_complete(request, native),
    )
    if second is None or native.second is None:
        return planned
    return planned.then(plan(sizes_of(native.second.model)[0], second, device, dtype, memory), device)


def _pixels(request: Complete, native: ModelDefaults) -> int:
    """Return the pixels of all frames of a video's file."""
    seen = second_complete(request, native) or request
    doubled = 4 if request.larger and seen is request else 1  # by ffmpeg's scaler
    return seen.frames * seen.width * seen.height * doubled


def download(model: str) -> int:
    """Return the bytes of a model of the catalogue that aren't in the hub's cache yet."""
    entry = listed(model)
    if entry is None or not entry.size:
        return 0
    from t2v.checkpoints.hub import cached_bytes

    missing = entry.size - cached_bytes(entry.id)
    return missing if missing > entry.size / 100 else 0


def in_words(found: Amounts) -> list[str]:
    """Return lines on where the videos would be made, the memory, the files and the download."""
    memory = "" if found.fits else ": more than is free now"
    lines = [
        f"{found.device}, {found.dtype}, memory {found.memory_level}",
        f"about {size(found.memory)} of memory{memory}",
        f"about {size(found.files)} of files",
    ]
    return lines + ([f"{size(found.download)} to download first"] if found.download else [])
