"""The relation of two subjects in a clip: where each is found, wherever that is, or which is in front."""

import itertools
import math
from dataclasses import dataclass

import torch
from torch import Tensor

from training.compose import Spec
from training.judge import Judge, Verdict
from training.layers import OF_A_LAYER, Wanted, without
from training.layout import AND
from training.match import PRODUCTS, cropped

PLACES = [step / 10 for step in range(-9, 10)]
SIZES = (0.18, 0.24, 0.32, 0.42, 0.56, 0.75, 0.95)
NEARBY = ((-0.05, -0.025, 0.0, 0.025, 0.05), (0.9, 1.0, 1.1))  # places and sizes about the first find
EXPLAINED = 0.5  # of what differs from the ground, by a subject that is there
LEVEL = 1e-9  # squared errors that differ by less are equal: where nothing overlaps


@dataclass(frozen=True)
class Found:
    """The place of a subject in the frame's units, −1…1 along the shorter side; there: it is to be seen."""

    x: float
    y: float
    there: bool


def related(
    judge: Judge, videos: Tensor, asked: Wanted, verdict: Verdict, relations: list[str]
) -> list[bool]:
    """For each clip of two subjects: do they stand in the wanted relation?"""
    small, spec = judge.at_work(videos), verdict.spec.to(judge.device)
    asked = asked.to(judge.device)
    frame = small.shape[1] // 2
    products, energy = judge.surroundings(small, without(spec, range(spec.subject.shape[1])))
    wide, high = (side / min(videos.shape[-2:]) for side in (videos.shape[-1], videos.shape[-2]))
    answers = []
    for i, relation in enumerate(relations):
        if relation in ("in front of", "behind"):
            answers.append(in_order(judge, small[i : i + 1], spec[i : i + 1], asked[i : i + 1]))
            continue
        layers = [int((asked.entity[i] == entity).nonzero()[0]) for entity in (0, 1)]
        first, second = (
            found(judge, products[i, frame], energy[i, frame], asked.spec[i : i + 1], n, (wide, high))
            for n in layers
        )
        answers.append(first.there and second.there and holds(relation, first, second))
    return answers


def holds(relation: str, first: Found, second: Found) -> bool:
    """True if the places stand in the relation; "and" asks for the order of reading."""
    right, down = second.x - first.x, second.y - first.y
    across, upright = abs(right) > abs(down), abs(down) > abs(right)
    return {
        "left of": across and right > 0, "right of": across and right < 0,
        "above": upright and down > 0, "below": upright and down < 0,
        "next to": across, AND: across and right > 0,
    }[relation]  # fmt: skip


def in_order(judge: Judge, small: Tensor, spec: Spec, asked: Wanted) -> bool:
    """True if both subjects are where they ought to be and drawn in that order, if that can be seen."""
    right = bool((spec.subject == asked.spec.subject).all())
    swapped = spec.map(torch.clone)
    for name in OF_A_LAYER:
        values = getattr(spec, name)
        getattr(swapped, name)[:, :2] = values[:, :2].flip(1)
    errors = judge.error(small, spec), judge.error(small, swapped)
    return right and float(errors[0] - errors[1]) <= LEVEL


def found(
    judge: Judge, products: Tensor, energy: Tensor, spec: Spec, number: int, sides: tuple[float, float]
) -> Found:
    """Find a layer's subject in its tint anywhere in a frame: products (c h w), energy (1 h w)"""
    subject, tint = int(spec.subject[0, number]), int(judge.tints_of(spec, number)[0])
    grid = torch.tensor([*itertools.product(PLACES, PLACES, SIZES, (0.0, math.pi))], device=judge.device)
    best, _, _ = _best(judge, products, grid, subject, tint)
    ways, scales = NEARBY
    near = torch.tensor([*itertools.product(ways, ways, scales)], device=judge.device)
    x, y, size, angle = best
    poses = torch.stack([x + near[:, 0], y + near[:, 1], size * near[:, 2], angle.expand(len(near))], -1)
    best, gain, picture = _best(judge, products, poses, subject, tint)
    crop = cropped(energy[None], tuple(best[None, :, None].unbind(1)))[0, 0]
    alpha = judge.templates.own[judge.templates.first[subject] + picture].unflatten(0, (PRODUCTS, -1))[3]
    share = -gain / float((crop * alpha).sum().clamp_min(1e-12))
    return Found(float(best[0]) * sides[0], float(best[1]) * sides[1], share > EXPLAINED)


def _best(
    judge: Judge, products: Tensor, poses: Tensor, subject: int, tint: int
) -> tuple[Tensor, float, int]:
    """The pose (4) of the subject's lowest gain, that gain, and the picture of its loop"""
    crops = cropped(products[None], tuple(poses.T[:, :, None]))[:, 0]
    gains = judge.templates.alone(crops, subject, tint)
    row, picture = divmod(int(gains.argmin()), gains.shape[1])
    return poses[row], float(gains[row, picture]), picture
