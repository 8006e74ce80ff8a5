"""Convert images, arrays and tensors to frames uint8 (f h w 3)."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image

from t2v.errors import T2VError
from t2v.image import to_rgb

TYPE_NAMES = {"ndarray": "array", "Tensor": "tensor"}  # a type's name -> its name in errors


class FramesError(T2VError, ValueError):
    """What was given can't be converted to frames; the text says why, and what would do."""


def name_of(given: Any) -> str:
    """Return how errors call an object: "the image", "the array", "the list"."""
    kind = type(given).__name__
    return f"the {'image' if isinstance(given, Image.Image) else TYPE_NAMES.get(kind, kind)}"


def to_frames(given: Any, wanted: str = "images, arrays or tensors") -> np.ndarray:
    """Convert to frames uint8 (f h w 3); the caller's own stay unchanged. FramesError if that can't be done.

    `given`: a PIL image (its current frame), an array or tensor (h w 3) or (f h w 3) of uint8 or of floats
    from 0 to 1, or a list or an iterator of any of these, all of one size. `wanted`: what the caller takes.
    """
    given = list(given) if isinstance(given, Iterator) else given
    name = name_of(given)
    try:
        array = _array(given)
    except Exception as error:  # objects of any kind, and their __array__
        raise FramesError(f"{name} must be one or more frames of one size ({type(error).__name__})") from None
    if array.dtype.kind not in "buifc" or not array.ndim:
        raise FramesError(f"must be {wanted}, not {type(given).__name__}")
    if array.dtype != np.uint8 and not np.issubdtype(array.dtype, np.floating):
        raise FramesError(f"{name} must hold uint8, or floats from 0 to 1, not {array.dtype}")
    if array.ndim not in (3, 4) or array.shape[-1] != 3 or not array.size:
        raise FramesError(
            f"{name} must be an array (h w 3) or (f h w 3), not {array.shape}{_hint(array.shape)}"
        )
    frames = array if array.ndim == 4 else array[None]
    return frames.copy() if array.dtype == np.uint8 else _from_floats(frames, name)


def _array(given: Any) -> np.ndarray:
    if isinstance(given, Image.Image):
        return np.asarray(to_rgb(given))
    if isinstance(given, list | tuple):
        return np.stack([_array(each) for each in given])
    if hasattr(given, "detach"):  # a tensor, perhaps on a GPU, perhaps in bfloat16, which NumPy lacks
        given = given.detach().cpu()
        given = given.float() if given.is_floating_point() else given
    return np.asarray(given)


def _hint(shape: tuple[int, ...]) -> str:
    """Suggest how to put the colours last, or to take one video of a batch."""
    if len(shape) == 5:
        return ": it is a batch of videos, take one, such as frames[0]"
    if len(shape) not in (3, 4) or shape[-3] != 3:
        return ""
    order = "1, 2, 0" if len(shape) == 3 else "0, 2, 3, 1"
    return f": put the colours last, permute({order})"


def _from_floats(frames: np.ndarray, name: str) -> np.ndarray:
    """Convert floats (f h w 3) from 0 to 1 to uint8."""
    low, high = float(frames.min()), float(frames.max())
    if not np.isfinite(low + high):
        raise FramesError(f"{name} holds values that aren't finite (NaN or infinity)")
    if low < 0 or high > 1:
        scale = "; x / 2 + 0.5 brings −1 … 1 there" if -1 <= low and high <= 1 else ""
        raise FramesError(f"{name} has values from {low:g} to {high:g}: floats must be from 0 to 1{scale}")
    return np.stack([np.rint(frame.astype(np.float32) * 255).astype(np.uint8) for frame in frames])
