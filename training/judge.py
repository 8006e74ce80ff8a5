"""The judge: recognises the content of a clip, and measures its distance to the best rendering of a spec.

It knows nothing of the model and matches clips against renderings of the packed emoji. The background is the
colour of the corners; whatever differs from it is the subject. Each frame is cropped, centred and scaled by
the moments of that difference, and compared with every frame of every emoji, treated in the same way, at
every loop phase and speed, upright and with a spin undone. The track from the emoji's own centre to the
clip's, frame by frame, gives the motion. The best guesses are rendered and fitted in position and size: the
least squared error decides.
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from einops import rearrange, repeat
from torch import Tensor

from training.compose import DIRECTIONS, MOTIONS, SMALLEST, TRAVEL, Spec, compose, plain_spec
from training.dataset import EmojiClips
from training.phrases import BACKGROUNDS

WORK, CROP, REACH = 64, 24, 1.9  # pixels of a frame, of a crop; half a crop's side in standard deviations
SPEEDS = (1.0, 2.0)
SUBJECTS = 5  # subjects that are rendered
LOOPS_A_SUBJECT = 2  # loops tried for each of them
POLISHED = 4  # guesses that are fitted
LOOPS = 4  # loops tried where the subject is known
FIT_STEPS = (0.04, 0.02, 0.01, 0.005)
SPIN = MOTIONS.index("spinning")


@dataclass(frozen=True)
class Verdict:
    """The content recognised in each of `b` clips; all on the CPU."""

    subject: Tensor  # (b) row of the clips
    motion: Tensor  # (b) index into MOTIONS
    background: Tensor  # (b) index into BACKGROUNDS
    corner: Tensor  # (b 3) colour of the corners in 0…1


@dataclass(frozen=True)
class Likeness:
    """Distances of `b` clips to the best rendering of their wanted content; all on the CPU."""

    psnr: Tensor  # (b) dB over the whole clip
    flicker: Tensor  # (b) mean change of the error from frame to frame, in 1/255


class Judge:
    """Judge clips (b f 3 h w) in −1…1 by renderings of `clips`, on their device."""

    def __init__(self, clips: EmojiClips):
        self.clips, self.small = clips, clips.shrunk(WORK)
        self.colours = torch.tensor(list(BACKGROUNDS.values()), device=clips.device) / 255

    def verdict(self, videos: Tensor) -> Verdict:
        """Recognise the content of the clips."""
        small = _to_work(videos, self.clips.device)
        corner = corner_colour(small)
        background = torch.cdist(corner, self.colours).argmin(1)
        rows = [self._recognise(small[i : i + 1], background[i]) for i in range(len(small))]
        subject, motion = (torch.tensor(column) for column in zip(*rows, strict=True))
        return Verdict(subject, motion, background.cpu(), corner.cpu())

    def likeness(self, videos: Tensor, wanted: Spec) -> Likeness:
        """Fit phase, speed, position and size of `wanted` to the clips, and measure what remains."""
        device = self.clips.device
        small = _to_work(videos, device)
        spec, _ = self._starts(small, wanted.to(device), LOOPS)
        errors = rearrange(self._error(small.repeat_interleave(LOOPS, dim=0), spec), "(b k) -> b k", k=LOOPS)
        spec = spec[errors.argmin(1) + LOOPS * torch.arange(len(small), device=device)]
        spec, _ = self._polished(small, spec)
        error = (videos.to(device) - compose(self.clips, spec)) / 2
        flicker = error.diff(dim=1).abs().mean((1, 2, 3, 4)) * 255
        return Likeness((-10 * error.square().mean((1, 2, 3, 4)).log10()).cpu(), flicker.cpu())

    def _recognise(self, video: Tensor, background: Tensor) -> tuple[int, int]:
        """Recognise video (1 f 3 h w) on a known background -> subject and motion"""
        colour = self.colours[background]
        best = torch.stack([self._similarity(video, colour, spin) for spin in (False, True)])  # (2 subjects)
        guesses = best.amin(0).topk(SUBJECTS, largest=False).indices
        guessed = plain_spec(
            guesses.tolist() * 2, colour.cpu().expand(2 * SUBJECTS, 3), [0] * SUBJECTS + [SPIN] * SUBJECTS
        )
        guessed = guessed.to(colour.device)
        films = video.expand(2 * SUBJECTS, -1, -1, -1, -1)
        guessed.motion[:SUBJECTS] = motion_of(self._starts(films[:SUBJECTS], guessed[:SUBJECTS], 1)[1])
        spec, _ = self._starts(films, guessed, LOOPS_A_SUBJECT)
        spec = spec[self._error(video, spec).topk(POLISHED, largest=False).indices]
        spec, error = self._polished(video, spec)
        winner = int(error.argmin())
        return int(spec.subject[winner]), int(spec.motion[winner])

    def _similarity(self, video: Tensor, colour: Tensor, spin: bool) -> Tensor:
        """Squared distances of the clip's crops to each subject's, at the best phase and speed (subjects)"""
        crops, _ = crops_of(_to_unit(video[0]), colour, unwinding(video.shape[1], spin, colour.device))
        templates = self._templates(colour)  # (s t d)
        products = torch.einsum("fd,std->sft", crops, templates)
        norms = templates.square().sum(-1)[:, None]  # (s 1 t)
        return (along_loops(norms - 2 * products)).flatten(1).amin(1)

    def _templates(self, colour: Tensor) -> Tensor:
        """Crop all frames of all subjects on a colour -> (s t d); the last colour's result is cached."""
        key = tuple(colour.tolist())
        if getattr(self, "_kept", (None,))[0] != key:
            crops = [crops_of(_over(frames.float() / 255, colour), colour)[0] for frames in self._loops()]
            self._kept = (key, torch.stack(crops))
        return self._kept[1]

    def _loops(self) -> Iterator[Tensor]:
        """The loop of each subject (t 4 h w) at working size"""
        for row in range(len(self.small.subjects)):
            yield self.small.sheet(torch.tensor([row]))[0]

    def _starts(self, videos: Tensor, given: Spec, count: int) -> tuple[Spec, Tensor]:
        """Find the `count` likeliest phases and speeds of each clip, placed along its track

        -> Spec of b·count rows, tracks (b·count f 3) of x, y and size
        """
        whole = replace(
            given, motion=given.motion * 0, phase=given.phase * 0, speed=given.speed * 0 + 1,
            x=given.x * 0, y=given.y * 0, size=given.size * 0 + 1,
        )  # fmt: skip
        scenes = _to_unit(compose(self.small, whole, chunk=64))
        spins = (given.motion == SPIN).tolist()
        rows = [
            row
            for video, scene, colour, spin in zip(
                _to_unit(videos), scenes, given.background, spins, strict=True
            )
            for row in likely_loops(video, scene, colour, spin, count)
        ]
        phases, speeds, tracks = zip(*rows, strict=True)
        spec = given.map(lambda tensor: tensor.repeat_interleave(count, dim=0))
        spec = replace(spec, phase=spec.x.new_tensor(phases), speed=spec.x.new_tensor(speeds))
        return placed(spec, torch.stack(tracks)), torch.stack(tracks)

    def _polished(self, films: Tensor, spec: Spec) -> tuple[Spec, Tensor]:
        """Fit place and size of `spec` to films (b f 3 h w) at working size -> it, its squared error (b)"""
        error = self._error(films, spec)
        for step in FIT_STEPS:
            for field, way in itertools.product(("x", "y", "size"), (-step, step)):
                moved = replace(spec, **{field: getattr(spec, field) + way})
                candidate = self._error(films, moved)
                better = candidate < error
                spec = replace(
                    spec, **{field: torch.where(better, getattr(moved, field), getattr(spec, field))}
                )
                error = torch.where(better, candidate, error)
        return spec, error

    def _error(self, videos: Tensor, spec: Spec) -> Tensor:
        """Mean squared error of each clip's rendering, (b)"""
        return (videos - compose(self.small, spec, chunk=64)).square().mean((1, 2, 3, 4)) / 4


def corner_colour(videos: Tensor) -> Tensor:
    """videos (b f 3 h w) in −1…1 -> the median colour of the four corners over all frames, (b 3) in 0…1"""
    side = max(1, videos.shape[-1] // 16)
    ends = torch.cat([videos[..., :side], videos[..., -side:]], -1)
    corners = torch.cat([ends[..., :side, :], ends[..., -side:, :]], -2)
    return _to_unit(rearrange(corners, "b f c h w -> b c (f h w)").median(-1).values)


def crops_of(frames: Tensor, colour: Tensor, turn: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """frames (f 3 h w) in 0…1, turned clockwise by `turn` (f)

    -> what differs from the background, centred, scaled and turned back (f d), and its centre x, y and
    standard deviation (f 3)
    """
    change = frames - colour[:, None, None]
    mask = ((change.abs().amax(1) - 0.06) / 0.1).clamp(0, 1) + 1e-6  # (f h w)
    axis = torch.linspace(-1, 1, frames.shape[-1], device=frames.device)
    weight = mask / mask.sum((1, 2), keepdim=True)
    x, y = (weight.sum(1) * axis).sum(1), (weight.sum(2) * axis).sum(1)
    spread = (weight.sum(1) * axis**2).sum(1) + (weight.sum(2) * axis**2).sum(1) - x**2 - y**2
    deviation = spread.clamp_min(1e-3).sqrt()
    angle = torch.zeros_like(x) if turn is None else turn
    cos, sin = angle.cos() * deviation * REACH, angle.sin() * deviation * REACH
    matrix = torch.stack([torch.stack([cos, -sin, x], -1), torch.stack([sin, cos, y], -1)], 1)
    grid = F.affine_grid(matrix, [len(frames), 3, CROP, CROP], align_corners=False)
    crops = F.grid_sample(change, grid, align_corners=False)
    return rearrange(crops, "f c h w -> f (c h w)"), torch.stack([x, y, deviation], -1)


def likely_loops(
    video: Tensor, scene: Tensor, colour: Tensor, spin: bool, count: int
) -> list[tuple[int, float, Tensor]]:
    """Find where `scene` (t 3 h w), a loop at size 1, is most like `video` (f 3 h w)

    -> `count` times phase, speed and the track (f 3) from the scene to the video
    """
    turn = unwinding(len(video), spin, video.device)
    crops, seen = crops_of(video, colour, turn)
    templates, own = crops_of(scene, colour)
    distance = templates.square().sum(-1) - 2 * crops @ templates.T  # (f t)
    order = along_loops(distance[None]).flatten().topk(count, largest=False).indices
    loops = []
    for speed, phase in (divmod(loop, len(scene)) for loop in order.tolist()):
        time = (phase + torch.arange(len(video), device=video.device) * int(SPEEDS[speed])) % len(scene)
        loops.append((phase, SPEEDS[speed], track_of(seen, own[time], turn)))
    return loops


def unwinding(frames: int, spin: bool, device: torch.device) -> Tensor:
    """The angle of each frame (f): of a spinning clip, or 0"""
    return torch.arange(frames, device=device) * (2 * math.pi / frames if spin else 0.0)


def along_loops(distance: Tensor) -> Tensor:
    """Sum distances (n f t) of clip frame to loop frame along each loop -> by first frame (n speeds t)"""
    f, t = distance.shape[1:]
    i = torch.arange(f, device=distance.device)
    starts = torch.arange(t, device=distance.device)[:, None]
    sums = [distance[:, i, (starts + int(speed) * i) % t].sum(-1) for speed in SPEEDS]
    return torch.stack(sums, 1)


def track_of(seen: Tensor, own: Tensor, turn: Tensor) -> Tensor:
    """Moments of a clip's frames and of the emoji's at size 1, (f 3) each -> x, y and size of each (f 3)"""
    size = seen[:, 2] / own[:, 2]
    x = own[:, 0] * turn.cos() - own[:, 1] * turn.sin()
    y = own[:, 0] * turn.sin() + own[:, 1] * turn.cos()
    return torch.stack([seen[:, 0] - size * x, seen[:, 1] - size * y, size], -1)


def motion_of(tracks: Tensor) -> Tensor:
    """tracks (b f 3) of x, y and size -> index into MOTIONS of the nearest straight motion (b)"""
    time = torch.linspace(-1, 1, tracks.shape[1], device=tracks.device)[:, None]
    values = torch.cat(
        [tracks[..., :2] / TRAVEL, 2 * tracks[..., 2:].clamp_min(1e-3).log() / -math.log(SMALLEST)], -1
    )
    slopes = (values * time).sum(1) / time.square().sum()  # ±1 for a motion in full
    ideal = {name: (*way, 0) for name, way in DIRECTIONS.items()} | {
        "growing": (0, 0, 1),
        "shrinking": (0, 0, -1),
    }
    ideals = tracks.new_tensor([ideal.get(name, (0, 0, 0)) for name in MOTIONS if name != "spinning"])
    return torch.cdist(slopes, ideals).argmin(1)


def placed(spec: Spec, tracks: Tensor) -> Spec:
    """Set the position and size at which the motion of `spec` fits the tracks (b f 3) best."""
    f = tracks.shape[1]
    way = TRAVEL * torch.linspace(-1, 1, f, device=tracks.device)
    growth = torch.linspace(SMALLEST, 1, f, device=tracks.device)
    shapes = torch.stack(
        [
            growth if m == "growing" else growth.flip(0) if m == "shrinking" else growth * 0 + 1
            for m in MOTIONS
        ]
    )
    directions = tracks.new_tensor([DIRECTIONS.get(name, (0, 0)) for name in MOTIONS])[spec.motion]
    middle = (tracks[..., :2] - directions[:, None] * way[:, None]).median(1).values
    return replace(
        spec, x=middle[:, 0], y=middle[:, 1], size=(tracks[..., 2] / shapes[spec.motion]).median(1).values
    )


def _over(frames: Tensor, colour: Tensor) -> Tensor:
    """Blend premultiplied RGBA frames (f 4 h w) over a colour -> (f 3 h w)"""
    return frames[:, :3] + (1 - frames[:, 3:]) * repeat(colour, "c -> c 1 1")


def _to_unit(videos: Tensor) -> Tensor:
    return (videos + 1) / 2


def _to_work(videos: Tensor, device: torch.device) -> Tensor:
    """Average videos (b f 3 h w) to the working size, on `device`"""
    b = len(videos)
    frames = F.adaptive_avg_pool2d(rearrange(videos.to(device).float(), "b f c h w -> (b f) c h w"), WORK)
    return rearrange(frames, "(b f) c h w -> b f c h w", b=b)
