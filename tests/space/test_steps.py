"""The form's steps follow a change and a loop there and back, and a visitor's own number stays."""

from dataclasses import asdict, replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from t2v.request import Complete, ModelDefaults, Request
from t2v.service.estimate import Estimate
from t2v.service.jobs import Job
from t2v.service.messages import Stage
from t2v.service.service import Service
from t2v.space import choosing, origin, screen, settings
from t2v.space.choosing import Choosing
from t2v.space.form import Filled
from t2v.space.making import Making
from t2v.space.steps import filled_in, needed
from tests.service import fakes

FEW = replace(fakes.NATIVE, steps=1, change_steps=4, loop_steps=2)
SWITCHES = st.lists(st.sampled_from(["way", "loop"]), max_size=8)


def complete(mask: bool = False, **given: object) -> Complete:
    """A request of the model that takes few steps; it has a source where its settings are about one."""
    return Request("a square", seed=1, **given).validate(FEW, source=mask or "strength" in given, mask=mask)


@given(st.integers(1, 9), SWITCHES)
def test_switched_on_they_have_steps_enough_and_off_again_those_before(steps: int, switches: list[str]):
    on, now, raised = {"way": False, "loop": False}, steps, None
    for name in switches:
        before = on["loop"]
        on[name] = not on[name]
        least = FEW.least_steps(change=on["way"], loop=on["loop"])
        now, raised = needed(now, least, raised or filled_in(FEW, before))
        assert now == max(steps, least)


def test_steps_that_were_chosen_since_stay():
    now, raised = needed(1, 4, None)
    assert (now, needed(7, 0, raised)[0], needed(now, 0, raised)[0]) == (4, 7, 1)
    assert needed(None, 4, None) == (None, None), "an empty field"


@pytest.mark.parametrize(("native", "steps", "after"), [(FEW, 2, 1), (FEW, 5, 5), (fakes.NATIVE, 2, 2)])
def test_a_loop_that_a_link_has_brought_gives_the_models_steps_back(
    native: ModelDefaults, steps: int, after: int
):
    assert needed(steps, 0, filled_in(native, True))[0] == after


def test_the_page_says_where_it_raises_the_steps(monkeypatch: pytest.MonkeyPatch):
    said: list[str] = []
    monkeypatch.setattr(choosing, "notice", said.append)
    page = Choosing(None, SimpleNamespace(choices={"few": None}, default="few", native=lambda _: FEW), None)
    steps, raised = page.set_loop(origin.KEEP, True, 1, "few", None)
    strength, steps, raised = page.set_way(origin.CHANGE, True, steps, "few", raised)
    assert (strength, steps) == (FEW.strength, 4)
    assert [text.partition(" takes")[0] for text in said] == ["A loop", "This"]
    steps, raised = page.set_loop(origin.CHANGE, False, steps, "few", raised)
    strength, steps, raised = page.set_way(origin.KEEP, False, steps, "few", raised)
    assert (strength, steps, len(said)) == (1.0, 1, 2)


def test_of_one_step_there_is_no_quality_to_choose():
    assert [settings.quality(native)["visible"] for native in (FEW, fakes.NATIVE)] == [False, True]
    assert len(settings.quality(replace(FEW, steps=2))["choices"]) == 2


@pytest.mark.parametrize("way", ["loop", "vary", "continue"])
@pytest.mark.parametrize(
    ("made", "own"),
    [
        ({}, True),
        ({"loop": True}, True),
        ({"strength": 0.6}, True),
        ({"mask": True}, True),
        ({"loop": True, "steps": 3}, False),
    ],
)
def test_a_video_made_from_another_has_its_own_least_steps(way: str, made: dict, own: bool):
    """Not those that the loop or the change needed which it is made from."""
    request = complete(**made)
    found, sent = SimpleNamespace(id="id", owner="me", model="few", request=request, suffix=".mp4"), []
    outputs = SimpleNamespace(path=lambda id, suffix: id + suffix)
    making = Making(None, SimpleNamespace(native=lambda model: FEW, outputs=outputs), None)
    making._on_screen = lambda kept: found
    making._submit = lambda kept, wanted: sent.extend(wanted)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("t2v.space.form.read", lambda values: Filled(Request(""), "few"))
        patch.setattr("t2v.space.form.named", lambda values: {})
        making._further(None, way, [])
    asked = Request(**asdict(sent[0].request)).validate(FEW, source=way != "loop")
    least = {"loop": 2, "vary": 4, "continue": 1}[way]
    assert asked.steps == (least if own else max(3, least))
    assert asked.loop == (way == "loop")


@pytest.mark.parametrize(
    ("given", "offered"),
    [({"steps": 1}, None), ({"steps": 2}, "With 1 step"), ({"steps": 10}, "With 5 steps"),
     ({"steps": 10, "strength": 0.5}, "With 5 steps"), ({"steps": 3, "strength": 0.5}, None),
     ({"steps": 3, "mask": True}, None), ({"steps": 3, "loop": True}, None)],
)  # fmt: skip
def test_fewer_steps_are_offered_where_they_make_the_same_kind_of_video(given: dict, offered: str | None):
    """A video takes 100 s, and may take 60, of which a tenth is kept aside."""
    request = complete(**given)
    limits = SimpleNamespace(deadline=60.0)
    service = SimpleNamespace(
        cost=lambda model, request: Estimate(100.0), native=lambda model: FEW, default="few",
        jobs=SimpleNamespace(limits=limits),
    )  # fmt: skip
    service.made_in_time = lambda *asked: Service.made_in_time(service, *asked)
    job = Job("id", "owner", "few", request, ".mp4", 0.0, stage=Stage.STOPPED)
    ways = dict(screen._ways(service, job))
    assert ways.get("fewer") == offered
