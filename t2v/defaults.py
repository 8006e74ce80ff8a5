"""Defaults and limits of a model."""

from dataclasses import dataclass
from typing import NamedTuple

MULTIPLE = 8  # pixels along a side of one latent, in nearly all models


LOOPS = ("noise", "clip")  # from noise alone; or from a clip that is then closed
KNOWN = ("rounds", "times")  # each step repeated; or kept frames given without noise, at time 0


class SecondPass(NamedTuple):
    """The model that was made to enlarge another model's videos, its size, and how much it makes anew."""

    model: str
    width: int
    height: int
    strength: float = 0.75  # 0.66 to 0.85, says its author

    def size(self, width: int, height: int, first: "ModelDefaults") -> tuple[int, int]:
        """The size of an enlarged video, whose size by the first model is (width, height)."""
        ratios = (width / first.width, self.width), (height / first.height, self.height)
        wide, high = (max(1, round(ratio * side / MULTIPLE)) * MULTIPLE for ratio, side in ratios)
        return wide, high


@dataclass(frozen=True)
class ModelDefaults:
    """Settings that a model was made for: the defaults of a Request, and its limits on this model."""

    frames: int = 16
    width: int = 256
    height: int = 256
    steps: int = 50
    guidance: float = 9.0
    sampler: str = "ddim"
    fps: int = 8
    max_frames: int = 256
    max_steps: int = 1_000  # as many as the training schedule has
    multiple: int = MULTIPLE  # of width and height: pixels along a side of one latent
    min_side: int = MULTIPLE
    max_side: int = 2_048
    max_volume: int = 2**24  # frames · width · height: 256 frames of 256×256, 24 of 1024×576
    window: int = 0  # frames that its attention over time should see at once; 0: all
    known: str = "rounds"  # how it fits what is made to kept frames: "times" if it was trained to, see KNOWN
    loops: str = "noise"  # how a loop begins: "clip" if it draws little without a first frame, see LOOPS
    strength: float = 0.6  # share of a source that a change makes anew; diffusers' own is 0.6
    change_steps: int = 0  # least steps over which a source or a part of it is changed, where `steps` are few
    loop_steps: int = 0  # least steps of a loop, likewise
    sizes: tuple[tuple[int, int], ...] = ()  # (width, height) that it draws well; (): nobody has said
    second: SecondPass | None = None  # the model that enlarges its videos

    def least_steps(self, *, change: bool, loop: bool) -> int:
        """Return the least steps of a change of a source, of a loop, or of both; 0 for any other video."""
        return max(self.change_steps if change else 0, self.loop_steps if loop else 0)

    @property
    def offered(self) -> tuple[tuple[int, int], ...]:
        """The sizes to choose from, its own first."""
        return tuple(dict.fromkeys([(self.width, self.height), *self.sizes]))

    def size_note(self, width: int | None, height: int | None) -> str | None:
        """Return a warning off the sizes that the model was made for; None on them, or if nobody has said."""
        if not self.sizes or width is None or height is None or (width, height) in self.offered:
            return None
        *others, last = (f"{w}×{h}" for w, h in self.offered)
        made_for = f"{', '.join(others)} and {last}" if others else last
        return f"This model was made for {made_for}; at {width}×{height} shapes may come out distorted."
