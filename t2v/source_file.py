"""Read an image or a video of any origin as frames of 8-bit RGB.

A file's format is recognised by its first bytes, only the formats named here are decoded, and pixels and time
are bounded. Of a long video the first and the last frames are kept: changing a video needs its beginning,
continuing it needs its end.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
from PIL import Image, ImageSequence, UnidentifiedImageError

from t2v import ffmpeg
from t2v.ffmpeg import VideoError
from t2v.image import cropped, shrunk, shrunk_size, to_rgb
from t2v.request import RequestError
from t2v.video import MAX_BYTES, Video

ENDS = 256  # frames kept of each end of a long video: as many as a request may ask for
MAX_VOLUME = 2**26  # frames · width · height kept of a file: four times what a request may ask for
AREAS = (2**22, 2**20, 2**18, 2**17)  # pixels of a frame: the largest whose frames all fit is taken
MAX_STILL = 2**25  # pixels of an image
MAX_JPEG = 2**26  # pixels of a JPEG, whose decoder can scale down
MAX_LENGTH = 2**16  # pixels of a side: Pillow keeps a pointer to each row
MAX_WALK = 2**29  # pixels of an animation that are decoded at most, in some ten seconds
LEAST_WALK = 2**14  # of these, the fewest that a frame counts for
IMAGE_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")  # what Pillow may open: its EPS reader runs a program
MOVING = ("PNG", "WEBP", "GIF")  # a second picture in a JPEG is no second frame
WANTED = "a PNG, JPEG, WebP, BMP or GIF image, or an MP4, MOV or WebM video"
QUICKTIME = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")  # the first atom's name
STILL_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis")
OTHERS = {  # first bytes in lower case -> what such a file is
    b"<!doctype html": "a web page", b"<html": "a web page", b"<svg": "an SVG drawing",
    b"<?xml": "an SVG drawing or other XML", b"%!ps": "an EPS drawing", b"\xc5\xd0\xd3\xc6": "an EPS drawing",
    b"%pdf": "a PDF", b"ii*\0": "a TIFF image", b"mm\0*": "a TIFF image", b"8bps": "a Photoshop image",
    b"\0\0\1\0": "an icon", b"\0\0\0\x0cjxl ": "a JPEG XL image", b"\0\0\0\x0cjp  ": "a JPEG 2000 image",
    b"#extm3u": "a playlist", b"ffconcat": "a playlist", b"version https://git-lfs": "a Git LFS pointer",
    b"oggs": "an Ogg file", b"flv": "a Flash video", b"\x30\x26\xb2\x75": "a WMV video",
    b"id3": "sound without pictures", b"flac": "sound without pictures",
}  # fmt: skip


def _refusal(name: str, message: str) -> RequestError:
    return RequestError("source", f"{name} {message}")


def shown(path: Path) -> str:
    """A file's name, without folders, as errors call it: printable and short."""
    name = "".join(letter for letter in path.name if letter.isprintable())
    return (name if len(name) <= 60 else f"{name[:40]}…{name[-15:]}") or "the file"


def read_frames(path: Path) -> np.ndarray:
    """Read the frames uint8 (f h w 3) of a file; of a long one, both ends. RequestError names the file."""
    name = shown(path)
    try:
        read, own = _reader(path, name), _made_here(path)
        return _as_large_as_fit(read, name) if own is None else own
    except VideoError as error:
        raise _refusal(name, f"can't be read. {error}") from None


def _reader(path: Path, name: str) -> Callable[[int], Iterator[np.ndarray]]:
    """Return what yields a file's frames (h w 3) at an area; RequestError, VideoError by its first bytes."""
    head = _head(path, name)
    demuxer = _demuxer(head, name)
    if demuxer == "matroska" and _cut_short(head, path.stat().st_size):
        raise VideoError(ffmpeg.DAMAGED)
    if demuxer:
        return lambda area: _film(path, demuxer, area)
    _check_bytes(path, name)
    return lambda area: _images(path, name, area)


def check_begins(path: Path) -> None:
    """Decode a file's first frame, small; RequestError, as `read_frames` has it, where there is none."""
    name = shown(path)
    try:
        if next(_reader(path, name)(AREAS[-1]), None) is None:
            raise _refusal(name, f"holds no frames: give {WANTED}")
    except VideoError as error:
        raise _refusal(name, f"can't be read. {error}") from None


def check_kind(path: Path) -> None:
    """Refuse, by its first bytes and its size, a file that `read_frames` wouldn't read; cheap."""
    if not is_video(path):
        _check_bytes(path, shown(path))


def _check_bytes(path: Path, name: str) -> None:
    if path.stat().st_size > MAX_BYTES:
        raise _refusal(name, f"is larger than the {MAX_BYTES >> 20} MB that are read of an image")


def is_video(path: Path) -> bool:
    """Return whether a file begins as a video does, rather than an image; RequestError if it is neither."""
    return demuxer_of(path) is not None


def demuxer_of(path: Path) -> str | None:
    """Return ffmpeg's demuxer of a file that begins as a video does, None of an image; else RequestError."""
    name = shown(path)
    return _demuxer(_head(path, name), name)


def _head(path: Path, name: str) -> bytes:
    """Read the first bytes of a regular file; RequestError if there are none to read."""
    try:
        if not path.is_file():  # opening a pipe or a device might never end
            raise _refusal(name, f"isn't there, or is no file: give {WANTED}")
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise _refusal(name, f"can't be read: {error.strerror}") from None
    if not head:
        raise _refusal(name, f"is empty: give {WANTED}")
    return head


def _demuxer(head: bytes, name: str) -> str | None:
    """Return ffmpeg's demuxer for a video, None for an image; RequestError names a format that is neither."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()  # text may begin with a byte order mark
    kind = next((kind for signature, kind in OTHERS.items() if start.startswith(signature)), None)
    if head[:4] == b"RIFF" and head[8:12] != b"WEBP":
        kind = "an AVI video" if head[8:12] == b"AVI " else "sound without pictures"
    if head[4:8] == b"ftyp" and head[8:12] in STILL_BRANDS:
        kind = "a HEIC or AVIF image"
    if kind:
        raise _refusal(name, f"is {kind}: give {WANTED}")
    if head[4:8] in QUICKTIME:
        return "mov"
    return "matroska" if head[:4] == b"\x1a\x45\xdf\xa3" else None


def _cut_short(head: bytes, size: int) -> bool:
    """Return whether a WebM or MKV states a length beyond its end; ffmpeg takes such a file for whole.

    The segment's length takes one byte more than its first byte has leading zeros; all ones: unknown.
    """
    start = head.find(b"\x18\x53\x80\x67") + 4
    count = 9 - head[start].bit_length() if 4 <= start < len(head) - 8 else 9
    every = (1 << 7 * count) - 1
    length = int.from_bytes(head[start : start + count]) & every
    return count < 9 and length < every and start + count + length > size


def _made_here(path: Path) -> np.ndarray | None:
    """Return a t2v video's frames, without its file's padding and merging; None for any other file."""
    with suppress(VideoError):
        if Video.read_settings(path):
            return Video.open(path).frames
    return None


def _as_large_as_fit(read: Callable[[int], Iterable[np.ndarray]], name: str) -> np.ndarray:
    """Read frames (f h w 3) at the largest area of AREAS at which all that are kept fit into MAX_VOLUME."""
    for area in AREAS:
        kept = _ends(read(area))
        if kept is not None:
            break
    if not kept:
        raise _refusal(name, f"holds no frames: give {WANTED}")
    return np.stack(kept)


def _ends(frames: Iterable[np.ndarray]) -> deque[np.ndarray] | None:
    """Keep the first and the last ENDS of the frames (h w 3); None if they exceed MAX_VOLUME together."""
    first: deque[np.ndarray] = deque()
    last: deque[np.ndarray] = deque(maxlen=ENDS)
    for frame in frames:
        if first and frame.shape != first[0].shape:  # a video may change its size on the way
            frame = cropped(frame, *first[0].shape[1::-1])
        (first if len(first) < ENDS else last).append(frame)
        if (len(first) + len(last)) * frame.shape[0] * frame.shape[1] > MAX_VOLUME:
            return None
    return first + last


def _film(path: Path, demuxer: str, area: int) -> Iterator[np.ndarray]:
    """Yield a video's frames (h w 3); of a long one the first ones, then at least the last ENDS."""
    count = 0
    for frame in ffmpeg.decode(path, demuxer, area=area, first=2 * ENDS + 1):
        yield frame
        count += 1
    if count > 2 * ENDS:
        yield from _last(path, demuxer, area)


def _last(path: Path, demuxer: str, area: int) -> deque[np.ndarray]:
    """Decode the last ENDS frames: begin near the end, and earlier only where that gives too few."""
    for seconds in (12, 96, 768, None):
        frames = deque(ffmpeg.decode(path, demuxer, area=area, last_seconds=seconds), ENDS)
        if len(frames) == ENDS:
            break
    return frames


def _images(path: Path, name: str, area: int) -> Iterator[np.ndarray]:
    """Yield the frames (h w 3) of an image or animation, shrunk to `area` pixels; RequestError if damaged."""
    try:
        with Image.open(path, formats=IMAGE_FORMATS) as image:
            _check_size(image, name)
            image.draft(None, shrunk_size(*image.size, area))  # a JPEG is scaled down while it is decoded
            for frame in _walk(image, name):
                yield np.asarray(shrunk(to_rgb(frame), area))
    except RequestError:
        raise
    except UnidentifiedImageError:
        raise _refusal(name, f"is not an image or video that can be read: give {WANTED}") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _refusal(
            name, f"has far more than {MAX_STILL // 10**6} million pixels: scale it down"
        ) from None
    except Exception:  # Pillow's decoders raise nearly anything for corrupt bytes
        raise _refusal(name, "is damaged or incomplete: save or download it again") from None


def _check_size(image: Image.Image, name: str) -> None:
    width, height = image.size
    most = MAX_STILL if image.format in ("PNG", "WEBP", "BMP", "GIF") else MAX_JPEG
    if width * height > most:
        limit = f"{most // 10**6} million pixels"
        raise _refusal(name, f"is {width}×{height}, more than {limit}: scale it down")
    if max(width, height) > MAX_LENGTH:
        raise _refusal(
            name, f"is {width}×{height}, longer than {MAX_LENGTH} pixels: crop it or scale it down"
        )


def _walk(image: Image.Image, name: str) -> Iterator[Image.Image]:
    """Yield the image at each of its frames; RequestError beyond MAX_WALK pixels."""
    if image.format not in MOVING:
        yield image
        return
    size, cost = image.size, max(image.size[0] * image.size[1], LEAST_WALK)
    for number, frame in enumerate(ImageSequence.Iterator(image), 1):
        if number > 1 and number * cost > MAX_WALK:
            raise _refusal(name, "is too long for an animation: shorten it, or save it as an MP4")
        yield frame if frame.size == size else frame.crop((0, 0, *size))  # beyond the screen nothing is shown
