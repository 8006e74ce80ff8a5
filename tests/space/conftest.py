"""One app with the fake pipeline and one browser for all tests of the page."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from t2v.request import Request
from t2v.space.launch import App, arguments
from t2v.video import Video
from tests.conftest import VIEW
from tests.service.fakes import NATIVE, moving_square
from tests.space.started import clean


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    outputs, examples = tmp_path_factory.mktemp("outputs"), tmp_path_factory.mktemp("examples")
    write_example(examples)
    options = {"--backend": "tests.service.fakes", "--outputs": outputs, "--examples": examples}
    options |= {"--queue": 8, "--port": 0}
    made = App(arguments([str(word) for option in options.items() for word in option]))
    made.url = made.launch()
    yield made
    made.close()


def write_example(folder: Path) -> None:
    """One example, whose prompt would make the pipeline raise."""
    request = Request("raise a square", seed=9).validate(NATIVE)
    Video(moving_square(request), request, "square").save(folder / "riser.mp4")
    index = [{"id": "riser", "model": "square", "request": asdict(request), "seconds": 1.5}]
    (folder / "examples.json").write_text(json.dumps(index))


class Visitor:
    """A browser of one person: its page, and what it noticed."""

    def __init__(self, browser: Browser, url: str, profile: BrowserContext | None = None, **options: object):
        self.context = profile or browser.new_context(**VIEW | options)
        self.url, self.problems, self.hosts = url, [], set()
        self.page: Page = self.open()

    def open(self, query: str = "") -> Page:
        page = self.context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))
        page.goto(self.url + query)
        expect(page.get_by_role("button", name="Generate")).to_be_enabled(timeout=20_000)
        page.wait_for_function(
            "document.querySelector('#cost')?.innerText.length > 3"
        )  # its load event has run
        return page

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"{message.text} {message.location.get('url', '')}")

    def reload(self) -> None:
        """A page that is left logs that its streams were cut: that is no problem."""
        self.page.reload()
        self.problems.clear()

    def generate(self, prompt: str) -> None:
        self.page.get_by_label("Prompt", exact=True).fill(prompt)
        self.page.get_by_label("Prompt", exact=True).press("Enter")

    def see(self, state: str, timeout: float = 15.0) -> None:
        self.page.wait_for_selector(f"#screen [data-state={state}]", timeout=1000 * timeout)

    def settings(self) -> None:
        """Open the settings, and the advanced ones in them."""
        self.page.locator("#settings > button").click()
        self.page.locator("#advanced > button").click()
        expect(self.page.get_by_label("Steps")).to_be_visible()

    def more(self) -> None:
        """Open what else can be done with the finished video."""
        self.page.locator("#screen summary", has_text="More").click()

    def video(self) -> dict:
        """What the shown video's element knows, once it can play."""
        self.page.wait_for_function("document.querySelector('#screen video')?.readyState === 4")
        keys = (
            "width: v.videoWidth, height: v.videoHeight, seconds: v.duration, paused: v.paused, loop: v.loop"
        )
        return self.page.evaluate(f"(v => ({{{keys}}}))(document.querySelector('#screen video'))")


def forget(profile: BrowserContext, url: str) -> None:
    """Make the next visitor of a profile a new one: no page is open, nothing of the site is stored."""
    page = profile.new_page()
    for other in profile.pages:
        if other != page:
            other.close()
    kinds = {"origin": url.rstrip("/"), "storageTypes": "cookies,local_storage"}
    profile.new_cdp_session(page).send("Storage.clearDataForOrigin", kinds)
    page.close()


@pytest.fixture
def visitor(app: App, browser: Browser, profile: BrowserContext) -> Iterator[Visitor]:
    """A new visitor, who must not have met an error or a foreign host."""
    forget(profile, app.url)
    made = Visitor(browser, app.url, profile)
    yield made
    forget(profile, app.url)
    assert made.problems == []
    assert made.hosts <= {app.url.split("/")[2]}


@pytest.fixture
def other(app: App, browser: Browser) -> Iterator[Visitor]:
    made = Visitor(browser, app.url)
    yield made
    made.context.close()


@pytest.fixture
def own_environment() -> Iterator[None]:
    """A clean environment; what a launch writes into it goes back after the test."""
    kept = dict(os.environ)
    for name in kept.keys() - clean().keys():
        del os.environ[name]
    yield
    os.environ.clear()
    os.environ.update(kept)
