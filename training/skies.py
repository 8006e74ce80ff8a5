"""Simple grounds, drawn: a sky at night, the sea from within, grass under a sky …

Each function returns a picture (3 s s) in 0…1; the same every time.
"""

from collections.abc import Callable

import numpy as np

Picture = np.ndarray


def gradient(side: int, *colours: tuple[int, int, int]) -> Picture:
    """Colours from the top to the bottom, evenly spaced."""
    stops = np.linspace(0, 1, len(colours))
    rows = np.linspace(0, 1, side)
    columns = [np.interp(rows, stops, [colour[i] / 255 for colour in colours]) for i in range(3)]
    return np.repeat(np.stack(columns)[:, :, None], side, axis=2)


def at_night(side: int) -> Picture:
    """A dark blue sky with stars."""
    return dotted(gradient(side, (10, 14, 48), (38, 48, 110)), 46, (255, 250, 220), 0.006, seed=1)


def in_space(side: int) -> Picture:
    """Black, with many stars and a violet cloud."""
    y, x = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j]
    cloud = np.exp(-(((x - y) / 0.25) ** 2)) * np.exp(-(((x + y - 1) / 0.7) ** 2))
    glow = np.array([60, 24, 96])[:, None, None] / 255 * cloud
    return dotted(glow + np.array([6, 6, 14])[:, None, None] / 255, 90, (255, 255, 255), 0.005, seed=2)


def under_water(side: int) -> Picture:
    """Blue that darkens downwards, light from above, bubbles."""
    water = gradient(side, (70, 190, 225), (20, 110, 180), (8, 58, 118))
    y, x = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j]
    rays = np.clip(np.sin((x + 0.35 * y) * 22), 0, 1) ** 4 * np.clip(0.8 - y, 0, 1) * 0.16
    return dotted(np.clip(water + rays, 0, 1), 16, (190, 232, 250), 0.014, seed=3)


def in_the_snow(side: int) -> Picture:
    """A pale sky, white hills, flakes."""
    sky = gradient(side, (150, 186, 224), (214, 230, 246))
    white = hilly(sky, (246, 250, 255), 0.68, 0.05, 2.0)
    return dotted(white, 44, (255, 255, 255), 0.011, seed=4)


def on_grass(side: int) -> Picture:
    """A blue sky over a green meadow."""
    return hilly(gradient(side, (110, 190, 245), (200, 230, 250)), (96, 180, 72), 0.66, 0.04, 1.6)


def in_the_sky(side: int) -> Picture:
    """A blue sky with white clouds."""
    sky = gradient(side, (70, 150, 235), (165, 212, 250))
    for x, y, r in ((0.18, 0.22, 0.07), (0.75, 0.14, 0.06), (0.86, 0.62, 0.08), (0.24, 0.8, 0.07)):
        for step in (-1, 0, 1):
            sky = disc(
                sky, x + 1.1 * step * r, y + 0.25 * abs(step) * r, r * (1 - 0.25 * abs(step)), (250, 252, 255)
            )
    return sky


def at_sunset(side: int) -> Picture:
    """Violet over orange, a low sun, dark ground."""
    sky = gradient(side, (92, 60, 130), (226, 96, 96), (252, 176, 88), (254, 214, 130))
    return hilly(disc(sky, 0.5, 0.72, 0.13, (255, 240, 170)), (70, 44, 72), 0.8, 0.02, 1.0)


def in_a_forest(side: int) -> Picture:
    """Green firs before a light green sky."""
    wood = gradient(side, (186, 224, 196), (120, 180, 130))
    y, x = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j]
    for place, top, colour in (
        (0.12, 0.1, 60),
        (0.5, 0.24, 84),
        (0.88, 0.06, 60),
        (0.31, 0.3, 74),
        (0.7, 0.28, 70),
    ):
        inside = (np.abs(x - place) < 0.24 * (y - top)) & (y > top)
        wood = np.where(inside, np.array([24, colour + 24, 50])[:, None, None] / 255, wood)
    return hilly(wood, (66, 110, 60), 0.84, 0.02, 1.3)


def on_a_beach(side: int) -> Picture:
    """A light blue sky, the sea, and sand before it."""
    sky = disc(gradient(side, (96, 186, 242), (206, 236, 250)), 0.8, 0.16, 0.08, (255, 240, 160))
    sea = hilly(sky, (40, 150, 205), 0.52, 0.006, 3.0)
    return hilly(hilly(sea, (236, 248, 250), 0.71, 0.02, 1.5), (240, 214, 150), 0.735, 0.02, 1.5)


def dotted(picture: Picture, count: int, colour: tuple[int, int, int], size: float, seed: int) -> Picture:
    """Small discs at random places."""
    random = np.random.default_rng(seed)
    for x, y, r in zip(*random.random((3, count)), strict=True):
        picture = disc(picture, x, y, size * (0.5 + r), colour)
    return picture


def disc(picture: Picture, x: float, y: float, radius: float, colour: tuple[int, int, int]) -> Picture:
    """A disc with soft edges."""
    side = picture.shape[-1]
    down, across = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j]
    cover = np.clip((radius - np.hypot(across - x, down - y)) * side + 0.5, 0, 1)
    return picture + cover * (np.array(colour)[:, None, None] / 255 - picture)


def hilly(picture: Picture, colour: tuple[int, int, int], top: float, height: float, waves: float) -> Picture:
    """A ground of one colour with a wavy edge, darker below."""
    side = picture.shape[-1]
    y, x = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j]
    edge = top + height * np.sin(2 * np.pi * waves * x + 0.7)
    cover = np.clip((y - edge) * side + 0.5, 0, 1)
    shade = 1 - 0.25 * np.clip(y - edge, 0, 1)
    return picture + cover * (np.array(colour)[:, None, None] / 255 * shade - picture)


SKIES: dict[str, Callable[[int], Picture]] = {
    "at night": at_night, "in space": in_space, "under water": under_water, "in the snow": in_the_snow,
    "on grass": on_grass, "in the sky": in_the_sky, "at sunset": at_sunset, "in a forest": in_a_forest,
    "on a beach": on_a_beach,
}  # fmt: skip


def sky(name: str, side: int) -> np.ndarray:
    """The drawn ground of that name, uint8 (3 side side). KeyError: there is none."""
    return (SKIES[name](side).clip(0, 1) * 255).round().astype(np.uint8)
