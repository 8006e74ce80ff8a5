"""How many devices divide a video: the more they are, the sooner each has computed its part of a step, and
the longer the host takes to launch all of them."""

from typing import NamedTuple

from t2v.networks import UNet3D
from t2v.networks.temporal import TemporalConv, TemporalTransformer

WORK = 5.5e-16  # seconds a weight takes a place, of an H100: 13.1 ms a text of 16x256x256 with 1.4e9 weights
EXCHANGED = 1.06  # times the work, if it is divided: what is copied, and smaller products; an estimate
LAUNCH = 20e-6  # seconds of an exchange, of k devices k² times for the host, k times for each: an estimate


class Arrangement(NamedTuple):
    """So many teams of so many devices: the teams divide the texts, the devices of a team the video.
    `seconds` of a step are an estimate."""

    seconds: float
    teams: int
    devices: int


def arranged(unet: UNet3D, devices: int, most: int, places: int, texts: int, launch: float) -> Arrangement:
    """Arrange `devices` so that a step under one or two `texts` takes the fewest seconds. An even number of
    them divides two texts in any case: that takes no exchange.

    `most`: devices that a video can be divided among; `places`: of latents, in all frames.
    """
    work = WORK * sum(weight.numel() for weight in unet.parameters()) * places * texts
    launch = launch * exchanges(unet)

    def arrangement(teams: int, count: int) -> Arrangement:
        seconds = work / teams
        if count > 1:
            seconds = max(EXCHANGED * seconds / count + launch * count, teams * launch * count**2)
        return Arrangement(seconds, teams, count)

    ways = [texts] if texts == 1 or devices % 2 == 0 else [1, texts] if devices > 1 else [1]
    counts = ((teams, count) for teams in ways for count in range(1, min(most, devices // teams) + 1))
    return min(arrangement(*each) for each in counts)


def exchanges(unet: UNet3D) -> int:
    """Count the exchanges of a step: one before each norm over frames, one after each attention over time."""
    kinds = {TemporalConv: 4, TemporalTransformer: 2}
    return sum(kinds.get(type(module), 0) for module in unet.modules())
