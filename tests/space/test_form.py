"""The form and the link: what goes in comes back."""

from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import parse_qs, parse_qsl, urlparse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from t2v.checkpoints import locate
from t2v.checkpoints.catalogue import EMBEDDED_FOLDER
from t2v.request import ModelDefaults, Request, RequestError
from t2v.service.service import Service
from t2v.space import form, origin
from tests.service import fakes
from training.export import digest

CHOICES = {choice.id: choice for choice in fakes.choices(None)}
APP = SimpleNamespace(choices=CHOICES, default="square", native=lambda model: CHOICES[model].native)
FEW = replace(fakes.NATIVE, steps=1, change_steps=4, loop_steps=2)
APP.validate = lambda *given: Service.validate(APP, *given)

requests = st.builds(
    Request,
    prompt=st.text(min_size=1, max_size=40).filter(lambda text: text.strip() == text and "\0" not in text),
    frames=st.integers(1, 64),
    width=st.integers(1, 16).map(lambda n: 8 * n),
    height=st.integers(1, 16).map(lambda n: 8 * n),
    steps=st.integers(1, 200),
    guidance=st.floats(1, 30),
    seed=st.integers(0, 2**32 - 1),
    fps=st.integers(1, 60),
    sampler=st.sampled_from(["ddim", "euler"]),
    eta=st.floats(0, 1),
    window=st.integers(0, 64),
    loop=st.booleans(),
)


@given(requests)
def test_a_form_gives_back_what_was_written(request: Request):
    filled = form.read(form.write(request, "wide", random=False))
    assert filled == form.Filled(request, "wide")


@given(requests)
def test_a_link_gives_back_every_setting(request: Request):
    query = urlparse(form.link(request, "wide")).query
    flat = {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
    values, wrong = form.from_link(APP, flat)
    assert wrong == "" and form.read(values) == form.Filled(request, "wide")


def test_a_link_takes_the_steps_that_its_loop_needs_unless_it_has_its_own(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(APP, "native", lambda model: FEW)
    for query, steps in (({}, 1), ({"loop": "true"}, 2), ({"loop": "true", "steps": "1"}, 1)):
        values, wrong = form.from_link(APP, {"prompt": "a square", "seed": "1"} | query)
        assert wrong == "" and values["steps"] == steps


@pytest.mark.parametrize("way", [origin.KEEP, origin.CHANGE, origin.REPLACE])
def test_defaults_leave_a_change_steps_enough(way: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(APP, "native", lambda model: FEW)
    assert form.defaults(APP, "square", "a square", way)["steps"] == (1 if way == origin.KEEP else 4)


@pytest.mark.parametrize(
    "query", [{"steps": "x"}, {"steps": "0"}, {"width": "33"}, {"seed": "-7"}, {"guidance": "nan"}]
)
def test_a_wrong_link_says_so_and_keeps_the_prompt(query: dict):
    values, wrong = form.from_link(APP, {"prompt": "a square"} | query)
    assert wrong.startswith(next(iter(query))) and values["prompt"] == "a square"


def test_a_link_of_the_embedded_model_says_which_weights_made_its_video():
    query = dict(parse_qsl(form.link(Request("a panda", seed=7), "emoji").removeprefix("?")))
    assert query["weights"] == digest(EMBEDDED_FOLDER) == locate("emoji").revision
    assert not form.is_earlier(query)
    assert form.is_earlier(query | {"weights": "0" * 16})
    assert not form.is_earlier({"prompt": "a panda", "model": "wide", "weights": "0" * 16})


def test_an_unknown_model_in_a_link_gives_the_default():
    values, wrong = form.from_link(APP, {"prompt": "a", "model": "../x", "format": "exe", "utm_source": "y"})
    assert form.read(values).model == "square" and wrong == ""


def test_a_random_seed_wins_over_a_written_one():
    values = form.write(Request("a", seed=5), "square", random=True)
    assert form.read(values).request.seed is None


@pytest.mark.parametrize("text", ["64", "a×b", "64×64×64", 7, "9" * 50, "64×"])
def test_a_size_that_is_none(text: object):
    with pytest.raises(RequestError, match="size"):
        form.sides(text)


@pytest.mark.parametrize(
    ("text", "sides"),
    [("64×32", (64, 32)), (" 64 x 32 ", (64, 32)), ("", (None, None)), (None, (None, None))],
)
def test_sizes_are_read(text: str, sides: tuple):
    assert form.sides(text) == sides


def test_every_offered_size_is_legal():
    for native in (
        ModelDefaults(),
        ModelDefaults(width=576, height=320),
        ModelDefaults(width=1024, height=576, max_side=1024, sizes=((1024, 576), (576, 1024))),
    ):
        assert form.sizes(native)[0] == form.size_text(native.width, native.height)
        for size in form.sizes(native):
            width, height = form.sides(size)
            Request("a", width=width, height=height).validate(native)
