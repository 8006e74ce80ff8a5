"""No text lies over another or leaves its box, at any width, in any state: measured by rectangles."""

from pathlib import Path

from tests.space.conftest import Visitor
from tests.space.states import calm

WIDTHS = (320, 390, 768, 1440)
RECTANGLES = Path(__file__).with_name("rectangles.js").read_text()


def test_every_text_has_its_own_place(in_state: Visitor):
    page = in_state.page
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        calm(page)
        assert page.evaluate(RECTANGLES) == [], width
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_text_over_another_is_found(visitor: Visitor):
    """The measure itself: it sees what it is to see."""
    assert visitor.page.evaluate(RECTANGLES) == []
    for style in ("margin-top: -60px", "width: 20px; overflow-wrap: normal", "margin-left: -400px"):
        visitor.page.evaluate(f"document.querySelector('#masthead p').style = 'display: block; {style}'")
        assert visitor.page.evaluate(RECTANGLES) != [], style
