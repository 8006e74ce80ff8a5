"""Limits of settings together: each is legal alone, and what they ask for is not."""

import math
from typing import Any

from t2v.defaults import MULTIPLE, ModelDefaults
from t2v.errors import RequestError


def check_together(request: Any, model: ModelDefaults, source: bool, end: bool) -> None:
    """Refuse a complete request whose settings contradict each other or exceed the model; RequestError.

    `source`, `end`: there is a source to start from, a last picture.
    """
    check_volume(request, model)
    if request.keep > request.frames:
        raise RequestError("keep", f"must be at most the {request.frames} frames, not {request.keep}")
    if request.freeinit > 1 and (source or end):
        raise RequestError("freeinit", "begins from noise alone: leave it out, or the source")
    if request.loop and (request.keep or end):
        raise RequestError("loop", "has no first and last frame to keep: leave them out, or the loop")
    if request.larger:
        _check_larger(request, model)


def check_volume(request: Any, model: ModelDefaults) -> None:
    """Refuse a video whose sides and frames are each legal, but whose product exceeds the model's limit."""
    area = request.width * request.height
    fit = model.max_volume // area
    if request.frames <= fit:
        return
    size = f"{request.width}×{request.height}"
    if fit:
        raise RequestError("frames", f"must be at most {fit} at {size}, not {request.frames}")
    side = math.isqrt(model.max_volume) // MULTIPLE * MULTIPLE
    raise RequestError("width", f"{size} is too large even for one frame: {side}×{side} would fit")


def _check_larger(request: Any, model: ModelDefaults) -> None:
    """Refuse what the model's second pass couldn't make."""
    if model.second is None:
        return
    width, height = model.second.size(request.width, request.height, model)
    fit = model.max_volume // (width * height)
    if max(width, height) > model.max_side or not fit:
        raise RequestError(
            "larger", f"would be {width}×{height}, which is too large: ask for a smaller video"
        )
    if request.frames > fit:
        raise RequestError("larger", f"takes at most {fit} frames to {width}×{height}, not {request.frames}")


def refuse_for_several(**given: Any) -> None:
    """Refuse what only one video can have, in a call for several; RequestError."""
    for name in (name for name, value in given.items() if value is not None):
        raise RequestError(name, "is of one video: leave it out of a call for several")
