"""Start from a picture or a video, in the browser: chosen, shown small, continued, changed, made a loop."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from t2v.space import form, origin
from t2v.space.launch import App
from t2v.video import Video
from tests.pictures import numbered, quarters
from tests.space.conftest import Visitor


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    Image.fromarray(quarters(40, 60)).save(tmp_path / "fox.png")
    return tmp_path / "fox.png"


def choose(visitor: Visitor, file: Path) -> None:
    page = visitor.page
    page.get_by_role("button", name="Start from a picture or a video").click()
    page.locator("#source input[type=file]").set_input_files(file)
    expect(page.locator("#source")).to_contain_text(file.stem)


def made(visitor: Visitor, app: App) -> Video:
    """The video on the screen, as its file has it."""
    name = visitor.page.locator("#screen video").get_attribute("src").rpartition("/")[2]
    return Video.open(app.service.outputs.served / name.partition("?")[0])


def further(visitor: Visitor, app: App, way: str) -> Video:
    """Click a button of the finished video -> the next one."""
    before = visitor.page.locator("#screen video").get_attribute("src")
    visitor.page.locator("#screen").get_by_role("button", name=way, exact=True).click()
    visitor.page.wait_for_function(
        "src => ![undefined, src].includes(document.querySelector('#screen video')?.getAttribute('src'))",
        arg=before,
    )
    return made(visitor, app)


def test_a_picture_is_animated_and_shown_with_the_result(visitor: Visitor, app: App, picture: Path):
    choose(visitor, picture)
    visitor.generate("a fox waves")
    visitor.see("done")
    assert (made(visitor, app).request.keep, made(visitor, app).request.strength) == (1, 1.0)
    small = visitor.page.get_by_alt_text("What it started from")
    expect(small).to_be_visible()
    visitor.page.wait_for_function("document.querySelector('#screen .source img').naturalWidth === 60")


def test_a_source_is_changed_by_its_strength(visitor: Visitor, app: App, picture: Path):
    choose(visitor, picture)
    visitor.page.get_by_label("Change it").check()
    expect(visitor.page.get_by_label("Kept frames")).to_be_hidden()
    visitor.generate("a cat")
    visitor.see("done")
    assert (made(visitor, app).request.keep, made(visitor, app).request.strength) == (0, 0.6)


def test_a_finished_video_is_continued_changed_and_made_a_loop(visitor: Visitor, app: App):
    visitor.generate("a square walks by")
    visitor.see("done")
    longer = further(visitor, app, "Continue")
    assert len(longer) == 8 + 8 and longer.request.keep == 4, "the stand-in joins all that is given"
    changed = further(visitor, app, "Change")
    assert (changed.request.strength, changed.request.keep) == (0.6, 0)
    visitor.generate("a square walks by again")
    visitor.page.wait_for_function("document.querySelector('#screen').innerText.includes('by again')")
    visitor.see("done")
    assert further(visitor, app, "Loop").request.loop is True
    expect(visitor.page.locator("#screen").get_by_role("button", name="Loop", exact=True)).to_have_count(0)


def test_more_kept_frames_than_the_video_has_are_named_at_the_field(app: App):
    values = form.defaults(app.service, "square", "a fox") | {"source": "a.gif", "way": "keep", "keep": 9}
    assert form.problems(app.service, values) == {"keep": "Must be at most the 8 frames, not 9"}
    assert form.problems(app.service, values | {"source": None}) == {}, "without a source it means nothing"
    assert form.problems(app.service, values | {"way": "change", "strength": 2})["strength"]
    assert form.problems(app.service, values | {"keep": None}) == {}


def test_of_a_film_several_frames_are_kept(visitor: Visitor, tmp_path: Path):
    Video(numbered(12, 64, 64)).save(tmp_path / "film.gif")
    choose(visitor, tmp_path / "film.gif")
    expect(visitor.page.get_by_label("Kept frames")).to_have_value("8", timeout=20_000)


def test_a_file_that_cant_be_read_is_said_in_a_sentence(visitor: Visitor, tmp_path: Path):
    (tmp_path / "film.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes(99))
    choose(visitor, tmp_path / "film.mp4")
    visitor.generate("a fox waves")
    visitor.see("failed")
    expect(visitor.page.locator("#screen")).to_contain_text("film.mp4 can't be read")


def test_of_a_picture_one_frame_is_kept_and_of_a_video_several():
    assert (origin.kept("a.PNG"), origin.kept("a.mp4"), origin.kept(None)) == (1, 8, 1)
