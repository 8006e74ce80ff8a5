"""Measures of a video's frames: motion, flicker, and how far a long video drifts from its beginning.

Each is a number that anybody can compute again from the file; none asks a network.
"""

from typing import NamedTuple

import numpy as np

CELL = 8  # pixels of a side that are averaged before frames are compared: noise of single pixels is no motion


def motion(frames: np.ndarray) -> float:
    """frames uint8 (f h w 3) -> how much neighbouring frames differ, the root of the mean square, of 255"""
    cells = _cells(frames)
    return float(np.sqrt(np.square(np.diff(cells, axis=0)).mean())) if len(cells) > 1 else 0.0


def flicker(frames: np.ndarray) -> float:
    """frames uint8 (f h w 3) -> how much the brightness of whole frames goes up and down, of 255

    It is the mean size of the second differences: a video that gets steadily brighter doesn't flicker.
    """
    levels = frames.mean((1, 2, 3))
    return float(np.abs(np.diff(levels, 2)).mean()) if len(levels) > 2 else 0.0


def sharpness(frames: np.ndarray) -> float:
    """frames uint8 (f h w 3) -> how much neighbouring pixels differ, the mean, of 255"""
    grey = frames.mean(3)
    return float(np.abs(np.diff(grey, axis=1)).mean() + np.abs(np.diff(grey, axis=2)).mean()) / 2


class Drift(NamedTuple):
    """How the last frames of a video differ from the first: colours, of 255; the others as ratios."""

    colours: float
    sharpness: float
    motion: float

    def __str__(self) -> str:
        ratios = f"sharpness × {self.sharpness:.2f}, motion × {self.motion:.2f}"
        return f"colours {self.colours:.1f} of 255 apart, {ratios}"


def drift(first: np.ndarray, last: np.ndarray) -> Drift:
    """The drift between the first and the last frames of a video, both uint8 (f h w 3)"""
    colours = np.abs(first.mean((0, 1, 2)) - last.mean((0, 1, 2))).mean()
    pairs = ((each(last), each(first)) for each in (sharpness, motion))
    return Drift(float(colours), *(_ratio(*pair) for pair in pairs))


def _ratio(now: float, then: float) -> float:
    return now / then if then else float(now == then) or float("inf")


def _cells(frames: np.ndarray) -> np.ndarray:
    """frames uint8 (f h w 3) -> the means of cells, float32 (f h/CELL w/CELL 3)"""
    height, width = (max(1, side // CELL) for side in frames.shape[1:3])
    tall, wide = (min(CELL, side) for side in frames.shape[1:3])
    cut = frames[:, : height * tall, : width * wide].astype(np.float32)
    return cut.reshape(len(frames), height, tall, width, wide, 3).mean((2, 4))
