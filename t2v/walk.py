"""The walk of a video from noise to clean latents: its hops, their rounds, FreeInit's laps."""

from collections.abc import Iterator

import torch
from torch import Tensor

from t2v.diffusion import Denoise, Hop, Step, renewed, repeated, sampler, start_deviation, way
from t2v.diffusion.schedule import NoiseSchedule
from t2v.known import Known
from t2v.request import Complete
from t2v.runtime import paced
from t2v.torch_state import OnStep
from t2v.unfinished import Unfinished


class Walk:
    """The walk of one request on `device`; all that it draws comes from `generator`."""

    def __init__(
        self, request: Complete, schedule: NoiseSchedule, generator: torch.Generator, device: torch.device
    ):
        self.request, self.schedule, self.generator, self.device = request, schedule, generator, device
        self.laps = [way(request.sampler, schedule, steps, request.strength) for steps in request.laps]
        walk = sampler(request.sampler, request.eta, generator, schedule.config.consistency)
        self.rounds, self._walk = request.rounds, repeated(walk, request.rounds, generator)

    @property
    def steps(self) -> int:
        """Steps in all."""
        return sum(map(len, self.laps)) * self.rounds

    def run(
        self,
        denoise: Denoise,
        first: Tensor,
        known: Known | None,
        on_step: OnStep | None,
        unfinished: Unfinished | None = None,
    ) -> Tensor:
        """first, the noise (1 c f h w) -> clean latents (1 c f h w). `on_step` sees each step.

        After each hop the state goes to `unfinished`; where it holds one, the walk goes on from there. A
        solver of second order then begins anew, at first order.
        """
        noise, state = first, unfinished.read() if unfinished else None
        for lap, hops in enumerate(self.laps):
            if state and lap < state.lap:
                continue
            x, done = self._start(hops, known, noise), 0
            if state and lap == state.lap:
                x, done = state.x.to(x), state.hops
                self.generator.set_state(state.drawn)
            for number, step in enumerate(self._steps(denoise, x, hops[done:]), 1 + done * self.rounds):
                x = step.x
                if on_step:
                    on_step(sum(map(len, self.laps[:lap])) * self.rounds + number, self.steps, step.x0)
                if unfinished and number % self.rounds == 0:
                    unfinished.keep(lap, number // self.rounds, x, self.generator)
            if lap + 1 < len(self.laps):
                noise = renewed(x, first, self.schedule, self.generator)
        return known.pasted(x) if known else x

    def _steps(self, denoise: Denoise, x: Tensor, hops: list[Hop]) -> Iterator[Step]:
        return paced(self._walk(denoise, x, hops, self.schedule.config.prediction), self.device)

    def _start(self, hops: list[Hop], known: Known | None, noise: Tensor) -> Tensor:
        """x (1 c f h w) at the first hop: noise alone, or what is known with the noise of that level."""
        alone = start_deviation(self.request.sampler, self.schedule, hops[0]) * noise if hops else noise
        return known.start(hops, noise, alone) if known else alone
