"""The page while several videos are made, and after: what a visitor may do with them."""

import json
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Page, expect

from t2v.space.launch import App
from tests.space.conftest import Visitor
from tests.space.states import stop_all
from tests.waiting import eventually

PHONE = {"width": 390, "height": 844}
SLOW = "slow slow slow"
SLOWER = f"{SLOW} {SLOW}"  # outlasts several clicks on a busy machine
IN_VIEW = """() => { const {top, bottom} = document.querySelector('#screen .frame').getBoundingClientRect();
    return top >= -1 && bottom <= innerHeight + 1 && bottom - top > 100; }"""


def seed_of(page: Page) -> int:
    return json.loads(page.locator("#screen pre").text_content() or "")["seed"]


# -- on a phone


@pytest.fixture
def phone(visitor: Visitor):
    visitor.page.set_viewport_size(PHONE)
    yield visitor
    stop_all(visitor.page)


def test_a_tapped_example_comes_into_view(phone: Visitor):
    tile = phone.page.get_by_label("Examples").locator(".tile").first
    tile.scroll_into_view_if_needed()
    tile.click()
    phone.see("done")
    phone.page.wait_for_function(IN_VIEW)


def test_generate_brings_the_video_into_view(phone: Visitor):
    phone.generate("slow slow square on a phone")
    phone.see("working")
    phone.page.wait_for_function(IN_VIEW)
    stop = phone.page.get_by_role("button", name="Stop").bounding_box()
    assert stop and stop["y"] + stop["height"] <= 844, "Stop is out of reach"
    phone.see("done")
    phone.page.wait_for_function(IN_VIEW)


def test_generate_with_open_settings_does_too(phone: Visitor):
    phone.settings()
    phone.page.get_by_label("Frames a second").scroll_into_view_if_needed()
    phone.generate("a square far up")
    phone.see("done")
    phone.page.wait_for_function(IN_VIEW)


def test_who_scrolls_away_meanwhile_is_left_alone(phone: Visitor):
    phone.generate("slow slow square to scroll away from")
    phone.see("working")
    phone.page.wait_for_function(IN_VIEW)
    phone.page.mouse.wheel(0, 900)
    phone.page.wait_for_timeout(300)
    place = phone.page.evaluate("scrollY")
    phone.see("done")
    phone.page.wait_for_timeout(800)
    assert abs(phone.page.evaluate("scrollY") - place) < 40


# -- a queue of one's own


def test_a_visitor_queues_four_and_is_told_of_the_fifth(visitor: Visitor):
    slow = f"{SLOW} {SLOW}"  # the first is still made when the fifth is refused, also beside other tests
    for number in range(4):
        visitor.generate(f"{slow} square {number}")
        visitor.page.wait_for_selector(f"#screen .prompt:has-text('square {number}')")
    expect(visitor.page.locator("#queue .job")).to_have_count(3)
    expect(visitor.page.locator("#screen .status")).to_contain_text("Waiting for your other video")
    visitor.generate("one too many")
    toast = visitor.page.get_by_test_id("toast-body")
    expect(toast).to_contain_text("4 videos under way")
    assert not {"Info", "Warning"} & set(toast.inner_text().split()), "a heading that says nothing"
    expect(visitor.page.locator("#screen .prompt")).to_contain_text("square 3")
    visitor.page.get_by_role("button", name=f"Stop: {slow} square 1").click()
    expect(visitor.page.locator("#queue .job")).to_have_count(2)
    stop_all(visitor.page)


def test_the_waiting_are_told_how_long(visitor: Visitor, other: Visitor):
    visitor.generate(f"{SLOW} first")
    visitor.see("working")
    other.generate(f"{SLOW} second")
    expect(other.page.locator("#screen .status")).to_contain_text("begins in")
    stop_all(visitor.page)
    stop_all(other.page)


SCREENS = """() => { globalThis.screens = [];
    new MutationObserver(() => {
        const text = document.querySelector("#screen .prompt")?.innerText;
        if (text && text !== screens.at(-1)) screens.push(text);
    }).observe(document.querySelector("#screen"), {childList: true, subtree: true, characterData: true}); }"""


def test_what_was_shown_before_doesnt_come_back(visitor: Visitor):
    visitor.page.evaluate(SCREENS)
    visitor.generate(f"{SLOW} {SLOW} square 0")
    visitor.page.wait_for_selector("#screen .preview")
    for number in (1, 2, 3):
        visitor.generate(f"square {number}")
        expect(visitor.page.locator("#queue .job")).to_have_count(number)
        visitor.page.wait_for_timeout(400)  # what followed the one before has ended
    shown = visitor.page.evaluate("screens")
    assert [text[-1] for text in shown] == ["0", "1", "2", "3"]
    stop_all(visitor.page)


def test_older_videos_can_be_looked_at_meanwhile(visitor: Visitor):
    visitor.generate("an old square")
    visitor.see("done")
    expect(visitor.page.locator("#screen .is-done .prompt")).to_have_text("an old square")
    visitor.generate(f"{SLOWER} new square")
    expect(visitor.page.locator("#screen .is-working .prompt")).to_have_text(f"{SLOWER} new square")
    visitor.page.get_by_label("Your videos").locator(".tile").click()
    expect(visitor.page.locator("#screen .is-done .prompt")).to_have_text("an old square")
    expect(visitor.page.locator("#queue .job")).to_contain_text("new square")
    visitor.page.wait_for_timeout(700)  # what follows the new one leaves the screen alone
    expect(visitor.page.locator("#screen .is-done .prompt")).to_have_text("an old square")
    visitor.page.locator("#queue .job").click()
    expect(visitor.page.locator("#screen .is-working .prompt")).to_have_text(f"{SLOWER} new square")
    visitor.generate("a square in vain")
    expect(visitor.page.locator("#screen .prompt")).to_have_text("a square in vain")
    visitor.page.locator("#stop").click()
    expect(visitor.page.locator("#screen .is-stopped .prompt")).to_have_text("a square in vain")
    expect(visitor.page.locator("#screen .is-done .prompt")).to_have_text(
        f"{SLOWER} new square", timeout=30_000
    )
    expect(visitor.page.get_by_label("Your videos").locator(".tile")).to_have_count(2)


def test_four_variations_stand_side_by_side(visitor: Visitor):
    visitor.page.get_by_label("Prompt", exact=True).fill("a square, four times")
    visitor.page.get_by_role("button", name="4 variations").click()
    visitor.see("done")
    cells = visitor.page.locator("#screen button.cell")
    expect(cells).to_have_count(4)
    boxes = [cell.bounding_box() for cell in cells.all()]
    assert len({round(box["x"]) for box in boxes}) == len({round(box["y"]) for box in boxes}) == 2
    visitor.reload()
    expect(visitor.page.locator("#screen button.cell")).to_have_count(4)
    seeds = set()
    for number in range(4):
        visitor.page.locator("#screen button.cell").nth(number).click()
        expect(visitor.page.locator("#screen .summary")).to_be_visible()
        seeds.add(seed_of(visitor.page))
        visitor.page.get_by_role("button", name="All 4 variations").click()
        expect(visitor.page.locator("#screen button.cell")).to_have_count(4)
    assert len(seeds) == 4


# -- what can be done with a video


def test_every_format_and_speed_is_chosen_at_the_download(visitor: Visitor):
    visitor.generate("a square for keeps")
    visitor.see("done")
    page = visitor.page
    visitor.more()
    links = page.locator("#screen a[download]")
    wanted = {".mp4": (b"ftyp", 4), ".gif": (b"GIF8", 0), ".webp": (b"WEBP", 8)}
    for smooth in ("", ".24"):
        if smooth:
            page.get_by_role("button", name="Smooth, 24 fps").click()
            expect(page.get_by_role("button", name="Smooth, 24 fps")).to_have_attribute(
                "aria-pressed", "true"
            )
            page.wait_for_function("document.querySelector('#screen video').currentSrc.endsWith('.24.mp4')")
        for link, (suffix, (mark, place)) in zip(links.all(), wanted.items(), strict=True):
            href = link.get_attribute("href") or ""
            assert href.endswith(smooth + suffix) and (link.get_attribute("download") or "").endswith(suffix)
            content = httpx.get(visitor.url + href, trust_env=False).content
            assert content[place : place + 4] == mark
    assert abs(visitor.video()["seconds"] - 1) < 0.05
    page.get_by_role("button", name="Smooth, 24 fps").click()
    page.wait_for_function("!document.querySelector('#screen video').currentSrc.includes('.24.')")


def test_a_deleted_video_is_gone_with_all_its_files(visitor: Visitor, app: App):
    visitor.generate("a square to delete")
    visitor.see("done")
    visitor.more()
    visitor.page.get_by_role("button", name="Smooth, 24 fps").click()
    expect(visitor.page.get_by_role("button", name="Smooth, 24 fps")).to_have_attribute(
        "aria-pressed", "true"
    )
    source = visitor.url + (visitor.page.locator("#screen video").get_attribute("src") or "")
    delete = visitor.page.get_by_role("button", name="Delete", exact=True)
    delete.click()
    visitor.page.get_by_role("button", name="Really delete?").click()
    visitor.see("empty")
    expect(visitor.page.get_by_label("Your videos").locator(".tile")).to_have_count(0)
    for link in (source, source.replace(".24.", ".")):
        assert httpx.get(link, trust_env=False).status_code == 404
    id = urlsplit(source).path.rpartition("/")[2].partition(".")[0]
    assert not list(app.service.outputs.served.rglob(f"{id}*"))


def test_one_click_deletes_nothing_and_examples_stay(visitor: Visitor):
    visitor.generate("a square to keep by luck")
    visitor.see("done")
    visitor.more()
    visitor.page.get_by_role("button", name="Delete", exact=True).click()
    expect(visitor.page.get_by_role("button", name="Delete", exact=True)).to_be_visible(timeout=6000)
    expect(visitor.page.get_by_label("Your videos").locator(".tile")).to_have_count(1)
    visitor.page.get_by_label("Examples").locator(".tile").first.click()
    expect(visitor.page.locator("#screen .prompt")).to_have_text("raise a square")
    visitor.more()
    assert visitor.page.get_by_role("button", name="Delete", exact=True).count() == 0


def test_a_link_is_copied_where_there_is_no_clipboard(visitor: Visitor):
    """As over plain http from another machine."""
    visitor.page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    visitor.reload()
    visitor.page.evaluate(
        "document.addEventListener('copy', () => window.copied = getSelection().toString())"
    )
    visitor.generate("a square to copy")
    visitor.see("done")
    visitor.page.get_by_role("button", name="Copy link").click()
    expect(visitor.page.get_by_role("button", name="Copied")).to_be_visible()
    assert "prompt=a+square+to+copy" in visitor.page.evaluate("window.copied")


# -- what a click must not change


def test_a_model_list_that_is_closed_without_a_choice_changes_nothing(visitor: Visitor):
    visitor.settings()
    page = visitor.page
    page.get_by_label("Steps").fill("7")
    page.get_by_label("Shape").fill("64×32")
    page.get_by_label("Shape").press("Tab")
    for leave in (lambda: page.locator("#masthead").click(), lambda: page.keyboard.press("Escape")):
        page.get_by_label("Model", exact=True).click()
        expect(page.get_by_role("option", name="Wide square")).to_be_visible()
        leave()
        page.wait_for_timeout(800)
        expect(page.get_by_label("Steps")).to_have_value("7")
        expect(page.get_by_label("Shape")).to_have_value("64×32")
    page.locator("#masthead").click()
    page.get_by_label("Model", exact=True).click()
    page.get_by_role("option", name="Moving square").click()  # the one that was chosen already
    page.wait_for_timeout(800)
    expect(page.get_by_label("Steps")).to_have_value("7")


def test_random_stays_ticked_whatever_is_picked(visitor: Visitor):
    page = visitor.page
    page.get_by_label("Examples").locator(".tile").first.click()
    visitor.see("done")
    page.locator("#settings > button").click()
    assert page.get_by_label("Random seed").is_checked()
    visitor.generate("a square at random")
    expect(page.locator("#screen .prompt")).to_have_text("a square at random")
    visitor.see("done")
    first = seed_of(page)
    page.get_by_label("Your videos").locator(".tile").first.click()
    assert page.get_by_label("Random seed").is_checked() and not page.locator("#lock").is_visible()
    page.get_by_role("button", name="Generate").click()
    eventually(
        lambda: page.wait_for_timeout(50) or (page.locator("#screen pre").count() and seed_of(page) != first)
    )


def test_a_seed_that_is_not_written_is_said_to_be_random(visitor: Visitor):
    page = visitor.page
    random, seed = page.get_by_label("Random seed"), page.get_by_label("Seed", exact=True)
    visitor.settings()
    for written in ("", "-1"):
        seed.fill("77")
        expect(random).not_to_be_checked()
        seed.fill(written)
        expect(random).to_be_checked()
        expect(page.locator("#lock")).to_be_hidden()
    seed.fill("")
    random.uncheck()
    visitor.generate("a square")
    visitor.see("done")
    expect(random).to_be_checked()
    expect(seed).not_to_have_value("")  # the one that was drawn


def test_a_kept_seed_is_said_beside_generate_and_let_go_there(visitor: Visitor):
    visitor.settings()
    visitor.page.get_by_label("Seed", exact=True).fill("77")
    lock = visitor.page.locator("#lock")
    expect(lock).to_have_text("Seed 77 is kept. Draw a new seed each time")
    visitor.page.get_by_label("Seed", exact=True).fill("-5")
    expect(lock).to_be_hidden()
    low_high = visitor.page.get_by_label("Seed", exact=True).get_attribute("placeholder").split(" … ")
    expect(visitor.page.locator("#cost")).to_contain_text("from {} to {}, not -5".format(*low_high))
    visitor.page.get_by_label("Seed", exact=True).fill("77")
    expect(lock).to_be_visible()
    lock.click()
    expect(lock).to_be_hidden()
    assert visitor.page.get_by_label("Random seed").is_checked()


# -- settings in words


def test_length_and_quality_are_frames_and_steps_in_words(visitor: Visitor):
    page = visitor.page
    visitor.settings()
    page.get_by_label("2 s", exact=True).check()
    expect(page.get_by_label("Frames", exact=True)).to_have_value("16")
    page.get_by_label("Draft").check()
    expect(page.get_by_label("Steps")).to_have_value("5")
    expect(page.locator("#duration")).to_contain_text("16 frames at 8 a second are 2 s")
    page.get_by_label("Frames", exact=True).fill("64.5")
    expect(page.locator("#duration")).not_to_contain_text("frames")
    page.get_by_label("Frames", exact=True).fill("11")
    expect(page.get_by_label("2 s", exact=True)).not_to_be_checked()
    page.get_by_role("button", name="Back to the defaults").click()
    expect(page.get_by_label("1 s", exact=True)).to_be_checked()
    expect(page.get_by_label("Good")).to_be_checked()
    expect(page.get_by_label("Steps")).to_have_value("10")


# -- before the press


def test_what_takes_too_long_is_said_before_and_has_ways_out(app: App, visitor: Visitor):
    limits, cost = app.service.jobs.limits, visitor.page.locator("#cost")
    app.service.estimates._runs.clear()  # as on a new machine, where a plan says 42 s
    app.service.jobs.limits = replace(limits, deadline=20.0)
    try:
        visitor.settings()
        visitor.page.get_by_label("Prompt", exact=True).fill("a long square")
        expect(cost).to_contain_text("Takes about 42 s here, and this page stops after 1 min")
        visitor.page.get_by_role("button", name="Fewer steps").click()
        expect(visitor.page.get_by_label("Steps")).to_have_value("4")
        expect(cost).not_to_contain_text("stops after")
    finally:
        app.service.jobs.limits = limits


def test_a_model_is_planned_when_it_is_chosen(app: App, visitor: Visitor):
    app.service.estimates._runs.clear()
    visitor.settings()
    for title, words in (("A broken model", "Takes about 42 s"), ("Wide square", "after the first run")):
        visitor.page.get_by_label("Model", exact=True).click()
        visitor.page.get_by_role("option", name=title).click()
        expect(visitor.page.locator("#cost")).to_contain_text(words, timeout=15_000)


# -- when it goes wrong, and while it lasts


def test_a_failure_has_a_way_out(visitor: Visitor):
    visitor.settings()
    visitor.page.get_by_label("Model", exact=True).click()
    visitor.page.get_by_role("option", name="A broken model").click()
    visitor.generate("anything")
    visitor.see("failed")
    expect(visitor.page.get_by_role("button", name="Try again")).to_be_visible()
    visitor.page.get_by_role("button", name="Use Moving square").click()
    visitor.see("done")
    expect(visitor.page.get_by_label("Model", exact=True)).to_have_value("Moving square")
    expect(visitor.page.get_by_label("Prompt", exact=True)).to_have_value("anything")


def test_what_was_stopped_can_be_made_after_all(visitor: Visitor):
    visitor.generate("slow slow slow slow square after all")
    visitor.page.wait_for_selector("#screen .preview")
    visitor.page.keyboard.press("Escape")
    visitor.see("stopped")
    expect(visitor.page.locator("#screen .prompt")).to_have_text("slow slow slow slow square after all")
    visitor.page.get_by_role("button", name="Make it after all").click()
    visitor.see("done")
    expect(visitor.page.locator("#screen .prompt")).to_have_text("slow slow slow slow square after all")


def test_the_title_tells_how_far_it_is(visitor: Visitor):
    title = visitor.page.title()
    visitor.generate("slow slow square in the title")
    visitor.page.wait_for_function("/^[1-9]\\d* % · /.test(document.title)")
    visitor.see("done")
    eventually(lambda: visitor.page.wait_for_timeout(50) or visitor.page.title() == title)


def test_one_is_one_frame_and_one_step(visitor: Visitor):
    visitor.settings()
    visitor.page.get_by_label("Frames", exact=True).fill("1")
    visitor.page.get_by_label("Steps").fill("1")
    visitor.generate("a still square")
    visitor.see("done")
    expect(visitor.page.locator("#screen .summary")).to_contain_text("1 frame at 8 fps · 1 step of")


def test_no_video_is_shown_larger_than_it_bears(visitor: Visitor):
    visitor.page.set_viewport_size({"width": 1920, "height": 1400})
    visitor.generate("a square on a large screen")
    visitor.see("done")
    box = visitor.page.locator("#screen video").bounding_box()
    assert max(box["width"], box["height"]) <= 512
