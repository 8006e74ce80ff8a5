"""The pictures of the page, docs/page*.webp: `python -m tools.page_pictures [--url URL] [NAME …]`.

They are screenshots of a page that runs already, as by `python app.py`, in Chromium.
"""

import argparse
import io
import shutil
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

DOCS = Path(__file__).parents[1] / "docs"
WIDE, PHONE = {"width": 1200, "height": 750}, {"width": 390, "height": 844}
PATIENCE = 60_000  # milliseconds for a video
STEPS = 10  # of a video that is seen at work


def ask(page: Page, prompt: str) -> None:
    """Write a prompt and generate."""
    page.fill("#prompt textarea", prompt)
    page.click("#generate")


def finish(page: Page) -> None:
    """Wait for the video, and until it plays."""
    page.wait_for_selector("#screen [data-state=done]", timeout=PATIENCE)
    page.wait_for_function("document.querySelector('#screen video')?.readyState === 4")
    page.wait_for_timeout(1500)


def first(page: Page) -> None:
    """The first screen."""
    page.wait_for_timeout(2500)


def dark(page: Page) -> None:
    """A finished video."""
    ask(page, "a shark under water")
    finish(page)


def working(page: Page) -> None:
    """A video at work, with what it shows already: of a single step it would be nothing."""
    page.goto(f"{page.url}?steps={STEPS}")
    page.wait_for_timeout(2500)
    ask(page, "a rocket flying up behind the moon")
    page.wait_for_selector("#screen .preview", timeout=PATIENCE)
    page.wait_for_timeout(400)


def error(page: Page) -> None:
    """Nothing was written."""
    page.wait_for_timeout(2500)
    page.click("#generate")
    page.wait_for_timeout(1200)


def phone(page: Page) -> None:
    """A finished video on a phone."""
    ask(page, "three balloons above a castle")
    finish(page)
    page.evaluate("document.querySelector('#screen').scrollIntoView({block: 'center'})")
    page.mouse.move(0, 0)  # away from the video, whose controls it brings
    page.wait_for_timeout(4000)


PICTURES: dict[str, tuple[Callable[[Page], None], dict]] = {
    "page": (first, {"viewport": WIDE}),
    "page-error": (error, {"viewport": WIDE}),
    "page-working": (working, {"viewport": WIDE}),
    "page-dark": (dark, {"viewport": WIDE, "color_scheme": "dark"}),
    "page-phone": (phone, {"viewport": PHONE, "is_mobile": True, "has_touch": True}),
}


def take(browser: Browser, url: str, name: str) -> None:
    """Bring a new page into the state of that name, and write its picture."""
    state, options = PICTURES[name]
    with browser.new_context(**options) as context:
        page = context.new_page()
        page.goto(url)
        page.wait_for_selector("#generate", timeout=PATIENCE)
        page.wait_for_timeout(1500)
        state(page)
        Image.open(io.BytesIO(page.screenshot())).save(DOCS / f"{name}.webp", quality=80, method=6)
        print(name)


def main() -> None:
    """Run the command in the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:7860")
    parser.add_argument("names", nargs="*", default=list(PICTURES), help="of the pictures; all")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        system = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=system, args=["--no-sandbox"])
        for name in options.names:
            take(browser, options.url, name)


if __name__ == "__main__":
    main()
