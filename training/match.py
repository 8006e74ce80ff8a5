"""Match a layer of clips against all pictures of all subjects: the search behind the judge.

A pose is a place, a size and an angle in one frame. The gain of a picture at a pose is the change of the
squared error when the picture is drawn there, over what lies below and under what lies above. It is linear in
products of the picture's colours and alpha, for a tint of its body, its shine (training/tint.py) and alpha,
so that all pictures are compared by one matrix product.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor

from training.compose import over
from training.dataset import EmojiClips
from training.phrases import TINTS
from training.tint import shades

CROP = 16  # pixels of a picture, and of a crop
# Colours (3), alpha, squared colours, colours times alpha (3), squared alpha; of a tint: body, shine, alpha,
# squares and product of the first two (3), both times alpha, squared alpha.
PRODUCTS = 9
LOOP = 16  # pictures of an animated subject, each of them
SPEEDS = (1, 2)
COLOURS = tuple(tuple(value / 255 for value in rgb) for rgb in TINTS.values())


@dataclass(frozen=True)
class Scene:
    """A layer's surroundings in `b` clips at working size, all in 0…1.

    left: (b f 3 h w), what the layer has to explain: the clip less what lies above the layer
    below: (b f 3 h w), what lies below it
    free: (b f 1 h w), the share of each pixel that nothing above covers
    """

    left: Tensor
    below: Tensor
    free: Tensor

    def __getitem__(self, rows: slice) -> "Scene":
        return Scene(self.left[rows], self.below[rows], self.free[rows])

    def errors(self, drawn: Tensor, k: int) -> Tensor:
        """Premultiplied RGBA of a layer, k for each clip (b·k f 4 h w) -> mean squared errors (b·k f)"""
        left, below, free = (part.repeat_interleave(k, 0) for part in (self.left, self.below, self.free))
        return (left - free * over(drawn, below)).square().mean((2, 3, 4))

    def products(self) -> Tensor:
        """The factors of a picture's products in the squared error: (b f PRODUCTS h w)"""
        error = (self.left - self.free * self.below) * self.free
        square = self.free.square()
        shaded = (error * self.below).sum(2, keepdim=True)
        colours = square * self.below
        return torch.cat(
            [-2 * error, 2 * shaded, square, -2 * colours, (colours * self.below).sum(2, keepdim=True)], 2
        )


class Templates:
    """The products of all pictures of `clips` at CROP pixels, in their own colours and in shades of one."""

    def __init__(self, clips: EmojiClips):
        self.first, self.count = clips.first, clips.count
        ends = torch.repeat_interleave(clips.contrast, clips.count, dim=0)
        parts = [_products(*part) for part in zip(clips.pictures.split(512), ends.split(512), strict=True)]
        self.own = torch.cat([part[0] for part in parts])  # (p PRODUCTS·k·k)
        self.shades = torch.cat([part[1] for part in parts])  # (p PRODUCTS·k·k), in the order of `shaded`
        animated, still = ((self.count > 1) == moves for moves in (True, False))
        every_second = torch.arange(0, LOOP, 2, device=self.first.device)
        loops = self.first[animated, None] + every_second  # (animated LOOP/2)
        self.some, self.loops = torch.cat([loops.flatten(), self.first[still]]), loops.numel()
        self.place = torch.cat([animated.nonzero(), still.nonzero()]).squeeze(1).argsort()  # each one's

    def best(self, crops: Tensor, tint: int) -> Tensor:
        """crops (n PRODUCTS·k·k) -> the lowest gain of each subject's pictures, in that tint (n subjects)"""
        features, rows = (self.own, crops) if tint < 0 else (self.shades, shaded(crops, tint))
        gains = rows @ features[self.some].T  # (n some)
        animated = gains[:, : self.loops].unflatten(1, (-1, LOOP // 2)).amin(2)
        return torch.cat([animated, gains[:, self.loops :]], 1)[:, self.place]

    def loop(self, crops: Tensor, subjects: Tensor, tints: Tensor) -> Tensor:
        """crops (n f PRODUCTS·k·k), each with a subject and a tint -> gain at each picture (n f LOOP)"""
        times = torch.arange(LOOP, device=self.first.device)
        rows = self.first[subjects][:, None] + times % self.count[subjects][:, None]
        gains = torch.einsum("nfd,ntd->nft", crops, self.own[rows])
        for tint in tints.unique().tolist():
            mine = tints == tint
            if tint >= 0:
                gains[mine] = torch.einsum("nfd,ntd->nft", shaded(crops[mine], tint), self.shades[rows[mine]])
        return gains


def _products(pictures: Tensor, ends: Tensor) -> tuple[Tensor, Tensor]:
    """pictures uint8 (p 4 s s), their contrast (p 2) -> products of colours, of shades (p PRODUCTS·k·k)"""
    x = pictures.float() / 255
    rgb, a = x[:, :3], x[:, 3:]
    own = torch.cat([rgb, a, rgb.square().sum(1, keepdim=True), rgb * a, a.square()], 1)
    body, shine = shades(x, ends)
    squares = [body.square(), body * shine, shine.square()]
    tinted = torch.cat([body, shine, a, *squares, body * a, shine * a, a.square()], 1)
    return tuple(F.adaptive_avg_pool2d(part, CROP).flatten(1) for part in (own, tinted))


def shaded(crops: Tensor, tint: int) -> Tensor:
    """crops (… PRODUCTS·k·k), factors of colours -> of the tint's body and shine (… PRODUCTS·k·k)"""
    colour = crops.new_tensor(COLOURS[tint])
    mixed = torch.stack([colour, torch.ones_like(colour)])  # what body and shine are multiplied by
    parts = crops.unflatten(-1, (PRODUCTS, -1))
    linear, with_alpha = (torch.einsum("...cd,mc->...md", parts[..., i : i + 3, :], mixed) for i in (0, 5))
    alpha, square, alphas = (parts[..., i : i + 1, :] for i in (3, 4, 8))
    weights = torch.stack([colour.square().sum(), 2 * colour.sum(), colour.new_tensor(3.0)])
    squares = square * weights[:, None]
    return torch.cat([linear, alpha, squares, with_alpha, alphas], -2).flatten(-2)


def cropped(products: Tensor, poses: tuple[Tensor, ...]) -> Tensor:
    """products (f PRODUCTS h w) at poses, each (n f): x, y, size, angle -> (n f PRODUCTS·k·k)

    Each is multiplied by its cell's share of the frame: sums over cells are means over the frame.
    """
    f, _, h, w = products.shape
    n, short = len(poses[0]), min(h, w)
    theta = rearrange(placing(*poses, w / short, h / short), "n f i j -> f n i j")
    axis = (torch.arange(2 * CROP, device=products.device) + 0.5) / CROP - 1
    v, u = torch.meshgrid(axis, axis, indexing="ij")
    corners = torch.stack([u, v, torch.ones_like(u)], -1).flatten(0, 1)  # (4·k·k 3)
    grid = torch.einsum("fnij,dj->fndi", theta, corners)  # (f n 4·k·k 2)
    sampled = F.grid_sample(products, grid, padding_mode="zeros", align_corners=False)  # (f 9 n 4·k·k)
    cells = F.avg_pool2d(rearrange(sampled, "f c n (v u) -> (f n) c v u", v=2 * CROP), 2)
    area = (poses[2].square() * short**2 / (h * w * CROP**2)).T.reshape(-1, 1)
    return rearrange(cells.flatten(1) * area, "(f n) d -> n f d", n=n)


def placing(x: Tensor, y: Tensor, size: Tensor, angle: Tensor, wide: float, high: float) -> Tensor:
    """Poses (n f) -> matrices (n f 2 3) from a picture's coordinates to the frame's, −1…1 each"""
    cos, sin = torch.cos(angle) * size, torch.sin(angle) * size
    rows = [torch.stack([cos / wide, -sin / wide, x], -1), torch.stack([sin / high, cos / high, y], -1)]
    return torch.stack(rows, -2)


def along_loops(gains: Tensor) -> Tensor:
    """Sum gains (n f t) of frame at picture along each loop -> by speed and first picture (n speeds t)"""
    f, t = gains.shape[1:]
    i = torch.arange(f, device=gains.device)
    starts = torch.arange(t, device=gains.device)[:, None]
    return torch.stack([gains[:, i, (starts + speed * i) % t].sum(-1) for speed in SPEEDS], 1)
