"""Start from a picture or a video, in the browser: chosen, shown small, continued, changed, made a loop."""

from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Route, expect

from t2v.defaults import SecondPass
from t2v.request import Request
from t2v.service.messages import Files
from t2v.service.outputs import Record
from t2v.space import actions, form, origin, strings
from t2v.space.launch import App
from t2v.space.making import Making
from t2v.video import Video
from tests.pictures import numbered, quarters
from tests.service.fakes import NATIVE
from tests.space.conftest import Visitor
from tests.waiting import eventually


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
    visitor.more()
    visitor.page.locator("#screen").get_by_role("button", name=way, exact=True).click()
    visitor.page.wait_for_function(
        "src => ![undefined, src].includes(document.querySelector('#screen video')?.getAttribute('src'))",
        arg=before,
    )
    return made(visitor, app)


def test_a_picture_is_animated_and_shown_with_the_result(visitor: Visitor, app: App, picture: Path):
    choose(visitor, picture)
    chosen = visitor.page.locator("#source-shown")
    expect(chosen.locator("img")).to_be_visible()
    expect(chosen).to_contain_text("its edges are cut off")
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
    visitor.more()
    expect(visitor.page.locator("#screen").get_by_role("button", name="Loop", exact=True)).to_be_disabled()


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


def test_a_file_that_cant_be_read_is_said_in_a_sentence(visitor: Visitor, app: App, tmp_path: Path):
    (tmp_path / "film.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes(99))
    choose(visitor, tmp_path / "film.mp4")
    expect(visitor.page.locator("#source-shown")).to_contain_text("film.mp4 can't be read")
    said = visitor.page.locator("#source-shown").inner_text()
    assert said.startswith("film.mp4") and said.endswith(".")
    refused(visitor, app, said)


def test_nothing_is_changed_before_a_source_is_chosen(visitor: Visitor, app: App):
    visitor.page.get_by_role("button", name="Start from a picture or a video").click()
    visitor.page.get_by_label("Change it").check()
    refused(visitor, app, strings.CHOOSE_FIRST)


def test_the_steps_of_a_change_go_with_it(
    visitor: Visitor, app: App, picture: Path, monkeypatch: pytest.MonkeyPatch
):
    page, steps = visitor.page, visitor.page.get_by_label("Steps")
    monkeypatch.setattr(app.service, "native", lambda model: replace(NATIVE, change_steps=30))
    visitor.settings()
    choose(visitor, picture)
    steps.fill("5")
    for way, needed in (("Replace", "30"), ("Animate", "5"), ("Replace", "30"), ("Change it", "30")):
        page.locator("#source-way").get_by_label(way).check()
        expect(steps).to_have_value(needed)
    visitor.generate("a cat")
    visitor.see("done")
    assert made(visitor, app).request.steps == 30
    visitor.reload()
    visitor.settings()
    expect(page.get_by_label("Seed", exact=True)).not_to_have_value("")
    expect(steps).to_have_value(str(NATIVE.steps))


def test_the_steps_of_a_loop_go_with_it(visitor: Visitor, app: App, monkeypatch: pytest.MonkeyPatch):
    page, steps = visitor.page, visitor.page.get_by_label("Steps")
    monkeypatch.setattr(app.service, "native", lambda model: replace(NATIVE, steps=1, loop_steps=2))
    visitor.settings()
    page.get_by_role("button", name="Back to the defaults").click()
    expect(steps).to_have_value("1")
    for needed in ("2", "1", "2"):
        page.get_by_label("Loop", exact=True).click()
        expect(steps).to_have_value(needed)
    visitor.generate("a square goes round")
    visitor.see("done")
    assert (made(visitor, app).request.loop, made(visitor, app).request.steps) == (True, 2)
    visitor.reload()
    visitor.settings()
    expect(page.get_by_label("Loop", exact=True)).to_be_checked()
    expect(steps).to_have_value("2")
    page.get_by_label("Loop", exact=True).click()
    expect(steps).to_have_value("1")


def test_another_videos_settings_leave_a_change_steps_enough(
    visitor: Visitor, app: App, picture: Path, monkeypatch: pytest.MonkeyPatch
):
    page, steps = visitor.page, visitor.page.get_by_label("Steps")
    visitor.generate("a square walks by")
    visitor.see("done")
    monkeypatch.setattr(app.service, "native", lambda model: replace(NATIVE, change_steps=30))
    visitor.settings()
    choose(visitor, picture)
    page.get_by_label("Change it").check()
    expect(steps).to_have_value("30")
    for fill in (page.locator("#gallery .tile"), page.get_by_role("button", name="Back to the defaults")):
        steps.fill("5")
        fill.click()
        expect(steps).to_have_value("30")


def refused(visitor: Visitor, app: App, why: str) -> None:
    """Generate says why not, and begins nothing."""
    before = set(app.service.jobs._jobs)
    visitor.page.get_by_label("Prompt", exact=True).fill("a fox waves")
    expect(visitor.page.locator("#cost")).to_contain_text("Takes")
    visitor.page.wait_for_timeout(600)  # a person's pause: an answer still under way would clear the message
    visitor.page.get_by_role("button", name="Generate").click()
    expect(visitor.page.locator("#origin .validation-error", has_text=why)).to_be_in_viewport()
    assert set(app.service.jobs._jobs) == before
    visitor.problems.clear()  # the browser logs the refusal


def test_a_model_without_a_vocabulary_starts_from_any_picture(visitor: Visitor):
    visitor.page.get_by_role("button", name="Start from a picture or a video").click()
    expect(visitor.page.locator("#source-words")).to_have_text("")


def test_of_a_picture_one_frame_is_kept_and_of_a_video_several():
    assert (origin.kept("a.PNG"), origin.kept("a.mp4"), origin.kept(None)) == (1, 8, 1)


def files_of(visitor: Visitor, app: App) -> Files:
    """What the video on the screen was made from."""
    name = visitor.page.locator("#screen video").get_attribute("src").rpartition("/")[2]
    return app.service.jobs._jobs[name.partition(".")[0]].files


def hand_over(visitor: Visitor, file: Path, event: str) -> None:
    """Drop a file onto the page's title, or paste it."""
    visitor.page.evaluate(
        """async ([data, name, type, event]) => {
          const bytes = await (await fetch("data:" + type + ";base64," + data)).blob();
          const given = { bubbles: true, cancelable: true }, drop = event === "drop";
          const files = new DataTransfer();
          files.items.add(new File([bytes], name, { type }));
          given[drop ? "dataTransfer" : "clipboardData"] = files;
          const made = new (drop ? DragEvent : ClipboardEvent)(event, given);
          document.querySelector("h1").dispatchEvent(made);
        }""",
        [b64encode(file.read_bytes()).decode(), file.name, KINDS[file.suffix], event],
    )


def test_a_finished_video_becomes_larger_and_smoother(visitor: Visitor):
    page = visitor.page
    visitor.generate("a square walks by")
    visitor.see("done")
    page.locator("#screen .more > summary").click()
    line = page.locator("#screen .summary")
    for name, ending, shown in (
        ("Larger", ".larger.mp4", "shown at 128×128"), ("Smooth, 24 fps", ".larger.24.mp4", "shown at 24 fps")
    ):  # fmt: skip
        expect(line.get_by_text(shown)).to_be_hidden()
        page.locator("#screen").get_by_role("button", name=name).click()
        expect(line.get_by_text(shown)).to_be_visible()
        page.wait_for_function("end => document.querySelector('#screen video').src.endsWith(end)", arg=ending)
    assert visitor.video()["width"] == 128
    page.locator("#screen").get_by_role("button", name="Larger").click()
    page.wait_for_function("!document.querySelector('#screen video').src.includes('larger')")


def test_a_model_with_a_second_pass_enlarges_by_it(app: App, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    native, service = replace(NATIVE, second=SecondPass("wide", 192, 128)), app.service
    monkeypatch.setattr(service, "native", lambda model: native)
    request = Request("a square", seed=3).validate(NATIVE)
    record = Record("id", "ana", "square", request, ".mp4", 0.0, 1.0)
    making, files = Making(None, service, None), Files(tmp_path / "id.mp4")
    filled = making._enlarged(record, files)
    assert (filled.model, filled.files) == ("wide", files)
    assert (filled.request.width, filled.request.height, filled.request.strength) == (192, 128, 0.75)
    assert (filled.request.prompt, filled.request.seed, filled.request.larger) == ("a square", 3, False)
    monkeypatch.setattr(service, "native", lambda model: replace(native, second=SecondPass("no", 192, 128)))
    both = making._enlarged(record, files)
    assert (both.model, both.request.larger, both.files) == ("square", True, Files())
    zeroscope = replace(record, model="cerspense/zeroscope_v2_576w")
    assert "data-way='larger'" in actions._larger(zeroscope)
    assert "data-smooth='.larger'" in actions._larger(record)
    assert not actions._larger(replace(record, request=replace(request, larger=True)))


@pytest.mark.parametrize("source", [True, False])
def test_a_video_has_a_link_or_says_why_it_has_none(source: bool):
    record = Record("id", "ana", "square", Request("a square", seed=3).validate(NATIVE), ".mp4", 0.0, 1.0)
    shown = actions.of(record, "/video", source=source)
    assert (strings.COPY in shown) != source and (strings.NO_LINK in shown) == source


KINDS = {".png": "image/png", ".gif": "image/gif", ".webm": "video/webm"}


def test_a_picture_dropped_anywhere_or_pasted_is_the_source(visitor: Visitor, picture: Path):
    source = visitor.page.locator("#source")
    hand_over(visitor, picture, "drop")
    expect(source).to_contain_text("fox")
    expect(source).to_be_visible()
    Image.fromarray(quarters()).save(picture.with_name("wolf.png"))
    hand_over(visitor, picture.with_name("wolf.png"), "paste")
    expect(source).to_contain_text("wolf")


def test_a_dropped_film_without_our_settings_is_the_source(visitor: Visitor, tmp_path: Path):
    film = [Image.fromarray(frame) for frame in numbered(12, 64, 64)]
    film[0].save(tmp_path / "film.gif", save_all=True, append_images=film[1:])
    hand_over(visitor, tmp_path / "film.gif", "drop")
    expect(visitor.page.locator("#source")).to_contain_text("film", timeout=20_000)
    expect(visitor.page.get_by_label("Kept frames")).to_have_value("8")


def test_an_example_and_a_video_of_ones_own_are_sources(visitor: Visitor, app: App):
    visitor.generate("a square walks by")
    visitor.see("done")
    visitor.page.get_by_role("button", name="Start from a picture or a video").click()
    tiles = visitor.page.locator("#starts .start")
    expect(tiles).to_have_count(2)
    tiles.nth(1).click()
    expect(visitor.page.locator("#source")).to_contain_text("riser", timeout=20_000)
    tiles.nth(0).click()
    expect(visitor.page.locator("#source")).not_to_contain_text("riser")
    expect(visitor.page.locator("#source .filename")).to_be_visible(timeout=20_000)
    expect(visitor.page.get_by_label("Kept frames")).to_have_value("8", timeout=20_000)
    visitor.generate("a square goes on")
    visitor.page.wait_for_function("document.querySelector('#screen').innerText.includes('goes on')")
    visitor.see("done")
    assert made(visitor, app).request.keep == 8 and files_of(visitor, app).source
    visitor.page.locator("#source").get_by_label("Clear").click()
    visitor.more()
    visitor.page.locator("#screen").get_by_role("button", name="Start from this").click()
    expect(visitor.page.locator("#source .filename")).to_be_visible(timeout=20_000)


def test_a_part_is_painted_over_and_made_anew(visitor: Visitor, app: App, picture: Path):
    page = visitor.page
    choose(visitor, picture)
    page.get_by_label("Replace a part").check()
    refusal = page.locator("#origin .validation-error", has_text="Paint over what is to be made anew")
    page.get_by_label("Prompt", exact=True).fill("a hat")
    expect(page.locator("#cost")).to_contain_text("Takes")
    expect(refusal).to_have_count(0)  # before one could paint
    page.wait_for_timeout(600)  # a person's pause: an answer still under way would clear the message
    page.get_by_role("button", name="Generate").click()
    expect(refusal).to_be_in_viewport()
    assert page.locator("#screen [data-state=working]").count() == 0
    visitor.problems.clear()  # the browser logs the refusal
    canvas = page.locator("#painter canvas")
    page.wait_for_function("document.querySelector('#painter canvas')?.width === 60")
    page.get_by_label("Brush").fill("10")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    left, top = box["x"] + box["width"] / 4, box["y"] + box["height"] / 2
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left, top + 3)
    page.mouse.up()
    page.wait_for_function("document.querySelector('#mask textarea, #mask input').value")
    visitor.generate("a hat")
    visitor.see("done")
    assert (made(visitor, app).request.strength, made(visitor, app).request.rounds) == (1.0, 4)
    mask = np.asarray(Image.open(files_of(visitor, app).mask).convert("L"))
    assert (
        mask.shape == (40, 60) and mask[20, 15] == 255 and mask[20, 40] == 0 and 50 < (mask > 128).sum() < 200
    )
    expect(page.get_by_alt_text("What it started from")).to_be_visible()


def test_a_part_is_painted_over_by_keyboard(visitor: Visitor, app: App, picture: Path):
    page = visitor.page
    choose(visitor, picture)
    page.get_by_label("Replace a part").check()
    page.wait_for_function("document.querySelector('#painter canvas')?.width === 60")
    page.get_by_label("Brush").fill("10")
    page.get_by_label("Brush").press("Shift+Tab")
    said = page.locator("#painter [role=status]")
    expect(said).to_contain_text("Space puts it down")
    page.keyboard.press("Space")
    expect(said).to_have_text("The brush is down.")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('#mask textarea, #mask input').value")
    visitor.generate("a hat")
    visitor.see("done")
    mask = np.asarray(Image.open(files_of(visitor, app).mask).convert("L"))
    assert mask[20, 32] == mask[20, 48] == 255 and mask[20, 15] == mask[5, 40] == 0


def test_after_a_reload_a_loop_that_a_button_made_is_no_setting_of_the_form(visitor: Visitor, app: App):
    visitor.generate("a square walks by")
    visitor.see("done")
    assert further(visitor, app, "Loop").request.loop is True
    visitor.reload()
    visitor.see("done")
    expect(visitor.page.get_by_label("Prompt", exact=True)).to_have_value("a square walks by")
    visitor.generate("a square walks by again")
    visitor.page.wait_for_function("document.querySelector('#screen').innerText.includes('by again')")
    visitor.see("done")
    assert made(visitor, app).request.loop is False


def test_a_loop_that_the_form_asked_for_is_asked_for_after_a_reload(visitor: Visitor, app: App):
    page = visitor.page
    visitor.settings()
    page.get_by_label("Loop", exact=True).check()
    visitor.generate("a square walks by")
    visitor.see("done")
    visitor.reload()
    visitor.see("done")
    visitor.generate("a square walks by again")
    page.wait_for_function("document.querySelector('#screen').innerText.includes('by again')")
    visitor.see("done")
    assert made(visitor, app).request.loop is True


@pytest.mark.parametrize("key", ["", "Enter"], ids=["click", "enter"])
def test_generate_waits_for_a_mask_that_is_on_its_way(visitor: Visitor, app: App, picture: Path, key: str):
    page, held = visitor.page, []
    choose(visitor, picture)
    page.get_by_label("Replace a part").check()
    page.wait_for_function("document.querySelector('#painter canvas')?.width === 60")
    page.get_by_label("Prompt", exact=True).fill("a hat")
    page.route("**/gradio_api/upload", lambda route: held.append(route))
    page.locator("#painter canvas").click()
    prompt = page.get_by_label("Prompt", exact=True)
    for _ in range(2):  # impatiently
        prompt.press(key) if key else page.get_by_role("button", name="Generate").click()
    page.wait_for_timeout(500)
    assert len(held) == 1 and page.locator("#screen [data-state=working]").count() == 0
    held[0].continue_()
    visitor.see("done")
    assert files_of(visitor, app).mask and made(visitor, app).request.prompt == "a hat"
    assert page.locator("#origin .validation-error").count() == 0


def test_a_late_answer_about_the_picture_leaves_what_was_painted(visitor: Visitor, picture: Path):
    page, held = visitor.page, []

    def hold(route: Route) -> None:
        given = route.request.post_data_json["data"]
        held.append(route) if len(given) == 1 and "fox.png" in str(given) else route.continue_()

    page.route("**/run/predict*", hold)
    choose(visitor, picture)
    page.get_by_label("Replace a part").check()
    page.wait_for_function("document.querySelector('#painter canvas')?.width === 60")
    page.locator("#painter canvas").click()
    page.wait_for_function("document.querySelector('#mask textarea, #mask input').value")
    assert held
    for route in held:
        with page.expect_response(route.request.url):
            route.continue_()
    page.wait_for_timeout(500)
    assert page.evaluate("document.querySelector('#mask textarea, #mask input').value")


def test_the_last_picture_goes_along(visitor: Visitor, app: App, picture: Path):
    choose(visitor, picture)
    visitor.page.locator("#end input[type=file]").set_input_files(picture)
    expect(visitor.page.locator("#end")).to_contain_text("fox")
    for chosen in ("source", "end"):
        small = f"document.querySelector('#{chosen}-shown img')?.naturalWidth === 60"
        visitor.page.wait_for_function(small)
    visitor.generate("a fox waves")
    visitor.see("done")
    assert files_of(visitor, app).end and made(visitor, app).request.keep == 1
    pictures = visitor.page.locator("#screen .source")
    expect(pictures).to_have_text(["Started from this", "Ends on this"])
    for picture_shown in pictures.locator("img").all():
        eventually(lambda shown=picture_shown: shown.evaluate("img => img.naturalWidth") == 60)
    visitor.page.locator("#source").get_by_label("Clear").click()
    visitor.generate("a fox waves at the end")
    expect(visitor.page.locator("#screen .is-done .prompt")).to_have_text("a fox waves at the end")
    expect(pictures).to_have_text(["Ends on this"])


def test_what_is_being_made_is_continued_when_it_is_there(visitor: Visitor, app: App):
    visitor.generate("slow slow slow square")
    visitor.see("working")
    visitor.page.get_by_label("Prompt", exact=True).fill("a square goes on")
    visitor.page.get_by_role("button", name="Continue it next").click()
    expect(visitor.page.locator("#screen")).to_contain_text("Waits for the video that it starts from")
    visitor.see("done", 60)
    assert made(visitor, app).request.keep == 4 and len(made(visitor, app)) == 16


def test_what_waits_for_a_video_is_told_that_it_was_stopped(visitor: Visitor):
    visitor.generate("slow slow slow slow slow slow slow slow square")
    visitor.see("working")
    visitor.page.get_by_role("button", name="Change it next").click()
    expect(visitor.page.locator("#screen")).to_contain_text("Waits for the video")
    expect(visitor.page.locator("#queue")).to_contain_text("Step")  # until then it lists the one that waits
    visitor.page.locator("#queue .stop-one").click()
    visitor.see("failed")
    expect(visitor.page.locator("#screen")).to_contain_text("was stopped, so it wasn't made either")
