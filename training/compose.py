"""Render clips from the packed emoji, a batch at a time on any device: a ground, and emoji on it.

A `Spec` holds the content of each clip of a batch. Places are those of `grid_sample`: the frame spans −1…1
along both sides, x to the right and y downwards. A size of 1 fills the shorter side. Times run over the
clip's frames.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor

from training.chance import OPEN
from training.dataset import EmojiClips
from training.tint import tinted

MOTIONS = (
    "still", "moving left", "moving right", "moving up", "moving down", "growing", "shrinking", "spinning",
)  # fmt: skip
DIRECTIONS = {"moving left": (-1, 0), "moving right": (1, 0), "moving up": (0, -1), "moving down": (0, 1)}
TRAVEL = 0.33  # a single moving subject goes from −0.33 to +0.33
SMALLEST = 0.43  # a growing subject starts at this share of its final size
SIZES = (0.85, 0.7, 0.7, 0.7, 0.7, 0.95, 0.95, 0.85)  # the middle size for each motion
LAYERS = 4
SUPERSAMPLING = 2
FRAMES, SIDE = 16, 256


@dataclass(frozen=True)
class Spec:
    """The content of `b` clips; every field is a tensor of `b` rows. Layers are drawn one over the other."""

    subject: Tensor  # (b LAYERS) long, a subject of EmojiClips, −1: none
    tint: Tensor  # (b LAYERS 4) float, colour in 0…1 and its weight (0: the emoji's own colours)
    motion: Tensor  # (b LAYERS) long, index into MOTIONS
    x: Tensor  # (b LAYERS) float, middle of the way
    y: Tensor  # (b LAYERS) float
    size: Tensor  # (b LAYERS) float, the largest size in the clip
    travel: Tensor  # (b LAYERS) float, half of a moving subject's way
    background: Tensor  # (b 3) float in 0…1
    ground: Tensor  # (b) long, a scenery of EmojiClips, −1: the plain background
    phase: Tensor  # (b) float, frame of the loop that comes first, 0…15
    speed: Tensor  # (b) float, loops in 16 frames
    begin: Tensor  # (b) float, frames of the motions that have passed when the clip begins
    chance: Tensor  # (b OPEN) float, standard normal: the noise's code (training/chance.py)

    def __len__(self) -> int:
        return len(self.subject)

    def __getitem__(self, rows: slice | Tensor) -> "Spec":
        return self.map(lambda tensor: tensor[rows])

    def to(self, device: str | torch.device) -> "Spec":
        """Copy to another device."""
        return self.map(lambda tensor: tensor.to(device, non_blocking=True))

    def map(self, function) -> "Spec":
        """Apply `function` to every field."""
        return Spec(**{field.name: function(getattr(self, field.name)) for field in fields(self)})


def plain_spec(subject: list[int], background: Tensor, motion: list[int], **others: Tensor) -> Spec:
    """The spec of one untinted, centred subject a clip, from its loop's first frame.

    `others` override fields; those of one layer, as `x`, may be given for the first layer alone, (b).
    """
    n, zero = len(subject), torch.zeros(len(subject), LAYERS)
    first = {"subject": torch.tensor(subject), "motion": torch.tensor(motion)}
    first |= {"size": torch.tensor(SIZES)[torch.tensor(motion)]}
    spec = Spec(
        subject=torch.full((n, LAYERS), -1), tint=torch.zeros(n, LAYERS, 4), motion=zero.long(),
        x=zero, y=zero, size=zero + 1, travel=zero + TRAVEL, background=background,
        ground=torch.full((n,), -1), phase=torch.zeros(n), speed=torch.ones(n),
        begin=torch.zeros(n), chance=torch.zeros(n, len(OPEN)),
    )  # fmt: skip
    given = first | others
    return replace(spec, **{name: _in_layer(getattr(spec, name), value) for name, value in given.items()})


def _in_layer(whole: Tensor, value: Tensor) -> Tensor:
    """`value`, or `whole` (b LAYERS …) with `value` (b …) in its first layer."""
    if value.shape == whole.shape:
        return value
    return torch.cat([value[:, None].to(whole.dtype), whole[:, 1:]], dim=1)


def trajectory(spec: Spec, number: int, frames: int, loop: bool = False) -> tuple[Tensor, ...]:
    """Centre x, y, size and clockwise angle in radians of a layer in each frame, (b f) each.

    In a clip that loops, what moves, grows or shrinks goes back the way it came. In others a motion goes on
    after its clip: what grows or shrinks stays as it has become, what moves leaves the frame (`_back`).
    """
    device, motion = spec.motion.device, spec.motion[:, number]
    passed = spec.begin[:, None] + torch.arange(frames, device=device)  # (b f)
    turn = passed / frames
    u = (1 - torch.cos(2 * math.pi * turn)) / 2 if loop else passed / max(1, frames - 1)  # (b f)
    directions = torch.tensor([DIRECTIONS.get(name, (0, 0)) for name in MOTIONS])
    ways = directions.to(device, non_blocking=True)[motion]
    way = spec.travel[:, number, None] * (2 * u - 1)  # (b f)
    x, y = (place[:, number, None] + ways[:, i : i + 1] * way for i, place in enumerate((spec.x, spec.y)))
    grown = u.clamp_max(1)
    growth, fall = (SMALLEST + (1 - SMALLEST) * share for share in (grown, 1 - grown))

    def does(name: str) -> Tensor:
        """True for the clips in which the layer moves so (b 1)"""
        return motion[:, None] == MOTIONS.index(name)

    scale = torch.where(does("growing"), growth, torch.where(does("shrinking"), fall, 1.0))
    return x, y, spec.size[:, number, None] * scale, torch.where(does("spinning"), 2 * math.pi * turn, 0.0)


def _affine(x: Tensor, y: Tensor, size: Tensor, angle: Tensor, wide: float, high: float) -> Tensor:
    """Placement of each frame, (b f) each -> matrices (b f 2 3) from output to source coordinates.

    wide, high: the frame's sides, of its shorter one.
    """
    cos, sin = torch.cos(angle) / size, torch.sin(angle) / size
    rows = [
        [cos * wide, sin * high, -(cos * x * wide + sin * y * high)],
        [-sin * wide, cos * high, sin * x * wide - cos * y * high],
    ]
    return torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)


def _back(place: Tensor, half: Tensor) -> Tensor:
    """Places of what is 2·half long: once it has left the frame it comes in again at the other side."""
    return (place + 1 + half) % (2 + 2 * half) - 1 - half


def _pictures(clips: EmojiClips, spec: Spec, number: int, frames: int) -> Tensor:
    """The emoji of a layer in each frame, uint8 (b f 4 h w)"""
    passed = spec.begin[:, None] + torch.arange(frames, device=spec.phase.device)
    time = spec.phase[:, None] + spec.speed[:, None] * passed
    return clips.at(spec.subject[:, number, None], time.round().long())


def _drawn(
    clips: EmojiClips, spec: Spec, number: int, count: int, shape: tuple[int, int], loop: bool, small: bool
) -> Tensor:
    """Draw a layer that all clips have, without its tint -> premultiplied RGBA in 0…1 (b f 4 h w)"""
    (h, w), b, f = shape, len(spec), count
    x, y, size, angle = trajectory(spec, number, f, loop)
    source = rearrange(_pictures(clips, spec, number, f), "b f c h w -> (b f) c h w").float()
    if small:
        source = F.avg_pool2d(source, 2)  # else a small emoji would lose pixels
    wide, high = w / min(h, w), h / min(h, w)
    x, y = _back(x, size / wide), _back(y, size / high)
    matrices = rearrange(_affine(x, y, size, angle, wide, high), "b f i j -> (b f) i j")
    large = [b * f, 4, h * SUPERSAMPLING, w * SUPERSAMPLING]
    grid = F.affine_grid(matrices, large, align_corners=False)
    sampled = F.avg_pool2d(
        F.grid_sample(source, grid, padding_mode="zeros", align_corners=False), SUPERSAMPLING
    )
    return rearrange(sampled, "(b f) c h w -> b f c h w", f=f) / 255


def layer_parts(
    clips: EmojiClips, spec: Spec, number: int, count: int, shape: tuple[int, int], loop: bool = False
) -> Iterator[tuple[Tensor, Tensor]]:
    """Draw one layer; yield rows (n) of clips that have it, and premultiplied RGBA in 0…1 (n f 4 h w).

    First those where it is large, then those where it is small; all of a part take memory at once.
    """
    device, subject, tint = spec.subject.device, spec.subject[:, number], spec.tint[:, number]
    which = torch.stack([subject >= 0, spec.size[:, number] < 0.5, tint[:, 3] > 0])
    shown, small, coloured = which.cpu()  # the only wait for the device
    for chosen, is_small in ((shown & ~small, False), (shown & small, True)):
        if not chosen.any():
            continue
        rows = chosen.nonzero().squeeze(1).to(device, non_blocking=True)
        drawn = _drawn(clips, spec[rows], number, count, shape, loop, is_small)
        if coloured[chosen].any():
            mine = coloured[chosen].nonzero().squeeze(1).to(device, non_blocking=True)
            ends, tints = clips.contrast[subject[rows[mine]]], tint[rows[mine]]
            drawn[mine] = tinted(drawn[mine], ends, tints)
        yield rows, drawn


def over(drawn: Tensor, below: Tensor) -> Tensor:
    """Blend premultiplied `drawn` (b f 4 h w) over opaque `below` (b f 3 h w)."""
    return drawn[:, :, :3] + (1 - drawn[:, :, 3:]) * below


def _grounds(clips: EmojiClips, spec: Spec, h: int, w: int) -> Tensor:
    """Background or scenery of each clip, (b 3 h w) in 0…1; scenery covers the frame, cut at its ends."""
    plain = spec.background[:, :, None, None].expand(-1, -1, h, w)
    if not (spec.ground >= 0).any():
        return plain
    side = max(h, w)
    picture = F.interpolate(clips.grounds[spec.ground.clamp_min(0)].float() / 255, (side, side), mode="area")
    top, left = (side - h) // 2, (side - w) // 2
    return torch.where(
        (spec.ground >= 0)[:, None, None, None], picture[..., top : top + h, left : left + w], plain
    )


def _compose(clips: EmojiClips, spec: Spec, count: int, shape: tuple[int, int], loop: bool) -> Tensor:
    """Render one chunk of `compose`."""
    h, w = shape
    video = _grounds(clips, spec, h, w)[:, None].expand(-1, count, -1, -1, -1).clone()
    for number in range(LAYERS):
        for rows, drawn in layer_parts(clips, spec, number, count, shape, loop):
            video[rows] = over(drawn, video[rows])
    return video * 2 - 1


@torch.no_grad()
def compose(
    clips: EmojiClips,
    spec: Spec,
    count: int = FRAMES,
    chunk: int | None = None,
    shape: tuple[int, int] | None = None,
    loop: bool = False,
) -> Tensor:
    """Render `spec` from `clips` -> videos (b f 3 h w) in −1…1 on the clips' device, float32.

    `count` is the number of frames, `chunk` the number of clips rendered at once (None: 256 frames' worth,
    about 2 GB), `shape` height and width (None: the emoji's own). `loop`: the last frame leads to the first.
    """
    spec, shape = spec.to(clips.pictures.device), shape or (clips.size, clips.size)
    chunk = chunk or max(1, 256 // count)
    parts = [_compose(clips, spec[i : i + chunk], count, shape, loop) for i in range(0, len(spec), chunk)]
    return torch.cat(parts)
