"""Hops: the way from noise to clean latents, laid out before it is walked.

`HOPS[sampler](schedule, steps)` lists the hops of a sampler, the noisiest first. To start from a source is to
walk only the last of them.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from t2v.diffusion.schedule import Level, NoiseSchedule


class Hop(NamedTuple):
    """One step: the network is called at `time` with latents at level `now`; the step ends at `after`."""

    time: float
    now: Level
    after: Level


def ddim_hops(schedule: NoiseSchedule, steps: int) -> list[Hop]:
    """Leading times. A hop spans train_steps // steps times whatever the spacing, as in the references."""
    times = schedule.timesteps(steps, spacing="leading")
    stride = schedule.config.train_steps // steps
    return [Hop(t, schedule.level(t), schedule.level(t - stride)) for t in times]


def euler_hops(schedule: NoiseSchedule, steps: int) -> list[Hop]:
    """Linspace times, which are fractions."""
    times = schedule.timesteps(steps, spacing="linspace", fractional=True)
    return _chain(times, schedule.solver_levels(times))


def solver_hops(schedule: NoiseSchedule, steps: int) -> list[Hop]:
    """Linspace times for the multistep solvers.

    Close to train_steps some times coincide; a hop between them would be a division by zero.
    """
    times = list(dict.fromkeys(schedule.timesteps(steps, spacing="linspace", drop_end=True)))
    return _chain(times, schedule.solver_levels(times))


HOPS: dict[str, Callable[[NoiseSchedule, int], list[Hop]]] = {
    "ddim": ddim_hops,
    "dpmpp_2m": solver_hops,
    "unipc": solver_hops,
    "euler": euler_hops,
}


def last(hops: Sequence[Hop], strength: float) -> list[Hop]:
    """The last hops, a share `strength` (0 … 1) of all, rounded down as in diffusers; at strength 0 none."""
    return list(hops[len(hops) - min(int(len(hops) * strength), len(hops)) :])


def start_deviation(sampler: str, schedule: NoiseSchedule, first: Hop) -> float:
    """The standard deviation of x before the first hop, where it starts from noise alone.

    It is 1, but for euler: diffusers starts that at σ, and at √(σ² + 1) only with leading times.
    """
    return first.now.noise if sampler == "euler" and schedule.config.spacing != "leading" else 1.0


def _chain(times: Sequence[float], levels: Sequence[Level]) -> list[Hop]:
    """Hops that each end where the next one begins; `levels` has one more than `times`: the clean end."""
    return [Hop(*each) for each in zip(times, levels[:-1], levels[1:], strict=True)]
