"""The judge: recognises what clips show, and measures their distance to the best rendering of what was asked.

It knows nothing of the model and matches clips against renderings of the packed emoji. It knows the grammar's
layout: how many subjects there are, and about where each may be. First comes the ground: the nearest of the
plain colours and the scenery. Then each layer is matched, in all motions and near its place, with all
subjects in all colours that are allowed, over what lies below and under what lies above. The best guesses are
rendered and fitted in position and size, and the least squared error decides. With several layers that is
repeated, each over and under what was recognised of the others.
"""

import copy
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor

from training.compose import LAYERS, MOTIONS, Spec, compose, layer_parts, plain_spec, trajectory
from training.dataset import EmojiClips
from training.layers import Wanted, chosen_of, joined, merged, on_gray, on_ground, without
from training.match import COLOURS, LOOP, SPEEDS, Scene, Templates, along_loops, cropped
from training.phrases import BACKGROUNDS

WORK = 64  # pixels, about, of the sides of a clip as it is judged
SEEN = (0, 1 / 3, 2 / 3, 1)  # frames that choose the guesses, of those that count
GUESSES, PLACES = 12, 3  # rendered, of a layer that is recognised, and of one that is known
FITTED, LOOPS = 4, 3  # guesses that are fitted; loops tried for each
SWEEPS = 2  # over the layers of a scene
AT_ONCE = 72  # renderings: of two clips, if all guesses are
FIT_STEPS = (0.04, 0.02, 0.01, 0.005)
CLIPPED = 0.1  # greatest error of a pixel against a ground: subjects are no part of it
ALONE = ((-0.13, -0.065, 0.0, 0.065, 0.13), (0.88, 1.0, 1.12))  # places and sizes about the middle ones
AMONG = ((-0.06, 0.0, 0.06), (0.92, 1.0, 1.08))


@dataclass(frozen=True)
class Verdict:
    """The content recognised in `b` clips: `spec` on the CPU; ground: index into the judge's grounds (b)."""

    spec: Spec
    ground: Tensor


@dataclass(frozen=True)
class Likeness:
    """The rendering of the wanted content nearest to `b` clips, on the CPU, and its distance.

    psnr: dB over the whole clip (b); flicker: mean change of the error from frame to frame, in 1/255 (b)
    """

    spec: Spec
    psnr: Tensor
    flicker: Tensor


class Judge:
    """Judge clips (b f 3 h w) in −1…1 by renderings of `clips`, on their device.

    last: the number of frames that count, from the end; None: all.
    """

    def __init__(self, clips: EmojiClips):
        self.clips, self.last = clips, None
        self.device = clips.pictures.device
        self.small = clips.shrunk(WORK) if clips.size > WORK else clips
        self.templates = Templates(self.small)
        self.colours = torch.tensor(list(BACKGROUNDS.values()), device=self.device) / 255
        self.grounds = [*BACKGROUNDS, *(place.phrase for place in clips.scenery)]

    def of_the_end(self, frames: int) -> "Judge":
        """A judge to whom only the last `frames` frames of a clip count."""
        other = copy.copy(self)
        other.last = frames
        return other

    def ground(self, videos: Tensor) -> Tensor:
        """Recognise the grounds of the clips: indices into `grounds` (b)"""
        small = self.at_work(videos)[:, ::3]
        n = len(self.grounds)
        spec = self._empty(n, torch.arange(n, device=self.device))
        empty = to_unit(compose(self.small, spec, 1, shape=small.shape[-2:]))  # (n 1 3 h w)
        errors = [(small - ground).abs().mean(2).clamp_max(CLIPPED).mean((1, 2, 3)) for ground in empty]
        return torch.stack(errors, 1).argmin(1)

    def verdict(self, videos: Tensor, asked: Wanted, likeness: Likeness | None = None) -> Verdict:
        """Recognise the content of the clips."""
        found = likeness or self.likeness(videos, asked)
        asked, small, ground = asked.to(self.device), self.at_work(videos), self.ground(videos)
        spec = on_ground(found.spec.to(self.device), self._empty(len(small), ground))
        numbers = [i for i in reversed(range(LAYERS)) if (asked.spec.subject[:, i] >= 0).any()]
        for sweep in range(SWEEPS if len(numbers) > 1 else 1):
            for i in numbers:
                spec = self._recognised(small, spec, asked, i, blind=sweep == 0)
        return Verdict(spec.to("cpu"), ground.cpu())

    def likeness(self, videos: Tensor, asked: Wanted) -> Likeness:
        """Fit phase, speed, position and size of the wanted layers to the clips, and measure what remains."""
        asked, small, spec = asked.to(self.device), self.at_work(videos), asked.spec.to(self.device)
        for i in range(LAYERS):
            if (spec.subject[:, i] >= 0).any():
                spec = self._fitted(small, spec, asked, i)
        films = videos.to(self.device)
        error = (films - compose(self.clips, spec, films.shape[1], shape=films.shape[-2:])) / 2
        flicker = error.diff(dim=1).abs().mean((1, 2, 3, 4)) * 255
        psnr = -10 * error.square().mean((1, 2, 3, 4)).clamp_min(1e-10).log10()
        return Likeness(spec.to("cpu"), psnr.cpu(), flicker.cpu())

    # ---- one layer ----

    def _recognised(self, small: Tensor, spec: Spec, asked: Wanted, number: int, blind: bool) -> Spec:
        """Replace a layer of `spec` by the one that explains the clips best."""
        return self._best(self._guesses, small, spec, asked, number, blind)

    def _fitted(self, small: Tensor, spec: Spec, asked: Wanted, number: int) -> Spec:
        """Fit place, size and loop of a layer whose subject, tint and motion are known."""
        return self._best(self._placed, small, spec, asked, number, blind=True)

    def _best(
        self,
        guesses_of: Callable[..., Spec],
        small: Tensor,
        spec: Spec,
        asked: Wanted,
        number: int,
        blind: bool,
    ) -> Spec:
        """Replace a layer, which some clips have, by the best of the guesses; `guesses_of` makes a clip's."""
        scene = self._scene(small, spec, number)
        products = self._counted(scene.products())
        guesses = {
            i: guesses_of(products[i : i + 1], spec[i : i + 1], asked[i : i + 1], number)
            for i, has in enumerate((asked.spec.subject[:, number] >= 0).tolist())
            if has
        }
        count = len(next(iter(guesses.values())))
        rows = [guesses[i] if i in guesses else spec[[i] * count] for i in range(len(spec))]
        return self._decided(scene, products, spec, joined(rows), number, blind)

    def _scene(self, small: Tensor, spec: Spec, number: int) -> Scene:
        """A layer's surroundings"""
        f, shape = small.shape[1], small.shape[-2:]
        below = to_unit(compose(self.small, without(spec, range(number, LAYERS)), f, AT_ONCE, shape))
        above = without(spec, range(number + 1))
        if not (above.subject >= 0).any():
            return Scene(small, below, torch.ones_like(small[:, :, :1]))
        black, white = (
            to_unit(compose(self.small, on_gray(above, value), f, AT_ONCE, shape)) for value in (0.0, 1.0)
        )
        return Scene(small - black, below, (white - black).mean(2, keepdim=True))

    def products(self, small: Tensor, empty: Spec) -> Tensor:
        """The products of clips at working size over all of `empty` (b f PRODUCTS h w)"""
        below = to_unit(compose(self.small, empty, small.shape[1], AT_ONCE, small.shape[-2:]))
        return Scene(small, below, torch.ones_like(small[:, :, :1])).products()

    def _counted(self, per_frame: Tensor) -> Tensor:
        """Set values (b f …) of frames that don't count to 0."""
        if self.last is None:
            return per_frame
        return torch.cat([torch.zeros_like(per_frame[:, : -self.last]), per_frame[:, -self.last :]], 1)

    def _guesses(self, products: Tensor, spec: Spec, asked: Wanted, number: int) -> Spec:
        """The GUESSES likeliest subjects, tints, motions and places of a layer of one clip."""
        poses = self._poses(asked, number, range(len(MOTIONS)))  # a spec for each motion and place
        count = self.last or products.shape[1]
        frames = [products.shape[1] - count + int(i * (count - 1)) for i in SEEN]
        track = [part[:, frames] for part in trajectory(poses, number, products.shape[1])]
        crops = cropped(products[0, frames], track)
        n, _, d = crops.shape
        scores = []
        for tint in asked.tints:
            gains = self.templates.best(crops.reshape(-1, d), tint).view(n, len(frames), -1).sum(1)
            scores.append(rearrange(gains, "(m j) s -> m j s", m=len(MOTIONS)))
        best = torch.stack(scores)  # (tints m j subjects)
        lowest, place = best.min(2)
        chosen = lowest.flatten().topk(min(GUESSES, lowest.numel()), largest=False).indices
        chosen = torch.cat([chosen, chosen[:1].expand(GUESSES - len(chosen))])
        tint, motion, subject = torch.unravel_index(chosen, lowest.shape)
        rows = motion * best.shape[2] + place.flatten()[chosen]
        guess = poses[rows]
        guess.subject[:, number] = subject
        guess.tint[:, number] = self._tints()[torch.tensor(asked.tints, device=self.device)[tint]]
        return merged(spec[[0] * GUESSES], guess, number)

    def _placed(self, products: Tensor, spec: Spec, asked: Wanted, number: int) -> Spec:
        """The PLACES likeliest places of a layer of one clip whose subject, tint and motion are known."""
        poses, gains = self.places(products, asked, number)
        return merged(spec[[0] * PLACES], poses[gains.topk(PLACES, largest=False).indices], number)

    def places(self, products: Tensor, asked: Wanted, number: int) -> tuple[Spec, Tensor]:
        """Poses (n) about the place of a layer of one clip, the gain of its asked content at each (n)"""
        poses = self._poses(asked, number, [int(asked.spec.motion[0, number])])
        crops = cropped(products[0], trajectory(poses, number, products.shape[1]))
        return poses, along_loops(self._loop_gains(crops, poses, number)).flatten(1).amin(1)

    def _decided(
        self, scene: Scene, products: Tensor, spec: Spec, guesses: Spec, number: int, blind: bool
    ) -> Spec:
        """Choose loops for each clip's guesses, fit the best, keep the best; the old too unless `blind`."""
        b, k = len(products), LOOPS * len(guesses) // len(products)
        each = torch.arange(b, device=self.device)
        guesses = self._looped(products, guesses, number)
        error = self.error(scene, guesses, number).view(b, k)
        rows = error.topk(FITTED, largest=False).indices + k * each[:, None]
        fitted, error = self._polished(scene, guesses[rows.flatten()], number)
        error, winner = error.view(b, FITTED).min(1)
        better = torch.ones_like(error).bool() if blind else error < self.error(scene, spec, number)
        return chosen_of(better, fitted[winner + FITTED * each], spec)

    def _looped(self, products: Tensor, guesses: Spec, number: int) -> Spec:
        """Give each guess LOOPS phases and speeds: its own, then the likeliest. All clips have as many."""
        track = trajectory(guesses, number, products.shape[1])
        k, parts = len(guesses) // len(products), []
        for clip in range(len(products)):
            mine = slice(k * clip, k * (clip + 1))
            crops = cropped(products[clip], tuple(part[mine] for part in track))
            sums = along_loops(self._loop_gains(crops, guesses[mine], number)).flatten(1)
            parts.append(sums.topk(LOOPS - 1, largest=False).indices)
        loops = torch.cat(parts)  # (b·k LOOPS−1)
        speeds = torch.tensor(SPEEDS, device=self.device)[loops // LOOP]
        phase = torch.cat([guesses.phase[:, None], (loops % LOOP).float()], 1).flatten()
        speed = torch.cat([guesses.speed[:, None], speeds.float()], 1).flatten()
        many = guesses.map(lambda tensor: tensor.repeat_interleave(LOOPS, dim=0))
        return replace(many, phase=phase, speed=speed)

    def _loop_gains(self, crops: Tensor, spec: Spec, number: int) -> Tensor:
        """The gains of crops (n f d) at each picture of the layer's subject in its tint (n f LOOP)"""
        return self.templates.loop(crops, spec.subject[:, number], self.tints_of(spec, number))

    def tints_of(self, spec: Spec, number: int) -> Tensor:
        """The tints of a layer (b): indices into COLOURS, −1 for its own colours"""
        tint = spec.tint[:, number]
        nearest = torch.cdist(tint[:, :3], self._tints()[:-1, :3]).argmin(1)
        return torch.where(tint[:, 3] > 0, nearest, -1)

    def _tints(self) -> Tensor:
        """The tints of COLOURS with their weights, and last none (COLOURS + 1, 4)"""
        rows = [(*colour, 1.0) for colour in COLOURS]
        return torch.tensor([*rows, (0.0, 0.0, 0.0, 0.0)], device=self.device)

    def _poses(self, asked: Wanted, number: int, motions: Sequence[int]) -> Spec:
        """A spec for each motion and each place about the middle one, by motion."""
        alone = int((asked.spec.subject[0] >= 0).sum()) == 1
        ways, scales = ALONE if alone else AMONG
        grid = torch.tensor([*itertools.product(motions, ways, ways, scales)], device=self.device)
        motion, x, y, scale = grid.T
        spec = asked.spec[[0] * len(grid)].map(torch.clone)
        spec.motion[:, number] = motion.long()
        spec.x[:, number] += x
        spec.y[:, number] += y
        spec.size[:, number] = asked.sizes[0, number, motion.long()] * scale
        return spec

    def _polished(self, scene: Scene, spec: Spec, number: int) -> tuple[Spec, Tensor]:
        """Fit place and size of a layer -> the spec, its mean squared error (b·k)"""
        error = self.error(scene, spec, number)
        for step in FIT_STEPS:
            for field, way in itertools.product(("x", "y", "size"), (-step, step)):
                moved = spec.map(torch.clone)
                getattr(moved, field)[:, number] += way
                candidate = self.error(scene, moved, number)
                spec = chosen_of(candidate < error, moved, spec)
                error = torch.minimum(candidate, error)
        return spec, error

    def error(self, scene: Scene, spec: Spec, number: int) -> Tensor:
        """Mean squared errors (b·k) of a scene with a layer of `spec` drawn, k for each clip"""
        b, f, _, h, w = scene.left.shape
        k = len(spec) // b
        clips = max(1, AT_ONCE // k)
        errors = []
        for i in range(0, b, clips):
            part, mine = scene[i : i + clips], spec[i * k : (i + clips) * k]
            drawn = scene.left.new_zeros(len(mine), f, 4, h, w)
            for rows, layer in layer_parts(self.small, mine, number, f, (h, w)):
                drawn[rows] = layer
            errors.append(part.errors(drawn, k))
        return self._counted(torch.cat(errors)).mean(1)

    def _empty(self, n: int, ground: Tensor) -> Spec:
        """The spec of n clips of the grounds of those indices, without subjects"""
        plain = plain_spec([-1] * n, torch.zeros(n, 3), [0] * n).to(self.device)
        colours = len(self.colours)
        background = self.colours[ground.clamp_max(colours - 1)]
        return replace(plain, background=background, ground=(ground - colours).clamp_min(-1))

    def at_work(self, videos: Tensor) -> Tensor:
        """Average videos (b f 3 h w) in −1…1 to the working size, in 0…1, on the device"""
        b, _, _, h, w = videos.shape
        factor = max(1, round(math.sqrt(h * w) / WORK))
        frames = rearrange(videos.to(self.device).float(), "b f c h w -> (b f) c h w")
        return to_unit(rearrange(F.avg_pool2d(frames, factor), "(b f) c h w -> b f c h w", b=b))


def to_unit(videos: Tensor) -> Tensor:
    """Pixels in −1…1 -> 0…1"""
    return (videos + 1) / 2
