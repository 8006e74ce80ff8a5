"""What a video starts from: an image, a video or a finished job, as frames of 8-bit RGB."""

import os
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from t2v.frames import FramesError, name_of, to_frames
from t2v.image import cropped
from t2v.latents import Latents, read_latents
from t2v.request import Complete, RequestError
from t2v.source_file import read_frames, shown
from t2v.video import Video

WANTED_OBJECT = "a path, Video, image, array or tensor"


@dataclass(frozen=True, repr=False)
class Source:
    """Frames uint8 (f h w 3) in sRGB to start a video from. Equal if name and digest are equal."""

    frames: np.ndarray = field(repr=False, compare=False)
    name: str  # for errors, without folders
    digest: str  # SHA-256 of the frames and their shape: the same for equal pixels, whatever the file
    latents: Latents | None = field(default=None, repr=False, compare=False)  # of its last frames

    def __repr__(self) -> str:
        frames, height, width, _ = self.frames.shape
        return f'Source("{self.name}", {frames}×{height}×{width})'

    @classmethod
    def open(cls, path: str | os.PathLike) -> "Source":
        """Read an image or a video of any origin; RequestError names the file and what to do."""
        path = Path(path)
        frames = read_frames(path)
        return cls._new(frames, shown(path), read_latents(path, frames))

    @classmethod
    def of(cls, given: Any) -> "Source":
        """Make a source of a path, Video, PIL image, array or tensor (h w 3) or (f h w 3), or list of images.

        Arrays are uint8, or floats from 0 to 1. Of a PIL image only the current frame is taken.
        RequestError says what is wrong with anything else.
        """
        if isinstance(given, Source):
            return given
        if isinstance(given, str | os.PathLike):
            return cls.open(given)
        if isinstance(given, Video):
            own = given.latents if given.latents and given.latents.belong_to(given.frames) else None
            return cls._new(given.frames.copy(), "the video", own)
        try:
            return cls._new(to_frames(given, WANTED_OBJECT), name_of(given))
        except FramesError as error:
            raise RequestError("source", str(error)) from None

    def fitted(self, frames: int, width: int, height: int) -> np.ndarray:
        """Return the first `frames` frames, centre-cropped and resized: uint8 (frames height width 3).

        If there are fewer, the last one is repeated.
        """
        fitted = [cropped(frame, width, height) for frame in self.frames[:frames]]
        return np.stack(fitted + fitted[-1:] * (frames - len(fitted)))

    def frames_for(self, request: Complete) -> np.ndarray:
        """Return frames uint8 (f h w 3) of the request's size.

        A continued source gives its last `keep` frames first; copies of the last one fill the rest, unused.
        """
        start = self.tail(request.keep) if continues(request) else self
        return start.fitted(request.frames, request.width, request.height)

    def tail(self, keep: int) -> "Source":
        """Return the last `keep` frames, one or more, as a source; RequestError if there are fewer."""
        if keep > len(self.frames):
            count = f"{len(self.frames)} frame{'s' if len(self.frames) > 1 else ''}"
            raise RequestError("keep", f"must be at most {len(self.frames)}: {self.name} has only {count}")
        latents = self.latents
        if latents is not None:
            latents = replace(latents, array=latents.array[:, -keep:]) if keep else None
        return self._new(self.frames[len(self.frames) - keep :], self.name, latents)

    def latents_for(self, request: Complete, model: str) -> np.ndarray | None:
        """Return the latents float32 (c f h w) that a video of `model` continues; None where it is to encode.

        As in `frames_for`, the source's last `keep` frames come first, and copies of the last one follow.
        """
        there = self.latents is not None and self.latents.model == model and continues(request)
        if not there or self.frames.shape[2:0:-1] != (request.width, request.height):
            return None
        assert self.latents is not None
        array = self.latents.array[:, -request.keep :]
        if array.shape[1] < request.keep:
            return None
        rest = array[:, -1:].repeat(request.frames - request.keep, 1)
        return np.concatenate([array, rest], axis=1)

    @classmethod
    def _new(cls, frames: np.ndarray, name: str, latents: Latents | None = None) -> "Source":
        frames = np.ascontiguousarray(frames)
        frames.setflags(write=False)  # the digest stays true
        digest = sha256(repr(frames.shape).encode())
        digest.update(frames.data)
        return cls(frames, name, digest.hexdigest(), latents)


def continues(request: Complete) -> bool:
    """Check whether the video goes on where its source ends, rather than changing the source."""
    return request.strength == 1 and request.keep > 0
