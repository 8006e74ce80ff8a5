"""Options of the UNet: what a video asks of it besides its inputs."""

from dataclasses import dataclass

from .windows import Windows


@dataclass(frozen=True)
class Options:
    """Options of one video, the same in all steps; hashable, for they are part of a CUDA graph's key.

    `loop`: the last frame leads to the first. `window`: frames that the temporal attention sees at once, 0
    for all. `freeu`: FreeU, see `freeu`.
    """

    loop: bool = False
    window: int = 0
    freeu: bool = False

    @property
    def windows(self) -> Windows | None:
        """The windows of the temporal attention, None if it sees all frames at once."""
        return Windows(self.window, self.loop) if self.window else None


PLAIN = Options()
