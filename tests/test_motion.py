"""A change keeps the motion of its source, also where the prompt names none."""

import numpy as np
import pytest
import torch

from t2v import Request, TextToVideo
from t2v.amounts import amounts
from t2v.checkpoints import EMBEDDED
from t2v.checkpoints.translators import translator_of
from t2v.fit import some_frames
from t2v.motion import FRAMES, asked, asked_frames
from t2v.runtime.planning import plan, sizes_of
from t2v.service.estimate import shares
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
    monkeypatch.setattr("t2v.denoisers.fittest", lambda *_: pytest.fail("asked for the motion"))
    small = {"width": 32, "height": 32, "frames": 8, "steps": 2, "seed": 1}
    frames = np.zeros((8, 32, 32, 3), np.uint8)
    made = emoji(source=frames, **{"prompt": "a cat"} | small | settings)
    assert not any("motion" in note for note in made.notes)


def test_a_model_without_a_vocabulary_is_told_the_prompt_alone(folder, monkeypatch: pytest.MonkeyPatch):
    pipe = TextToVideo.from_pretrained(folder, "cpu", "float32")
    monkeypatch.setattr("t2v.denoisers.fittest", lambda *_: pytest.fail("asked for the motion"))
    pipe("a cat", source=np.zeros((2, 16, 16, 3), np.uint8), width=16, height=16, frames=2, steps=2, seed=1)


SMALL = {"width": 32, "height": 32, "steps": 4, "seed": 1}


@pytest.mark.parametrize(
    "settings",
    [
        {"strength": 0.6},
        {"strength": 0.6, "guidance": 3.0, "frames": 3, "rounds": 2},
        {"strength": 0.3, "frames": 20, "sampler": "euler"},
        {"strength": 0.6, "prompt": "un chat"},
        {"strength": 0.6, "prompt": "a cat moving left"},
        {"strength": 1.0},
    ],
)
def test_the_work_and_the_steps_that_are_told_are_those_that_are_done(
    emoji: TextToVideo, settings: dict, monkeypatch: pytest.MonkeyPatch
):
    request = Request(**{"prompt": "a cat", "frames": 8} | SMALL | settings).validate(
        emoji.native, source=True
    )
    predicted, steps, predictor = [], [], emoji.runner.predictor

    def counting(text, *more):
        predict = predictor(text, *more)
        return lambda x, t: predicted.append(len(text) * x[0, 0].numel()) or predict(x, t)

    monkeypatch.setattr(emoji.runner, "predictor", counting)
    source = np.zeros((8, 32, 32, 3), np.uint8)
    emoji(request, source=source, on_step=lambda step, steps_, x0: steps.append((step, steps_)))
    told = shares(request, emoji.native, translator_of("emoji"))
    assert sum(told) == emoji.vae.config.factor**2 * sum(predicted)
    assert steps == [(step, len(told)) for step in range(1, len(told) + 1)]
    assert emoji.steps_of(request) == len(told)


def test_a_dry_run_counts_what_is_asked_before_the_steps(emoji: TextToVideo):
    sizes, native = sizes_of("emoji")
    still, moving = (
        Request(f"a cat{words}", strength=0.6, guidance=1.0, seed=1).validate(native, source=True)
        for words in ("", " moving left")
    )
    runs = asked_frames(still, translator_of("emoji")) / still.frames
    assert asked_frames(moving, translator_of("emoji")) == 0 < runs == 8
    plans = [plan(sizes, still, emoji.device, emoji.dtype, "fast", count) for count in (0, 128)]
    assert plans[1].denoising == pytest.approx((1 + runs / still.walked) * plans[0].denoising)
    more = [
        amounts([each], [".mp4"], {"model": "emoji", "device": "cpu"}, native) for each in (moving, still)
    ]
    assert more[1].seconds > 1.3 * more[0].seconds


def test_only_a_model_with_words_is_asked(folder):
    request = Request("a cat", strength=0.5, seed=1).validate(source=True)
    assert asked(request, translator_of(str(folder))) == asked(request, translator_of("owner/name")) == []


@pytest.mark.parametrize("frames", [1, 3, 16, 17, 64])
def test_the_frames_that_are_asked_about_reach_from_the_first_to_the_last(frames: int):
    clean = torch.arange(float(frames)).view(1, 1, frames, 1, 1)
    some = some_frames(clean, FRAMES).flatten().tolist()
    assert some[0] == 0 and some[-1] == frames - 1 and len(set(some)) == min(frames, FRAMES)


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
