"""For all tests: one thread a process, for the networks are tiny and tests run side by side; Triton's
interpreter where there is no GPU; a tiny model's folder and a browser."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when torch is first imported; child processes inherit it

from collections.abc import Iterator  # noqa: E402  (the variable comes before every other import)
from pathlib import Path  # noqa: E402
from typing import TYPE_CHECKING  # noqa: E402

import pytest  # noqa: E402
import torch  # noqa: E402

from t2v.machine import threads  # noqa: E402

from .soak import seed  # noqa: E402
from .tiny_model import write_diffusers  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext
if not torch.cuda.is_available():
    os.environ.setdefault("TRITON_INTERPRET", "1")  # read when Triton is first imported
CHROMIUM = "/usr/bin/chromium"
VIEW = {"viewport": {"width": 1280, "height": 900}}
ON_THE_NETWORK = "page.lan"  # a name of this machine that isn't localhost
FOLDERS = {"gpu": "gpu", "kernels": "kernel", "parity": "parity"}  # and the marker of what is in them


def pytest_report_header() -> str:
    """Print the seed of the fuzzing tests, which changes each day."""
    return f"fuzzing from seed {seed()}: T2V_FUZZ={seed()} repeats it"


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: tests wait for servers, workers and encoders."""
    return threads() + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by their folders, and by the browser that they ask for. Files with slow tests come first: at
    the end one process would work on them alone."""
    for item in items:
        marker = FOLDERS.get(item.path.parent.name)
        if marker:
            item.add_marker(marker)
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random model in diffusers' layout, which no test changes."""
    return write_diffusers(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Iterator["BrowserContext"]:
    """The profile of a process's one Chromium: Playwright runs only once in a thread. On the disk, unlike in
    other contexts, Chromium keeps the scripts that it has compiled: a later visit is half the work."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"),
            executable_path=CHROMIUM if Path(CHROMIUM).exists() else None,
            args=[
                "--no-sandbox",
                "--disable-gpu",  # what stands in for a GPU takes a fifth of a page's work
                f"--host-resolver-rules=MAP {ON_THE_NETWORK} 127.0.0.1",
            ],
            **VIEW,
        )
        yield context
        context.close()


@pytest.fixture(scope="session")
def browser(profile: "BrowserContext") -> "Browser":
    """That Chromium, for contexts that share nothing with the profile."""
    return profile.browser
