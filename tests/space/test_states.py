"""In every state of the page axe-core finds nothing, no text lies over another, and targets suit thumbs."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

from t2v.space.launch import App
from tests.space.conftest import Visitor, forget
from tests.space.states import STATES, calm, visitor_in
from tests.space.test_access import violations
from tests.space.test_layout import RECTANGLES
from tests.waiting import eventually

WIDTHS = (320, 390, 768, 1440)


@pytest.fixture(scope="module", params=STATES)
def in_state(
    app: App, browser: Browser, profile: BrowserContext, request: pytest.FixtureRequest
) -> Iterator[Visitor]:
    """A visitor who sees the page in a state; the tests of a state share it."""
    forget(profile, app.url)
    with visitor_in(Visitor(browser, app.url, profile), request.param) as made:
        yield made


def test_axe_finds_nothing_by_day_and_by_night(in_state: Visitor):
    page = in_state.page
    for scheme in ("dark", "light"):
        page.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
        page.set_viewport_size({"width": 1280, "height": 900})
        assert violations(page) == [], scheme
        page.set_viewport_size({"width": 390, "height": 844})
        assert violations(page) == [], f"{scheme}, on a phone"


def test_every_text_has_its_own_place(in_state: Visitor):
    page = in_state.page
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        calm(page)
        assert page.evaluate(RECTANGLES) == [], width
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def pixels(page: Page, selector: str) -> int:
    """How many colours the element is seen in."""
    picture = Image.open(BytesIO(page.locator(selector).first.screenshot())).convert("RGB")
    return len(picture.getcolors(1 << 24))


@pytest.mark.parametrize("in_state", ["working"], indirect=True)
def test_forced_colours_show_bar_ticks_and_preview(in_state: Visitor):
    page = in_state.page
    page.emulate_media(forced_colors="active")
    for selector in ("#screen .preview", "#screen .bar", "#settings input[type=checkbox]"):
        eventually(lambda each=selector: pixels(page, each) > 1)  # the page moves while a video is made
    random = page.get_by_label("Random seed")
    ticked = random.screenshot()
    random.uncheck()
    page.mouse.move(0, 0)
    assert random.screenshot() != ticked
    random.check()
    page.emulate_media(forced_colors="none")


def test_targets_are_large_enough_for_a_thumb(in_state: Visitor):
    in_state.page.set_viewport_size({"width": 390, "height": 844})
    calm(in_state.page)
    small = """[...document.querySelectorAll('#columns button, #columns a, #columns summary')]
        .filter(e => e.offsetParent && !e.closest('footer') && !e.closest('.wrap-inner, #drop'))
        .filter(e => e.getBoundingClientRect().height < 44 || e.getBoundingClientRect().width < 44)
        .map(e => `${e.outerHTML.slice(0, 120)} ${e.getBoundingClientRect().height}`)"""
    assert in_state.page.evaluate(small) == []
