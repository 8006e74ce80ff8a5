"""The page's followers: whichever begins or tells last, the page shows what was chosen last."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from types import SimpleNamespace

import gradio as gr
import pytest

from t2v.space.browser import VisitorState
from t2v.space.launch import App

Follow = Callable[..., AsyncIterator[dict]]
BEFORE = VisitorState.read(None)
NOW = BEFORE.showing("a video")


@pytest.fixture
def page(request: pytest.FixtureRequest) -> SimpleNamespace:
    """What Gradio tells a handler of the page that asks: one of this test's own."""
    return SimpleNamespace(session_hash=request.node.name)


@pytest.fixture
def follow(app: App) -> Follow:
    """The page's handler that watches a visitor's jobs."""
    return next(each.fn for each in app.demo.fns.values() if each.name == "follow")


NOTHING = gr.skip()


def test_a_follower_of_what_was_shown_before_changes_nothing_when_it_begins_late(
    follow: Follow, page: SimpleNamespace
):
    async def told() -> tuple[list[dict], list[dict]]:
        now = [each async for each in follow(asdict(NOW), page)]
        before = [each async for each in follow(asdict(BEFORE), page)]
        return now, before

    (now,), (before,) = asyncio.run(told())
    assert len(now) > 1 and list(before.values()) == [NOTHING]


def test_what_an_earlier_follower_tells_arrives_before_what_the_next_one_does(
    follow: Follow, page: SimpleNamespace
):
    async def order() -> list[str]:
        earlier, told = follow(asdict(BEFORE), page), []
        await anext(earlier)  # Gradio has it, and goes on once it is sent
        later = follow(asdict(NOW), page)

        async def first() -> None:
            await anext(later)
            told.append("later")

        waiting = asyncio.create_task(first())
        await asyncio.sleep(0.1)
        told.append("earlier")
        await anext(earlier, None)
        await waiting
        return told

    assert asyncio.run(order()) == ["earlier", "later"]


def test_a_page_that_is_gone_in_mid_answer_doesnt_hold_up_the_next_follower(
    follow: Follow, page: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("t2v.space.events.TELLS", 3)

    async def both() -> list[dict]:
        gone = follow(asdict(BEFORE), page)
        return [await anext(gone), await anext(follow(asdict(NOW), page))]

    assert all(asyncio.run(both()))


def test_what_is_on_the_screen_counts_its_changes():
    group = NOW.showing_group(("a", "b"))
    states = [BEFORE, NOW, group, group.showing("a"), group.showing("a").showing_group()]
    assert [state.changes for state in states] == [0, 1, 2, 3, 4]
    assert NOW.cleared() == VisitorState(NOW.visitor, changes=2)
    assert VisitorState.read(asdict(group)) == group
    assert VisitorState.read(asdict(group) | {"changes": "many"}).changes == 0
