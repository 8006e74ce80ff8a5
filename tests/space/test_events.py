"""The page's followers: whichever begins or tells last, the page shows what was chosen last."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from t2v.space.browser import VisitorState
from t2v.space.launch import App

NOTHING = gr.skip()
Handler = Callable[..., Any]


@pytest.fixture
def page(request: pytest.FixtureRequest) -> SimpleNamespace:
    """What Gradio tells a handler of the page that asks: one of this test's own."""
    return SimpleNamespace(session_hash=request.node.name)


def handler(app: App, name: str) -> Handler:
    return next(each.fn for each in app.demo.fns.values() if each.name == name)


@pytest.fixture
def follow(app: App) -> Callable[..., AsyncIterator[dict]]:
    """The page's handler that watches a visitor's jobs."""
    return handler(app, "follow")


@pytest.fixture
def states(app: App, page: SimpleNamespace) -> list[dict]:
    """Two states that the page got, the later one when more of the gallery was asked for."""
    events = handler(app, "follow").__self__
    before = events._answer(page, {events.page.state: asdict(VisitorState.read(None))})
    later = events.showing.pick(before[events.page.state], True, None, {"more": ""})
    return [shown[events.page.state] for shown in (before, events._answer(page, later))]


def test_a_follower_of_what_was_shown_before_changes_nothing_when_it_begins_late(follow, page, states):
    async def told() -> list[list[dict]]:
        return [[each async for each in follow(state, page)] for state in reversed(states)]

    later, before = asyncio.run(told())
    assert len(later[0]) > 1 and [list(each.values()) for each in before] == [[NOTHING]]


def test_gradio_repeats_nothing_at_a_followers_end(follow, page, states):
    async def last() -> dict:
        return [each async for each in follow(states[-1], page)][-1]

    assert list(asyncio.run(last()).values()) == [NOTHING]


def test_what_an_earlier_follower_tells_arrives_before_what_the_next_one_does(follow, page, states):
    async def order() -> list[str]:
        earlier, told = follow(states[1], page), []
        await anext(earlier)  # Gradio has it, and goes on once it is sent
        later = follow(states[1], page)

        async def first() -> None:
            await anext(later)
            told.append("later")

        waiting = asyncio.create_task(first())
        await asyncio.sleep(0.1)
        told.append("earlier")
        await anext(earlier)
        await waiting
        return told

    assert asyncio.run(order()) == ["earlier", "later"]


def test_a_page_that_is_gone_in_mid_answer_doesnt_hold_up_the_next_follower(
    follow, page, states, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("t2v.space.events.LOOKS", 3)

    async def both() -> list[dict]:
        gone = follow(states[1], page)
        return [await anext(gone), await anext(follow(states[1], page))]

    assert all(asyncio.run(both()))


def test_a_page_that_isnt_known_any_more_is_followed(follow, states):
    """After a restart, or among ten thousand others."""
    unknown = SimpleNamespace(session_hash="unknown")

    async def told() -> list[dict]:
        return [each async for each in follow(states[0], unknown)]

    assert len(asyncio.run(told())[0]) > 1


def test_the_state_of_a_browser_keeps_its_turn():
    state = VisitorState(VisitorState.read(None).visitor, "a video", turn=7)
    assert VisitorState.read(asdict(state)) == state and state.showing("another").turn == 7
    assert VisitorState.read(asdict(state) | {"turn": "many"}).turn == 0
