"""Render clips from the packed emoji, a batch at a time on any device: subject, motion, tint, background.

A `Spec` holds the content of each clip of a batch. Coordinates are those of `grid_sample`: the frame spans
−1…1, x to the right and y downwards; a size of 1 fills the frame. Times run over the clip's 16 frames.
"""

import math
from dataclasses import dataclass, fields, replace

import torch
import torch.nn.functional as F
from einops import rearrange

from training.chance import OPEN

MOTIONS = (
    "still", "moving left", "moving right", "moving up", "moving down", "growing", "shrinking", "spinning",
)  # fmt: skip
DIRECTIONS = {"moving left": (-1, 0), "moving right": (1, 0), "moving up": (0, -1), "moving down": (0, 1)}
TRAVEL = 0.36  # a moving subject goes from −0.36 to +0.36
SMALLEST = 0.43  # a growing subject starts at this share of its final size
SIZES = (0.85, 0.66, 0.66, 0.66, 0.66, 0.95, 0.95, 0.75)  # the middle size for each motion
SUPERSAMPLING = 2


@dataclass(frozen=True)
class Spec:
    """The content of `b` clips; every field is a tensor of `b` rows."""

    subject: torch.Tensor  # (b) long, row of EmojiClips.frames
    second: torch.Tensor  # (b) long, a second subject to the right of the first, or −1
    tint: torch.Tensor  # (b 4) float, colour in 0…1 and its weight (0: the emoji's own colours)
    background: torch.Tensor  # (b 3) float in 0…1
    motion: torch.Tensor  # (b) long, index into MOTIONS
    phase: torch.Tensor  # (b) float, frame of the loop that comes first, 0…15
    speed: torch.Tensor  # (b) float, loops in 16 frames
    x: torch.Tensor  # (b) float, offset of the centre
    y: torch.Tensor  # (b) float
    size: torch.Tensor  # (b) float, the largest size in the clip
    chance: torch.Tensor  # (b OPEN) float, standard normal: the noise's code (training/chance.py)

    def __len__(self) -> int:
        return len(self.subject)

    def __getitem__(self, rows: slice | torch.Tensor) -> "Spec":
        return self.map(lambda tensor: tensor[rows])

    def to(self, device: str | torch.device) -> "Spec":
        """Copy to another device."""
        return self.map(lambda tensor: tensor.to(device, non_blocking=True))

    def map(self, function) -> "Spec":
        """Apply `function` to every field."""
        return Spec(**{field.name: function(getattr(self, field.name)) for field in fields(self)})


def plain_spec(
    subject: list[int], background: torch.Tensor, motion: list[int], **others: torch.Tensor
) -> Spec:
    """The spec of one untinted, centred subject a clip, from its loop's first frame; `others` override."""
    n = len(subject)
    zero = torch.zeros(n)
    default = Spec(
        subject=torch.tensor(subject), second=torch.full((n,), -1),
        tint=torch.zeros(n, 4), background=background,
        motion=torch.tensor(motion), phase=zero, speed=zero + 1, x=zero, y=zero,
        size=torch.tensor(SIZES)[torch.tensor(motion)], chance=torch.zeros(n, len(OPEN)),
    )  # fmt: skip
    return replace(default, **others)


def trajectory(spec: Spec, frames: int) -> tuple[torch.Tensor, ...]:
    """Centre x, y, size and clockwise angle in radians of each frame, (b f) each."""
    device = spec.motion.device
    u = torch.linspace(0, 1, frames, device=device)  # (f)
    directions = torch.tensor([DIRECTIONS.get(name, (0, 0)) for name in MOTIONS], device=device)[spec.motion]
    way = TRAVEL * (2 * u - 1)  # (f)
    x = spec.x[:, None] + directions[:, :1] * way
    y = spec.y[:, None] + directions[:, 1:] * way
    growth = SMALLEST + (1 - SMALLEST) * u
    grows, shrinks, spins = (
        (spec.motion == MOTIONS.index(m))[:, None] for m in ("growing", "shrinking", "spinning")
    )
    scale = torch.where(grows, growth, torch.where(shrinks, growth.flip(0), 1.0))
    angle = torch.where(spins, 2 * math.pi * torch.arange(frames, device=device) / frames, 0.0)
    return x, y, spec.size[:, None] * scale, angle


def _affine(x: torch.Tensor, y: torch.Tensor, size: torch.Tensor, angle: torch.Tensor) -> torch.Tensor:
    """Placement of each frame, (b f) each -> matrices (b f 2 3) from output to source coordinates."""
    cos, sin = torch.cos(angle) / size, torch.sin(angle) / size
    rows = [[cos, sin, -(cos * x + sin * y)], [-sin, cos, sin * x - cos * y]]
    return torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)


def _layer(
    frames: torch.Tensor, subject: torch.Tensor, spec: Spec, place: tuple[torch.Tensor, ...]
) -> torch.Tensor:
    """Render one subject a clip at its place -> premultiplied RGBA (b f 4 h w) in 0…1."""
    count, side = place[0].shape[1], frames.shape[-1]
    time = spec.phase[:, None] + spec.speed[:, None] * torch.arange(count, device=spec.phase.device)
    time = time.round().long() % frames.shape[1]
    source = rearrange(frames[subject[:, None], time], "b f c h w -> (b f) c h w").float()
    matrices = rearrange(_affine(*place), "b f i j -> (b f) i j")
    large = [len(source), 4, side * SUPERSAMPLING, side * SUPERSAMPLING]
    grid = F.affine_grid(matrices, large, align_corners=False)
    sampled = F.grid_sample(source, grid, padding_mode="zeros", align_corners=False)
    return rearrange(F.avg_pool2d(sampled, SUPERSAMPLING), "(b f) c h w -> b f c h w", f=count) / 255


def _tinted(layer: torch.Tensor, tint: torch.Tensor) -> torch.Tensor:
    """Turn the colours of `layer` (b f 4 h w, premultiplied) into shades of `tint` (b 4), by its weight."""
    weights = layer.new_tensor([0.3, 0.59, 0.11])
    luminance = torch.einsum("bfchw,c->bfhw", layer[:, :, :3], weights)[:, :, None]
    shade = 0.2 * layer[:, :, 3:] + 0.8 * luminance  # never black, so that the colour shows everywhere
    colour, weight = tint[:, None, :3, None, None], tint[:, None, 3:, None, None]
    return torch.cat([torch.lerp(layer[:, :, :3], shade * colour, weight), layer[:, :, 3:]], dim=2)


def _over(layer: torch.Tensor, below: torch.Tensor) -> torch.Tensor:
    """Blend premultiplied `layer` (b f 4 h w) over opaque `below` (b f 3 h w)."""
    return layer[:, :, :3] + (1 - layer[:, :, 3:]) * below


def _compose(frames: torch.Tensor, spec: Spec, count: int) -> torch.Tensor:
    """Render one chunk of `compose`."""
    x, y, size, angle = trajectory(spec, count)
    half = torch.where(spec.second >= 0, 0.5, 0.0)[:, None] * size  # offset and size of each of two
    first = _layer(frames, spec.subject, spec, (x - half, y, size - half, angle))
    video = _over(_tinted(first, spec.tint), spec.background[:, None, :, None, None])
    pairs = (spec.second >= 0).nonzero().squeeze(1)
    if len(pairs):
        place = tuple(part[pairs] for part in (x + half, y, size - half, angle))
        second = _layer(frames, spec.second[pairs], spec[pairs], place)
        video[pairs] = _over(_tinted(second, spec.tint[pairs]), video[pairs])
    return video * 2 - 1


@torch.no_grad()
def compose(clips, spec: Spec, count: int = 16, chunk: int = 16) -> torch.Tensor:
    """Render `spec` from `clips` (EmojiClips) -> videos (b f 3 h w) in −1…1 on the clips' device, float32.

    `count` is the number of frames, `chunk` the number of clips rendered at once (about 2 GB at 256×256).
    """
    spec = spec.to(clips.frames.device)
    return torch.cat([_compose(clips.frames, spec[i : i + chunk], count) for i in range(0, len(spec), chunk)])
