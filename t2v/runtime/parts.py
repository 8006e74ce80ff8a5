"""Parts of a video, one a device: frames in spatial layers, places in attention over time.

The devices of a team have neighbouring groups of frames. What joins frames is exchanged:

- A convolution over time needs the frame before the group and the one after it; its norm, statistics of all
  frames, which are combined from those of each group. Both are exchanged at once.
- For attention over time a device sends the places of its frames to the devices that have these places,
  receives its own places in all frames, and sends the result back.
"""

from dataclasses import dataclass

import torch
from einops import rearrange
from torch import Tensor, nn

from t2v.networks.resnet import NormConv

from .exchange import Exchange, Exchanging, message_of, packed, unpacked
from .kernels.ops import Ops
from .kernels.plain_ops import Vectors

Pending = tuple[Tensor, Vectors]  # a tensor, and the biases (c) not yet added to it


class Alone:
    """The whole video, on one device: nothing is exchanged."""

    def frames_of(self, x: Tensor, axis: int) -> Tensor:
        """x (… f …) -> the part's frames along `axis`"""
        return x

    def temporal_conv(
        self, ops: Ops, x: Tensor, layer: NormConv, shifts: Vectors, loop: bool
    ) -> Exchanging[Pending]:
        """x (b c f p), shifts (c) -> norm of x + shifts, SiLU, convolution along f (b c f p)"""
        yield from ()
        return ops.temporal_conv(x, layer.norm, layer.conv, shifts, loop)

    def to_places(
        self, ops: Ops, x: Tensor, norm: nn.GroupNorm, shifts: Vectors, frames: int
    ) -> Exchanging[tuple[Tensor, Tensor]]:
        """x (n c h w), n = b·frames, shifts (c) -> the part's places of x in all frames; the norm of x +
        shifts over all frames, there (b f p c)"""
        yield from ()
        h = ops.group_norm(rearrange(x, "(b f) c h w -> b c f (h w)", f=frames), norm, shifts)
        return x, rearrange(h, "b c f p -> b f p c")

    def to_frames(self, x: Tensor, size: torch.Size) -> Exchanging[Tensor]:
        """The part's places, as of `to_places` -> the part's frames (n c h w), of that size"""
        yield from ()
        return x


ALONE = Alone()


@dataclass(frozen=True)
class Part(Alone):
    """The part of a video of `frames` frames that one of `count` devices has: the group number `index` of
    frames, or of places. There are at least as many of both as devices."""

    index: int
    count: int
    frames: int

    def frames_of(self, x: Tensor, axis: int) -> Tensor:
        own = self._group(self.frames)
        return x.narrow(axis, own.start, own.stop - own.start)

    def temporal_conv(
        self, ops: Ops, x: Tensor, layer: NormConv, shifts: Vectors, loop: bool
    ) -> Exchanging[Pending]:
        own = ops.moments(x, layer.norm, shifts)
        first, last = (rearrange(x[:, :, at], "b c p -> b p c") for at in (0, -1))
        before, after = self._beside(loop)
        exchange, messages = Exchange(), {}
        # the first frame goes to the device before, the last to the device after
        for other in self._others:
            exchange.send(other, packed([own, *[first] * (other == before), *[last] * (other == after)]))
            like = [own, *[first] * (other == after), *[last] * (other == before)]
            messages[other] = exchange.receive(other, message_of(like)), like
        yield exchange
        found = {other: unpacked(*message) for other, message in messages.items()}
        moments = torch.stack([own if i == self.index else found[i][0] for i in range(self.count)])
        beside = [
            None if other is None else rearrange(found[other][at], "b p c -> b c 1 p")
            for other, at in ((before, -1), (after, 1))
        ]
        return ops.temporal_conv_beside(x, layer.norm, layer.conv, moments, shifts, *beside)

    def to_places(
        self, ops: Ops, x: Tensor, norm: nn.GroupNorm, shifts: Vectors, frames: int
    ) -> Exchanging[tuple[Tensor, Tensor]]:
        exchange = Exchange()
        h = rearrange(x, "(b f) c h w -> b c f (h w)", f=frames)
        moments = self._everywhere(exchange, ops.moments(h, norm, shifts))
        rows = rearrange(h, "b c f p -> f b p c")  # frames first: each group of them is contiguous
        own = rows[:, :, self._group(rows.shape[2])]
        places = torch.empty((self.frames, *own.shape[1:]), dtype=x.dtype, device=x.device)
        places[self._group(self.frames)] = own
        for other in self._others:
            exchange.send(other, rows[:, :, self._group(rows.shape[2], other)])
            exchange.receive(other, places[self._group(self.frames, other)])
        yield exchange
        h = ops.group_norm_by(rearrange(places, "f b p c -> b c f p"), norm, moments, shifts)
        return rearrange(places, "f b p c -> (b f) c p 1"), rearrange(h, "b c f p -> b f p c")

    def to_frames(self, x: Tensor, size: torch.Size) -> Exchanging[Tensor]:
        exchange = Exchange()
        rows = rearrange(x, "(b f) c p 1 -> f b p c", f=self.frames)
        own = rows[self._group(self.frames)]
        groups = [self._group(size[2] * size[3], index) for index in range(self.count)]
        parts = [
            own if index == self.index else own.new_empty(*own.shape[:2], group.stop - group.start, size[1])
            for index, group in enumerate(groups)
        ]
        for other in self._others:
            exchange.send(other, rows[self._group(self.frames, other)])
            exchange.receive(other, parts[other])
        yield exchange
        return rearrange(torch.cat(parts, dim=2), "f b (h w) c -> (b f) c h w", h=size[2])

    def _group(self, total: int, index: int | None = None) -> slice:
        """A device's group of frames or places, by default this one's. All are as equal as can be."""
        index = self.index if index is None else index
        return slice(total * index // self.count, total * (index + 1) // self.count)

    @property
    def _others(self) -> list[int]:
        """The indices of all other devices."""
        return [index for index in range(self.count) if index != self.index]

    def _beside(self, loop: bool) -> tuple[int | None, int | None]:
        """The devices of the frames before and after this one's; None at an end of the video."""
        before, after = (self.index - 1) % self.count, (self.index + 1) % self.count
        return before if loop or self.index > 0 else None, after if loop or after > 0 else None

    def _everywhere(self, exchange: Exchange, own: Tensor) -> Tensor:
        """own (…), sent to all others -> those of all (count …), after the exchange"""
        every = own.new_empty(self.count, *own.shape)
        every[self.index] = own
        for other in self._others:
            exchange.send(other, own)
            exchange.receive(other, every[other])
        return every
