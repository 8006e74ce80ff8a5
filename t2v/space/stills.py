"""Still pictures of videos: the posters of tiles, and the picture that stands for a link elsewhere."""

from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from t2v.video import Video

POSTER = 192  # pixels of its longer side
CARD = (1200, 630)  # pixels: the form that messengers show whole
COLUMNS = 5  # of a sheet
KEPT = 512  # pictures that are remembered, of 3 kB each


@lru_cache(KEPT)
def poster(path: Path) -> bytes:
    """The middle frame of a video as a small WebP; VideoError if the video can't be read."""
    image = still(path)
    image.thumbnail((POSTER, POSTER))
    return _bytes(image, "WEBP", quality=70, method=6)


@lru_cache(KEPT)
def card(paths: tuple[Path, ...]) -> bytes:
    """Up to three videos side by side as a JPEG of CARD, each on its own background."""
    width, height = CARD
    canvas = Image.new("RGB", CARD)
    for number, image in enumerate(map(still, paths[:3])):
        left, right = (width * edge // len(paths[:3]) for edge in (number, number + 1))
        canvas.paste(_continued(image, right - left, height), (left, 0))
    return _bytes(canvas, "JPEG", quality=85)


@lru_cache(16)
def sheet(path: Path) -> bytes:
    """Up to 25 frames of a video, evenly spread, in rows of five: a JPEG; VideoError."""
    frames = Video.open(path).frames
    picked = frames[np.linspace(0, len(frames) - 1, min(len(frames), COLUMNS**2)).astype(int)]
    images = [Image.fromarray(frame) for frame in picked]
    for image in images:
        image.thumbnail((POSTER, POSTER))
    width, height = images[0].size
    canvas = Image.new("RGB", (width * min(COLUMNS, len(images)), height * -(-len(images) // COLUMNS)))
    for number, image in enumerate(images):
        canvas.paste(image, (number % COLUMNS * width, number // COLUMNS * height))
    return _bytes(canvas, "JPEG", quality=80)


def still(path: Path) -> Image.Image:
    """The middle frame of a video."""
    frames = Video.open(path).frames
    return Image.fromarray(frames[len(frames) // 2])


def _continued(image: Image.Image, width: int, height: int) -> Image.Image:
    """An image scaled into a box, whose rest has the image's own colour at its border."""
    scale = min(width / image.width, height / image.height)
    scaled = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)
    box = Image.new("RGB", (width, height), _border(image))
    box.paste(scaled, ((width - scaled.width) // 2, (height - scaled.height) // 2))
    return box


def _border(image: Image.Image) -> tuple[int, ...]:
    """The median colour of an image's outermost pixels."""
    pixels = np.asarray(image)
    edges: Sequence[np.ndarray] = (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])
    return tuple(int(value) for value in np.median(np.concatenate(edges), axis=0))


def _bytes(image: Image.Image, format: str, **options: int) -> bytes:
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()
