"""How many devices divide a video: the more they are, the sooner each has computed its part of a step, and
the longer the host takes to launch all of them."""

from typing import NamedTuple

from t2v.networks import UNet3D
from t2v.networks.temporal import TemporalConv, TemporalTransformer

# Measured on two H200s joined by NVLink (benchmarks/results/two-h200-divide-*.json). The published UNet has
# 122 exchanges a step, 278 copies. Under one text a step took 12.9, 51.4 and 177.8 ms at 16x256x256,
# 24x576x320 and 24x1024x576; divided 17.3, for which the host was the bound, 32.8 and 97.1. Both constants
# together fit these within 8 %, and the work of a device needs no factor for being divided. Under two texts
# a step of the last took three H200s 142.4 ms and four 98.0; the constants say 127 and 94.
WORK = 5.5e-16  # seconds that a weight takes for a place
LAUNCH = 35e-6  # seconds of an exchange among k devices: k² times for the host, k times for each device


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
            seconds = max(seconds / count + launch * count, teams * launch * count**2)
        return Arrangement(seconds, teams, count)

    ways = [texts] if texts == 1 or devices % 2 == 0 else [1, texts] if devices > 1 else [1]
    counts = ((teams, count) for teams in ways for count in range(1, min(most, devices // teams) + 1))
    return min(arrangement(*each) for each in counts)


def exchanges(unet: UNet3D) -> int:
    """Count the exchanges of a step: one before each norm over frames, one after each attention over time."""
    kinds = {TemporalConv: 4, TemporalTransformer: 2}
    return sum(kinds.get(type(module), 0) for module in unet.modules())
