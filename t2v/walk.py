"""The walk of a video from noise to clean latents: its hops, their rounds, FreeInit's laps."""

from itertools import count

import torch
from torch import Tensor

from t2v.diffusion import Denoise, Hop, renewed, repeated, sampler, start_deviation, way
from t2v.diffusion.schedule import NoiseSchedule
from t2v.known import Known
from t2v.request import Complete
from t2v.runtime import paced
from t2v.torch_state import OnStep


class Walk:
    """The walk of one request on `device`; all that it draws comes from `generator`."""

    def __init__(
        self, request: Complete, schedule: NoiseSchedule, generator: torch.Generator, device: torch.device
    ):
        self.request, self.schedule, self.generator, self.device = request, schedule, generator, device
        self.laps = [way(request.sampler, schedule, steps, request.strength) for steps in request.laps]
        walk = sampler(request.sampler, request.eta, generator, schedule.config.consistency)
        self._walk = repeated(walk, request.rounds, generator)

    @property
    def steps(self) -> int:
        """Steps in all."""
        return sum(map(len, self.laps)) * self.request.rounds

    def run(self, denoise: Denoise, first: Tensor, known: Known | None, on_step: OnStep | None) -> Tensor:
        """first, the noise (1 c f h w) -> clean latents (1 c f h w). `on_step` sees each step."""
        noise, done = first, count(1)
        for left, hops in zip(reversed(range(len(self.laps))), self.laps, strict=True):
            x = self._start(hops, known, noise)
            for step in paced(self._walk(denoise, x, hops, self.schedule.config.prediction), self.device):
                x = step.x
                if on_step:
                    on_step(next(done), self.steps, step.x0)
            if left:
                noise = renewed(x, first, self.schedule, self.generator)
        return known.pasted(x) if known else x

    def _start(self, hops: list[Hop], known: Known | None, noise: Tensor) -> Tensor:
        """x (1 c f h w) at the first hop: noise alone, or what is known with the noise of that level."""
        alone = start_deviation(self.request.sampler, self.schedule, hops[0]) * noise if hops else noise
        return known.start(hops, noise, alone) if known else alone
