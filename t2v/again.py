"""Make a file's video anew from the settings in it, and say whether it is the same."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from t2v.errors import UsageError
from t2v.file_settings import Settings
from t2v.given import Given
from t2v.version import VERSION
from t2v.video import Video, VideoError


class Comparison(NamedTuple):
    """How far two videos are apart: the largest difference, of 255; the share of numbers that differ."""

    largest: int
    share: float

    @property
    def same(self) -> bool:
        """Check whether they are the same to the last bit."""
        return self.largest == 0


def again(file: Path, given: Given, chosen: Mapping[str, str]) -> tuple[Comparison, list[str]]:
    """Make the video in `file` again -> how far it is from the file's, and what may be why.

    `given`: the source, if it had one. `chosen`: model, device, dtype, memory, where they shall not be the
    file's. UsageError for a file without settings, a source that is missing or another one.
    """
    settings = Video.read_settings(file)
    if settings is None or settings.request is None:
        raise UsageError(f"{file.name}: holds no settings of ours, so it can't be made again")
    _check_source(settings, given)
    made = _made(settings, given, chosen)
    with TemporaryDirectory() as folder:
        # through the same encoder, which loses some of the frames' bits
        encoded = Video.open(made.save(Path(folder, f"again{file.suffix}")))
    return _compared(Video.open(file).frames, encoded.frames), reasons(settings, made.settings)


def reasons(then: Settings, now: Settings) -> list[str]:
    """What was different when the first video was made: any of it may change the last bits, or all of it."""
    pairs = (
        ("model", then.model, now.model),
        ("weights", then.revision, now.revision),
        ("version of t2v", then.version, VERSION),
        ("device", then.device, now.device),
        ("precision", then.dtype, now.dtype),
        ("memory level", then.memory, now.memory),
        ("threads", str(then.threads), str(now.threads)),
    )
    return [
        f"{name}: {before or 'unknown'} then, {after or 'unknown'} now"
        for name, before, after in pairs
        if before != after
    ]


def _check_source(settings: Settings, given: Given) -> None:
    if settings.source and not given:
        raise UsageError("the video started from a source: give it, --from FILE")
    if settings.source and settings.source != given.digest:
        raise UsageError("the video started from another source than this one: their frames differ")
    if given and not settings.source:
        raise UsageError("the video started from no source: leave out --from")


def _made(settings: Settings, given: Given, chosen: Mapping[str, str]) -> Video:
    from t2v.pipeline import TextToVideo  # imports torch, which takes seconds

    model = settings.model
    if settings.revision and "/" in model:  # a hub id
        model = f"{model}@{settings.revision}"
    stated: dict[str, Any] = {"model": model, "device": settings.device, "dtype": settings.dtype}
    stated["memory"] = settings.memory
    where = {name: value for name, value in stated.items() if value}
    pipe = TextToVideo.from_pretrained(**where | dict(chosen))
    video = pipe(settings.request, **given.arguments).joined
    return video.smoother(settings.smoothed) if settings.smoothed else video


def _compared(before: np.ndarray, after: np.ndarray) -> Comparison:
    if before.shape != after.shape:
        raise VideoError(
            f"The new video is {after.shape}, the file's {before.shape}: they can't be compared."
        )
    difference = np.abs(before.astype(np.int16) - after)
    return Comparison(int(difference.max()), float(np.mean(difference > 0)))
