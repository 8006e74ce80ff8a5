"""Report the steps of a video that a worker makes, with previews, and end it where that is asked for."""

import time
from io import BytesIO
from typing import Any, Protocol

from t2v.service.messages import Order, Preview, Progress, Stage

PREVIEW_EVERY = 0.5  # seconds
PREVIEW_SHARE = 0.025  # of the run's time, at most


class Host(Protocol):
    """What reports go through: `send` a message; `enter` a stage, which raises where the order is to end."""

    def send(self, message: Any) -> None: ...

    def enter(self, order: Order, stage: Stage) -> None: ...


class StepReporter:
    """The pipeline's `on_step`: reports each step, sends previews within their share of the time, stops."""

    def __init__(self, host: Host, order: Order, pipe: Any):
        self._host, self._order, self._pipe = host, order, pipe
        self.begun = self.ended = self._next_preview = time.perf_counter()

    def __call__(self, step: int, steps: int, x0: Any) -> None:
        """x0 (1 c f h w): the video that the network expects after this step"""
        self.ended = time.perf_counter()
        self._host.enter(self._order, Stage.DENOISING)
        self._host.send(Progress(self._order.id, step, steps))
        if step >= steps:
            self._host.enter(self._order, Stage.DECODING)
        elif self.ended >= self._next_preview:
            self._show(x0)

    def _show(self, x0: Any) -> None:
        start = time.perf_counter()
        still = self._pipe.still(x0)
        frames = self._pipe.preview(x0) if still is None else still
        self._host.send(Preview(self._order.id, filmstrip(frames), len(frames)))
        end = time.perf_counter()
        self._next_preview = end + max(PREVIEW_EVERY, (end - start) / PREVIEW_SHARE)


def filmstrip(frames: Any) -> bytes:
    """frames (f h w 3) uint8 -> one JPEG (h f·w 3), played by the page's stylesheet"""
    from einops import rearrange
    from PIL import Image

    file = BytesIO()
    Image.fromarray(rearrange(frames, "f h w c -> h (f w) c")).save(file, "JPEG", quality=80)
    return file.getvalue()
