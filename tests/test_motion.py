"""A change keeps the motion of its source, also where the prompt names none."""

import numpy as np
import pytest

from t2v import TextToVideo
from t2v.checkpoints import EMBEDDED
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
    source = emoji("a panda moving right on a green background", seed=7)
    made = emoji("a cat on a green background", source=source.frames, strength=0.6, steps=5, seed=1)
    assert along(source.frames, made.frames, "moving right") >= 0.95
    assert "moving right" in made.notes[-1] and made.request.prompt == "a cat on a green background"


@pytest.mark.parametrize(
    "settings",
    [
        {"prompt": "a cat moving left on a green background"},
        {"prompt": "a cat [1s: a dog]"},
        {"keep": 4},
        {"strength": 1.0},
    ],
)
def test_where_the_prompt_says_it_or_nothing_is_changed_nothing_is_added(
    emoji: TextToVideo, settings: dict, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("t2v.pipeline.misfit", lambda *_: pytest.fail("asked for the motion"))
    small = {"width": 32, "height": 32, "frames": 8, "steps": 2, "seed": 1}
    frames = np.zeros((8, 32, 32, 3), np.uint8)
    made = emoji(source=frames, **{"prompt": "a cat"} | small | settings)
    assert not any("motion" in note for note in made.notes)


def test_a_model_without_a_vocabulary_is_told_the_prompt_alone(folder, monkeypatch: pytest.MonkeyPatch):
    pipe = TextToVideo.from_pretrained(folder, "cpu", "float32")
    monkeypatch.setattr("t2v.pipeline.misfit", lambda *_: pytest.fail("asked for the motion"))
    pipe("a cat", source=np.zeros((2, 16, 16, 3), np.uint8), width=16, height=16, frames=2, steps=2, seed=1)


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
