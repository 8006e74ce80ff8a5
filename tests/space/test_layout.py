"""No text lies over another or leaves its box, at any width, in any state: measured by rectangles."""

from pathlib import Path

from tests.space.conftest import Visitor
from tests.space.states import calm, stop_all

RECTANGLES = Path(__file__).with_name("rectangles.js").read_text()
CONTROLS = Path(__file__).with_name("controls.js").read_text()
SAID = """([stage, left]) => { // -> where Stop and what follows are, with these words beside it
    const line = document.querySelector("#screen .status"), stop = line.querySelector("#stop");
    line.querySelector("b").textContent = stage;
    line.querySelector("i").textContent = left;
    const { x, y } = stop.getBoundingClientRect();
    return [x, y + scrollY, line.nextElementSibling.getBoundingClientRect().top + scrollY];
}"""
PLACE = "node => [node.getBoundingClientRect().left, node.getBoundingClientRect().top + scrollY]"


def test_a_text_over_another_is_found(visitor: Visitor):
    """The measure itself: it sees what it is to see."""
    assert visitor.page.evaluate(RECTANGLES) == []
    for style in ("margin-top: -60px", "width: 20px; overflow-wrap: normal", "margin-left: -400px"):
        visitor.page.evaluate(f"document.querySelector('#masthead p').style = 'display: block; {style}'")
        assert visitor.page.evaluate(RECTANGLES) != [], style


def test_a_control_over_another_and_a_broken_word_are_found(visitor: Visitor):
    """The measure itself, again."""
    assert visitor.page.evaluate(CONTROLS) == []
    for style in ("translate: 90px", "flex: none; min-width: 0 !important; width: 60px"):
        visitor.page.evaluate(f"document.querySelector('#generate').style = 'transition: none; {style}'")
        assert visitor.page.evaluate(CONTROLS) != [], style


def test_stop_keeps_its_place_whatever_is_said_beside_it(visitor: Visitor):
    """On a phone, where the stage and the time left don't always fit into a line."""
    page = visitor.page
    page.set_viewport_size({"width": 390, "height": 844})
    visitor.generate("slow slow slow square")
    visitor.see("working")
    said = (["Reading the prompt", "about 12 s left"], ["Step 1 of 2", "about 8 s left"], ["Waiting", ""])
    places = [page.evaluate(SAID, words) for words in said]
    stop_all(page)
    assert places[0] == places[1] == places[2]


def test_more_stays_under_the_pointer(visitor: Visitor):
    visitor.generate("a square")
    visitor.see("done")
    more = visitor.page.locator("#screen .more > summary")
    for width in (1440, 390):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        calm(visitor.page)
        closed = more.evaluate(PLACE)
        more.click()
        assert more.evaluate(PLACE) == closed
        assert visitor.page.evaluate(CONTROLS) == []
        more.click()
