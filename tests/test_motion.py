"""A change keeps the motion of its source, also where the prompt names none."""

import numpy as np
import pytest

from t2v import Request, TextToVideo
from t2v.checkpoints import EMBEDDED
from t2v.motion import motion_in
from t2v.vocabulary import Vocabulary
from training.from_source import along, centres, seams_of

WORDS = {
    "subjects": {"cat": "cat", "falling star": "star"}, "backgrounds": {"green": [0, 0, 0]},
    "motions": ["still", "moving left", "growing", "shrinking", "moving down"],
    "motion_phrases": {
        "growing": ["getting bigger"], "shrinking": ["growing smaller"], "moving down": ["falling"],
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def emoji() -> TextToVideo:
    return TextToVideo.from_pretrained(EMBEDDED, "cpu", "float32")


@pytest.mark.parametrize(
    ("prompt", "motion"),
    [
        ("a cat", None),
        ("a cat moving  LEFT on green", "moving left"),
        ("a cat, getting bigger", "growing"),
        ("a cat growing smaller", "shrinking"),
        ("a falling star", None),
        ("a falling star falling", "moving down"),
        ("a cat left of a cat", None),
    ],
)
def test_a_prompt_names_a_motion_or_none(prompt: str, motion: str | None):
    assert Vocabulary(WORDS).motion(prompt) == motion


def test_a_change_keeps_the_motion_that_the_prompt_leaves_open(emoji: TextToVideo):
    """Without the word a still cat would be drawn, in the middle."""
    source = emoji("a panda moving right on a green background", frames=8, seed=7)
    made = emoji("a cat on a green background", source=source.frames, strength=0.6, steps=5, frames=8, seed=1)
    assert along(source.frames, made.frames, "moving right") >= 0.95
    assert "moving right" in made.notes[-1] and made.request.prompt == "a cat on a green background"


@pytest.mark.parametrize(
    "settings",
    [
        {"prompt": "a cat moving left on a green background"},
        {"prompt": "a cat [1s: a dog]"},
        {"keep": 4},
        {"strength": 1.0},
        {"strength": 0.0},
    ],
)
def test_where_the_prompt_says_it_or_nothing_is_changed_nothing_is_added(
    emoji: TextToVideo, settings: dict, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("t2v.motion.motion_in", lambda *_: pytest.fail("looked for the motion"))
    small = {"width": 32, "height": 32, "frames": 8, "steps": 2, "seed": 1}
    frames = np.zeros((8, 32, 32, 3), np.uint8)
    made = emoji(source=frames, **{"prompt": "a cat"} | small | settings)
    assert not any("motion" in note for note in made.notes)


def test_a_model_without_a_vocabulary_is_told_the_prompt_alone(folder, monkeypatch: pytest.MonkeyPatch):
    pipe = TextToVideo.from_pretrained(folder, "cpu", "float32")
    monkeypatch.setattr("t2v.motion.motion_in", lambda *_: pytest.fail("looked for the motion"))
    pipe("a cat", source=np.zeros((2, 16, 16, 3), np.uint8), width=16, height=16, frames=2, steps=2, seed=1)


def drawn(x: float, y: float, side: float, turn: float, ground: np.ndarray) -> np.ndarray:
    """A frame with a disc, half red and half white, on a ground (h w 3)"""
    h, w = ground.shape[:2]
    down, right = np.mgrid[:h, :w]
    right, down = (right - x * w) / (side * w / 2), (down - y * h) / (side * h / 2)
    half = right * np.cos(turn) + down * np.sin(turn) > 0
    disc = np.where(half[..., None], (220, 40, 40), (250, 250, 250))
    return np.where((right**2 + down**2 < 1)[..., None], disc, ground).astype(np.uint8)


def moving(motion: str, ground: np.ndarray, frames: int) -> np.ndarray:
    """A disc in one of the motions."""
    ways = {"moving left": (-1, 0), "moving right": (1, 0), "moving up": (0, -1), "moving down": (0, 1)}
    right, down = ways.get(motion, (0, 0))
    made = []
    for u in np.linspace(0, 1, frames):
        grown = {"growing": 0.45 + 0.55 * u, "shrinking": 1 - 0.55 * u}.get(motion, 1.0)
        turn = 6 * u if motion == "spinning" else 0.0
        made.append(drawn(0.5 + right * (u - 0.5) / 3, 0.5 + down * (u - 0.5) / 3, 0.4 * grown, turn, ground))
    return np.stack(made)


PLAIN = np.full((64, 96, 3), (60, 160, 90), np.uint8)
SCENERY = np.random.default_rng(0).integers(0, 256, (8, 12, 3)).repeat(8, 0).repeat(8, 1).astype(np.uint8)
MOTIONS = (
    "still", "moving left", "moving right", "moving up", "moving down", "growing", "shrinking", "spinning",
)  # fmt: skip


@pytest.mark.parametrize("motion", MOTIONS)
@pytest.mark.parametrize("frames", [8, 16, 40])
def test_the_motion_of_what_stands_out_is_seen(motion: str, frames: int):
    assert motion_in(moving(motion, PLAIN, frames)) == motion
    assert motion_in(np.ascontiguousarray(moving(motion, PLAIN, frames).transpose(0, 2, 1, 3))) == {
        "moving left": "moving up", "moving up": "moving left",
        "moving right": "moving down", "moving down": "moving right",
    }.get(motion, motion)  # fmt: skip


@pytest.mark.parametrize("motion", ["still", "moving left", "moving down", "spinning"])
def test_it_is_seen_over_a_scenery_too(motion: str):
    """Growth only in part: where a subject always stands, nothing tells it from the ground."""
    assert motion_in(moving(motion, SCENERY, 16)) == motion


@pytest.mark.parametrize(
    "frames", [PLAIN[None], np.stack([PLAIN] * 4), np.stack([SCENERY] * 4), np.zeros((3, 1, 1, 3), np.uint8)]
)
def test_where_nothing_stands_out_nothing_moves(frames: np.ndarray):
    assert motion_in(frames) == "still"


def test_a_model_says_how_its_sources_are_changed(emoji: TextToVideo):
    """What is known of a video, as a picture that it begins with, is no change."""
    given = {"prompt": "a cat", "seed": 1}
    own = Request(**given).validate(emoji.native, source=True)
    assert (own.strength, own.steps, own.walked) == (0.85, 4, 3)
    assert Request(**given, steps=2).validate(emoji.native, source=True).steps == 2
    for settings in ({"strength": 1.0}, {"keep": 1}):
        assert Request(**given, **settings).validate(emoji.native, source=True).steps == 2
    family = Request(**given).validate(source=True)
    assert (family.strength, family.steps) == (0.6, 50)


def test_a_still_source_adds_nothing(emoji: TextToVideo):
    source = np.stack([drawn(0.5, 0.5, 0.4, 0.0, PLAIN)] * 4)
    made = emoji("a cat", source=source, strength=0.6, steps=2, frames=4, width=32, height=32, seed=1)
    assert not any("motion" in note for note in made.notes)


def square(x: int) -> np.ndarray:
    frame = np.full((32, 32, 3), 60, np.uint8)
    frame[8:16, x : x + 8] = (200, 30, 30)
    return frame


def test_the_measure_finds_where_a_subject_is():
    moving = np.stack([square(x) for x in range(4, 20, 2)])
    assert np.allclose(centres(moving)[0], (8 / 32, 12 / 32))
    assert along(moving, moving, "moving right") == pytest.approx(1)
    assert along(moving, moving[::-1], "moving right") == pytest.approx(-1)
    assert along(moving, moving[[0] * 8], "moving right") == 0


def test_the_measure_compares_a_seam_with_neighbours():
    jump = np.stack([square(x) for x in (4, 4, 4, 20, 20, 20)])
    found = seams_of(jump, [3])
    assert found["neighbours"] == 100 > 20 > found["seam"]
    assert seams_of(np.concatenate([jump, jump[::-1]]), [0])["seam"] == 100
