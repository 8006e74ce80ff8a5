"""The page in each of its states, for tests that look at all of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from playwright.sync_api import Page, TimeoutError, expect

if TYPE_CHECKING:
    from tests.space.conftest import Visitor

LONG = "x" * 150  # a word that fits into no column


def empty(visitor: "Visitor") -> None:
    """The page as it was opened."""


def working(visitor: "Visitor") -> None:
    """A video is being made, another waits, and the settings are open."""
    visitor.settings()
    visitor.page.get_by_label("Steps").fill("200")  # it works on while it is looked at
    visitor.generate(f"slow slow slow slow square {LONG}")
    visitor.see("working")
    visitor.page.wait_for_selector("#screen .preview")
    visitor.generate(f"another {LONG}")
    shown = visitor.page.locator("#screen .prompt")
    expect(shown).to_contain_text("another")  # which comes once the service has taken it
    visitor.page.locator("#queue .job", has_text="slow slow").click()
    expect(shown).to_contain_text("slow slow")
    visitor.page.wait_for_selector("#screen .preview")


def variations(visitor: "Visitor") -> None:
    """Four variations, some of them done."""
    visitor.page.get_by_label("Prompt", exact=True).fill("slow square in four")
    visitor.page.get_by_role("button", name="4 variations").click()
    visitor.page.wait_for_selector("#screen button.cell")


def done(visitor: "Visitor") -> None:
    """A video is shown, with its settings and its JSON."""
    visitor.generate(f"a square {LONG}")
    visitor.see("done")
    visitor.video()
    visitor.more()
    visitor.page.get_by_text("Settings as JSON").click()


def failed(visitor: "Visitor") -> None:
    """The model has failed."""
    visitor.generate(f"ram square {LONG}")
    visitor.see("failed")


def refused(visitor: "Visitor") -> None:
    """Every number is wrong, and has been said to be."""
    page = visitor.page
    visitor.settings()
    for label in ("Steps", "Guidance", "Frames", "Frames a second", "Noise (eta)"):
        page.get_by_label(label, exact=label != "Steps").fill("1000.5")
    page.get_by_label("Shape").fill("33×64")
    page.get_by_label("Shape").press("Tab")
    page.get_by_label("Prompt", exact=True).fill(LONG)
    expect(page.locator("#cost")).to_contain_text("Shape")
    page.wait_for_timeout(600)  # a person's pause: an answer still under way would clear the messages
    page.get_by_role("button", name="Generate").click()
    page.wait_for_selector(".validation-error")
    visitor.problems.clear()  # the browser logs the refusal


STATES: dict[str, Callable[["Visitor"], None]] = {
    state.__name__: state for state in (empty, working, variations, done, failed, refused)
}


def calm(page: Page) -> None:
    """Wait until what was begun by the last click has come to rest."""
    page.wait_for_timeout(400)


@contextmanager
def visitor_in(visitor: "Visitor", state: str) -> Iterator["Visitor"]:
    """A visitor who sees the page in a state, and then goes; what is under way at the end is stopped."""
    try:
        STATES[state](visitor)
        yield visitor
    finally:
        stop_all(visitor.page)
        visitor.page.close()


def stop_all(page: Page) -> None:
    """Press every Stop that there is; one may go while it is aimed at."""
    stops = page.locator(".stop-one:visible, #stop:visible")
    for _ in range(20):
        if not stops.count():
            return
        with suppress(TimeoutError):
            stops.first.click(timeout=1000)
        page.wait_for_timeout(300)
