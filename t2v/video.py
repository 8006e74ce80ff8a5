"""A finished video: its frames, the settings that made it, and both in one MP4, GIF or WebP file.

A file is written under a temporary name, decoded, its frames counted, and only then renamed, so a file
that exists is whole. A file to be opened may come from anybody: its format is recognised by its first
bytes, and its size is bounded.
"""

import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from itertools import chain, pairwise, repeat
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, features

from t2v import ffmpeg
from t2v.ffmpeg import DAMAGED, MAX_PIXELS, VideoError
from t2v.image import to_rgb
from t2v.places import claim, temporary_folder, writable_folder
from t2v.request import SETTINGS, ModelDefaults, Request, RequestError, parse_json

MAX_VOLUME = 2**26  # frames · width · height that `open` reads: four times what a request may ask for
LEAST_AREA = 2**12  # the fewest pixels that a frame counts for: tiny ones are bounded too
MAX_BYTES = 2**28  # of a GIF or WebP, which are read in this process
MAX_GIF_FPS = 50  # browsers slow a GIF with shorter pauses down to 10 frames a second
EXIF_DESCRIPTION = 0x010E
FAST = Image.Quantize.FASTOCTREE  # a hundredth of the default's time, and with dithering as good
ANY = ModelDefaults(max_frames=2**31, max_steps=2**31, max_side=2**31, max_volume=2**63)


@dataclass(frozen=True)
class Settings:
    """Settings stored in a video's file: how it was made."""

    request: Request | None
    model: str
    revision: str
    version: str
    notes: tuple[str, ...]
    frames: int
    size: tuple[int, int]  # width, height; an MP4's own is even
    device: str = ""  # "cpu", "cuda", or the pair "cuda:0,cuda:1"
    dtype: str = ""
    memory: str = ""  # the rung; like `threads`, it changes how sums are formed, and so the last bits
    threads: int = 0  # of the processor, where it was the device
    source: str = ""  # the digest of the frames that it started from

    def to_json(self) -> str:
        """Return one line of ASCII JSON."""
        return json.dumps({"made_by": "t2v"} | asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Settings | None":
        """Parse the settings in a comment; None if the comment is something else."""
        try:
            given = parse_json(text)
            known = {name: value for name, value in (given["request"] or {}).items() if name in SETTINGS}
            request = Request(**known).checked(ANY) if known else None
            model, revision, version = (str(given[name]) for name in ("model", "revision", "version"))
            frames, width, height = map(int, (given["frames"], *given["size"]))
            device, dtype, memory = (str(given.get(name, "")) for name in ("device", "dtype", "memory"))
            size, threads = (width, height), int(given.get("threads", 0))
            notes, source = tuple(map(str, given["notes"])), str(given.get("source", ""))
            made = model, revision, version, notes
            return cls(request, *made, frames, size, device, dtype, memory, threads, source)
        except (RequestError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
            return None  # any text at all may stand in a comment, JSON of any shape included


@dataclass
class Video:
    """Frames uint8 (f h w 3) in sRGB, and how they were made. VideoError for any other frames."""

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

    def __post_init__(self) -> None:
        shape, kind = np.shape(self.frames), getattr(self.frames, "dtype", type(self.frames).__name__)
        if kind != np.uint8 or len(shape) != 4 or shape[3] != 3 or shape[0] < 1 or min(shape[1:3]) < 2:
            raise VideoError(f"A video is uint8 frames (f h w 3) of 2×2 pixels or more, not {kind} {shape}.")
        self.frames = np.ascontiguousarray(self.frames)

    @property
    def fps(self) -> int:
        """Frames a second."""
        return (self.request and self.request.fps) or ModelDefaults.fps

    @property
    def settings(self) -> Settings:
        """All fields but the frames."""
        frames, height, width, _ = self.frames.shape
        made = (self.request, self.model, self.revision, self.version, self.notes)
        where = (self.device, self.dtype, self.memory, self.threads)
        return Settings(*made, frames, (width, height), *where, self.source)

    def save(self, path: str | os.PathLike) -> Path:
        """Write an MP4, GIF or WebP, by the suffix; create its folder. VideoError: `path` is as it was."""
        path = Path(path)
        with self._written(path) as draft:
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
    def _written(self, path: Path) -> Iterator[Path]:
        """Write a draft next to `path` and verify it; delete it after the block unless it was renamed."""
        container = by_suffix(path)
        draft = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            container.write(self, draft)
            if sum(1 for _ in container.read(draft, self.settings)) != len(self.frames):
                raise VideoError("The written video lacks frames.")
            yield draft
        except OSError as error:
            raise VideoError(f"The video can't be written: {error.strerror or 'unknown error'}.") from None
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def to_bytes(self, suffix: str = ".mp4") -> bytes:
        """Return the bytes of the file that `save` writes."""
        with temporary_folder() as folder:
            return self.save(folder / f"video{suffix}").read_bytes()

    @classmethod
    def open(cls, path: str | os.PathLike) -> "Video":
        """Read frames and settings from a file of any origin; VideoError in one sentence."""
        path = Path(path)
        container = _by_content(path)
        settings = _settings(container, path)
        frames = np.stack(list(_bounded(container.read(path, settings))))
        if settings is None:
            return cls(frames)
        made = {field.name: getattr(settings, field.name) for field in fields(cls) if field.name != "frames"}
        return cls(_cropped(frames, settings.size), **made)

    @staticmethod
    def read_settings(path: str | os.PathLike) -> Settings | None:
        """Read the settings in a file without decoding its frames; None if it has none of ours."""
        path = Path(path)
        return _settings(_by_content(path), path)


class Container(NamedTuple):
    """A file format: how frames and settings are written and read."""

    write: Callable[[Video, Path], None]
    read: Callable[[Path, Settings | None], Iterable[np.ndarray]]  # frames (h w 3)
    comment: Callable[[Path], str]
    check: Callable[[Path], None]  # VideoError if the format can't be written in this folder


def _write_mp4(video: Video, path: Path) -> None:
    """Write an MP4. yuv420p halves the colour planes, so an odd side gets its last row or column twice."""
    height, width = video.frames.shape[1:3]
    even = np.pad(video.frames, ((0, 0), (0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    title = {"title": video.request.prompt} if video.request else {}
    ffmpeg.encode(even, video.fps, title | {"comment": video.settings.to_json()}, path)


def _write_gif(video: Video, path: Path) -> None:
    """Write a GIF, a dithered palette for each frame: a shared one shows bands in slow gradients."""
    images = map(Image.fromarray, video.frames)
    first, *rest = (image.quantize(palette=image.quantize(method=FAST)) for image in images)
    pauses = [10 * pause for pause in _pauses(len(video.frames), min(video.fps, MAX_GIF_FPS), unit=100)]
    comment = video.settings.to_json().encode()
    first.save(path, "GIF", save_all=True, append_images=rest, duration=pauses, loop=0, comment=comment)


def _write_webp(video: Video, path: Path) -> None:
    first, *rest = map(Image.fromarray, video.frames)
    pauses = _pauses(len(video.frames), video.fps, unit=1000)
    exif = Image.Exif()
    exif[EXIF_DESCRIPTION] = video.settings.to_json()
    first.save(
        path, "WEBP", save_all=True, append_images=rest, duration=pauses, loop=0, quality=90, exif=exif
    )


def _pauses(frames: int, fps: int, unit: int) -> list[int]:
    """Return how long each frame stays, in 1/unit seconds, rounded so that the errors don't add up."""
    return [end - start for start, end in pairwise(round(unit * i / fps) for i in range(frames + 1))]


def _read_mp4(path: Path, settings: Settings | None) -> Iterator[np.ndarray]:
    return ffmpeg.decode(path)


def _read_animation(path: Path, settings: Settings | None) -> Iterator[np.ndarray]:
    """Yield the frames of a GIF or WebP. Writers merge equal neighbours; a known fps separates them again."""
    with _animation(path) as image:
        fps, shown = _written_fps(image, settings), getattr(image, "n_frames", 1)
        begin = 0
        for index in range(shown):
            image.seek(index)
            _check_size(*image.size)
            frame = np.asarray(to_rgb(image))
            end = begin + image.info.get("duration", 0)  # milliseconds
            count = round(end * fps / 1000) - round(begin * fps / 1000)
            if shown == 1 and settings:  # a still clip becomes a still image, without a duration
                count = settings.frames
            yield from repeat(frame, max(count, 1))
            begin = end


def _written_fps(image: Image.Image, settings: Settings | None) -> int:
    """Return the fps that the file was written at, 0 if unknown."""
    fps = (settings and settings.request and settings.request.fps) or 0
    return min(fps, MAX_GIF_FPS) if image.format == "GIF" else fps


def _mp4_comment(path: Path) -> str:
    return ffmpeg.read_tags(path).get("comment", "")


def _gif_comment(path: Path) -> str:
    with _animation(path) as image:
        return image.info.get("comment", b"").decode(errors="replace")


def _webp_comment(path: Path) -> str:
    with _animation(path) as image:
        return str(image.getexif().get(EXIF_DESCRIPTION, ""))


@contextmanager
def _animation(path: Path) -> Iterator[Image.Image]:
    """Open a GIF or WebP, its canvas checked before Pillow allocates it; VideoError if it is damaged."""
    head = _head(path)
    if head.startswith(b"GIF"):
        width, height = (int.from_bytes(head[i : i + 2], "little") for i in (6, 8))
    else:  # the canvas of an extended WebP; a plain one is a single image of at most 2¹⁴ pixels a side
        width, height = (int.from_bytes(head[i : i + 3], "little") + 1 for i in (24, 27))
    _check_size(width, height)
    try:
        with Image.open(path, formats=("GIF", "WEBP")) as image:
            yield image
    except VideoError:
        raise
    except Exception:  # Pillow's decoders raise nearly anything for corrupt bytes
        raise VideoError(DAMAGED) from None


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise VideoError(f"The video's frames, {width}×{height}, are larger than this program reads.")


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
    """Remove the row and column that `_write_mp4` may have added."""
    height, width = frames.shape[1:3]
    padded = (width - size[0], height - size[1])
    return frames[:, : size[1], : size[0]] if set(padded) <= {0, 1} else frames


def _settings(container: Container, path: Path) -> Settings | None:
    return Settings.from_json(container.comment(path))


def _head(path: Path) -> bytes:
    """Read the first bytes of a regular file; VideoError if it can't be read."""
    try:
        if not path.is_file():  # opening a pipe or a device might never end
            raise VideoError("There is no such file.")
        with path.open("rb") as file:
            return file.read(30)
    except OSError as error:
        raise VideoError(f"The file can't be read: {error.strerror}.") from None


def _by_content(path: Path) -> Container:
    head = _head(path)
    if head[4:8] == b"ftyp":
        return CONTAINERS[".mp4"]
    if path.stat().st_size > MAX_BYTES:
        raise VideoError("The file is larger than this program reads.")
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return CONTAINERS[".gif"]
    if head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X":
        return CONTAINERS[".webp"]
    raise VideoError("The file is not an MP4, GIF or animated WebP video.")


def kind_of(path: str | os.PathLike) -> str:
    """Return the suffix that fits a video's content; VideoError if it is no video."""
    container = _by_content(Path(path))
    return next(suffix for suffix, each in CONTAINERS.items() if each is container)


def by_suffix(path: str | os.PathLike) -> Container:
    """Return the file format that a name stands for; VideoError if it stands for none."""
    suffix = Path(path).suffix.lower()
    if suffix not in CONTAINERS:
        raise VideoError(f"A video is saved as {', '.join(CONTAINERS)}: the name must end in one of them.")
    return CONTAINERS[suffix]


def check_saving(path: str | os.PathLike) -> None:
    """Raise VideoError if `save` would fail: wrong suffix, unfit encoder, or no place (PlaceError)."""
    container = by_suffix(path)
    container.check(writable_folder(Path(path)))


def _check_webp(folder: Path) -> None:
    if not features.check("webp"):
        raise VideoError("This Pillow can't write WebP: install one that can, or save as .mp4 or .gif.")


CONTAINERS = {
    ".mp4": Container(_write_mp4, _read_mp4, _mp4_comment, ffmpeg.check),
    ".gif": Container(_write_gif, _read_animation, _gif_comment, lambda folder: None),
    ".webp": Container(_write_webp, _read_animation, _webp_comment, _check_webp),
}
