"""FIFO-Diffusion (Kim et al. 2024): endless videos from a queue of frames, each a step noisier than the last.

In each round every frame of the queue takes one step of DDIM; the first one is clean then and leaves, and new
noise enters at the end. The network sees overlapping blocks of as many frames as it was trained on, of which
the later half is kept (lookahead denoising, sec. 4.3), so that half a block of earlier frames stands before
the queue.
"""

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from t2v.diffusion.hops import Hop, ddim_hops
from t2v.diffusion.samplers import ddim_noise, gaussian, split
from t2v.diffusion.schedule import NoiseSchedule

PARTS = 4  # blocks without overlap in the queue: its length is PARTS times the network's frames (sec. 4.2)
Mixed = Callable[[Tensor, Tensor], Tensor]  # x (1 c f h w), t (1 f) -> the guided prediction (1 c f h w)


class Diagonal:
    """The queue of a network that sees `frames` frames, an even number. Its noise comes from `generator`."""

    def __init__(self, schedule: NoiseSchedule, frames: int, generator: torch.Generator, parts: int = PARTS):
        self.frames, self.half, self.generator = frames, frames // 2, generator
        self.hops = ddim_hops(schedule, parts * frames)[::-1]  # the cleanest first
        self.prediction = schedule.config.prediction
        self._places = [self.hops[0]] * self.half + self.hops  # the hop of each frame, those before first
        self._times = torch.tensor([hop.time for hop in self._places], dtype=torch.float32)

    @property
    def warm_up(self) -> int:
        """Rounds whose frames come from copies of the first one, and are left out."""
        return len(self.hops) - self.frames

    def queue_of(self, clean: Tensor) -> Tensor:
        """clean (1 c f h w), the frames to begin with -> the queue (1 c f/2 + parts·f h w)

        Before them stand copies of their first one; each frame has the noise of its place.
        """
        before = clean[:, :, :1].repeat(1, 1, self.half + self.warm_up, 1, 1)
        whole = torch.cat([before, clean], dim=2)
        signal, noise = _levels(self._places, whole)
        return signal * whole + noise * gaussian(whole.shape, self.generator).to(whole)

    def round(self, predict: Mixed, queue: Tensor) -> tuple[Tensor, Tensor]:
        """-> the frame that leaves, clean (1 c 1 h w), and the queue of the next round"""
        moved = self._moved(torch.cat(list(self._predicted(predict, queue)), dim=2), queue[:, :, self.half :])
        tail = gaussian(moved[:, :, :1].shape, self.generator).to(moved)
        return moved[:, :, :1], torch.cat([queue[:, :, 1 : self.half], moved, tail], dim=2)

    def _predicted(self, predict: Mixed, queue: Tensor) -> Iterator[Tensor]:
        """The predictions for the queue without what stands before it, half a block after the other."""
        times = self._times.to(queue.device)[None]
        for start in range(0, len(self.hops), self.half):
            block = slice(start, start + self.frames)
            # cloned, for on CUDA the next call may overwrite it
            yield predict(queue[:, :, block].contiguous(), times[:, block])[:, :, self.half :].clone()

    def _moved(self, raw: Tensor, x: Tensor) -> Tensor:
        """raw, x (1 c n h w), the queue -> x after a step of DDIM with eta 1, each frame at its own level"""
        x0, epsilon = split(raw, x, _levels(self.hops, x), self.prediction)
        old, fresh = zip(*(ddim_noise(hop, eta=1.0) for hop in self.hops), strict=True)
        x = _along([hop.after.signal for hop in self.hops], x) * x0 + _along(old, x) * epsilon
        return x + _along(fresh, x) * gaussian(x.shape, self.generator).to(x)


def _levels(hops: Sequence[Hop], like: Tensor) -> tuple[Tensor, Tensor]:
    """The hop of each frame -> signal and noise before that hop, (1 1 f 1 1) each"""
    return _along([hop.now.signal for hop in hops], like), _along([hop.now.noise for hop in hops], like)


def _along(numbers: Sequence[float], like: Tensor) -> Tensor:
    """Numbers of the frames -> a tensor (1 1 f 1 1) that multiplies frames"""
    return torch.tensor(numbers, dtype=torch.float32).to(like).view(1, 1, -1, 1, 1)
