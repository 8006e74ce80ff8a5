"""What clips ought to show, layer by layer, and changes of specs."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from training.captions import Captions
from training.chance import OPEN
from training.compose import MOTIONS, Spec
from training.content import Content, Entity
from training.match import COLOURS

OF_A_LAYER = ("subject", "tint", "motion", "x", "y", "size", "travel")  # fields of a Spec


@dataclass(frozen=True)
class Wanted:
    """What `b` clips of one shape ought to show, with middle values for what is open.

    spec: their layers; sizes: each layer's middle size in each motion (b LAYERS MOTIONS); entity: the place
    in the caption of each layer's subject (b LAYERS); tints: colours that a layer may have, −1: its own
    """

    spec: Spec
    sizes: Tensor
    entity: Tensor
    tints: tuple[int, ...]

    def __getitem__(self, rows: slice | Tensor) -> "Wanted":
        return Wanted(self.spec[rows], self.sizes[rows], self.entity[rows], self.tints)

    def to(self, device: torch.device) -> "Wanted":
        """Copy to another device."""
        return Wanted(self.spec.to(device), self.sizes.to(device), self.entity.to(device), self.tints)


def wanted(captions: Captions, contents: list[Content], aspect: float, tints: bool) -> Wanted:
    """Lay out the contents for clips of that aspect; `tints`: layers may have colours of their own."""
    middle = torch.zeros(len(contents), len(OPEN))

    def spec(motion: str | None = None) -> Spec:
        moved = [replace(c, entities=tuple(_moving(e, motion) for e in c.entities)) for c in contents]
        return captions.spec(moved, middle, aspect)

    plain = replace(spec(), phase=torch.zeros(len(contents)), speed=torch.ones(len(contents)))
    sizes = torch.stack([spec(motion).size for motion in MOTIONS], -1)
    subjects = [[entity.subject for entity in content.entities] for content in contents]
    entity = [
        [mine.index(s) if s >= 0 else -1 for s in row]
        for mine, row in zip(subjects, plain.subject.tolist(), strict=True)
    ]
    allowed = tuple(range(-1, len(COLOURS) if tints else 0))
    return Wanted(plain, sizes, torch.tensor(entity), allowed)


def _moving(entity: Entity, motion: str | None) -> Entity:
    return replace(entity, motion=motion) if motion else entity


def joined(specs: list[Spec]) -> Spec:
    """Concatenate specs."""
    return Spec(**{f.name: torch.cat([getattr(spec, f.name) for spec in specs]) for f in fields(Spec)})


def merged(spec: Spec, other: Spec, number: int) -> Spec:
    """Replace one layer by that of another spec of as many clips."""
    new = spec.map(torch.clone)
    for name in OF_A_LAYER:
        getattr(new, name)[:, number] = getattr(other, name)[:, number]
    return new


def without(spec: Spec, numbers: Iterable[int]) -> Spec:
    """Remove layers."""
    subject = spec.subject.clone()
    subject[:, list(numbers)] = -1
    return replace(spec, subject=subject)


def on_ground(spec: Spec, other: Spec) -> Spec:
    """Replace background and scenery by those of another spec."""
    return replace(spec, background=other.background, ground=other.ground)


def on_gray(spec: Spec, value: float) -> Spec:
    """Replace background and scenery by a shade of gray, 0…1."""
    return replace(
        spec, background=torch.full_like(spec.background, value), ground=torch.full_like(spec.ground, -1)
    )


def chosen_of(first: Tensor, one: Spec, other: Spec) -> Spec:
    """For each clip the one spec where `first` (b), else the other."""

    def choose(a: Tensor, b: Tensor) -> Tensor:
        return torch.where(first.view(-1, *[1] * (a.dim() - 1)), a, b)

    return Spec(**{f.name: choose(getattr(one, f.name), getattr(other, f.name)) for f in fields(Spec)})
