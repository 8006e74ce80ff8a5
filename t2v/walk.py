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
        noise: Tensor,
        known: Known | None,
        on_step: OnStep | None,
        unfinished: Unfinished | None = None,
    ) -> Tensor:
        """noise (1 c f h w) -> clean latents (1 c f h w). `on_step` sees each step.

        After each hop the state goes to `unfinished`; where it holds one, the walk goes on from there. A
        solver of second order then begins anew, at first order.
        """
        state = unfinished.read() if unfinished else None
        if state:
            self.generator.set_state(state.drawn)
            begun, done, x = state.lap, state.hops, state.x.to(noise)
        else:
            begun, done, x = 0, 0, self._start(self.laps[0], known, noise)
        x = self._lap(begun, done, denoise, x, on_step, unfinished)
        for lap in range(begun + 1, len(self.laps)):
            again = renewed(x, noise, self.schedule, self.generator)
            x = self._start(self.laps[lap], known, again)
            x = self._lap(lap, 0, denoise, x, on_step, unfinished)
        return known.pasted(x) if known else x

    def _lap(
        self,
        lap: int,
        done: int,
        denoise: Denoise,
        x: Tensor,
        on_step: OnStep | None,
        unfinished: Unfinished | None,
    ) -> Tensor:
        """x (1 c f h w) after the first `done` hops of a lap -> x after its last"""
        earlier = sum(map(len, self.laps[:lap])) * self.rounds
        for number, step in enumerate(self._steps(denoise, x, self.laps[lap][done:]), 1 + done * self.rounds):
            x = step.x
            if on_step:
                on_step(earlier + number, self.steps, step.x0)
            if unfinished and number % self.rounds == 0:
                unfinished.keep(lap, number // self.rounds, x, self.generator)
        return x

    def _steps(self, denoise: Denoise, x: Tensor, hops: list[Hop]) -> Iterator[Step]:
        return paced(self._walk(denoise, x, hops, self.schedule.config.prediction), self.device)

    def _start(self, hops: list[Hop], known: Known | None, noise: Tensor) -> Tensor:
        """x (1 c f h w) at the first hop: noise alone, or what is known with the noise of that level."""
        alone = start_deviation(self.request.sampler, self.schedule, hops[0]) * noise if hops else noise
        return known.start(hops, noise, alone) if known else alone
