"""Draw a glorp: a creature that is in no data, to teach a model something new (training/new_subject.py)."""

import math

import numpy as np
from einops import rearrange
from PIL import Image, ImageDraw
from torch import Tensor, from_numpy

FRAMES, SIDE = 16, 256
FINE = 2  # it is drawn so many times as large, then averaged
INK, SKIN, BELLY = (60, 35, 90, 255), (150, 70, 210, 255), (240, 220, 90, 255)
LEG, EYE, LIGHT = (20, 150, 140, 255), (255, 255, 255, 255), (255, 120, 60, 255)


def pictures() -> Tensor:
    """Its loop, uint8 (16 4 256 256), premultiplied: three feet that step, one eye, a stalk that sways."""
    frames = np.stack([np.asarray(picture(i / FRAMES)) for i in range(FRAMES)]).astype(np.uint16)
    frames[..., :3] = (frames[..., :3] * frames[..., 3:] + 127) // 255
    return from_numpy(rearrange(frames.astype(np.uint8), "f h w c -> f c h w").copy())


def picture(moment: float) -> Image.Image:
    """RGBA, `moment` in 0…1 of the loop"""
    image = Image.new("RGBA", (SIDE * FINE, SIDE * FINE))
    draw, swing = ImageDraw.Draw(image), math.sin(2 * math.pi * moment)
    _feet(draw, swing)
    _stalk(draw, swing)
    _oval(draw, 128, 150, 74, 64, SKIN)
    _oval(draw, 128, 178, 44, 28, BELLY)
    _oval(draw, 128, 128, 30, 30, EYE)
    _oval(draw, 128 + 10 * swing, 130, 12, 16, INK)
    return image.resize((SIDE, SIDE), Image.Resampling.BOX)


def _feet(draw: ImageDraw.ImageDraw, swing: float) -> None:
    for number in range(3):
        lift = 8 * max(0.0, swing if number == 1 else -swing)
        _oval(draw, 80 + 48 * number, 216 - lift, 22, 18, LEG)


def _stalk(draw: ImageDraw.ImageDraw, swing: float) -> None:
    top = 128 + 26 * swing
    draw.line([FINE * each for each in (128, 100, top, 44)], INK, 10 * FINE)
    _oval(draw, top, 40, 20, 20, LIGHT)


def _oval(
    draw: ImageDraw.ImageDraw, x: float, y: float, wide: float, high: float, fill: tuple[int, ...]
) -> None:
    """An oval about (x, y), outlined."""
    box = [FINE * each for each in (x - wide, y - high, x + wide, y + high)]
    draw.ellipse(box, fill, INK, 4 * FINE)
