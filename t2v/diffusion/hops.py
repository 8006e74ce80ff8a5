"""Hops: the steps from noise to clean latents, computed before sampling.

`HOPS[sampler](schedule, steps)` lists the hops of a sampler, the noisiest first. A video that starts from a
source takes only the last of them.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from t2v.diffusion.schedule import CLEAN, Level, NoiseSchedule


class Hop(NamedTuple):
    """A sampling step: call the network at `time` with latents at level `now`; end at level `after`."""

    time: float
    now: Level
    after: Level


def ddim_hops(schedule: NoiseSchedule, steps: int) -> list[Hop]:
    """Hops at leading times. Each spans train_steps // steps times for any spacing, as in the references."""
    times = schedule.timesteps(steps, spacing="leading")
    stride = schedule.config.train_steps // steps
    return [Hop(t, schedule.level(t), schedule.level(t - stride)) for t in times]


def euler_hops(schedule: NoiseSchedule, steps: int) -> list[Hop]:
    """Hops at linspace times, with fractions."""
    times = schedule.timesteps(steps, spacing="linspace", fractional=True)
    return _chain(times, schedule.solver_levels(times))


def solver_hops(schedule: NoiseSchedule, steps: int) -> list[Hop]:
    """Hops at linspace times, for the multistep solvers.

    With nearly train_steps steps, some times coincide: they are merged, for a hop between them would divide
    by zero.
    """
    times = list(dict.fromkeys(schedule.timesteps(steps, spacing="linspace", drop_end=True)))
    return _chain(times, schedule.solver_levels(times))


def lcm_hops(schedule: NoiseSchedule, steps: int, strength: float = 1.0) -> list[Hop]:
    """Hops at the times that a consistency model was trained at; the last ends clean."""
    config = schedule.config
    times = config.consistency.times(steps, config.train_steps, strength)
    return _chain(times, [*map(schedule.level, times), CLEAN])


HOPS: dict[str, Callable[[NoiseSchedule, int], list[Hop]]] = {
    "ddim": ddim_hops,
    "dpmpp_2m": solver_hops,
    "unipc": solver_hops,
    "euler": euler_hops,
    "lcm": lcm_hops,
}


def way(sampler: str, schedule: NoiseSchedule, steps: int, strength: float = 1.0) -> list[Hop]:
    """The hops of a video of which the share `strength` is made anew.

    These are the last of `steps` hops; but lcm, whose steps are few, takes all of them within that share, as
    in diffusers.
    """
    if sampler == "lcm":
        return lcm_hops(schedule, steps, strength)
    return last(HOPS[sampler](schedule, steps), strength)


def last(hops: Sequence[Hop], strength: float) -> list[Hop]:
    """The last hops, a share `strength` (0 … 1) of all, rounded down as in diffusers."""
    return list(hops[len(hops) - min(int(len(hops) * strength), len(hops)) :])


def start_deviation(sampler: str, schedule: NoiseSchedule, first: Hop) -> float:
    """The standard deviation of x before the first hop, when it starts from noise alone.

    It is 1, except for euler: diffusers starts x / signal at σ, so x at the first hop's noise; only with
    leading times at √(σ² + 1), so x at 1.
    """
    return first.now.noise if sampler == "euler" and schedule.config.spacing != "leading" else 1.0


def _chain(times: Sequence[float], levels: Sequence[Level]) -> list[Hop]:
    """Hops, each ending where the next begins; `levels` has one more item than `times`, the clean end."""
    return [Hop(*each) for each in zip(times, levels[:-1], levels[1:], strict=True)]
