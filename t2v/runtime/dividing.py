"""How many devices divide a video: the more they are, the sooner each has computed its part of a step, and
the longer the host takes to launch all of them."""

from t2v.networks import UNet3D
from t2v.networks.temporal import TemporalConv, TemporalTransformer

WORK = 5.5e-16  # seconds a weight takes a place, of an H100: 13.1 ms a text of 16x256x256 with 1.4e9 weights
EXCHANGED = 1.1  # times the work, if it is divided: an estimate
LAUNCH = 25e-6  # seconds of the host at an exchange of one device; of k devices, k² times: an estimate


def best_count(unet: UNet3D, most: int, places: int, texts: int, teams: int) -> int:
    """Count the devices, at most `most`, that a step of this UNet takes the fewest seconds on.

    `places` in all frames, `texts` that each device predicts under, `teams` that each have so many devices.
    """
    work = WORK * sum(weight.numel() for weight in unet.parameters()) * places * texts
    launch = LAUNCH * exchanges(unet) * teams

    def seconds(count: int) -> float:
        return work if count == 1 else max(EXCHANGED * work / count, launch * count**2)

    return min(range(1, most + 1), key=seconds)


def exchanges(unet: UNet3D) -> int:
    """Count the exchanges of a step: one before each norm over frames, one after each attention over time."""
    kinds = {TemporalConv: 4, TemporalTransformer: 2}
    return sum(kinds.get(type(module), 0) for module in unet.modules())
