"""The judge sees what a clip shows, alone or among others, in any shape, and says no to what is wrong."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import torch

from training.captions import Captions
from training.compose import LAYERS, MOTIONS, Spec, compose
from training.content import Content, Entity, single
from training.dataset import EmojiClips
from training.examine import Examination
from training.judge import Judge, Verdict, to_unit
from training.layers import Wanted, wanted, without
from training.layout import AND, RELATIONS
from training.phrases import BACKGROUNDS, TINTS
from training.relation import related

from .shapes import PLACE, pack_shapes

FRAMES = 6  # few: the judge renders hundreds of clips for each that it sees
SHAPES = {"square": (32, 32), "wide": (32, 56), "tall": (56, 32)}
BALL, BOX, ARROW, CROSS, FACE, TENT = range(6)


@cache
def judge() -> Judge:
    with TemporaryDirectory() as folder:
        return Judge(EmojiClips(pack_shapes(Path(folder) / "emoji.zip"), size=32, threads=1))


@cache
def captions() -> Captions:
    return Captions(judge().clips.subjects, 0, judge().clips.scenery)


def shown(
    contents: list[Content], shape: str = "square", noise: float = 0.06, **fields: torch.Tensor
) -> tuple[torch.Tensor, Spec]:
    """Clips of the contents, and their spec, with what a caption leaves open drawn from a seed."""
    h, w = SHAPES[shape]
    chance = torch.randn(len(contents), 4, generator=torch.Generator().manual_seed(7))
    spec = replace(captions().spec(contents, chance, w / h), **fields)
    videos = compose(judge().clips, spec, FRAMES, shape=(h, w))
    return videos + noise * torch.randn(videos.shape, generator=torch.Generator().manual_seed(0)), spec


def seen(
    videos: torch.Tensor, contents: list[Content], shape: str = "square", tints: bool = False
) -> tuple[Verdict, Wanted]:
    h, w = SHAPES[shape]
    asked = wanted(captions(), contents, w / h, tints)
    return judge().verdict(videos, asked), asked


def answers(videos: torch.Tensor, asked_for: list[Content], tints: bool = False) -> list[dict]:
    """What of the videos is right, where the contents `asked_for` were asked for."""
    verdict, asked = seen(videos, asked_for, tints=tints)
    found = list(Examination(judge(), captions(), {})._answers(asked_for, asked, verdict))
    if len(asked_for[0].entities) == 2:
        for answer, right in zip(found, relations_right(videos, asked_for, verdict), strict=True):
            answer["relation right"] = right
    return found


def relations_right(
    videos: torch.Tensor, asked_for: list[Content], verdict: Verdict | None = None
) -> list[bool]:
    """Those that stand in their relation; without a verdict, the grounds asked for are there"""
    found = verdict.spec if verdict else wanted(captions(), asked_for, 1.0, tints=False).spec
    return related(judge(), captions(), videos, asked_for, found)


def pair(first: Entity, second: Entity, relation: str = "and", ground: str = "white") -> Content:
    return Content((first, second), ground, relation=relation)


def test_it_reads_every_motion_in_every_open_choice():
    colours = ["gray", "black", "green", "blue", "purple", "pink", "brown", "turquoise"]
    contents = [single(i % 6, colours[i], motion) for i, motion in enumerate(MOTIONS)]
    phase, speed = torch.arange(8).float() * 2, torch.tensor([1.0, 2.0] * 4)
    videos, spec = shown(contents, phase=phase, speed=speed)
    verdict, _ = seen(videos, contents)
    assert verdict.spec.subject[:, 0].tolist() == [i % 6 for i in range(8)]
    assert [MOTIONS[i] for i in verdict.spec.motion[:, 0]] == list(MOTIONS)
    assert [judge().grounds[i] for i in verdict.ground] == colours
    assert (verdict.spec.x - spec.x)[:, 0].abs().max() < 0.03
    assert (verdict.spec.size - spec.size)[:, 0].abs().max() < 0.03


@pytest.mark.parametrize("shape", ["wide", "tall"])
def test_it_reads_other_shapes_and_scenery(shape: str):
    contents = [
        Content((Entity(CROSS, "moving left"),), scenery=0),
        Content((Entity(TENT, "growing"),), "yellow"),
    ]
    verdict, _ = seen(shown(contents, shape)[0], contents, shape)
    assert verdict.spec.subject[:, 0].tolist() == [CROSS, TENT]
    assert [MOTIONS[i] for i in verdict.spec.motion[:, 0]] == ["moving left", "growing"]
    assert [judge().grounds[i] for i in verdict.ground] == [PLACE, "yellow"]


def test_it_is_not_led_by_what_was_asked_for():
    right = [single(BALL, "green", "still"), single(CROSS, "blue", "moving up")]
    asked = [single(BOX, "red", "growing"), single(FACE, "white", "still")]
    told, blind = (seen(shown(right)[0], contents)[0] for contents in (asked, right))
    for field in ("subject", "motion"):
        assert torch.equal(getattr(told.spec, field)[:, 0], getattr(blind.spec, field)[:, 0])
    assert torch.equal(told.ground, blind.ground)


def test_two_subjects_are_right_with_motions_colours_and_relation():
    contents = [
        pair(Entity(BALL, "moving left"), Entity(TENT, "growing", "blue"), "left of", "gray"),
        pair(Entity(CROSS, "still", "red"), Entity(BOX, "spinning"), "below"),
    ]
    assert all(all(answer.values()) for answer in answers(shown(contents)[0], contents, tints=True))


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (pair(Entity(BALL), Entity(FACE), "left of"), {"subject right", "class right"}),
        (pair(Entity(BALL, "moving up"), Entity(BOX), "left of"), {"motion right"}),
        (pair(Entity(BALL), Entity(BOX, tint="green"), "left of"), {"colour right"}),
        (pair(Entity(BALL), Entity(BOX), "left of", "black"), {"ground right"}),
        (pair(Entity(BOX), Entity(BALL), "left of"), {"subject right", "class right", "relation right"}),
    ],
)
def test_it_says_no_to_what_is_wrong(wrong: Content, what: set[str]):
    asked = pair(Entity(BALL), Entity(BOX), "left of")
    (answer,) = answers(shown([wrong])[0], [asked], tints=True)
    if "relation right" in what:
        answer.pop("motion right"), answer.pop("colour right")
    wrongly = {name for name, right in answer.items() if right is False}
    assert wrongly - {"relation right"} | what == what | {"all right"}
    assert ("relation right" in wrongly) == ("relation right" in what or "subject right" in what)


@pytest.mark.parametrize("relation", [AND, *RELATIONS])
def test_a_relation_is_right_and_the_two_swapped_are_wrong(relation: str):
    first, second = Entity(CROSS, "moving left"), Entity(FACE, "growing")
    content, swapped = pair(first, second, relation), pair(second, first, relation)
    assert relations_right(shown([content])[0], [content]) == [True]
    assert relations_right(shown([swapped])[0], [content]) == [relation == "next to"]


@pytest.mark.parametrize("relation", ["in front of", "behind"])
def test_it_sees_who_is_in_front(relation: str):
    content = pair(Entity(BALL), Entity(BOX), relation)
    _, spec = shown([content])
    behind = spec.map(torch.clone)
    for name in ("subject", "x", "y", "size"):
        getattr(behind, name)[:, :2] = getattr(spec, name)[:, :2].flip(1)
    assert relations_right(compose(judge().clips, behind, FRAMES, shape=SHAPES["square"]), [content]) == [
        False
    ]


@pytest.mark.parametrize("number", [0, 1])
def test_a_subject_that_is_missing_stands_in_no_relation(number: int):
    content = pair(Entity(BALL), Entity(BOX), "left of")
    alone = compose(judge().clips, without(shown([content])[1], [number]), FRAMES, shape=SHAPES["square"])
    assert relations_right(alone, [content]) == [False]


def test_three_subjects_are_right_and_one_wrong_one_is_found():
    contents = [Content((Entity(BALL), Entity(TENT, "spinning"), Entity(CROSS, "moving right")), "white")]
    wrong = [Content((Entity(BALL), Entity(TENT, "spinning"), Entity(ARROW, "moving right")), "white")]
    videos, _ = shown(contents)
    assert answers(videos, contents)[0]["all right"] is True
    assert answers(videos, wrong)[0]["subject right"] is False


def test_likeness_finds_phase_position_and_size_and_is_low_for_another_subject():
    contents = [single(FACE, "green", "still"), single(ARROW, "black", "moving left")]
    videos, _ = shown(contents, noise=0.0, phase=torch.tensor([7.0, 4.0]))
    asked = wanted(captions(), contents, 1.0, tints=False)
    likeness = judge().likeness(videos, asked)
    assert likeness.psnr.min() > 33
    noisy = videos + 0.1 * torch.randn(videos.shape, generator=torch.Generator().manual_seed(0))
    assert judge().likeness(noisy, asked).flicker.min() > likeness.flicker.max() + 3
    others = wanted(captions(), [single(BOX, "green", "still"), single(BALL, "black", "still")], 1.0, False)
    assert judge().likeness(videos, others).psnr.max() < 18


def test_the_error_of_a_layer_alone_is_that_of_the_whole_rendering(monkeypatch: pytest.MonkeyPatch):
    """Under and over others, in several renderings a clip, large and small, tinted and not."""
    contents = [
        Content((Entity(BALL, tint="red"), Entity(FACE, "spinning"), Entity(BOX, "growing")), "white"),
        Content((Entity(TENT), Entity(CROSS, "moving left", "blue"), Entity(BALL)), "green"),
    ]
    monkeypatch.setattr("training.judge.AT_ONCE", 2)  # one clip at a time
    videos, spec = shown(contents)
    small = judge().at_work(videos)
    for number in range(3):
        moved = spec[[0, 0, 1, 1]].map(torch.clone)
        moved.x[:, number] += torch.tensor([0.0, 0.1, 0.0, -0.3])
        moved.size[:, number] *= torch.tensor([1.0, 0.8, 1.2, 1.0])
        whole = to_unit(compose(judge().small, moved, FRAMES, shape=small.shape[-2:]))
        expected = (whole - small[[0, 0, 1, 1]]).square().mean((1, 2, 3, 4))
        error = judge().error(judge()._scene(small, spec, number), moved, number)
        torch.testing.assert_close(error, expected, atol=2e-5, rtol=1e-3)
        assert expected[0] < expected[1] and expected[2] < expected[3]  # what was moved fits worse


def test_a_judge_of_the_end_sees_what_a_clip_ends_with():
    first, last = ([single(subject, "green", "still")] for subject in (BALL, CROSS))
    videos = torch.cat([shown(first)[0][:, :4], shown(last)[0][:, 4:]], 1)
    asked = wanted(captions(), first, 1.0, tints=False)
    assert judge().verdict(videos, asked).spec.subject[0, 0] == BALL
    assert judge().of_the_end(2).verdict(videos, asked).spec.subject[0, 0] == CROSS


def test_entities_are_told_from_layers():
    content = pair(Entity(BALL), Entity(BOX, count=2), "in front of")
    asked = wanted(captions(), [content], 1.0, tints=True)
    assert asked.entity.tolist() == [[1, 1, 0, -1]] and asked.spec.subject.shape == (1, LAYERS)
    assert asked.tints == (-1, *range(len(TINTS))) and len(BACKGROUNDS) + 1 == len(judge().grounds)
