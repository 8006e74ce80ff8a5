"""Settings in words: length in seconds, quality as draft or good, shape by its name."""

from math import gcd

from t2v.defaults import ModelDefaults
from t2v.space import strings

NAMED = {(1, 1): strings.SQUARE, (4, 3): strings.CLASSIC, (3, 4): strings.UPRIGHT}


def lengths(native: ModelDefaults) -> list[tuple[str, float]]:
    """The offered lengths: their words, and seconds. The model's own is the middle one."""
    own = native.frames / native.fps
    seconds = [factor * own for factor in (0.5, 1, 2) if 1 <= factor * native.frames <= native.max_frames]
    return [(strings.SECONDS.format(n=each), each) for each in seconds]


def frames_of(seconds: float, fps: int, native: ModelDefaults) -> int:
    """The frames of a length, within the model's limits."""
    return max(1, min(native.max_frames, round(seconds * fps)))


def length_of(frames: int, fps: int, native: ModelDefaults) -> float | None:
    """The offered length, in seconds, that so many frames are; None if it is none of them."""
    return next((each for _, each in lengths(native) if frames_of(each, fps, native) == frames), None)


def qualities(native: ModelDefaults) -> list[tuple[str, int]]:
    """The offered qualities: their words, and steps. A model of one step has no draft."""
    offered = {strings.DRAFT: native.steps // 2, strings.GOOD: native.steps}
    return [(word, steps) for word, steps in offered.items() if steps]


def quality_of(steps: int, native: ModelDefaults) -> int | None:
    """The offered quality of so many steps; None if it is none of them."""
    return steps if steps in dict(qualities(native)).values() else None


def shape(width: int, height: int) -> str:
    """(448, 256) -> "Wide 7:4, 448×256" """
    divisor = gcd(width, height)
    ratio = width // divisor, height // divisor
    word = strings.WIDE if width > height else strings.TALL
    name = NAMED.get(ratio) or f"{word} {strings.RATIO.format(width=ratio[0], height=ratio[1])}"
    return strings.SHAPE_OF.format(name=name, width=width, height=height)
