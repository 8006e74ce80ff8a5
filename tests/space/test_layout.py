"""No text lies over another or leaves its box, at any width, in any state: measured by rectangles."""

from pathlib import Path

from tests.space.conftest import Visitor

RECTANGLES = Path(__file__).with_name("rectangles.js").read_text()


def test_a_text_over_another_is_found(visitor: Visitor):
    """The measure itself: it sees what it is to see."""
    assert visitor.page.evaluate(RECTANGLES) == []
    for style in ("margin-top: -60px", "width: 20px; overflow-wrap: normal", "margin-left: -400px"):
        visitor.page.evaluate(f"document.querySelector('#masthead p').style = 'display: block; {style}'")
        assert visitor.page.evaluate(RECTANGLES) != [], style
