"""Several devices for one video: halves of guidance, parts of the video, groups of frames to decode."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import torch
from torch import Tensor

from t2v.networks import VAE, UNet3D, blank
from t2v.networks.options import PLAIN, Options

from . import dividing
from .device import current
from .exchange import Exchanging, in_step
from .fast_unet import FastUNet
from .parts import ALONE, Part

Network = TypeVar("Network", UNet3D, VAE)
Step = Callable[..., Tensor]  # x (1 c f h w), t (1) or (1 f), options -> predictions (g c f h w)


@dataclass(frozen=True)
class Member:
    """A device of a team, with copies of the networks: `unet`, its recorded `run`, and the VAE's recorded
    `decode`."""

    device: torch.device
    unet: FastUNet
    run: Callable[..., Exchanging[Tensor]]
    decode: Callable[[Tensor], Tensor]

    def read(self, text: Tensor) -> Tensor:
        """text as FastUNet.read has it -> keys and values, on this device"""
        with current(self.device):
            return self.unet.read(text.to(self.device))

    def refresh(self) -> None:
        """Compute anew what was derived from the weights, after a change of these in place."""
        with current(self.device):
            self.unet.refresh()

    def decoded(self, z: Tensor) -> Tensor:
        """z (n c h w) -> images (n 3 8h 8w) on this device"""
        with current(self.device):
            return self.decode(z.to(self.device))


@dataclass(frozen=True)
class Team:
    """Devices that make one video, the first of which holds it. All are launched without waiting for any.

    They divide the two texts of guidance, and the video among the devices of a text, as `dividing` says.
    """

    members: Sequence[Member]

    def predictor(self, text: Tensor, *guidance: Tensor) -> Step:
        """text (g l d) or (g f l d) -> a step under g texts; guidance (1 d) as the UNet's"""
        crews = cache(lambda size: self._crews(text, size))

        def step(x: Tensor, t: Tensor, options: Options = PLAIN) -> Tensor:
            inputs = x, t, *guidance
            work = [_work(crew, inputs, options) for crew in crews(x.shape[2:])]
            whole = [torch.cat([part.to(x.device) for part in parts], dim=2) for parts in in_step(work)]
            return torch.cat(whole)

        return step

    def _crews(self, text: Tensor, size: torch.Size) -> list[list[tuple[Member, Tensor]]]:
        """Arrange the members for a video of the size (f h w) -> those of each team, with what they read of
        its text; the first member's team comes last. Each has a frame, and a place of the smallest maps."""
        first, count = self.members[0], len(self.members)
        most = min(size[0], first.unet.least_places(*size[1:]))
        launch = dividing.LAUNCH if first.device.type == "cuda" else 0.0
        way = dividing.arranged(first.unet.unet, count, most, size.numel(), len(text), launch)
        starts = [i * (count // way.teams) for i in range(way.teams)][::-1]
        return [
            [(member, member.read(part)) for member in self.members[start : start + way.devices]]
            for start, part in zip(starts, text.chunk(way.teams), strict=True)
        ]


def _work(
    crew: Sequence[tuple[Member, Tensor]], inputs: Sequence[Tensor], options: Options
) -> list[Exchanging[Tensor]]:
    """The work of a step, of each device of a crew: it has a part of the video, or the video."""
    frames, work = inputs[0].shape[2], []
    for index, (member, text_kv) in enumerate(crew):
        x, t, *more = (each.to(member.device) for each in inputs)
        part = Part(index, len(crew), frames) if len(crew) > 1 else ALONE
        work.append(member.run(x, t, text_kv, *more, options=options, part=part))
    return work


def copied(network: Network, device: torch.device) -> Network:
    """Copy the network and its weights to `device`, without a temporary copy on the host."""
    with blank():
        copy = type(network)(network.config)
    weights = {name: weight.to(device, copy=True) for name, weight in network.state_dict().items()}
    copy.load_state_dict(weights, assign=True)
    return copy.eval().requires_grad_(False)
