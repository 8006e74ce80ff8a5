"""Every wrong setting is refused before any work, by name, with a word on what would be right."""

import math

import pytest

from t2v.request import ModelDefaults, Request, RequestError

HUGE = 10**5000  # more digits than Python agrees to print

REFUSED = [
    ("prompt", "", "empty"),
    ("prompt", " \t\n", "empty"),
    ("prompt", None, "must be text"),
    ("prompt", {"text": "a panda"}, "must be text, not a dict"),
    ("prompt", 7, "must be text, not 7"),
    ("prompt", "a" * 1_001, "at most 1,000 characters"),
    ("prompt", "a" * 16_000, "at most 1,000 characters"),
    ("prompt", "a\0b", "NUL"),
    ("prompt", "a\ud800b", "surrogate"),
    ("negative_prompt", "a" * 1_001, "at most 1,000 characters"),
    ("negative_prompt", ["blurry"], "must be text, not a list"),
    ("seed", 2**32, "from -1 to 4294967295, not 4294967296"),
    ("seed", 1.5, "whole number"),
    ("seed", True, "not true"),
    ("seed", math.nan, "not nan"),
    ("seed", HUGE, "many digits"),
    ("steps", 0, "from 1 to 1000, not 0"),
    ("steps", -1, "from 1 to 1000"),
    ("steps", 2.5, "whole number from 1 to 1000, not 2.5"),
    ("steps", math.nan, "whole number"),
    ("steps", 1e9, "from 1 to 1000"),
    ("steps", "10", "whole number from 1 to 1000, not the text '10'"),
    ("width", 0, "from 8 to 2048"),
    ("width", 33, "multiple of 8, such as 32 or 40, not 33"),
    ("height", -32, "from 8 to 2048"),
    ("height", 8192, "from 8 to 2048, not 8192"),
    ("frames", 0, "from 1 to 256"),
    ("frames", -1, "from 1 to 256"),
    ("frames", 10_000, "from 1 to 256"),
    ("fps", 0, "from 1 to 60"),
    ("fps", 1e9, "from 1 to 60"),
    ("fps", math.nan, "whole number"),
    ("guidance", math.nan, "from 1 to 30, not nan"),
    ("guidance", math.inf, "from 1 to 30, not inf"),
    ("guidance", 1e9, "from 1 to 30"),
    ("guidance", HUGE, "from 1 to 30"),
    ("guidance", 0, "from 1 to 30"),
    ("eta", 1.5, "from 0 to 1"),
    ("eta", False, "not false"),
    ("sampler", "ddmi", "one of ddim, dpmpp_2m, unipc, euler"),
    ("sampler", [], "one of ddim"),
]


@pytest.mark.parametrize(("field", "value", "word"), REFUSED, ids=range(len(REFUSED)))
def test_a_wrong_setting_is_named_with_what_would_be_right(field, value, word):
    with pytest.raises(RequestError) as caught:
        Request(**{"prompt": "a panda", field: value}).validate()
    assert caught.value.field == field
    assert word in caught.value.message
    assert len(str(caught.value)) < 200


ACCEPTED = [
    ("prompt", "<start_of_text>"),
    ("prompt", "<img src=x onerror=alert(1)>"),
    ("prompt", "../../etc/passwd"),
    ("prompt", "ein Panda auf grünem Grund 🐼"),
    ("prompt", "one " * 250),
    ("guidance", 1.0),
    ("guidance", 30),
    ("frames", 1),
    ("steps", 10.0),
    ("seed", 0),
    ("seed", 2**32 - 1),
    ("width", 8),
    ("fps", 60),
]


@pytest.mark.parametrize(("field", "value"), ACCEPTED)
def test_an_unusual_but_legal_setting_is_kept(field, value):
    kept = getattr(Request(**{"prompt": "a panda", field: value}).validate(), field)
    assert kept == (value.strip() if isinstance(value, str) else value)


@pytest.mark.parametrize("seed", [None, -1])
def test_no_seed_gives_a_random_one_that_is_reported(seed):
    seeds = {Request("a panda", seed=seed).validate().seed for _ in range(4)}
    assert len(seeds) > 1
    assert all(0 <= seed < 2**32 for seed in seeds)


def test_legal_sides_with_too_large_a_product_are_refused_with_what_would_fit():
    with pytest.raises(RequestError, match="frames: must be at most 16 at 1024×1024, not 17"):
        Request("a panda", width=1024, height=1024, frames=17).validate()
    assert Request("a panda", width=1024, height=1024, frames=16).validate().frames == 16


def test_a_size_too_large_for_one_frame_names_one_that_fits():
    with pytest.raises(RequestError, match="64×64 would fit"):
        Request("a panda", width=128, height=128, frames=1).validate(ModelDefaults(max_volume=64 * 64))
