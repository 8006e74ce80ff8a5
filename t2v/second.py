"""The second pass: a model that was made for it enlarges another model's videos."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from t2v.checkpoints.catalogue import find
from t2v.defaults import ModelDefaults, SecondPass
from t2v.errors import RequestError
from t2v.image import cropped
from t2v.request import Complete, Request
from t2v.video import Video

OnStep = Callable[[int, int, Any], None]
OWN = ("width", "height", "strength", "keep", "rounds", "window", "loop", "freeinit", "coarse", "larger")


def second_request(
    request: Request, first: ModelDefaults, second: SecondPass, strength: float | None = None
) -> Request:
    """The request of the second pass: prompt, seed and settings from the first video, of the model `first`.

    Its size grows as the two models' sizes do. `strength`: how much is made anew; the second model's own by
    default.
    """
    kept = {name: value for name, value in asdict(request).items() if name not in OWN}
    width, height = second.size(request.width or first.width, request.height or first.height, first)
    own = {"width": width, "height": height, "loop": request.loop}
    return Request(**kept | own, strength=second.strength if strength is None else strength)


def second_complete(request: Complete, first: ModelDefaults) -> Complete | None:
    """The second pass that a request asks for, completed; None where it asks for none, or there is none."""
    if not request.larger or first.second is None:
        return None
    entry = find(first.second.model)
    native = entry.native if entry else first
    try:
        return second_request(request, first, first.second).validate(native, source=True)
    except RequestError as error:
        raise RequestError("larger", f"can't be made: {error.field} {error.message}") from None


class Enlarger:
    """Enlarges the videos of a pipeline. The second model is loaded when it is first needed.

    The two models change places: while one is on the device, the other waits on the host.
    """

    def __init__(self, load: Callable[..., Any]):
        self._load = load
        self._second: Any = None

    def __call__(self, pipe: Any, video: Video, request: Complete, on_step: OnStep | None) -> Video:
        """Enlarge a finished video of `request`; its record stays that of the request."""
        second = second_complete(request, pipe.native)
        if second is None:
            return video.larger()
        with self._in_the_place_of(pipe) as larger_pipe:
            made = larger_pipe(second, source=video.frames, on_step=on_step)
        note = f"Enlarged by {made.model}: {second.walked} steps at strength {second.strength:g}."
        earlier = video.before
        if earlier is not None:
            earlier = np.stack([cropped(frame, second.width, second.height) for frame in earlier])
        return replace(
            video, frames=made.frames, notes=(*video.notes, note), before=earlier, latents=made.latents
        )

    @contextmanager
    def _in_the_place_of(self, pipe: Any) -> Iterator[Any]:
        """The second model on the device, the first on the host; after the block they are back."""
        pipe.runner.leave()
        try:
            if self._second is None:
                runner = pipe.runner
                placed = {"device": runner.place_name, "dtype": runner.dtype, "memory": runner.memory}
                self._second = self._load(pipe.native.second.model, **placed)
            else:
                self._second.runner.come_back()
            try:
                yield self._second
            finally:
                self._second.runner.leave()
        finally:
            pipe.runner.come_back()


def second_steps(request: Complete, first: ModelDefaults) -> int:
    """Steps that the second pass adds to a video's own."""
    second = second_complete(request, first)
    return second.walked if second else 0


def as_part(on_step: OnStep | None, *, before: int = 0, after: int = 0) -> OnStep | None:
    """Report the steps of one pass as part of a whole: `before` steps come before it, `after` after it."""
    return on_step and (lambda step, steps, x0: on_step(before + step, before + steps + after, x0))
