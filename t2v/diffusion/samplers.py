"""Samplers: from noise to clean latents, one short generator each.

`SAMPLERS[name](denoise, x, hops, prediction)` takes the hops of `HOPS[name]` one by one. x (b c f h w) is at
the level of the first hop. A `Step` is yielded after every call of `denoise(x (b c f h w), hop)`, which
returns the network's prediction (b c f h w), epsilon or v as `prediction` says, with guidance applied. x
keeps its dtype (float32 as a rule) for any dtype of the prediction. All coefficients are Python floats: no
step waits for the device.

Times and results equal those of diffusers 0.42's DDIM, DPMSolverMultistep, UniPCMultistep, EulerDiscrete and
LCM schedulers, each made `from_config` of the same file. ddim can draw noise, and lcm does.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from t2v.diffusion.consistency import USUAL, Consistency
from t2v.diffusion.hops import Hop
from t2v.diffusion.schedule import Level

Denoise = Callable[[Tensor, Hop], Tensor]
Generators = torch.Generator | Sequence[torch.Generator] | None


class Step(NamedTuple):
    """x (b c f h w): the latents after a step; x0 (b c f h w): the clean latents predicted in it."""

    x: Tensor
    x0: Tensor


def ddim(
    denoise: Denoise,
    x: Tensor,
    hops: Sequence[Hop],
    prediction: str,
    eta: float = 0.0,
    generator: Generators = None,
) -> Iterator[Step]:
    """DDIM (Song et al. 2020, eq. 12): `eta` 0 is deterministic, 1 adds as much noise as DDPM."""
    for hop in hops:
        x0, epsilon = split(denoise(x, hop), x, hop.now, prediction)
        old, fresh = ddim_noise(hop, eta)
        x = hop.after.signal * x0 + old * epsilon
        if fresh > 0:
            x = x + fresh * gaussian(x.shape, generator).to(x)
        yield Step(x, x0)


def ddim_noise(hop: Hop, eta: float) -> tuple[float, float]:
    """The noise after a step of DDIM, as two deviations: of what stays (epsilon), and of what is drawn."""
    now, after = hop.now, hop.after
    fresh = eta * after.noise / now.noise * math.sqrt(max(0.0, 1 - (now.signal / after.signal) ** 2))
    return math.sqrt(max(0.0, after.noise**2 - fresh**2)), fresh  # rounding may leave -1e-17 at eta 1


def euler(denoise: Denoise, x: Tensor, hops: Sequence[Hop], prediction: str) -> Iterator[Step]:
    """Euler's method (Karras et al. 2022, alg. 1 without its second-order correction).

    The usual form integrates x / signal over σ = noise / signal. Multiplied out, that is the update below: x
    keeps variance 1 at every step, and the network's input needs no scaling.
    """
    for hop in hops:
        x0, epsilon = split(denoise(x, hop), x, hop.now, prediction)
        x = hop.after.signal * x0 + hop.after.noise * epsilon
        yield Step(x, x0)


def dpmpp_2m(denoise: Denoise, x: Tensor, hops: Sequence[Hop], prediction: str) -> Iterator[Step]:
    """DPM-Solver++(2M), midpoint (Lu et al. 2022, alg. 2); first and last steps are of first order."""
    past: list[Tensor] = []  # x0 of the step before and of this one
    for i, hop in enumerate(hops):
        x0, _ = split(denoise(x, hop), x, hop.now, prediction)
        past = [*past, x0][-2:]
        x = _advance(x, _midpoint(past, hops, i), hop.now, hop.after)
        yield Step(x, x0)


def unipc(denoise: Denoise, x: Tensor, hops: Sequence[Hop], prediction: str) -> Iterator[Step]:
    """UniPC-2 with B2(h) (Zhao et al. 2023): dpmpp_2m's step, corrected by the prediction at its end."""
    past: list[Tensor] = []
    start = x  # of the step before
    for i, hop in enumerate(hops):
        x0, _ = split(denoise(x, hop), x, hop.now, prediction)
        if past:
            x = _advance(start, _corrected(x0, past, hops, i), hops[i - 1].now, hop.now)
        start, past = x, [*past, x0][-2:]
        x = _advance(x, _midpoint(past, hops, i), hop.now, hop.after)
        yield Step(x, x0)


def lcm(
    denoise: Denoise,
    x: Tensor,
    hops: Sequence[Hop],
    prediction: str,
    consistency: Consistency = USUAL,
    generator: Generators = None,
) -> Iterator[Step]:
    """Consistency sampling (Luo et al. 2023, alg. 3): predict clean latents, add fresh noise, repeat.

    Noise is drawn once a step, but not in the last, whose result is the prediction itself.
    """
    for hop in hops:
        x0, _ = split(denoise(x, hop), x, hop.now, prediction)
        skip, out = consistency.boundary(hop.time)
        x = x0 = skip * x + out * x0
        if hop.after.noise > 0:
            x = hop.after.signal * x0 + hop.after.noise * gaussian(x.shape, generator).to(x)
        yield Step(x, x0)


Sampler = Callable[[Denoise, Tensor, Sequence[Hop], str], Iterator[Step]]
SAMPLERS: dict[str, Sampler] = {
    "ddim": ddim,
    "dpmpp_2m": dpmpp_2m,
    "unipc": unipc,
    "euler": euler,
    "lcm": lcm,
}


def sampler(name: str, eta: float, generator: Generators, consistency: Consistency = USUAL) -> Sampler:
    """The sampler called `name`, with those of the other arguments that it takes."""
    if name == "ddim":
        return partial(ddim, eta=eta, generator=generator)
    if name == "lcm":
        return partial(lcm, consistency=consistency, generator=generator)
    return SAMPLERS[name]


def gaussian(shape: Sequence[int], generator: Generators = None) -> Tensor:
    """Standard normal noise of `shape` (b …): float32 on the CPU, so that a seed gives the same on any
    device.

    `generator`: one on the CPU for the whole batch, or one for each of its items.
    """
    if generator is None or isinstance(generator, torch.Generator):
        return torch.randn(shape, generator=generator, dtype=torch.float32, device="cpu")
    return torch.cat([gaussian((1, *shape[1:]), each) for each in generator])


def split(
    raw: Tensor, x: Tensor, level: Level | tuple[Tensor, Tensor], prediction: str
) -> tuple[Tensor, Tensor]:
    """Split x at `level`, given the network's prediction `raw`, into (x0, epsilon), all (b c f h w).

    Frames at levels of their own have them as tensors (1 1 f 1 1): signal, noise.
    """
    signal, noise = level
    if prediction == "v_prediction":  # v = signal · ε - noise · x0 (Salimans & Ho 2022)
        return signal * x - noise * raw, signal * raw + noise * x
    return (x - noise * raw) / signal, raw


def raw_of(x0: Tensor, x: Tensor, level: Level, prediction: str) -> Tensor:
    """The prediction from which `split` gives x0, all (b c f h w): its inverse."""
    epsilon = (x - level.signal * x0) / level.noise
    return level.signal * epsilon - level.noise * x0 if prediction == "v_prediction" else epsilon


def _advance(x: Tensor, x0: Tensor, now: Level, after: Level) -> Tensor:
    """Move x (b c f h w) from one level to the next: exact if x0 (b c f h w) is constant between them."""
    keep = after.noise / now.noise
    return keep * x + (after.signal - keep * now.signal) * x0


def _midpoint(past: list[Tensor], hops: Sequence[Hop], i: int) -> Tensor:
    """x0 (b c f h w) in the middle of hop i, extrapolated from the two predictions in `past`.

    In the first hop, which has one prediction, and in the last, which ends at λ = ∞, it is the newest of
    `past`.
    """
    if len(past) < 2 or i == len(hops) - 1:
        return past[-1]
    before, now, after = (level.log_snr for level in (hops[i - 1].now, hops[i].now, hops[i].after))
    return past[1] + (after - now) / (now - before) / 2 * (past[1] - past[0])


def _corrected(x0: Tensor, past: list[Tensor], hops: Sequence[Hop], i: int) -> Tensor:
    """Correct the x0 (b c f h w) that hop i - 1 used by the `x0` predicted at its end."""
    newest = past[-1]
    if len(past) < 2:
        return newest + 0.5 * (x0 - newest)
    before, start, end = (hop.now.log_snr for hop in hops[i - 2 : i + 1])
    h, ratio = end - start, (before - start) / (end - start)
    scale = math.expm1(-h)  # B2(h), up to its sign
    b1 = (scale / -h - 1) / scale
    b2 = 2 * ((scale / -h - 1) / -h - 0.5) / scale
    old = (b1 - b2) / (1 - ratio)  # solves old + new = b1, ratio · old + new = b2
    new = b1 - old
    return newest + old / ratio * (past[0] - newest) + new * (x0 - newest)
