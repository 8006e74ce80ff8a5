"""A Request is plain data: complete after validation, and unchanged by every way it travels."""

import json
import math
import pickle
import subprocess
import sys
import time
from decimal import Decimal
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from t2v.json_limits import MAX_JSON
from t2v.request import (
    NAMES_ELSEWHERE,
    SAMPLER_NAMES,
    SETTINGS,
    ModelDefaults,
    Request,
    RequestError,
)

from .soak import times

SMALL = ModelDefaults(
    frames=4, width=64, height=32, steps=10, guidance=2.5, sampler="euler", fps=12, max_steps=20
)
FULL = Request(
    prompt='a "panda" & a = ; #\n\\ 🐼 % + <b>',
    negative_prompt="blur, été",
    frames=5, width=48, height=40, steps=7, guidance=1.5, eta=0.25, sampler="ddim", seed=0, fps=9,
)  # fmt: skip


def test_what_is_left_out_takes_the_models_defaults():
    request = Request("a panda", steps=20).validate(SMALL)
    assert (request.frames, request.width, request.height, request.fps) == (4, 64, 32, 12)
    assert (request.guidance, request.sampler, request.steps) == (2.5, "euler", 20)


def test_limits_are_the_models():
    with pytest.raises(RequestError, match="steps: must be a whole number from 1 to 20"):
        Request("a panda", steps=21).validate(SMALL)


def test_validating_twice_changes_nothing():
    once = Request("  a panda ").validate()
    assert once.prompt == "a panda"
    assert once.validate() == once


def test_numbers_take_their_fields_type():
    request = Request("a panda", steps=10.0, guidance=3, seed=7.0).validate()
    assert [type(value) for value in (request.steps, request.guidance, request.seed)] == [int, float, int]


@pytest.mark.parametrize("request_", [FULL, Request("a panda")])
def test_json_and_query_carry_every_setting(request_):
    assert Request.from_json(request_.to_json()) == request_
    assert Request.from_query(request_.to_query()) == request_
    assert list(json.loads(request_.to_json())) == list(SETTINGS)


def test_a_link_passes_over_foreign_keys_and_may_lack_a_prompt():
    assert Request.from_query("utm_source=mail&__theme=dark&steps=20") == Request("", steps=20)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("steps=ten", "steps"),
        ("seed=" + "9" * 5000, "seed"),
        ("a=b&" * 101, "request"),
        ("x" * 70_000, "request"),
    ],
)
def test_a_bad_link_is_refused(query, field):
    with pytest.raises(RequestError) as caught:
        Request.from_query(query)
    assert caught.value.field == field


def test_an_unknown_setting_is_named_with_its_nearest():
    with pytest.raises(RequestError, match=r"stepz: is not a setting; did you mean steps\?"):
        Request.from_dict({"prompt": "a panda", "stepz": 10})


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[" * 5_000, "nested too deeply"),
        ("[" * 33 + "]" * 33, "nested too deeply"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "nested too deeply"),
        ("[{" * 16 + "}]" * 16, "line 1, column"),
        ("[" * 32 + "]" * 32, "object of settings, not a list"),
        ('{"prompt": "a", "seed": ' + "9" * 5_000 + "}", "not valid JSON"),
        ('{"prompt": ', "line 1, column"),
        (b"\xff\xfe\xff", "not valid JSON"),
        ('"' + "a" * MAX_JSON + '"', "at most"),
        ("[1]", "object of settings, not a list"),
        ("{}", "prompt: is missing"),
    ],
)
def test_bad_json_is_refused(text, word):
    with pytest.raises(RequestError, match=word):
        Request.from_json(text)


def test_brackets_in_words_are_no_nesting():
    prompt = "[" * 400 + '\\"' + "{" * 400
    request = Request(prompt).validate()
    assert Request.from_json(request.to_json()) == request
    assert Request.from_json(request.to_json().encode("utf-16")) == request


@pytest.mark.parametrize("piece", ['\\"', '"', "[", "\\", '"\\', "[]", '{"a":', '"\\""'])
def test_bad_json_is_refused_at_once(piece):
    for start in ("", '"', "["):
        began = time.perf_counter()
        with pytest.raises(RequestError):
            Request.from_json((start + piece * MAX_JSON)[:MAX_JSON])
        assert time.perf_counter() - began < 2


def test_notes_name_settings_without_effect():
    idle = Request("a", negative_prompt="b", guidance=1, eta=0.5, sampler="euler").validate()
    assert len(idle.notes()) == 2
    assert Request("a", negative_prompt="b", eta=0.5).validate().notes() == ()


@pytest.mark.parametrize("strength", [0.05, 0.3, 0.5, 0.85])
def test_a_change_of_too_few_steps_is_noted_with_those_that_it_takes(strength: float):
    takes = next(
        steps for steps in range(1, 99) if Request("a", steps=steps, strength=strength).notes() == ()
    )
    assert int(takes * strength) == 1
    (note,) = Request("a", steps=takes - 1, strength=strength).notes()
    assert note.startswith(f"At strength {strength:g} {takes - 1} step") and f"takes {takes} steps" in note
    assert Request("a", steps=1, strength=strength, sampler="lcm").notes() == ()
    assert Request("a", steps=1, strength=0.0).notes() == Request("a", steps=1).validate().notes() == ()


@pytest.mark.parametrize(
    ("steps", "change", "loop"), [(1, 4, 2), (1, 2, 4), (3, 4, 2), (50, 4, 2), (50, 0, 0)]
)
def test_a_change_and_a_loop_take_their_least_steps_unless_others_are_given(
    steps: int, change: int, loop: int
):
    model = ModelDefaults(steps=steps, change_steps=change, loop_steps=loop)

    def taken(source: bool = False, mask: bool = False, **given: object) -> int:
        return Request("a", **given).validate(model, source=source, mask=mask).steps

    assert taken() == taken(source=True, keep=1) == taken(source=True, strength=1.0) == steps
    assert taken(loop=True) == taken(source=True, strength=1.0, loop=True) == max(steps, loop)
    assert taken(source=True) == taken(source=True, mask=True) == max(steps, change)
    assert taken(source=True, loop=True) == max(steps, change, loop)
    assert taken(loop=True, steps=1) == taken(source=True, steps=1) == 1


def test_an_error_survives_the_way_between_processes():
    error = pickle.loads(pickle.dumps(RequestError("steps", "must be more")))
    assert (error.field, error.message, str(error)) == ("steps", "must be more", "steps: must be more")


def test_requests_are_checked_without_torch():
    code = "import sys, t2v.request; print(*{'torch', 'gradio', 'open_clip'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "\n"


def test_a_models_own_multiple_is_asked_for():
    native = ModelDefaults(multiple=16, min_side=16)
    assert Request("a panda", width=48, height=256).validate(native).width == 48
    with pytest.raises(RequestError, match="width: must be a multiple of 16, such as 256 or 272, not 264"):
        Request("a panda", width=264).validate(native)


def is_in_range_not_refused_by_name(payload: dict) -> bool:
    """True where the payload became a request within every range; RequestError naming a setting else."""
    native = ModelDefaults()
    try:
        request = Request.from_dict(payload).validate(native)
    except RequestError as error:
        known = {key for key in payload if key in SETTINGS} | {"prompt"}
        assert error.field in known or set(payload) - known
        assert error.message and str(error).isprintable()
        return False
    assert 1 <= len(request.prompt) <= 1_000 and len(request.negative_prompt) <= 1_000
    assert 1 <= request.frames <= native.max_frames and 1 <= request.steps <= native.max_steps
    assert request.width % 8 == request.height % 8 == 0
    assert request.frames * request.width * request.height <= native.max_volume
    assert 1 <= request.guidance <= 30 and 0 <= request.eta <= 1 and 1 <= request.fps <= 60
    assert 0 <= request.seed < 2**32 and request.sampler in SAMPLER_NAMES
    assert Request.from_json(request.to_json()) == request
    return True


ODD = (
    None, True, False, -1, 0, 1, 2, 7, 8, 16, 33, 64, 256, 1024, 8192, 2**32, 10**400, 0.0, -0.0, 0.5, 2.5,
    10.0, 1e9, 5e-324, math.nan, math.inf, -math.inf, Fraction(1, 3), Fraction(10**400, 3), Decimal(2), 1j,
    "", " ", "10", "ddim", "euler", "a panda", "a" * 2_000, "\0", "\ud800", "🐼", b"a", [], {}, [[]],
    {"a": 1}, object(), int, np.float32(2), np.int64(8),
)  # fmt: skip
KEYS = (*SETTINGS, *SETTINGS, *SETTINGS, "stepz", "\ud800", "a\nb", 7, None)


def test_ten_thousand_odd_payloads_are_in_range_or_refused_by_name():
    random = Random(0)
    accepted, cases = 0, times(10_000)
    for _ in range(cases):
        odd = {random.choice(KEYS): random.choice(ODD) for _ in range(random.randrange(4))}
        accepted += is_in_range_not_refused_by_name({"prompt": "a panda"} | odd)
    assert 0.1 * cases < accepted < 0.9 * cases


VALUES = st.one_of(st.none(), st.integers(), st.floats(), st.text(), st.binary(), st.lists(st.integers()))


@settings(max_examples=times(500), deadline=None, derandomize=True, database=None)
@given(st.dictionaries(st.sampled_from(list(SETTINGS)) | st.text(), VALUES, max_size=4))
def test_unforeseen_payloads_are_in_range_or_refused_by_name(payload):
    is_in_range_not_refused_by_name(payload)


@pytest.mark.parametrize(("theirs", "ours"), NAMES_ELSEWHERE.items())
def test_another_programs_name_of_a_setting_gets_a_hint_with_ours(theirs: str, ours: str):
    with pytest.raises(RequestError, match=f"{theirs}: is not a setting; it is called {ours} here"):
        Request.from_dict({"prompt": "a panda", theirs: 1})
    assert ours in SETTINGS or ours == "source"


def test_a_complete_request_lacks_nothing_and_equals_the_same_settings():
    complete = Request("a panda", seed=3).validate(SMALL)
    assert None not in complete.__dict__.values()
    again = Request.from_json(complete.to_json())
    assert again == complete and hash(again) == hash(complete)
