"""Parse what ffmpeg writes: frames as PPM images, and the tags of a file."""

import re
from collections.abc import Iterator
from typing import IO

import numpy as np


def ppm_frames(stream: IO[bytes]) -> Iterator[np.ndarray]:
    """Parse a stream of binary PPM images (P6, width height, 255, pixels) -> uint8 (h w 3) each."""
    while stream.readline(8) == b"P6\n":
        width, height = map(int, stream.readline(32).split())
        stream.readline(8)
        pixels = stream.read(height * width * 3)
        if len(pixels) < height * width * 3:
            return
        yield np.frombuffer(pixels, np.uint8).reshape(height, width, 3)


def parse_tags(text: str) -> dict[str, str]:
    """Parse ffmpeg's ffmetadata: lines `name=value`, with = ; # \\ and line ends escaped by a backslash."""
    pairs = re.findall(r"^((?:\\.|[^\\=\n])*)=((?:\\.|[^\\\n])*)$", text, re.MULTILINE | re.DOTALL)
    return {_unescape(name): _unescape(value) for name, value in reversed(pairs)}


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)
