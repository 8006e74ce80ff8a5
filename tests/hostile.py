"""Files that nobody should send as a picture or a video: bombs, torn and mistaken ones, playlists."""

import io
from functools import cache

import numpy as np
from PIL import Image

from t2v import Video
from tests.faults.test_sources import BOMBS, NO_PICTURES

TORN = (".png", ".jpg", ".webp", ".bmp", ".gif", ".mp4")


@cache
def files() -> dict[str, bytes]:
    """The files by what is wrong with them."""
    bombs = {f"bomb {name}": content for name, content in BOMBS.items()}
    mistaken = {name: content for name, (content, _) in NO_PICTURES.items()}
    return bombs | mistaken | {f"torn {suffix}": _torn(suffix) for suffix in TORN}


def _torn(suffix: str) -> bytes:
    """Half of a file of noise."""
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    if suffix == ".mp4":
        whole = Video(noise[None].repeat(9, 0)).to_bytes()
    else:
        file = io.BytesIO()
        Image.fromarray(noise).save(file, "JPEG" if suffix == ".jpg" else suffix[1:].upper())
        whole = file.getvalue()
    return whole[: len(whole) // 2]
