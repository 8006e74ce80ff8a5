"""Pictures and files for the tests of sources, and the sentence that refuses one."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from t2v import RequestError, Source, ffmpeg

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def quarters(height: int = 16, width: int = 24) -> np.ndarray:
    """Red and green above, blue and white below: uint8 (h w 3)."""
    image = np.empty((height, width, 3), np.uint8)
    image[: height // 2, : width // 2], image[: height // 2, width // 2 :] = RED, GREEN
    image[height // 2 :, : width // 2], image[height // 2 :, width // 2 :] = BLUE, WHITE
    return image


def numbered(frames: int, height: int = 16, width: int = 16) -> np.ndarray:
    """Grey frames uint8 (f h w 3), each as bright as its number, modulo 256."""
    return np.broadcast_to(
        np.arange(frames).astype(np.uint8)[:, None, None, None], (frames, height, width, 3)
    )


def encoded(path: Path, *source_and_options: str) -> Path:
    """A file that ffmpeg makes from a test source."""
    command = [*ffmpeg._ffmpeg(), "-y", "-f", "lavfi", "-i", *source_and_options, f"file:{path}"]
    subprocess.run(command, check=True)
    return path


def saved(path: Path, image: Image.Image, **options) -> Path:
    image.save(path, **options)
    return path


def refused(given, field: str = "source") -> str:
    """The one sentence that a source gives."""
    with pytest.raises(RequestError) as caught:
        Source.open(given) if isinstance(given, Path) else Source.of(given)
    message = str(caught.value)
    assert caught.value.field == field and message.startswith(f"{field}: ") and "\n" not in message
    if isinstance(given, Path):
        assert given.name in message and str(given.parent) not in message
    return message


def brightness(frames: np.ndarray) -> np.ndarray:
    """Of frames (f h w 3), the red of the pixel 8, 8 -> int (f)."""
    return frames[:, 8, 8, 0].astype(int)
