"""A finished video: its frames, the settings that made it, and both in one MP4, GIF or WebP file.

A file is written under a temporary name, decoded, its frames counted, and only then renamed, so a file
that exists is whole. A file to be opened may come from anybody: its format is recognised by its first
bytes, and its size is bounded.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from itertools import chain
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any, Protocol, overload

import numpy as np

from t2v.containers import CONTAINERS, MAX_GIF_FPS, Container, by_content, by_suffix
from t2v.enlarging import enlarged
from t2v.ffmpeg import VideoError
from t2v.file_settings import Settings
from t2v.frames import FramesError, to_frames
from t2v.interpolation import SMOOTH, interpolated
from t2v.latents import Latents
from t2v.notebook import show
from t2v.places import claim, draft_of, temporary_folder, writable_folder
from t2v.request import MAX_FPS, Request

__all__ = [
    "CONTAINERS",
    "MAX_GIF_FPS",
    "Settings",
    "Video",
    "VideoError",
    "by_suffix",
    "check_saving",
    "kind_of",
]

MAX_VOLUME = 2**26  # frames · width · height that `open` reads: four times what a request may ask for
LEAST_AREA = 2**12  # the fewest pixels that a frame counts for: tiny ones are bounded too
MAX_BYTES = 2**28  # of a GIF or WebP, which are read in this process
SHOWN_PROMPT = 40  # characters

PathOrFile = str | os.PathLike | bytes | IO[bytes]


class Writable(Protocol):
    """A file object for bytes, such as io.BytesIO or open(…, "wb")."""

    def write(self, data: bytes, /) -> Any: ...


@dataclass(repr=False, eq=False)
class Video:
    """Frames uint8 (f h w 3) in sRGB, and how they were made. VideoError for any other frames.

    A video is a sequence of its frames: `len`, loops, `video[0]` and `np.asarray(video)` work. Two videos
    are equal if their frames are.
    """

    frames: np.ndarray
    request: Request | None = None
    model: str = ""
    revision: str = ""
    version: str = ""
    notes: tuple[str, ...] = ()
    device: str = ""
    dtype: str = ""
    memory: str = ""
    threads: int = 0
    source: str = ""
    smoothed: int = 0
    before: np.ndarray | None = None  # the frames (n h w 3) of the source that the video continues
    adapters: tuple[str, ...] = ()
    latents: Latents | None = None  # of its last frames, as its model made them

    def __post_init__(self) -> None:
        shape, kind = np.shape(self.frames), getattr(self.frames, "dtype", type(self.frames).__name__)
        if kind != np.uint8 or len(shape) != 4 or shape[3] != 3 or shape[0] < 1 or min(shape[1:3]) < 2:
            raise VideoError(
                f"A video is uint8 frames (f h w 3) of 2×2 pixels or more, not {kind} {shape}: "
                "Video.of converts images, tensors and floats."
            )
        self.frames = np.ascontiguousarray(self.frames)

    @classmethod
    def of(cls, frames: Any, request: Request | None = None) -> "Video":
        """Make a video of images, arrays or tensors.

        `frames`: an array or tensor (f h w 3) of uint8 or of floats from 0 to 1, or a list or an iterator of
        PIL images or of arrays (h w 3), all of one size. `request.fps` is the speed, 8 frames a second
        without it. VideoError says what is wrong with anything else.
        """
        if isinstance(frames, Video):
            return frames
        try:
            return cls(to_frames(frames), request)
        except FramesError as error:
            text = str(error).removeprefix("the ")
            raise VideoError(f"The {'frames ' if text.startswith('must') else ''}{text}.") from None

    def __len__(self) -> int:
        return len(self.frames)

    def __iter__(self) -> Iterator[np.ndarray]:
        return iter(self.frames)

    def __getitem__(self, index: int | slice) -> np.ndarray:
        return self.frames[index]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.frames, dtype, copy=copy)

    def __eq__(self, other: object) -> bool:
        return np.array_equal(self.frames, other.frames) if isinstance(other, Video) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # equal by frames, which may change

    def __repr__(self) -> str:
        width, height = self.size
        made = [f"{len(self)}×{height}×{width}"]
        if self.request:
            prompt = self.request.prompt
            made += [f'"{prompt if len(prompt) <= SHOWN_PROMPT else prompt[:SHOWN_PROMPT] + "…"}"']
            made += [] if self.request.seed is None else [f"seed {self.request.seed}"]
        return f"Video({', '.join(made)})"

    def _repr_html_(self) -> str | None:
        return show(self.frames, self.settings)

    @property
    def joined(self) -> "Video":
        """The source that it continues and the video, without a doubled frame; elsewhere the video itself."""
        if self.before is None:
            return self
        return replace(self, frames=np.concatenate([self.before, self.frames]), before=None)

    @property
    def fps(self) -> int:
        """Frames a second."""
        return self.settings.fps

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.frames.shape[2], self.frames.shape[1]

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self) / self.fps

    @property
    def settings(self) -> Settings:
        """All fields but the frames."""
        made = (self.request, self.model, self.revision, self.version, self.notes)
        where = (self.device, self.dtype, self.memory, self.threads)
        return Settings(*made, len(self), self.size, *where, self.source, self.smoothed, self.adapters)

    def smoother(self, fps: int = SMOOTH) -> "Video":
        """Return the video with `fps` frames a second, those between its own by motion interpolation.

        Its settings stay those that made it. A video that has as many already is returned itself. VideoError
        where `fps` is not a whole number from 1 to 60, or the video would be too large.
        """
        if type(fps) is not int or not 1 <= fps <= MAX_FPS:
            raise VideoError(f"fps must be a whole number from 1 to {MAX_FPS}, not {fps!r:.40}.")
        if self.frames.size // 3 * fps > MAX_VOLUME * self.fps:
            raise VideoError(f"With {fps} frames a second the video would be too large.")
        if fps <= self.fps:
            return self
        frames = interpolated(self.frames, self.fps, fps)
        return replace(self, frames=frames, smoothed=fps, latents=None)

    def larger(self) -> "Video":
        """Return the video with twice the pixels along each side; VideoError where it would be too large."""
        if self.frames.size // 3 * 4 > MAX_VOLUME:
            raise VideoError("Twice as large, the video would be too large: make fewer frames.")
        request = self.request and replace(self.request, larger=True)
        before = None if self.before is None else enlarged(self.before)
        return replace(self, frames=enlarged(self.frames), request=request, before=before, latents=None)

    @overload
    def save(self, file: str | os.PathLike, suffix: str | None = None) -> Path: ...

    @overload
    def save(self, file: Writable, suffix: str | None = None) -> None: ...

    def save(self, file: str | os.PathLike | Writable, suffix: str | None = None) -> Path | None:
        """Write an MP4, GIF or WebP to a path, or to a file object that is open for bytes; -> the path.

        The path's suffix is the format. For a path without one, and for a file object, `suffix` is it ("gif"
        or ".gif"); a file object gets an MP4 by default. The path's folder is created, and a file that stood
        there is replaced only by a whole one. VideoError: no video was written.
        """
        if not isinstance(file, str | os.PathLike):
            _write(self.to_bytes(suffix or ".mp4"), file)
            return None
        path = Path(file)
        if suffix and path.suffix.lower() not in ("", _dotted(suffix).lower()):
            raise VideoError(f"The name ends in {path.suffix}, and the suffix is {suffix}: leave one out.")
        with self._written(path, suffix) as draft:
            os.replace(draft, path)
        return path

    def save_new(self, paths: Iterable[Path]) -> Path:
        """Write the video to the first free path of `paths`, all of one folder and suffix; -> that path.

        No file is overwritten: of several processes that save at once, no two get the same path.
        """
        paths = iter(paths)
        first = next(paths)
        with self._written(first) as draft:
            return next(path for path in chain([first], paths) if claim(draft, path))

    @contextmanager
    def _written(self, path: Path, suffix: str | None = None) -> Iterator[Path]:
        """Write a draft next to `path` and verify it; delete it after the block unless it was renamed."""
        container = by_suffix(f"video{_dotted(suffix)}" if suffix else path)
        draft = draft_of(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            container.write(self.frames, self.settings, draft)
            if sum(1 for _ in container.read(draft, self.settings)) != len(self.frames):
                raise VideoError("The written video lacks frames.")
            yield draft
        except OSError as error:
            raise VideoError(f"The video can't be written: {error.strerror or 'unknown error'}.") from None
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def to_bytes(self, suffix: str = ".mp4") -> bytes:
        """Return the bytes of the file that `save` writes. `suffix`: its format, ".gif" or "gif"."""
        with temporary_folder() as folder:
            return self.save(folder / f"video{_dotted(suffix)}").read_bytes()

    @classmethod
    def open(cls, file: PathOrFile) -> "Video":
        """Read frames and settings from a path, bytes or a file object of any origin; or VideoError."""
        with _path(file) as path:
            container = _identified(path)
            settings = Settings.from_json(container.comment(path))
            frames = np.stack(list(_bounded(container.read(path, settings))))
        if settings is None:
            return cls(frames)
        made = {
            field.name: getattr(settings, field.name)
            for field in fields(cls)
            if field.name not in ("frames", "before", "latents")
        }
        return cls(_cropped(frames, settings.size), **made)

    @staticmethod
    def read_settings(file: PathOrFile) -> Settings | None:
        """Read the settings in a file without decoding its frames; None if it has none of ours."""
        with _path(file) as path:
            return Settings.from_json(_identified(path).comment(path))


def kind_of(path: str | os.PathLike) -> str:
    """Return the suffix that fits a video's content; VideoError if it is no video."""
    container = _identified(Path(path))
    return next(suffix for suffix, each in CONTAINERS.items() if each is container)


def check_saving(path: str | os.PathLike) -> None:
    """Raise VideoError if `save` would fail: wrong suffix, unfit encoder, or no place (PlaceError)."""
    container = by_suffix(path)
    container.check(writable_folder(Path(path)))


def _dotted(suffix: str) -> str:
    return suffix if suffix.startswith(".") else f".{suffix}"


def _write(data: bytes, file: Writable) -> None:
    try:
        file.write(data)
    except (TypeError, AttributeError):
        raise VideoError(
            'The video goes to a path, or to a file that is open for bytes: open(…, "wb").'
        ) from None


@contextmanager
def _path(file: PathOrFile) -> Iterator[Path]:
    """Yield the path of a file; bytes, or what a file object still holds, go to a temporary file."""
    if isinstance(file, str | os.PathLike):
        yield Path(file)
        return
    with temporary_folder() as folder:
        path = folder / "video"
        try:
            with path.open("wb") as copy:
                copy.write(file) if isinstance(file, bytes | bytearray | memoryview) else copyfileobj(
                    file, copy
                )
        except (TypeError, AttributeError):
            raise VideoError(
                'A video is read from a path, bytes, or a file that is open for bytes ("rb").'
            ) from None
        except OSError as error:
            raise VideoError(f"The file can't be read: {error.strerror or 'unknown error'}.") from None
        yield path


def _identified(path: Path) -> Container:
    container = by_content(path)
    if container is not CONTAINERS[".mp4"] and path.stat().st_size > MAX_BYTES:
        raise VideoError("The file is larger than this program reads.")
    return container


def _bounded(frames: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield frames (h w 3) up to MAX_VOLUME pixels in all; VideoError if there are more, or none."""
    volume = 0
    for frame in frames:
        volume += max(frame.shape[0] * frame.shape[1], LEAST_AREA)
        if volume > MAX_VOLUME:
            raise VideoError("The video is longer or larger than this program reads.")
        yield frame
    if not volume:
        raise VideoError("The file holds no frames.")


def _cropped(frames: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """frames (f h w 3) -> without the row and column that an MP4 adds to odd sides; size: width, height"""
    height, width = frames.shape[1:3]
    padded = (width - size[0], height - size[1])
    return frames[:, : size[1], : size[0]] if set(padded) <= {0, 1} else frames
