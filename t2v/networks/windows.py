"""Windows: attention over time to a few frames at once, for videos longer than a network was trained on."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

STRIDE = 4  # frames from one window's start to the next


@dataclass(frozen=True)
class Windows:
    """Windows of `size` frames, STRIDE frames apart (FreeNoise, Qiu et al. 2023, sec. 3.3).

    In a `loop` they go round, and one begins at each frame, so that no frame is special.
    """

    size: int
    loop: bool = False

    def starts(self, frames: int) -> list[int]:
        """The first frame of each window; the last one, as long as the others, reaches the last frame."""
        last = frames - self.size
        return list(range(frames)) if self.loop else sorted({*range(0, last + 1, STRIDE), last})

    def average(self, run: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
        """x (b f …) -> the results (b f …) of `run` for each window, averaged; a window's middle weighs most.

        One window is computed after the other, so the memory is that of a window and the result.
        """
        frames = x.shape[1]
        if self.size >= frames:
            return run(x)
        around = torch.cat([x, x[:, : self.size - 1]], dim=1) if self.loop else x
        shares = self._shares(frames, around.shape[1], x.device)
        out: Tensor | None = None
        for start in self.starts(frames):
            window = slice(start, start + self.size)
            share = shares[start].view(-1, *[1] * (x.dim() - 2))
            part = run(around[:, window]) * share.to(x.dtype)
            if out is None:
                out = part.new_zeros(len(part), around.shape[1], *part.shape[2:])
            out[:, window] += part
        assert out is not None
        return _folded(out, frames)

    def _shares(self, frames: int, length: int, device: torch.device) -> dict[int, Tensor]:
        """Of each window, by its start, the weights (size): 1, 2 … 2, 1, divided by their sums in each frame.

        Windows lie within `length` frames, of which those from `frames` on are the first ones again.
        """
        places = torch.arange(self.size, device=device)
        weights = torch.minimum(places + 1, self.size - places).float()
        total = torch.zeros(1, length, device=device)
        for start in self.starts(frames):
            total[0, start : start + self.size] += weights
        total = _folded(total, frames)[0]
        total = torch.cat([total, total[: length - frames]])
        return {start: weights / total[start : start + self.size] for start in self.starts(frames)}


def _folded(x: Tensor, frames: int) -> Tensor:
    """x (b length …) -> (b frames …): what lies beyond the last frame is added to the first ones, in place"""
    beyond = x.shape[1] - frames
    x[:, :beyond] += x[:, frames:]
    return x[:, :frames]
