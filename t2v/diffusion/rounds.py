"""Rounds: each hop is walked several times, so that what is made fits what is known."""

import math
from collections.abc import Iterator, Sequence

from torch import Tensor

from t2v.diffusion.hops import Hop
from t2v.diffusion.samplers import Denoise, Generators, Sampler, Step, gaussian


def repeated(walk: Sampler, rounds: int, generator: Generators = None) -> Sampler:
    """Walk each hop `rounds` times; before every time but the first its noise is added again.

    (Lugmayr et al. 2022, RePaint, alg. 1.) The network sees the known part and the rest together at each
    level anew, and brings the rest into line. Each walk is of one hop, so a solver of second order is of
    first order here. With one round it is the sampler itself.
    """
    if rounds == 1:
        return walk

    def walk_in_rounds(denoise: Denoise, x: Tensor, hops: Sequence[Hop], prediction: str) -> Iterator[Step]:
        for hop in hops:
            for left in reversed(range(rounds)):
                (step,) = walk(denoise, x, [hop], prediction)
                x = noised_again(step.x, hop, generator) if left else step.x
                yield Step(x, step.x0)

    return walk_in_rounds


def noised_again(x: Tensor, hop: Hop, generator: Generators = None) -> Tensor:
    """x (b c f h w) after the hop -> at the level before it, by fresh noise"""
    ratio = hop.now.signal / hop.after.signal
    fresh = math.sqrt(max(0.0, hop.now.noise**2 - (ratio * hop.after.noise) ** 2))
    return ratio * x + fresh * gaussian(x.shape, generator).to(x)
