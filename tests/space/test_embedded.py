"""The page as a visitor of a fresh machine meets it: the embedded model makes a video, and it plays."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from t2v.space.launch import App, arguments
from t2v.video import Video
from tests.space.conftest import Visitor


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outputs")


@pytest.fixture(scope="module")
def real_app(outputs: Path) -> Iterator[App]:
    """A second app of this process. Gradio finds uploads by an environment variable, so that goes back."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(outputs))
        made = App(arguments(["--model", "emoji", "--outputs", str(outputs), "--port", "0"]))
        made.url = made.launch()
        yield made
        made.close()


def test_a_prompt_becomes_a_playing_video(real_app: App, browser: Browser, outputs: Path) -> None:
    visitor = Visitor(browser, real_app.url)
    visitor.generate("a red heart on a white background")
    visitor.see("done", timeout=180)
    shown = visitor.video()
    assert (shown["width"], shown["height"]) == (256, 256)
    visitor.page.get_by_role("button", name="Start from a picture or a video").click()
    expect(visitor.page.locator("#source-words")).to_contain_text("not from a photo")
    visitor.settings()
    expect(visitor.page.get_by_label("Steps")).to_have_value("2")
    expect(visitor.page.locator("fieldset", has_text="Length")).to_be_visible()
    expect(visitor.page.locator("fieldset", has_text="Quality")).to_be_visible()
    assert visitor.problems == []
    visitor.context.close()
    (file,) = outputs.rglob("*.mp4")
    frames = Video.open(file).frames
    assert frames.shape == (16, 256, 256, 3)
    corner, middle = (
        np.median(frames[:, :8, :8], axis=(0, 1, 2)),
        np.median(frames[:, 112:144, 112:144], axis=(0, 1, 2)),
    )
    assert corner.min() > 235  # white, as told
    assert middle[0] - middle[1] > 80  # and something red upon it
