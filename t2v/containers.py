"""MP4, GIF and WebP files: how frames and settings are written to them and read from them."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise, repeat
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, features

from t2v import ffmpeg, provenance
from t2v.ffmpeg import DAMAGED, MAX_PIXELS, VideoError
from t2v.file_settings import Settings
from t2v.image import to_rgb

MAX_GIF_FPS = 50  # browsers slow a GIF with shorter pauses down to 10 frames a second
EXIF_DESCRIPTION = 0x010E
FAST = Image.Quantize.FASTOCTREE  # a hundredth of the default's time, and with dithering as good


class Container(NamedTuple):
    """A file format: how frames and settings are written and read."""

    write: Callable[[np.ndarray, Settings, Path], None]  # frames (f h w 3)
    read: Callable[[Path, Settings | None], Iterable[np.ndarray]]  # frames (h w 3)
    comment: Callable[[Path], str]
    check: Callable[[Path], None]  # VideoError if the format can't be written in this folder


def _write_mp4(frames: np.ndarray, settings: Settings, path: Path) -> None:
    """Write an MP4. yuv420p halves the colour planes, so an odd side gets its last row or column twice."""
    height, width = frames.shape[1:3]
    even = np.pad(frames, ((0, 0), (0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    title = {"title": settings.request.prompt} if settings.request else {}
    ffmpeg.encode(even, settings.fps, title | {"comment": settings.to_json()}, path)
    provenance.label_mp4(path)


def _write_gif(frames: np.ndarray, settings: Settings, path: Path) -> None:
    """Write a GIF, a dithered palette for each frame: a shared one shows bands in slow gradients."""
    images = map(Image.fromarray, frames)
    first, *rest = (image.quantize(palette=image.quantize(method=FAST)) for image in images)
    pauses = [10 * pause for pause in _pauses(len(frames), min(settings.fps, MAX_GIF_FPS), unit=100)]
    comment = settings.to_json().encode()
    first.save(path, "GIF", save_all=True, append_images=rest, duration=pauses, loop=0, comment=comment)
    provenance.label_gif(path)


def _write_webp(frames: np.ndarray, settings: Settings, path: Path) -> None:
    first, *rest = map(Image.fromarray, frames)
    pauses = _pauses(len(frames), settings.fps, unit=1000)
    exif = Image.Exif()
    exif[EXIF_DESCRIPTION] = settings.to_json()
    first.save(
        path, "WEBP", save_all=True, append_images=rest, duration=pauses, loop=0, quality=90, exif=exif
    )
    provenance.label_webp(path)


def _pauses(frames: int, fps: int, unit: int) -> list[int]:
    """Return how long each frame stays, in 1/unit seconds, rounded so that the errors don't add up."""
    return [end - start for start, end in pairwise(round(unit * i / fps) for i in range(frames + 1))]


def _read_mp4(path: Path, settings: Settings | None) -> Iterator[np.ndarray]:
    return ffmpeg.decode(path)


def _read_animation(path: Path, settings: Settings | None) -> Iterator[np.ndarray]:
    """Yield the frames of a GIF or WebP. Writers merge equal neighbours; a known fps separates them again."""
    with _animation(path) as image:
        fps, shown = _written_fps(image, settings), getattr(image, "n_frames", 1)
        begin, size = 0, image.size
        for index in range(shown):
            image.seek(index)
            _check_size(*image.size)
            frame = np.asarray(to_rgb(image).crop((0, 0, *size)))  # a part beyond the screen makes it larger
            end = begin + image.info.get("duration", 0)  # milliseconds
            count = round(end * fps / 1000) - round(begin * fps / 1000)
            if shown == 1 and settings:  # a still clip becomes a still image, without a duration
                count = settings.frames
            yield from repeat(frame, max(count, 1))
            begin = end


def _written_fps(image: Image.Image, settings: Settings | None) -> int:
    """Return the fps that the file was written at, 0 if unknown."""
    known = settings and (settings.smoothed or (settings.request and settings.request.fps))
    fps = settings.fps if settings and known else 0
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


def _head(path: Path) -> bytes:
    """Read the first bytes of a regular file; VideoError if it can't be read."""
    try:
        if not path.is_file():  # opening a pipe or a device might never end
            raise VideoError("There is no such file.")
        with path.open("rb") as file:
            return file.read(30)
    except OSError as error:
        raise VideoError(f"The file can't be read: {error.strerror}.") from None


def by_content(path: Path) -> Container:
    """Return the file format by the first bytes of a file; VideoError if it is none of these."""
    head = _head(path)
    if head[4:8] == b"ftyp":
        return CONTAINERS[".mp4"]
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return CONTAINERS[".gif"]
    if head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X":
        return CONTAINERS[".webp"]
    raise VideoError("The file is not an MP4, GIF or animated WebP video.")


def by_suffix(path: str | os.PathLike) -> Container:
    """Return the file format that a name stands for; VideoError if it stands for none."""
    suffix = Path(path).suffix.lower()
    if suffix not in CONTAINERS:
        raise VideoError(f"A video is saved as {', '.join(CONTAINERS)}: the name must end in one of them.")
    return CONTAINERS[suffix]


def _check_webp(folder: Path) -> None:
    if not features.check("webp"):
        raise VideoError("This Pillow can't write WebP: install one that can, or save as .mp4 or .gif.")


CONTAINERS = {
    ".mp4": Container(_write_mp4, _read_mp4, _mp4_comment, ffmpeg.check),
    ".gif": Container(_write_gif, _read_animation, _gif_comment, lambda folder: None),
    ".webp": Container(_write_webp, _read_animation, _webp_comment, _check_webp),
}
