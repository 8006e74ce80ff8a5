"""Read what a video is given besides its prompt: a source, a last picture, a mask of what is made anew."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np

from t2v.image import cropped
from t2v.request import MASK_ALONE, Complete, RequestError
from t2v.source import Source, continues
from t2v.source_file import ENDS

CONTINUED = (
    "It goes on from the latents kept with its source, which are more exact than the frames in its file."
)
WHITE = 128  # level from which a pixel of a mask's picture counts as white


@dataclass(frozen=True)
class Given:
    """The source, the last picture, and the mask, bool (f h w), true where the video is made anew.

    Each is None where it isn't given. A mask belongs to a source.
    """

    source: Source | None = None
    end: Source | None = None
    mask: np.ndarray | None = None

    @classmethod
    def of(cls, source: Any = None, end: Any = None, mask: Any = None) -> "Given":
        """Open what is given: paths, pictures, arrays, as `Source.of` takes them.

        `mask` may also be a bool array (h w) or (f h w); in a picture white is made anew. RequestError names
        the argument, and says what is wrong with it.
        """
        if mask is not None and source is None:
            raise RequestError("mask", MASK_ALONE)
        opened = None if source is None else Source.of(source)
        last = None if end is None else _named("end", end).tail(1)
        return cls(opened, last, None if mask is None else _mask(mask))

    def __bool__(self) -> bool:
        return self.source is not None or self.end is not None

    @property
    def there(self) -> tuple[bool, bool, bool]:
        """Which of source, end and mask are given, as `Request.validate` takes it."""
        return self.source is not None, self.end is not None, self.mask is not None

    @property
    def arguments(self) -> dict[str, Any]:
        """What is given, by name, as a pipeline's call takes it."""
        every = {"source": self.source, "end": self.end, "mask": self.mask}
        return {name: each for name, each in every.items() if each is not None}

    @property
    def digest(self) -> str:
        """SHA-256 of all that is given; of a source alone its own digest, "" of nothing."""
        parts = [each.digest for each in (self.source, self.end) if each is not None]
        if self.mask is not None:
            parts.append(sha256(repr(self.mask.shape).encode() + self.mask.tobytes()).hexdigest())
        return parts[0] if len(parts) == 1 else sha256("".join(parts).encode()).hexdigest() if parts else ""

    def frames_for(self, request: Complete) -> np.ndarray:
        """Frames uint8 (f h w 3) of the request's size; those that nothing is known of are any."""
        source = self.source or self.end
        assert source is not None
        frames = source.frames_for(request)
        if self.end is not None:
            frames[-1] = self.end.fitted(1, request.width, request.height)[0]
        return frames

    def seen_in(self, request: Complete) -> np.ndarray | None:
        """The source's frames uint8 (f h w 3) that a video of the request changes; None without a source."""
        return None if self.source is None else self.source.frames[: request.frames]

    def latents_for(self, request: Complete, model: str) -> np.ndarray | None:
        """Latents (c f h w) of a source that is continued, kept since `model` made it; None elsewhere."""
        if self.source is None or self.end is not None or self.mask is not None:
            return None
        return self.source.latents_for(request, model)

    def notes(self, request: Complete, model: str) -> tuple[str, ...]:
        """Say that kept latents were continued: from the frames alone the video would differ a little."""
        kept = self.latents_for(request, model) is not None
        return (CONTINUED,) if kept else ()

    def known_for(self, request: Complete, factor: int) -> np.ndarray:
        """Where the video stays as it is given: bool (f h w), a place for `factor`² pixels.

        A place is known if all its pixels are.
        """
        shape = request.frames, request.height // factor, request.width // factor
        known = np.zeros(shape, bool)
        known[: request.keep] = True
        if self.mask is not None:
            known |= ~_shrunk(self.mask, shape, factor)
        if self.end is not None:
            known[-1] = True
        return known

    def before(self, request: Complete) -> np.ndarray | None:
        """The source's frames (n h w 3) before the video, where it continues the source; None elsewhere.

        Of a source that was too long to be kept whole they are those of its end.
        """
        if self.source is None or not continues(request):
            return None
        frames = self.source.frames if len(self.source.frames) < 2 * ENDS else self.source.frames[-ENDS:]
        earlier = frames[: len(frames) - request.keep]
        if not len(earlier):
            return None
        return np.stack([cropped(frame, request.width, request.height) for frame in earlier])


def _named(name: str, given: Any) -> Source:
    """Open a source whose errors call it `name`."""
    try:
        return Source.of(given)
    except RequestError as error:
        raise RequestError(name, error.message) from None


def _mask(given: Any) -> np.ndarray:
    """Return a mask as bool (f h w)."""
    if isinstance(given, np.ndarray) and given.dtype == bool:
        if given.ndim not in (2, 3) or not given.size:
            raise RequestError("mask", f"must be (h w) or (f h w), not {given.shape}")
        return given if given.ndim == 3 else given[None]
    levels: np.ndarray = _named("mask", given).frames.mean(3)
    return np.asarray(levels >= WHITE)


def _shrunk(mask: np.ndarray, shape: tuple[int, int, int], factor: int) -> np.ndarray:
    """mask (f h w) -> (f h w) of `shape`: true where any of a place's factor² pixels is; the last repeated"""
    frames, height, width = shape
    size = width * factor, height * factor
    levels = mask[:frames, ..., None].repeat(3, 3).astype(np.uint8) * 255
    fitted = [cropped(each, *size)[..., 0] >= WHITE for each in levels]
    whole = np.stack(fitted + fitted[-1:] * (frames - len(fitted)))
    places: np.ndarray = whole.reshape(frames, height, factor, width, factor)
    return np.asarray(places.any((2, 4)))
