"""The relation of two subjects in a clip: the layout whose places both fit best, and who is in front.

Each subject is matched in its place of every relation's layout; what was asked for has no advantage. Then
both have to be seen there, and one over the other, if the two overlap at all.
"""

from dataclasses import replace

import torch
from torch import Tensor

from training.captions import Captions
from training.compose import LAYERS, Spec, compose
from training.content import Content
from training.judge import Judge, to_unit
from training.layers import OF_A_LAYER, Wanted, on_ground, wanted, without
from training.layout import AND, RELATIONS

LAYOUTS = tuple(relation for relation in RELATIONS if relation != "next to")
MEANT = {"next to": ("left of", "right of"), AND: ("left of",)}  # layouts; each other relation has its own
OVER = ("in front of", "behind")
VISIBLE = 0.02  # least change of a pixel, 0…1, that shows
OVERLAP = 30  # least numbers of a clip at work that show which of two is in front
EXPLAINED = 0.5  # of the error without a subject where it shows, in some frame, by one that is there


def related(
    judge: Judge, captions: Captions, videos: Tensor, contents: list[Content], found: Spec
) -> list[bool]:
    """For each clip of two subjects: are both there, and do they stand in the wanted relation?

    found: what was recognised, of which only the ground counts
    """
    small, aspect = judge.at_work(videos), videos.shape[-1] / videos.shape[-2]

    def laid_out(names: list[str]) -> Wanted:
        """What the contents ask for, but on the ground that was found, and in other layouts"""
        laid = [replace(each, relation=name) for each, name in zip(contents, names, strict=True)]
        asked = wanted(captions, laid, aspect, tints=False)
        return replace(asked, spec=on_ground(asked.spec, found))

    nearest = layouts(judge, small, [laid_out([name] * len(contents)) for name in LAYOUTS])
    fitted = judge.likeness(videos, laid_out(nearest)).spec.to(judge.device)
    answers = []
    for i, relation in enumerate(content.relation for content in contents):
        clip, spec = small[i : i + 1], fitted[i : i + 1]
        right = nearest[i] in MEANT.get(relation, (relation,)) and there(judge, clip, spec)
        answers.append(right and (relation not in OVER or in_order(judge, clip, spec)))
    return answers


def layouts(judge: Judge, small: Tensor, asked: list[Wanted]) -> list[str]:
    """The one of LAYOUTS, asked for one by one, that each clip fits best over its ground."""
    products = judge.products(small, without(asked[0].spec.to(judge.device), range(LAYERS)))
    gains = []
    for each in asked:
        laid = each.to(judge.device)
        gains.append([_gain(judge, products[i], laid[i : i + 1]) for i in range(len(small))])
    return [LAYOUTS[best] for best in torch.tensor(gains).argmin(0).tolist()]


def _gain(judge: Judge, products: Tensor, asked: Wanted) -> float:
    """The change of the squared error by both subjects of a clip, each at the best pose about its place."""
    return sum(float(judge.places(products[None], asked, number)[1].min()) for number in (0, 1))


def there(judge: Judge, small: Tensor, asked: Spec) -> bool:
    """True if each of two subjects, fitted to one clip, explains EXPLAINED of its place in some frame."""
    full = rendered(judge, small, asked)
    shares = []
    for number in (0, 1):
        bare = rendered(judge, small, without(asked, [number]))
        shows = (full - bare).abs() > VISIBLE
        after, before = (((each - small).square() * shows).sum((0, 2, 3, 4)) for each in (full, bare))
        shares.append(float((1 - after / before.clamp_min(1e-9)).max()))
    return min(shares) > EXPLAINED


def in_order(judge: Judge, small: Tensor, asked: Spec) -> bool:
    """True if one clip is no nearer to the two drawn in the other order, where that shows, if it does."""
    reversed_ = asked.map(torch.clone)
    for name in OF_A_LAYER:
        getattr(reversed_, name)[:, :2] = getattr(asked, name)[:, :2].flip(1)
    right, wrong = (rendered(judge, small, spec) for spec in (asked, reversed_))
    shows = (right - wrong).abs() > VISIBLE
    errors = [((each - small).square() * shows).sum() for each in (right, wrong)]
    return bool(errors[0] <= errors[1] or shows.sum() < OVERLAP)


def rendered(judge: Judge, small: Tensor, spec: Spec) -> Tensor:
    """One clip's spec at the size of small (1 f 3 h w), in 0…1"""
    return to_unit(compose(judge.small, spec, small.shape[1], shape=small.shape[-2:]))
