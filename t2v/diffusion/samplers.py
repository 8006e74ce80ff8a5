"""Samplers: from noise to clean latents, one short generator each.

`SAMPLERS[name](denoise, x, schedule, steps, *, eta=0.0, generator=None)` takes x (b c f h w), noise of
variance 1, and yields a `Step` after every call of `denoise(x (b c f h w), t)`, which gives the network's
prediction (b c f h w): epsilon or v as the schedule says, guidance already inside. x keeps its dtype (float32
is meant) whatever the prediction's. All coefficients are Python floats: no step waits for the device.

Times and results are those of diffusers 0.42's DDIM, DPMSolverMultistep, UniPCMultistep and EulerDiscrete
schedulers, each made `from_config` of the same file. Only ddim with `eta` > 0 draws noise; the others
are deterministic and leave `eta` and `generator` alone.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from t2v.diffusion.schedule import Level, NoiseSchedule

Denoise = Callable[[Tensor, float], Tensor]
Generators = torch.Generator | Sequence[torch.Generator] | None


class Step(NamedTuple):
    """x (b c f h w): the latents after a step; x0 (b c f h w): the clean latents foreseen in it."""

    x: Tensor
    x0: Tensor


def ddim(
    denoise: Denoise,
    x: Tensor,
    schedule: NoiseSchedule,
    steps: int,
    *,
    eta: float = 0.0,
    generator: Generators = None,
) -> Iterator[Step]:
    """Song et al. 2020, eq. 12: `eta` 0 is deterministic, 1 puts back as much noise as DDPM.

    A step spans train_steps // steps times whatever the spacing, as in diffusers and ModelScope.
    """
    times = schedule.timesteps(steps, spacing="leading")
    stride = schedule.config.train_steps // steps
    for t in times:
        now, after = schedule.level(t), schedule.level(t - stride)
        x0, epsilon = _split(denoise(x, t), x, now, schedule)
        fresh = eta * after.noise / now.noise * math.sqrt(1 - (now.signal / after.signal) ** 2)
        kept = math.sqrt(max(0.0, after.noise**2 - fresh**2))  # rounding may leave -1e-17 at eta 1
        x = after.signal * x0 + kept * epsilon
        if fresh > 0:
            x = x + fresh * gaussian(x.shape, generator).to(x)
        yield Step(x, x0)


def euler(
    denoise: Denoise,
    x: Tensor,
    schedule: NoiseSchedule,
    steps: int,
    *,
    eta: float = 0.0,
    generator: Generators = None,
) -> Iterator[Step]:
    """Karras et al. 2022, alg. 1 without its second order; linspace times are fractions.

    The usual form steps x / signal along σ = noise / signal. Multiplied out, that is the line below: x stays
    at variance 1 from first to last, and the network's input needs no scaling.
    """
    times = schedule.timesteps(steps, spacing="linspace", fractional=True)
    levels = schedule.solver_levels(times)
    if schedule.config.spacing != "leading":
        x = x * levels[0].noise  # diffusers starts at σ there, at √(σ² + 1) for leading
    for t, now, after in zip(times, levels[:-1], levels[1:], strict=True):
        x0, epsilon = _split(denoise(x, t), x, now, schedule)
        x = after.signal * x0 + after.noise * epsilon
        yield Step(x, x0)


def dpmpp_2m(
    denoise: Denoise,
    x: Tensor,
    schedule: NoiseSchedule,
    steps: int,
    *,
    eta: float = 0.0,
    generator: Generators = None,
) -> Iterator[Step]:
    """DPM-Solver++(2M), midpoint (Lu et al. 2022, alg. 2); first and last steps are of first order."""
    times, levels = _solver_grid(schedule, steps)
    past: list[Tensor] = []  # x0 of the step before and of this one
    for i, t in enumerate(times):
        x0, _ = _split(denoise(x, t), x, levels[i], schedule)
        past = [*past, x0][-2:]
        x = _advance(x, _midpoint(past, levels, i), levels[i], levels[i + 1])
        yield Step(x, x0)


def unipc(
    denoise: Denoise,
    x: Tensor,
    schedule: NoiseSchedule,
    steps: int,
    *,
    eta: float = 0.0,
    generator: Generators = None,
) -> Iterator[Step]:
    """UniPC-2 with B2(h) (Zhao et al. 2023): dpmpp_2m's step, taken again once its end has been seen."""
    times, levels = _solver_grid(schedule, steps)
    past: list[Tensor] = []
    start = x  # where the step before set out
    for i, t in enumerate(times):
        x0, _ = _split(denoise(x, t), x, levels[i], schedule)
        if past:
            x = _advance(start, _corrected(x0, past, levels, i), levels[i - 1], levels[i])
        start, past = x, [*past, x0][-2:]
        x = _advance(x, _midpoint(past, levels, i), levels[i], levels[i + 1])
        yield Step(x, x0)


SAMPLERS = {"ddim": ddim, "dpmpp_2m": dpmpp_2m, "unipc": unipc, "euler": euler}


def gaussian(shape: Sequence[int], generator: Generators = None) -> Tensor:
    """Standard normal noise of `shape` (b …): float32 on the CPU, so a seed gives the same on every device.

    `generator`: one on the CPU for the whole batch, or one for each of its items.
    """
    if generator is None or isinstance(generator, torch.Generator):
        return torch.randn(shape, generator=generator, dtype=torch.float32, device="cpu")
    return torch.cat([gaussian((1, *shape[1:]), each) for each in generator])


def _split(raw: Tensor, x: Tensor, level: Level, schedule: NoiseSchedule) -> tuple[Tensor, Tensor]:
    """The network's prediction, x at `level` -> (x0, epsilon), all (b c f h w)."""
    signal, noise = level
    if schedule.config.prediction == "v_prediction":  # v = signal · ε - noise · x0 (Salimans & Ho 2022)
        return signal * x - noise * raw, signal * raw + noise * x
    return (x - noise * raw) / signal, raw


def _solver_grid(schedule: NoiseSchedule, steps: int) -> tuple[list[float], list[Level]]:
    """Times of the multistep solvers, and their levels with the clean end.

    Close to train_steps some times coincide; a step between them would be a division by zero.
    """
    times = list(dict.fromkeys(schedule.timesteps(steps, spacing="linspace", drop_end=True)))
    return times, schedule.solver_levels(times)


def _advance(x: Tensor, x0: Tensor, now: Level, after: Level) -> Tensor:
    """x (b c f h w) from one level to the next: exact where x0 (b c f h w) stays the same on the way."""
    keep = after.noise / now.noise
    return keep * x + (after.signal - keep * now.signal) * x0


def _midpoint(past: list[Tensor], levels: list[Level], i: int) -> Tensor:
    """x0 (b c f h w) in the middle of step i, on the line through `past`'s two.

    The newest of `past` itself in the first step, which has no line yet, and in the last, ending at λ = ∞.
    """
    if len(past) < 2 or i == len(levels) - 2:
        return past[-1]
    before, now, after = (level.log_snr for level in levels[i - 1 : i + 2])
    return past[1] + (after - now) / (now - before) / 2 * (past[1] - past[0])


def _corrected(x0: Tensor, past: list[Tensor], levels: list[Level], i: int) -> Tensor:
    """The x0 (b c f h w) that step i - 1 should have used, now that its end has shown `x0`."""
    newest = past[-1]
    if len(past) < 2:
        return newest + 0.5 * (x0 - newest)
    before, start, end = (level.log_snr for level in levels[i - 2 : i + 1])
    h, ratio = end - start, (before - start) / (end - start)
    scale = math.expm1(-h)  # B2(h), up to its sign
    b1 = (scale / -h - 1) / scale
    b2 = 2 * ((scale / -h - 1) / -h - 0.5) / scale
    old = (b1 - b2) / (1 - ratio)  # solves old + new = b1, ratio · old + new = b2
    new = b1 - old
    return newest + old / ratio * (past[0] - newest) + new * (x0 - newest)
