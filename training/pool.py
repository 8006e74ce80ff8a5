"""Pools of encoded clips on the device, one for each shape and length that the UNet learns."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import torch
from einops import rearrange
from torch import Tensor

from t2v.networks import VAE, Tokenizer
from training.captions import Captions
from training.chance import OPEN, turn_of, write_code
from training.compose import Spec, compose
from training.dataset import EmojiClips
from training.precision import half_precision

ENCODED = 256  # frames of 256×256 at once
# How many of the clips know some of their frames, and which: in their caption's place or beside it.
NOTHING, FIRST, BEGINNING, ENDS, EVERY_OTHER, SOME, LATER = range(7)
KNOWN = torch.tensor([0.52, 0.19, 0.08, 0.07, 0.06, 0.08])
LATE = 0.12  # share of the clips that begin later in their motions; of these the first frames are known
FARTHEST = 80  # frames of the motions that have passed then, at most


@dataclass(frozen=True)
class Shape:
    """Clips of one size and length. `loop`: their last frame leads to the first."""

    width: int
    height: int
    frames: int
    share: float  # of the steps
    loop: bool = False

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width / self.height


SHAPES = (
    Shape(256, 256, 16, 0.36), Shape(256, 256, 1, 0.25), Shape(336, 192, 16, 0.1), Shape(192, 336, 16, 0.1),
    Shape(288, 224, 16, 0.05), Shape(224, 288, 16, 0.05), Shape(256, 256, 8, 0.04), Shape(256, 256, 24, 0.05),
    Shape(256, 256, 32, 0.05), Shape(256, 256, 16, 0.1, loop=True),
)  # fmt: skip


class LatentPool:
    """A ring buffer on the device: encoded clips, their captions' tokens, and the codes for their noise."""

    def __init__(
        self,
        capacity: int,
        shape: Shape,
        clips: EmojiClips,
        captions: Captions,
        tokenizer: Tokenizer,
        vae: VAE,
    ):
        self.shape, self.clips, self.captions = shape, clips, captions
        self.tokenizer, self.vae = tokenizer, vae
        self.device = next(vae.parameters()).device
        factor, channels = vae.config.factor, vae.config.latent_channels
        size = (capacity, channels, shape.frames, shape.height // factor, shape.width // factor)
        self.z = torch.empty(size, dtype=torch.bfloat16, device=self.device)
        self.tokens = torch.empty(capacity, tokenizer.length, dtype=torch.long, device=self.device)
        self.chance = torch.empty(capacity, len(OPEN), device=self.device)
        self.late = torch.empty(capacity, dtype=torch.bool, device=self.device)
        self.next = self.filled = 0
        self.thread = ThreadPoolExecutor(1)  # composes the next captions meanwhile
        self.ahead: Future | None = None

    def fill(self, count: int) -> None:
        """Empty it, and make the first `count` clips."""
        self.next = self.filled = 0
        while self.filled < min(count, len(self.z)):
            self.renew(min(64, len(self.z)))

    @torch.no_grad()
    def renew(self, count: int) -> None:
        """Replace the oldest `count` clips by new ones."""
        shape, draw = self.shape, self.captions.batch
        texts, spec = self.ahead.result() if self.ahead else draw(count, shape.aspect)
        self.ahead = self.thread.submit(draw, count, shape.aspect)
        count = len(texts)
        if shape.frames > 1 and not shape.loop:
            spec = begun_later(spec, shape.frames)
        frames = compose(self.clips, spec, shape.frames, shape=(shape.height, shape.width), loop=shape.loop)
        with half_precision(self.device):
            z = torch.cat([self.vae.encode(part) for part in frames.flatten(0, 1).split(ENCODED)])
        rows = (torch.arange(count, device=self.device) + self.next) % len(self.z)
        self.z[rows] = rearrange(z, "(b f) c h w -> b c f h w", f=shape.frames).bfloat16()
        self.tokens[rows] = self.tokenizer(texts).to(self.device)
        self.chance[rows] = spec.chance.to(self.device)
        self.late[rows] = (spec.begin > 0).to(self.device)
        self.next = (self.next + count) % len(self.z)
        self.filled = min(len(self.z), self.filled + count)

    def draw(self, count: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Draw random clips -> latents (b c f h w), tokens (b l), noise (b c f h w), known frames (b f)

        The noise has its clip's code, but where frames are known: they say the same.
        """
        rows = torch.randint(0, self.filled, (count,), device=self.device)
        z = self.z[rows].float()
        known, plain = known_frames(self.late[rows], self.shape.frames), torch.randn_like(z)
        noise = write_code(plain, self.chance[rows])
        if self.shape.loop:
            z = turned(z, turn_of(noise))
            plain = torch.randn_like(z)
        noise = torch.where(rearrange(known.any(1), "b -> b 1 1 1 1"), plain, noise)
        return z, self.tokens[rows], noise, known

    def draw_images(self, count: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Draw random frames of random clips, as `draw` does, each a clip of one frame."""
        whole = ~self.late[: self.filled]  # clips whose subjects aren't cut off by the frame
        rows = torch.multinomial(whole.float(), count, replacement=True)
        frames = torch.randint(0, self.shape.frames, (count,), device=self.device)
        z = self.z[rows, :, frames][:, :, None].float()
        known = torch.zeros(count, 1, dtype=torch.bool, device=self.device)
        return z, self.tokens[rows], torch.randn_like(z), known


def turned(z: Tensor, turns: Tensor) -> Tensor:
    """z (b c f h w), each clip begun `turns` (b) frames later, as a loop may -> (b c f h w)"""
    frames = z.shape[2]
    order = (torch.arange(frames, device=z.device) - turns[:, None]) % frames  # (b f)
    return z.gather(2, rearrange(order, "b f -> b 1 f 1 1").expand_as(z))


def begun_later(spec: Spec, frames: int) -> Spec:
    """Let a share LATE of the clips begin later in their motions: half of them by a quarter to three quarters
    of a clip, as a video that goes on, the others by 1 to FARTHEST frames."""
    count = len(spec)
    soon = torch.randint(frames // 4, frames - frames // 4 + 1, (count,))
    begin = torch.where(torch.rand(count) < 0.5, soon, torch.randint(1, FARTHEST + 1, (count,)))
    return replace(spec, begin=torch.where(torch.rand(count) < LATE, begin, 0).float())


def known_frames(late: Tensor, frames: int) -> Tensor:
    """Draw which frames clips know -> (b f); of those that are `late` (b) some at their beginning."""
    count, device = len(late), late.device
    kind = torch.multinomial(KNOWN, count, replacement=True).to(device)[:, None]
    kind = torch.where(late[:, None], LATER, kind)
    place = torch.arange(frames, device=device)[None]
    some = torch.randint(frames // 4, frames - frames // 4 + 1, (count, 1), device=device)
    rest = torch.rand(count, frames, device=device) < torch.rand(count, 1, device=device)
    known = (kind == FIRST) & (place == 0) | (kind == BEGINNING) & (place < frames // 2)
    known |= (kind == ENDS) & ((place == 0) | (place == frames - 1))
    known |= (kind == EVERY_OTHER) & (place % 2 == 0) | (kind == SOME) & rest
    known |= (kind == LATER) & (place < some)
    known[:, -1] &= kind[:, 0] == ENDS  # one frame at least is to be made
    return known & (frames > 1)
