"""The page in a real browser: what a visitor does, and what becomes of it."""

import json
import time
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import expect

from t2v.request import Request
from t2v.space import components
from t2v.space.launch import App
from t2v.video import Video
from tests.pictures import numbered
from tests.service.fakes import moving_square
from tests.space.conftest import Visitor
from tests.waiting import eventually


def test_a_sentence_becomes_a_playing_video(visitor: Visitor):
    visitor.generate("a square walks by")
    visitor.see("working")
    visitor.see("done")
    video = visitor.video()
    assert (video["width"], video["height"], video["loop"]) == (64, 64, True)
    assert video["seconds"] == pytest.approx(8 / 8, abs=0.05)
    visitor.page.wait_for_function("!document.querySelector('#screen video').paused")
    expect(visitor.page.get_by_label("Your videos").locator(".tile")).to_have_count(1)


def test_what_is_written_before_the_page_has_arrived_stays(visitor: Visitor):
    page, arrival = visitor.context.new_page(), []
    page.route("**/queue/join*", lambda route: arrival.append(route), times=1)  # the first event
    page.goto(visitor.url)
    prompt = page.get_by_label("Prompt", exact=True)
    prompt.fill("a quick writer")
    eventually(lambda: page.wait_for_timeout(20) or arrival)
    arrival[0].continue_()
    page.wait_for_function("document.querySelector('#gallery')?.innerText.length > 3")  # it has arrived
    page.wait_for_timeout(300)  # for all else that came with it
    expect(prompt).to_have_value("a quick writer")
    expect(page.get_by_role("button", name="Generate")).to_be_enabled()


def test_a_preview_grows_before_the_video(visitor: Visitor):
    visitor.generate("slow square")
    visitor.page.wait_for_selector("#screen .preview")
    expect(visitor.page.locator("#screen .status")).to_contain_text("Step")
    expect(visitor.page.locator("#screen .status")).to_contain_text("left")
    visitor.see("done")


def test_a_reload_in_mid_job_still_gets_the_video(visitor: Visitor):
    visitor.generate("slow slow slow square that outlives its page")
    visitor.see("working")
    visitor.reload()
    visitor.see("working")
    visitor.see("done")
    assert visitor.video()["width"] == 64
    assert (
        visitor.page.get_by_label("Prompt", exact=True).input_value()
        == "slow slow slow square that outlives its page"
    )


def test_a_reload_keeps_a_random_seed_random_and_a_written_one(visitor: Visitor):
    page = visitor.page
    random, seed = page.get_by_label("Random seed"), page.get_by_label("Seed", exact=True)
    visitor.settings()
    for written in ("", "77"):
        if written:
            seed.fill(written)
            expect(random).not_to_be_checked()
        visitor.generate("a square, and a reload")
        expect(page.locator("#screen .summary")).to_contain_text(f"seed {written}")
        visitor.reload()
        visitor.settings()
        expect(seed).not_to_have_value("")
        expect(random).to_be_checked(checked=not written)
    page.goto(visitor.url + page.locator("a.settings-link").get_attribute("href"))
    expect(page.locator("#lock")).to_contain_text("Seed 77 is kept")
    visitor.problems.clear()  # a page that is left logs that its streams were cut


def test_a_closed_page_finds_its_video_later(visitor: Visitor):
    visitor.generate("slow slow slow square left alone")
    visitor.see("working")
    visitor.page.close()
    visitor.problems.clear()
    visitor.page = visitor.open()
    visitor.see("done")


def test_stop_frees_the_device_within_a_step_and_a_second(visitor: Visitor, app: App):
    visitor.generate("slow slow slow square to be stopped")
    visitor.page.wait_for_selector("#screen .preview")
    start = time.monotonic()
    visitor.page.get_by_role("button", name="Stop").click()
    visitor.see("stopped")
    assert time.monotonic() - start < 3 * 0.15 + 1.0 + 1.0  # the last second is the browser's
    expect(visitor.page.locator("#screen")).to_contain_text("Stopped")
    visitor.generate("next one")
    visitor.see("done")


def test_the_link_restores_every_setting(visitor: Visitor, other: Visitor):
    visitor.settings()
    visitor.page.get_by_label("Steps").fill("7")
    visitor.page.get_by_label("Guidance", exact=True).fill("3.5")
    visitor.page.get_by_label("Frames", exact=True).fill("6")
    visitor.page.get_by_label("Frames a second").fill("12")
    visitor.page.get_by_label("Negative prompt").fill("rain & snow")
    visitor.page.get_by_label("Seed", exact=True).fill("77")
    visitor.generate("a <b>square</b> & more")
    visitor.see("done")
    link = visitor.page.locator("a.settings-link").get_attribute("href")
    assert parse_qs(urlparse(link).query)["seed"] == ["77"]
    other.page.close()
    other.page = page = other.open(link)
    other.settings()
    shown = {
        "Prompt": "a <b>square</b> & more",
        "Steps": "7",
        "Guidance": "3.5",
        "Frames": "6",
        "Frames a second": "12",
        "Negative prompt": "rain & snow",
        "Seed": "77",
    }
    for label, value in shown.items():
        expect(page.get_by_label(label, exact=label != "Steps")).to_have_value(value)
    assert not page.get_by_label("Random seed").is_checked()
    settings = json.loads(visitor.page.locator("#screen pre").text_content())
    page.get_by_role("button", name="Generate").click()
    other.see("done")
    assert json.loads(other.page.locator("#screen pre").text_content()) == settings


def test_a_dropped_video_restores_its_settings(visitor: Visitor, tmp_path):
    request = Request(
        "a dropped square",
        steps=9,
        seed=5,
        frames=4,
        width=48,
        height=32,
        fps=6,
        guidance=1.5,
        sampler="euler",
    )
    file = Video(moving_square(request), request, "wide").save(tmp_path / "dropped.mp4")
    visitor.settings()
    visitor.page.locator("#drop input[type=file]").set_input_files(file)
    expect(visitor.page.get_by_label("Prompt", exact=True)).to_have_value("a dropped square")
    for label, value in {
        "Steps": "9",
        "Seed": "5",
        "Guidance": "1.5",
        "Frames a second": "6",
        "Shape": "48×32",
    }.items():
        expect(
            visitor.page.get_by_label(label, exact=label in ("Seed", "Frames a second", "Guidance")).first
        ).to_have_value(value)
    expect(visitor.page.locator("#lock")).to_contain_text("Seed 5 is kept")
    visitor.see("done")
    assert visitor.video()["width"] == 48, "the video itself is shown"
    expect(visitor.page.get_by_label("Your videos").locator(".tile")).to_have_count(1)


def test_a_dropped_file_that_is_none_of_ours_says_so(visitor: Visitor, tmp_path):
    file = tmp_path / "page.mp4"
    file.write_text("<html>not a video</html>")
    visitor.settings()
    visitor.page.locator("#drop input[type=file]").set_input_files(file)
    expect(visitor.page.get_by_test_id("toast-body")).to_contain_text("not an MP4")


def test_of_equal_messages_one_is_seen(visitor: Visitor, tmp_path):
    page, other = visitor.page, tmp_path / "other.gif"
    Video(numbered(2, 64, 64)).save(other)  # without settings
    file = tmp_path / "page.mp4"
    file.write_text("<html>not a video</html>")
    visitor.settings()
    for given, said, seen in ((file, 1, 1), (file, 2, 1), (other, 3, 2)):
        page.locator("#drop input[type=file]").set_input_files(given)
        expect(page.get_by_test_id("toast-text")).to_have_count(said)
        expect(page.get_by_test_id("toast-text").filter(visible=True)).to_have_count(seen)


WRONG = {
    "Steps": ("0", "Must be a whole number from 1 to 200, not 0"),
    "Guidance": ("99", "Must be a number from 1 to 30, not 99"),
    "Frames": ("2.5", "Must be a whole number from 1 to 64, not 2.5"),
    "Frames a second": ("1000", "Must be a whole number from 1 to 60, not 1000"),
    "Seed": ("4294967296", "Must be a whole number from -1 to 4294967295"),
    "Noise (eta)": ("2", "Must be a number from 0 to 1, not 2"),
    "Shape": ("33×64", "Must be a multiple of 8, such as 32 or 40, not 33"),
    "Prompt": (" ", "Is empty: say what the video should show"),
}


def test_bad_values_are_told_at_their_fields_and_beside_the_button(visitor: Visitor):
    page = visitor.page
    visitor.settings()
    boxes = {label: page.get_by_label(label, exact=label != "Steps").first for label in WRONG}
    for label, (value, _) in WRONG.items():
        boxes[label].fill(value)
        boxes[label].press("Tab")
    expect(page.locator("#cost")).to_contain_text("Shape: must be a multiple of 8")
    page.wait_for_timeout(500)  # a person's pause: an answer still under way would clear the messages
    page.get_by_role("button", name="Generate").click()
    for label, (_, message) in WRONG.items():
        where = page.locator(".block", has_text=label).filter(has_text=message)
        expect(where.last).to_be_visible()
    assert page.locator("#screen [data-state=working]").count() == 0
    visitor.problems[:] = [
        text for text in visitor.problems if "422" not in text
    ]  # the browser logs the refusal


def test_a_long_prompt_is_counted_and_not_cut(visitor: Visitor):
    prompt = visitor.page.get_by_label("Prompt", exact=True)
    prompt.focus()
    visitor.page.keyboard.insert_text("x" * 5000)
    expect(prompt).to_have_value("x" * 5000)
    expect(visitor.page.locator("#cost")).to_contain_text("1,000 characters, not 5,000")


def test_visitors_neither_see_nor_stop_each_others_jobs(visitor: Visitor, other: Visitor, app: App):
    visitor.generate("slow slow slow clandestine square")
    visitor.see("working")
    assert "clandestine" not in other.page.content()
    assert not other.page.get_by_role("button", name="Stop").is_visible()
    expect(other.page.get_by_label("Your videos").locator(".tile")).to_have_count(0)
    job = next(job for job in app.service.jobs._jobs.values() if not job.over)
    assert not app.service.jobs.stop("somebody else, quite as long", job.id)
    visitor.see("done")


def test_a_second_tab_follows_the_same_job(visitor: Visitor):
    visitor.generate("slow slow slow slow square in two tabs")
    visitor.see("working")
    second = visitor.open()
    second.wait_for_selector("#screen [data-state=working]")
    second.wait_for_selector("#screen [data-state=done]")


def test_same_again_draws_another_seed(visitor: Visitor):
    visitor.settings()
    visitor.page.get_by_label("Seed", exact=True).fill("77")
    expect(visitor.page.get_by_label("Random seed")).not_to_be_checked()
    visitor.generate("a square, twice")
    visitor.see("done")
    first = json.loads(visitor.page.locator("#screen pre").text_content())
    visitor.page.get_by_role("button", name="Another like it").click()
    visitor.page.wait_for_function(
        "seed => !document.querySelector('#screen pre')?.textContent.includes(seed) && "
        "document.querySelector('#screen [data-state=done]')",
        arg=f'"seed": {first["seed"]},',
    )
    second = json.loads(visitor.page.locator("#screen pre").text_content())
    assert {**first, "seed": None} == {**second, "seed": None} and first["seed"] != second["seed"]
    visitor.reload()
    visitor.settings()
    expect(visitor.page.get_by_label("Seed", exact=True)).to_have_value(str(second["seed"]))
    expect(visitor.page.get_by_label("Random seed")).to_be_checked()


def test_a_picked_video_of_ones_own_comes_back(visitor: Visitor, monkeypatch: pytest.MonkeyPatch):
    """Also one that isn't among the newest, which alone are shown at first."""
    monkeypatch.setattr(components, "GALLERY", 1)
    for prompt in ("first square", "second square"):
        visitor.generate(prompt)
        expect(visitor.page.locator("#screen .is-done .prompt")).to_have_text(prompt)
    expect(visitor.page.locator("#gallery .tile")).to_have_count(1)
    visitor.page.get_by_role("button", name="Show more").click()
    visitor.page.get_by_role("button", name="first square").click()
    expect(visitor.page.locator("#screen .is-done .prompt")).to_have_text("first square")
    expect(visitor.page.get_by_role("button", name="Show more")).to_have_count(0)
    expect(visitor.page.get_by_label("Prompt", exact=True)).to_have_value("first square")


def test_an_example_plays_without_the_pipeline(visitor: Visitor, app: App):
    before = set(app.service.jobs._jobs)
    visitor.page.get_by_label("Examples").get_by_role("button", name="raise a square").click()
    visitor.see("done")
    assert visitor.video()["width"] == 64
    expect(visitor.page.get_by_label("Prompt", exact=True)).to_have_value("raise a square")
    visitor.settings()
    expect(visitor.page.get_by_label("Seed", exact=True)).to_have_value("9")
    assert visitor.page.get_by_label("Random seed").is_checked(), "the next video gets a seed of its own"
    assert set(app.service.jobs._jobs) == before


def test_another_model_brings_its_own_defaults(visitor: Visitor):
    visitor.settings()
    visitor.page.get_by_label("Prompt", exact=True).fill("kept")
    visitor.page.get_by_label("Model", exact=True).click()
    visitor.page.get_by_role("option", name="Wide square").click()
    expect(visitor.page.get_by_label("Steps")).to_have_value("5")
    expect(visitor.page.get_by_label("Shape")).to_have_value("Wide 3:2, 96×64")
    expect(visitor.page.get_by_label("Prompt", exact=True)).to_have_value("kept")
    visitor.page.get_by_role("button", name="Generate").click()
    visitor.see("done")
    assert visitor.video()["width"] == 96


def test_a_model_that_does_not_load_says_why_and_the_old_one_works_on(visitor: Visitor):
    visitor.settings()
    visitor.page.get_by_label("Model", exact=True).click()
    visitor.page.get_by_role("option", name="A broken model").click()
    visitor.generate("anything")
    visitor.see("failed")
    expect(visitor.page.locator("#screen")).to_contain_text("weights of this model hold NaN")
    expect(visitor.page.locator("#live [role=alert]")).to_contain_text("hold NaN")
    visitor.page.get_by_label("Model", exact=True).click()
    visitor.page.get_by_role("option", name="Moving square").click()
    visitor.generate("a square again")
    visitor.see("done")


def test_tokens_are_counted_and_the_cut_is_shown(visitor: Visitor):
    visitor.page.get_by_label("Prompt", exact=True).fill("word " * 65)
    expect(visitor.page.locator("#tokens")).to_contain_text("67 of 77 tokens")
    visitor.page.get_by_label("Prompt", exact=True).fill("word " * 75 + "and the end")
    expect(visitor.page.locator("#tokens")).to_contain_text("Cut off: “and the end”")


def test_the_cost_is_told_anew_after_a_run(app: App, visitor: Visitor):
    told = visitor.page.locator("#cost")
    app.service.estimates._runs.clear()  # as on a new machine
    visitor.page.get_by_label("Prompt", exact=True).fill("a square")
    expect(told).to_contain_text("Takes about 42 s")  # as the fake pipeline plans
    visitor.generate("a square")
    visitor.see("done")
    expect(told).not_to_contain_text("42 s")


def test_a_phone_scrolls_only_down(visitor: Visitor):
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    visitor.settings()
    visitor.generate("a square on a phone " + "x" * 80)
    visitor.see("done")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") == 390


def test_everything_has_a_name_for_those_who_listen(visitor: Visitor):
    visitor.settings()
    visitor.generate("a square to hear")
    visitor.see("done")
    nameless = visitor.page.evaluate(
        """[...document.querySelectorAll('button, input, textarea, video, img')]
        .filter(e => e.offsetParent && !e.closest('label') && !e.labels?.length)
        .filter(e => !(e.innerText || e.ariaLabel || e.alt || e.title)).map(e => e.outerHTML)"""
    )
    assert nameless == []


def test_a_finished_video_survives_the_jobs_memory(visitor: Visitor, app: App):
    """As after a restart: the queue knows nothing, the outputs still do."""
    visitor.generate("a square to keep")
    visitor.see("done")
    eventually(lambda: all(job.over for job in app.service.jobs._jobs.values()))
    app.service.jobs._jobs.clear()
    visitor.reload()
    visitor.see("done")
    expect(visitor.page.locator("#screen .prompt")).to_have_text("a square to keep")
