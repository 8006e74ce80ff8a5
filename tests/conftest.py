"""For all tests: one thread a process. The networks are tiny, and tests run side by side."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when torch is first imported; child processes inherit it

from collections.abc import Iterator  # noqa: E402  (the variable comes before every other import)
from pathlib import Path  # noqa: E402

import pytest  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a process: Playwright runs only once in a thread."""
    found = Path(CHROMIUM).exists()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM if found else None, args=["--no-sandbox"]
        )
        yield started
        started.close()
