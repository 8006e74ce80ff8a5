"""The owner's rules: limits below the model's, and words that are refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from t2v.errors import RequestError
from t2v.request import ModelDefaults, Request
from t2v.service.rules import Rules
from t2v.service.service import Service
from tests.service.fakes import NATIVE

WIDE = ModelDefaults(frames=24, width=576, height=320, steps=50, multiple=16, min_side=16)
FEW = ModelDefaults(steps=1, change_steps=4, loop_steps=2)
TWO = ModelDefaults(sizes=((256, 256), (128, 192)))


@given(
    st.integers(1, 400),
    st.integers(1, 2000),
    st.integers(64, 4096),
    st.sampled_from((NATIVE, WIDE, TWO, FEW)),
)
def test_the_defaults_keep_within_the_limits(frames: int, steps: int, side: int, native: ModelDefaults):
    limited = Rules(frames, steps, side).within(native)
    complete = Request("a panda").validate(limited)
    assert complete.frames <= min(frames, native.max_frames) and complete.steps <= min(
        steps, native.max_steps
    )
    for change in (Request("a panda", loop=True), Request("a panda", strength=0.5)):
        assert change.validate(limited, source=True).steps <= steps
    assert max(complete.width, complete.height) <= max(side, native.min_side)
    assert all(max(size) <= max(side, native.min_side) for size in limited.offered)
    again = Request("a panda", frames=complete.frames, width=complete.width, height=complete.height)
    assert again.validate(native).frames == complete.frames  # the model itself takes it too


def test_without_rules_a_model_keeps_its_own():
    assert Rules().within(NATIVE) == NATIVE and Rules().within(WIDE) == WIDE


def test_a_size_that_the_model_draws_well_is_taken_before_a_smaller_one_is_made_up():
    assert Rules(max_side=200).within(TWO).offered == ((128, 192),)
    assert Rules(max_side=100).within(TWO).offered == ((96, 96),)


def test_a_request_beyond_a_limit_is_refused_by_name(tmp_path: Path):
    service = Service("tests.service.fakes", tmp_path, rules=Rules(4, 3, 64, ("gun",)))
    for field, value, most in (("frames", 5, 4), ("steps", 4, 3), ("width", 72, 64), ("height", 72, 64)):
        with pytest.raises(
            RequestError, match=f"{field}: must be a whole number from .* to {most}, not {value}"
        ):
            service.validate(None, Request("a panda", **{field: value}))
    with pytest.raises(
        RequestError, match="prompt: no videos of “gun” are made here; please leave the word out"
    ):
        service.submit("me", None, Request("a GUN on a table"))
    assert len(service.jobs) == 0
    assert service.validate(None, Request("a panda"))[1].steps == 3


REFUSED = [
    "a gun",
    "GUN!",
    "gün",
    "g\u00adun",
    "machine   gun",
    "two guns",
    "ein Gun-Duell",
    "画一把枪",
    "𝐠𝐮𝐧",
]
READ_AS_LISTED = ["🚀 on a blue background", "eine Rakete auf blauem Hintergrund", "une fusée"]
MADE = ["a gunner", "begun", "shotguns", "a panda", "machine and gunpowder", ""]


@pytest.mark.parametrize("prompt", REFUSED)
def test_a_listed_word_is_found_however_it_is_written(prompt: str):
    with pytest.raises(RequestError):
        Rules(words=("gun", "Guns", "machine gun", "枪")).check(prompt)


@pytest.mark.parametrize("prompt", READ_AS_LISTED)
def test_a_listed_word_is_found_in_other_languages_and_as_an_emoji(prompt: str):
    with pytest.raises(RequestError, match="“rocket”"):
        Rules(words=("rocket",)).check(prompt)


@pytest.mark.parametrize("prompt", MADE)
def test_a_part_of_another_word_is_not_meant(prompt: str):
    Rules(words=("gun", "Guns", "machine gun", "枪", "\u00ad")).check(prompt)
