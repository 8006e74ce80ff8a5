"""Options of the UNet: what a video asks of it besides its inputs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """Options of one video, the same in all steps; hashable, for they are part of a CUDA graph's key.

    `loop`: the last frame leads to the first.
    """

    loop: bool = False


PLAIN = Options()
