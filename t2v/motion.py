"""The motion of a source's subject, in the words of a model to which a prompt without any says "still".

The captions of the embedded model name every motion, so under "a cat" it draws a cat that stands still, also
over a panda that moves. A changed video is to keep the motion: where the prompt names none, the model is told
the one that is seen in the source.
"""

from dataclasses import replace

import numpy as np

from t2v.request import Complete
from t2v.scenes import scenes
from t2v.translation import Translator

STILL = "still"
NOTE = "The source's motion was told to the model: {sentence}."
PLACES = 128  # of a frame's shorter side that are looked at, at most
DIFFERENT = 12  # levels of 255 by which a subject stands out from its ground
PLAIN = 0.9  # least share of a frame's border that has one colour where the ground is plain
LEAST = 0.002  # share of a frame that a subject covers
TRAVEL = 0.13  # of a side, from the first frame to the last, that count as moving
TURN = 4.5  # radians that count as spinning
GROWTH = 0.18  # of the side's logarithm, that count as growing or shrinking
ONE_SIDED = 0.01  # of a subject's side: least distance of a colour's centre from its own that shows a turn


def with_motion_of(frames: np.ndarray | None, request: Complete, translator: Translator | None) -> Complete:
    """Add the source's motion to a prompt without one; else the request itself.

    `frames` uint8 (f h w 3), None without a source; `translator`: None for a model without a vocabulary.
    """
    if frames is None or translator is None or not 0 < request.strength < 1:
        return request
    said, words = translator.read(request.prompt).sentence, translator.vocabulary
    if len(scenes(request.prompt)) > 1 or words.motion(said):
        return request
    motion = motion_in(frames)
    unsaid = motion == STILL or motion not in words.motions
    return request if unsaid else replace(request, prompt=f"{said} {motion}")


def motion_in(frames: np.ndarray) -> str:
    """The motion of what stands out in frames uint8 (f h w 3), from the first to the last, as a word.

    One of still, moving left, right, up, down, growing, shrinking, spinning.
    """
    step = max(1, min(frames.shape[1:3]) // PLACES)
    small = frames[:, ::step, ::step].astype(np.float32)
    subject = np.abs(small - _ground(small)).mean(3) > DIFFERENT  # (f h w)
    area = subject.mean((1, 2))
    there = area > LEAST
    if there.sum() < 2:
        return STILL
    small, subject, area = small[there], subject[there], area[there]
    middle = centre(subject)
    right, down = _change(middle[:, 0]), _change(middle[:, 1])
    if max(abs(right), abs(down)) > TRAVEL:
        if abs(right) > abs(down):
            return "moving right" if right > 0 else "moving left"
        return "moving down" if down > 0 else "moving up"
    if abs(_turn(small, subject, middle, np.sqrt(area))) > TURN:
        return "spinning"
    growth = _change(np.log(area)) / 2
    return STILL if abs(growth) < GROWTH else "growing" if growth > 0 else "shrinking"


def _ground(frames: np.ndarray) -> np.ndarray:
    """frames (f h w 3) -> their border's colour (3) where it has one, else each place's median (h w 3)"""
    edges = border(frames)
    colour = np.median(edges, 0)
    plain = (np.abs(edges - colour).max(1) < DIFFERENT).mean() > PLAIN
    return colour if plain else np.median(frames, 0)


def border(frames: np.ndarray) -> np.ndarray:
    """frames (f h w 3) -> the pixels of their first and last rows and columns (n 3)"""
    return np.concatenate([frames[:, [0, -1]].reshape(-1, 3), frames[:, :, [0, -1]].reshape(-1, 3)])


def centre(weights: np.ndarray) -> np.ndarray:
    """weights (f h w) -> their centre in shares of the sides, x and y (f 2)"""
    h, w = weights.shape[1:]
    total = np.maximum(weights.sum((1, 2)), 1e-6)
    x, y = weights.sum(1) @ (np.arange(w) + 0.5) / w, weights.sum(2) @ (np.arange(h) + 0.5) / h
    return np.stack([x, y], 1) / total[:, None]


def _change(values: np.ndarray) -> float:
    """values (f) -> how much the line through them rises from the first to the last"""
    return float(np.polyfit(np.linspace(0, 1, len(values)), values, 1)[0])


def _turn(frames: np.ndarray, subject: np.ndarray, middle: np.ndarray, side: np.ndarray) -> float:
    """Radians by which the subject's colours turn about its middle, by the colour that shows it best.

    frames (f h w 3), subject bool (f h w), middle (f 2), side (f) in shares of the frame
    """
    turns = {0.0: 0.0}
    for channel in range(3):
        x, y = (centre(frames[..., channel] * subject) - middle).T
        angles = np.unwrap(np.arctan2(y, x))
        turns[float((np.hypot(x, y) / side).mean())] = float(angles[-1] - angles[0])
    clearest = max(turns)
    return turns[clearest] if clearest > ONE_SIDED else 0.0
