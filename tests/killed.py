"""The command with a pipeline that draws at once, for tests that kill it: it starts without torch.

Run as `python -m tests.killed ARGUMENTS`. Videos record the embedded model; frames follow from the request.
"""

import sys
import types

import numpy as np

from t2v.checkpoints import CATALOGUE, EMBEDDED
from t2v.cli import main
from t2v.request import Complete
from t2v.video import Video


class DrawnAtOnce:
    """A pipeline whose frames are random numbers of the seed."""

    native = CATALOGUE[EMBEDDED].native

    @classmethod
    def from_pretrained(cls, **chosen: str) -> "DrawnAtOnce":
        return cls()

    def steps_of(self, request: Complete) -> int:
        return request.walked

    def __call__(self, request: Complete, on_step=None, **given: object) -> Video:
        for step in range(request.steps):
            on_step(step + 1, request.steps, None)
        shape = request.frames, request.height, request.width, 3
        frames = np.random.default_rng(request.seed).integers(0, 256, shape, np.uint8)
        return Video(frames, request, EMBEDDED, "r1", "0.0")


if __name__ == "__main__":
    sys.modules["t2v.pipeline"] = types.SimpleNamespace(TextToVideo=DrawnAtOnce)  # type: ignore[assignment]
    sys.exit(main())
