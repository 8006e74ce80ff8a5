"""The page for everybody: WCAG 2.2 AA by axe-core, the keyboard alone, forced colours, less motion."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from t2v.space.launch import App
from tests.space.conftest import Visitor
from tests.space.states import STATES, calm, visitor_in

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
OPTIONS = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
TARGETS = {"rules": {"target-size": {"enabled": True}}}  # of WCAG 2.2, and off by default


def violations(page: Page) -> list[str]:
    """What axe-core finds: the rule and the element of each."""
    calm(page)
    found = Axe().run(page, options=OPTIONS | TARGETS).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_by_day_and_by_night(app: App, browser: Browser, state: str):
    with visitor_in(browser, app.url, state) as visitor:
        for scheme in ("light", "dark"):
            visitor.page.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
            visitor.page.set_viewport_size({"width": 1280, "height": 900})
            assert violations(visitor.page) == [], scheme
            visitor.page.set_viewport_size({"width": 390, "height": 844})
            assert violations(visitor.page) == [], f"{scheme}, on a phone"


def test_axe_is_awake(visitor: Visitor):
    visitor.page.evaluate("document.querySelector('#masthead p').style.color = '#eee'")
    assert any("color-contrast" in each for each in violations(visitor.page))
