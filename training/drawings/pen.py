"""Draw still pictures in the manner of the Fluent emoji: rounded parts with soft gradients, no outline.

    picture = Picture()
    picture.add(box(40, 60, 216, 200, 20), RED, puff=8)     # a rounded box, lit from the upper left
    picture.add(oval(128, 130, 40, 40), GLASS)              # over it
    picture.image()                                         # RGBA, 256×256, transparent around it

A shape is a mask ("L") of the fine picture; its numbers are pixels of the small one, 256 a side, y downwards.
Nothing is drawn by chance: the same calls give the same picture.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

SIDE, FINE = 256, 3  # a picture is drawn so many times as large, then averaged
MARGIN = 8  # pixels that stay free at every edge
SMALLEST, FITTED = 0.8, 0.9  # of the square: what the longer side spans at least, and of what is fitted in
LIGHT, DARK = (255, 250, 255), (60, 10, 90)  # what lit and shaded edges are mixed with

Colours = tuple[str, str]  # of the upper and of the lower end of a part
Point = tuple[float, ...]  # x, y; of a limb its radius too
Points = Sequence[Point]
Place = tuple[int, int, int, int]  # left, top, right, bottom in the fine picture

RED, PINK, ORANGE = ("#ff4a55", "#d9204e"), ("#ff6f9c", "#d6337c"), ("#ffa03c", "#f0702a")
YELLOW, GREEN, CYAN = ("#ffd54f", "#f6a52a"), ("#5fd36a", "#2a9a58"), ("#8fe3ff", "#4bb4f2")
BLUE, PURPLE, MINT = ("#4fa4f8", "#2f68d8"), ("#8e72dc", "#5a3fae"), ("#9fe8d8", "#5cc4b4")
WHITE, GREY, STEEL = ("#f8f4fe", "#d2c5ea"), ("#d2ccda", "#a49cb0"), ("#b4aec0", "#7d7690")
BLACK, SLATE = ("#56505f", "#2c2834"), ("#77718a", "#4c4660")
WOOD, BROWN, TAN = ("#d99a4e", "#b5702c"), ("#8a5648", "#5e3832"), ("#f3c68c", "#dca060")
EYE, SHINE = ("#3a3050", "#17121f"), ("#ffffff", "#ffffff")
GLASS, NIGHT = ("#a9e8ff", "#58b8f4"), ("#4a5a86", "#262f52")
GOLD, GILT, SILVER = ("#ffe27a", "#f0a830"), ("#ffe27a", "#e59a22"), ("#ece8f2", "#9a92a8")
IRON, WIRE, INK = ("#6e687e", "#3c364a"), ("#cac3d6", "#7f778f"), ("#565064", "#24202e")
BARK, STRAW = ("#b5702c", "#8a5020"), ("#ffdf7e", "#e0a038")


def box(left: float, top: float, right: float, bottom: float, radius: float = 0) -> Image.Image:
    """A rectangle with rounded corners."""
    mask = _empty()
    ImageDraw.Draw(mask).rounded_rectangle(_fine([left, top, right, bottom]), radius * FINE, 255)
    return mask


def oval(x: float, y: float, wide: float, high: float | None = None) -> Image.Image:
    """An ellipse about (x, y) by its half axes; a circle by one."""
    high, mask = wide if high is None else high, _empty()
    ImageDraw.Draw(mask).ellipse(_fine([x - wide, y - high, x + wide, y + high]), 255)
    return mask


def polygon(points: Points, radius: float = 0) -> Image.Image:
    """A polygon, grown by `radius`, which rounds its corners."""
    mask = stroke([*points, points[0]], 2 * radius) if radius else _empty()
    ImageDraw.Draw(mask).polygon([(x * FINE, y * FINE) for x, y in points], 255)
    return mask


def stroke(points: Points, width: float) -> Image.Image:
    """A line through the points, with round ends and joints."""
    mask = _empty()
    draw, r = ImageDraw.Draw(mask), width / 2
    for (x0, y0), (x1, y1) in pairwise(points):
        long = math.hypot(x1 - x0, y1 - y0) or 1
        dx, dy = r * (y1 - y0) / long, r * (x0 - x1) / long
        corners = [(x0 + dx, y0 + dy), (x1 + dx, y1 + dy), (x1 - dx, y1 - dy), (x0 - dx, y0 - dy)]
        draw.polygon([(x * FINE, y * FINE) for x, y in corners], 255)
    for x, y in points:
        draw.ellipse(_fine([x - r, y - r, x + r, y + r]), 255)
    return mask


def smooth(points: Points, closed: bool = False, steps: int = 12) -> list[Point]:
    """A curve through the points (Catmull-Rom), as more points."""
    n = len(points)
    found = []
    for i in range(n if closed else n - 1):
        at = [(i + k) % n if closed else min(max(i + k, 0), n - 1) for k in (-1, 0, 1, 2)]
        p = np.array([points[k] for k in at], dtype=float)
        for t in np.arange(steps) / steps:
            weights = (-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2)
            found.append(tuple(np.array(weights) @ p / 2))
    return found if closed else [*found, points[-1]]


def arc(
    x: float, y: float, radius: float, start: float, end: float, high: float | None = None
) -> list[Point]:
    """Points of an arc about (x, y), from angle to angle in degrees, clockwise from the right."""
    high = radius if high is None else high
    angles = np.radians(np.linspace(start, end, 40))
    return [(x + radius * math.cos(a), y + high * math.sin(a)) for a in angles]


def join(*shapes: Image.Image) -> Image.Image:
    """What is in any of the shapes."""
    whole = shapes[0]
    for shape in shapes[1:]:
        whole = ImageChops.lighter(whole, shape)
    return whole


def cut(shape: Image.Image, *holes: Image.Image) -> Image.Image:
    """What is in `shape` and in no hole."""
    return ImageChops.subtract(shape, join(*holes))


def inside(shape: Image.Image, other: Image.Image) -> Image.Image:
    """What is in both."""
    return ImageChops.darker(shape, other)


def turned(shape: Image.Image, degrees: float, x: float = SIDE / 2, y: float = SIDE / 2) -> Image.Image:
    """A shape turned clockwise about (x, y)."""
    if not degrees:
        return shape
    return shape.rotate(-degrees, center=(x * FINE, y * FINE))


def mirrored(points: Points) -> list[Point]:
    """The mirror image of a curve, from its end to its start: the other half of an outline."""
    return [(SIDE - x, y) for x, y in reversed(points)]


def blob(points: Points, radius: float = 3) -> Image.Image:
    """A round shape through the points."""
    return polygon(smooth(points, True), radius)


def limb(*points: Point) -> Image.Image:
    """A curve through (x, y, radius), which swells and narrows."""
    return join(*(oval(x, y, radius) for x, y, radius in smooth(points, steps=24)))


def both(shape: Image.Image) -> Image.Image:
    """A shape and its mirror image."""
    return join(shape, ImageOps.mirror(shape))


def _empty() -> Image.Image:
    return Image.new("L", (SIDE * FINE, SIDE * FINE))


def _fine(places: list[float]) -> list[float]:
    return [place * FINE for place in places]


def _rgb(colour: str) -> np.ndarray:
    """ "#rrggbb" -> float (3)"""
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.float32)


class Picture:
    """A picture that grows part by part; `turn` turns every part clockwise, in degrees, about the middle."""

    def __init__(self, turn: float = 0):
        self._turn = turn
        self._colour = np.zeros((SIDE * FINE, SIDE * FINE, 3), np.float32)
        self._alpha = _empty()

    def add(
        self, shape: Image.Image, colours: Colours, puff: float = 5, sideways: bool = False, shadow: float = 0
    ) -> None:
        """Lay a part over the others.

        `colours` run from its upper end to its lower one, or `sideways` from left to right. `puff`: pixels
        over which its edges bend away. `shadow`: pixels that it stands above the others.
        """
        shape = turned(shape, self._turn)
        place = shape.getbbox()
        assert place, "a part of no extent"
        if shadow:
            self._shade(shape, place, shadow)
        fill = _gradient((place[3] - place[1], place[2] - place[0]), colours, sideways)
        if puff:
            fill = _lit(fill, _slope(shape, place, puff * FINE))
        self._mix(shape, place, fill)
        self._alpha = join(self._alpha, shape)

    def _shade(self, shape: Image.Image, place: Place, height: float) -> None:
        """Darken what lies to the lower right of a shape and below it."""
        far = int(height * FINE)
        near = _grown(place, far)
        moved = shape.crop((near[0] - far // 2, near[1] - far, near[2] - far // 2, near[3] - far))
        cast = moved.filter(ImageFilter.BoxBlur(far / 2)).point(lambda value: 0.3 * value)
        whole = _empty()
        whole.paste(cast, near[:2])
        inner = (*np.clip(near, 0, SIDE * FINE).tolist(),)
        self._mix(whole, inner, np.array(DARK, np.float32))

    def _mix(self, shape: Image.Image, place: Place, fill: np.ndarray) -> None:
        """Mix colours (h w 3), or one (3), into the part of the picture at `place`, as the shape says."""
        part = self._colour[place[1] : place[3], place[0] : place[2]]
        weight = np.asarray(shape.crop(place), np.float32)[..., None]
        part += (fill - part) * (weight / 255)

    def image(self) -> Image.Image:
        """The picture, RGBA, 256×256; what comes nearer than MARGIN to an edge, or is small, is fitted in."""
        colour = Image.fromarray(self._colour.round().clip(0, 255).astype(np.uint8))
        colour.putalpha(self._alpha)
        return colour.crop(self._square()).resize((SIDE, SIDE), Image.Resampling.BOX)

    def _square(self) -> Place:
        """The square of the fine picture that is shown."""
        whole = SIDE * FINE
        left, top, right, bottom = self._alpha.getbbox() or (0, 0, whole, whole)
        longer, margin = max(right - left, bottom - top), min(left, top, whole - right, whole - bottom)
        if margin >= MARGIN * FINE and longer >= SMALLEST * whole:
            return 0, 0, whole, whole
        side = round(longer / FITTED)
        x, y = (left + right - side) // 2, (top + bottom - side) // 2
        return x, y, x + side, y + side


def _gradient(size: tuple[int, int], colours: Colours, sideways: bool) -> np.ndarray:
    """size (h w) -> float (h w 3)"""
    ramp = np.linspace(0, 1, size[1] if sideways else size[0], dtype=np.float32)
    ramp = ramp[None, :, None] if sideways else ramp[:, None, None]
    start, end = map(_rgb, colours)
    return np.broadcast_to(start + (end - start) * ramp, (*size, 3))


def _grown(place: Place, by: int) -> Place:
    return place[0] - by, place[1] - by, place[2] + by, place[3] + by


def _slope(shape: Image.Image, place: Place, puff: float) -> np.ndarray:
    """How far each pixel of a shape faces the light, from −1 to 1, (h w 1)"""
    reach = int(puff)
    wide = _grown(place, reach)
    near = np.asarray(shape.crop(wide).filter(ImageFilter.GaussianBlur(puff / 2)), np.float32) / 255
    h, w = place[3] - place[1], place[2] - place[0]

    def at(x: int, y: int) -> np.ndarray:
        return near[reach + y : reach + y + h, reach + x : reach + x + w]

    step = max(1, int(puff / 2))
    return (at(step // 2, step) - at(-(step // 2), -step))[..., None]


def _lit(fill: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Mix a part's colours (h w 3) with light where it faces it, and with shade where it doesn't."""
    for weight, towards in ((0.55 * slope.clip(0, 1), LIGHT), (-0.45 * slope.clip(-1, 0), DARK)):
        fill = fill + (np.array(towards, np.float32) - fill) * weight
    return fill


def eye(picture: Picture, x: float, y: float, size: float, high: float | None = None) -> None:
    """Add a dark eye with a gleam, about (x, y), by its half axes; a round one by one."""
    high = size if high is None else high
    picture.add(oval(x, y, size, high), EYE, 0)
    picture.add(oval(x - 0.3 * size, y - 0.35 * high, 0.36 * size), SHINE, 0)
