"""Drawn shapes, packed as the emoji are, for tests of the judge and of what it judges."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from training.dataset import FRAMES, GRID, SIDE

NAMES = ("ball", "box", "arrow", "cross", "face", "tent")
STILL = "tent"
PLACE = "on a hill"


def draw(name: str, time: float) -> Image.Image:
    """A frame of 256×256 of one of the shapes; something in it swings with `time` (0…1)."""
    image = Image.new("RGBA", (SIDE, SIDE))
    pen, swing = ImageDraw.Draw(image), 25 * np.sin(2 * np.pi * time)
    if name == "ball":
        pen.ellipse((20, 20, 236, 236), fill=(230, 60, 40))
        pen.ellipse((60 + swing, 60, 100 + swing, 100), fill=(255, 255, 255))
    elif name == "box":
        pen.rectangle((40, 60 + swing, 216, 226), fill=(60, 90, 220))
        pen.rectangle((40, 60 + swing, 128, 120), fill=(240, 220, 60))
    elif name == "arrow":
        pen.polygon([(20, 128), (160, 40), (160, 216)], fill=(60, 200, 90))
        pen.rectangle((150, 100, 230 + swing / 2, 156), fill=(60, 200, 90))
    elif name == "cross":
        pen.rectangle((100, 20, 156, 236), fill=(150, 60, 200))
        pen.rectangle((20, 60 + swing, 236, 110 + swing), fill=(150, 60, 200))
    elif name == "face":
        pen.ellipse((30, 30, 226, 226), fill=(250, 200, 50))
        pen.arc((80, 110, 176, 190 + swing / 2), 0, 180, fill=(60, 30, 20), width=14)
        pen.ellipse((90, 80, 115, 110), fill=(60, 30, 20))
    else:
        pen.polygon([(128, 30), (20, 226), (236, 226)], fill=(230, 120, 30))
        pen.polygon([(128, 110), (96, 226), (160, 226)], fill=(90, 40, 20))
    return image


def sheet(name: str) -> bytes:
    """The sheet of a shape: sixteen frames, or one."""
    grid = 1 if name == STILL else GRID
    image, buffer = Image.new("RGBA", (SIDE * grid, SIDE * grid)), io.BytesIO()
    for i in range(grid * grid):
        image.paste(draw(name, i / FRAMES), (i % grid * SIDE, i // grid * SIDE))
    image.save(buffer, "WEBP", quality=90, method=0)
    return buffer.getvalue()


def hill() -> bytes:
    """A landscape: sky over a meadow."""
    image, buffer = Image.new("RGB", (SIDE, SIDE), (120, 180, 240)), io.BytesIO()
    ImageDraw.Draw(image).ellipse((-100, 150, 356, 420), fill=(70, 140, 60))
    image.save(buffer, "WEBP", quality=90)
    return buffer.getvalue()


def pack_shapes(path: Path) -> Path:
    """Write the pack."""
    with zipfile.ZipFile(path, "w") as archive:
        subjects = [{"emoji": name, "names": [f"a{'n' * (name[0] == 'a')} {name}"]} for name in NAMES]
        archive.writestr("subjects.json", json.dumps(subjects))
        archive.writestr("scenery.json", json.dumps([{"emoji": "hill", "phrases": [PLACE]}]))
        archive.writestr("scenery/hill.webp", hill())
        for name in NAMES:
            archive.writestr(f"{name}.webp", sheet(name))
    return path
