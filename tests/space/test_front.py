"""The first minutes of a visitor, with the embedded model and the examples that come with it."""

import json
import re
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from t2v.checkpoints.catalogue import CATALOGUE, EMBEDDED, EMBEDDED_FOLDER
from t2v.space import prompting, strings
from t2v.space.launch import App, arguments
from t2v.translation import Translator
from t2v.vocabulary import Vocabulary
from tests.space.conftest import Visitor, forget
from tests.space.states import calm
from tests.space.test_access import tab_to, violations
from tests.space.test_layout import CONTROLS, RECTANGLES
from tests.waiting import eventually

VOCABULARY = Vocabulary.open(EMBEDDED_FOLDER)
SCREENS = {"wide": (1440, 900), "phone": (390, 844)}
BETWEEN = ((768, 1024), (844, 390), (900, 900))  # where two columns don't fit
MOST = 450_000  # bytes before anything is clicked, the playing video included
OURS = 120_000  # of them, that aren't Gradio's own files
LINK = {"prompt": "a fox growing on a yellow background", "seed": "5", "steps": "1", "frames": "4"}


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The page as it is started on a machine without a GPU, its model loaded; its videos are short."""
    outputs = tmp_path_factory.mktemp("front")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(outputs))
        words = f"--model {EMBEDDED} --max-frames 4 --port 0 --outputs {outputs}"
        made = App(arguments(words.split()))
        made.url = made.launch()
        eventually(lambda: made.service.read(EMBEDDED, "a panda"), 60)
        yield made
        made.close()


@pytest.fixture
def guest(front: App, browser: Browser, profile: BrowserContext) -> Iterator[Visitor]:
    forget(profile, front.url)
    made = Visitor(browser, front.url, profile)
    yield made
    forget(profile, front.url)
    assert made.problems == []
    assert made.hosts <= {front.url.split("/")[2]}


def prompt_of(page: Page) -> str:
    return page.get_by_label("Prompt", exact=True).input_value()


@pytest.mark.parametrize("screen", SCREENS)
def test_a_video_plays_and_all_is_said_in_the_first_viewport(guest: Visitor, screen: str):
    width, height = SCREENS[screen]
    page = guest.page
    page.set_viewport_size({"width": width, "height": height})
    page.reload()
    page.wait_for_function("document.querySelector('#screen video')?.currentTime > 0.3")
    video = page.locator("#screen video")
    assert not video.evaluate("video => video.paused") and video.evaluate("video => video.videoWidth") > 0
    box = video.bounding_box()
    assert box and box["y"] >= 0 and box["y"] + box["height"] <= height
    draws = page.locator(".draws")
    expect(draws).to_contain_text(f"{len(VOCABULARY.subjects)} emoji")
    for part in (draws, page.locator(".chip").first, page.get_by_role("button", name="Surprise me")):
        assert part.bounding_box()["y"] + part.bounding_box()["height"] <= height
    assert page.evaluate("document.documentElement.scrollWidth") == width
    guest.problems.clear()  # a reload logs that its streams were cut


def test_between_phone_and_desktop_every_control_has_its_place(guest: Visitor):
    page = guest.page
    for width, height in BETWEEN:
        page.set_viewport_size({"width": width, "height": height})
        calm(page)
        assert page.evaluate(CONTROLS) == [] and page.evaluate(RECTANGLES) == [], width
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_chips_write_the_prompt_and_a_part_replaces_its_like(guest: Visitor):
    page = guest.page
    for chip, prompt in (
        ("whale", "a whale"),
        ("blue", "a whale on a blue background"),
        ("moving left", "a whale moving left on a blue background"),
        ("orange", "a whale moving left on an orange background"),
        ("unicorn", "a unicorn moving left on an orange background"),
        ("spinning", "a unicorn spinning on an orange background"),
        ("spinning", "a unicorn on an orange background"),
    ):
        page.locator("#ideas").get_by_role("button", name=chip, exact=True).click()
        assert prompt_of(page) == prompt
        assert VOCABULARY.explain(prompt).note() is None
    assert pressed(page) == {"unicorn", "orange"}
    page.get_by_role("button", name="Generate").click()
    guest.see("done", 60)
    expect(page.locator("#screen .prompt")).to_have_text("a unicorn on an orange background")
    page.get_by_label("Background").get_by_role("button", name="orange", exact=True).click()
    assert prompt_of(page) == "a unicorn"
    page.get_by_label("Prompt", exact=True).fill("a red heart growing on a white background")
    assert pressed(page) == {"white", "growing"} | ({"red heart"} & set(_chips(page)))
    page.get_by_label("Examples").locator(".tile").first.click()
    eventually(lambda: page.wait_for_timeout(50) or pressed(page) == {"panda", "green"})


def test_a_subject_changes_only_what_it_finds_in_a_sentence_of_ones_own(guest: Visitor):
    field = guest.page.get_by_label("Prompt", exact=True)
    for written, chip, prompt in (
        ("my very own sentence about life", "panda", "my very own sentence about life and a panda"),
        ("my dream, at night.", "fox", "my dream and a fox, at night."),
        ("two men and a whale growing in my garden", "fox", "two men and a fox growing in my garden"),
        ("an old hedgehog spinning slowly", "unicorn", "an old unicorn spinning slowly"),
        ("a whale and a panda, friends", "panda", "a whale and a panda, friends"),
        ("all my own", "panda", "all my own and a panda"),
    ):
        field.fill(written)
        guest.page.locator("#ideas").get_by_role("button", name=chip, exact=True).click()
        expect(field).to_have_value(prompt)
    field.press("Control+z")
    expect(field).to_have_value("all my own")


def test_an_empty_scene_is_named():
    said = prompting.reading(None, "a fox [2.7s: ] [4s: a rocket]", VOCABULARY)
    assert strings.SCENE_EMPTY.format(time=2.7) in said and "names nothing" not in said


def _chips(page: Page) -> list[str]:
    return page.locator("#ideas [data-part=subject]").all_inner_texts()


def pressed(page: Page) -> set[str]:
    """The names of the chips that are shown as chosen."""
    chosen = page.locator("#ideas [data-part][aria-pressed=true]")
    return {chip.get_attribute("aria-label") or chip.inner_text() for chip in chosen.all()}


def test_a_search_without_a_find_says_so_and_offers_neighbours(guest: Visitor):
    page, ideas = guest.page, guest.page.locator("#ideas")
    ideas.get_by_role("button", name="See all").click()
    field = page.get_by_label(strings.FIND)
    for word, near in (("quokka", VOCABULARY.near("quokka")[0]), ("Schmetterling", "butterfly")):
        field.fill(word)
        expect(ideas.locator(".none")).to_contain_text(f"called “{word.lower()}”. Near it:")
        expect(ideas.locator(".found .chip").filter(has_text=near).first).to_be_visible()
    field.fill("xxxxxxxx")
    expect(ideas.locator(".none")).to_have_text("None of them is called “xxxxxxxx”.")
    expect(ideas.locator(".found .chip")).to_have_count(0)
    field.fill("panda")
    expect(ideas.locator(".none")).to_be_empty()
    ideas.locator(".found .chip").first.click()
    assert prompt_of(page) == "a panda"


def test_surprise_me_makes_a_video_of_what_is_known(guest: Visitor):
    guest.page.get_by_role("button", name="Surprise me").click()
    guest.see("done", 60)
    made = guest.page.locator("#screen .prompt").inner_text()
    assert VOCABULARY.explain(made).known and VOCABULARY.explain(made).note() is None


def test_tab_stops_once_in_a_row_of_chips_and_the_arrows_go_along_it(guest: Visitor):
    page = guest.page
    page.get_by_label("Prompt", exact=True).focus()
    tab_to(page, strings.START_FROM, most=25)  # past Generate, also where nothing is written
    colours = page.locator(".chips.colours .chip")
    colours.first.focus()
    for key, place in (("ArrowRight", 1), ("End", -1), ("ArrowRight", 0), ("ArrowLeft", -1), ("Home", 0)):
        page.keyboard.press(key)
        expect(colours.nth(place)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.locator(".chips.scenes .chip").first).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(colours.nth(1)).to_be_focused()  # where it was left


def test_tab_stops_once_at_the_examples_and_the_arrows_go_along_them(guest: Visitor):
    page, tiles = guest.page, guest.page.locator("#examples .tile")
    expect(page.locator("#examples .tile[tabindex='0']")).to_have_count(1)
    tiles.first.focus()
    for key, place in (("ArrowRight", 1), ("End", -1), ("ArrowRight", 0), ("ArrowRight", 1)):
        page.keyboard.press(key)
        expect(tiles.nth(place)).to_be_focused()
    page.keyboard.press("Enter")
    guest.see("done")
    expect(tiles.nth(1)).to_be_focused()
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.closest('#examples')")
    page.keyboard.press("Shift+Tab")
    expect(tiles.nth(1)).to_be_focused()  # where it was left


def test_tab_closes_a_list_and_the_arrows_choose_among_radios(guest: Visitor):
    page = guest.page
    guest.settings()
    page.get_by_label("Shape").focus()
    expect(page.locator("[role=listbox]:visible")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(page.locator("[role=listbox]:visible")).to_have_count(0)
    lengths = page.locator("fieldset", has_text="Length").get_by_role("radio")
    count, at = lengths.count(), lengths.evaluate_all("all => all.findIndex(radio => radio.checked)")
    assert count > 1
    lengths.nth(at).focus()
    for key, step in (("ArrowRight", 1), ("ArrowLeft", 0), ("ArrowRight", 1)):
        page.keyboard.press(key)
        expect(lengths.nth((at + step) % count)).to_be_checked()
    page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.closest('fieldset')?.textContent.includes('Length')")


def test_all_that_is_drawn_can_be_looked_through(guest: Visitor):
    page = guest.page
    page.get_by_role("button", name="See all").click()
    expect(page.locator(".found .chip")).to_have_count(len(VOCABULARY.subjects))
    page.get_by_label("Find a subject").fill("heart")
    expect(page.locator(".found .chip", has_text="red heart").first).to_be_visible()
    assert all("heart" in text for text in page.locator(".found .chip").all_inner_texts())
    page.locator(".found").get_by_role("button", name="broken heart", exact=True).click()
    assert prompt_of(page) == "a broken heart"
    page.get_by_label("Find a subject").fill("")
    expect(page.locator(".found .chip")).to_have_count(len(VOCABULARY.subjects))
    names = page.locator(".found .chip").all_inner_texts()
    assert names == sorted(names, key=str.casefold)
    page.get_by_label("Find a subject").press("Escape")
    expect(page.locator(".found")).to_be_hidden()
    expect(page.get_by_role("button", name="See all")).to_be_focused()


def test_a_pressed_chip_is_in_sight_on_a_phone(guest: Visitor):
    page = guest.page
    page.set_viewport_size({"width": 390, "height": 844})
    prompt = page.get_by_label("Prompt", exact=True)
    for words in ("a butterfly spinning in the mountains", "a panda growing at night"):
        prompt.fill(words)
        pressed = page.locator(".choice [aria-pressed=true]")
        expect(pressed).to_have_count(3)
        for box in (chip.bounding_box() for chip in pressed.all()):
            assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390 - 48  # where the row fades out


def test_a_click_on_the_loop_takes_the_example_that_plays(guest: Visitor, front: App):
    page = guest.page
    page.wait_for_function("document.querySelector('#screen video')?.currentTime > 2.3")  # the second clip
    second = (
        list(front.service.choices)
        and json.loads(page.locator("#screen video").get_attribute("data-reel"))[1]
    )
    expect(page.locator(".take")).to_contain_text(second["prompt"])
    page.locator(".take").click()
    guest.see("done")
    expect(page.get_by_label("Prompt", exact=True)).to_have_value(re.compile("a "))
    assert guest.video()["width"] == 256


def test_words_that_are_not_drawn_are_said_with_chips_that_mend_them(guest: Visitor):
    page, remarks = guest.page, guest.page.locator("#tokens")
    prompt = page.get_by_label("Prompt", exact=True)
    prompt.fill("a quokka on a green background")
    expect(remarks).to_contain_text("not taught: quokka")
    near = VOCABULARY.explain("a quokka").nearest["quokka"][0]
    remarks.get_by_role("button", name=f"quokka → {near}").click()
    expect(prompt).to_have_value(f"a {near} on a green background")
    expect(remarks).not_to_contain_text("not taught")
    prompt.fill("an astronaut riding a horse on Mars")
    expect(remarks).to_contain_text("Read as: an astronaut above a horse in space.")
    expect(remarks).not_to_contain_text("not taught")
    prompt.fill("a bleu car")
    remarks.get_by_role("button", name="bleu → blue").click()
    expect(prompt).to_have_value("a blue car")
    wish = "an astronaut (riding:1.3) a horse on Mars"  # words with weights are left as they are
    known = Translator(VOCABULARY).restated(wish)
    assert known.startswith("an astronaut and a horse")
    prompt.fill(wish)
    remarks.get_by_role("button", name=f"“{known}”").click()
    expect(prompt).to_have_value(known)
    prompt.fill("something beautiful")
    remarks.get_by_role("button", name="panda", exact=True).click()
    expect(prompt).to_have_value("a panda")


def test_emoji_and_other_languages_are_read_and_the_prompt_is_kept(guest: Visitor):
    page = guest.page
    page.get_by_label("Prompt", exact=True).fill("ein tanzender Bär")
    expect(page.locator("#tokens .read")).to_have_text("Read as: a bear. Not understood: tanzender.")
    page.get_by_label("Prompt", exact=True).fill("🐼 auf blauem Hintergrund")
    expect(page.locator("#tokens")).to_contain_text("Read as: a panda on a blue background")
    page.get_by_role("button", name="Generate").click()
    guest.see("done", 60)
    expect(page.locator("#screen .prompt")).to_have_text("🐼 auf blauem Hintergrund")
    expect(page.locator("#screen .note")).to_contain_text("Read as: a panda on a blue background.")


def test_only_sizes_that_work_are_offered_and_others_are_warned_of(guest: Visitor):
    page = guest.page
    guest.settings()
    size = page.get_by_label(strings.SIZE, exact=True)
    size.click()
    offered = page.get_by_role("option").all_inner_texts()
    assert len(offered) == len(CATALOGUE[EMBEDDED].native.offered)
    size.fill("384×256")
    size.press("Enter")
    expect(page.locator("#tokens")).to_contain_text("made for 256×256, 336×192 and 192×336; at 384×256")


def test_another_model_has_other_ideas(guest: Visitor):
    page = guest.page
    guest.settings()
    page.get_by_label("Model", exact=True).click()
    page.get_by_role("option", name="ModelScope 1.7B,").first.click()
    expect(page.locator("#ideas")).to_contain_text(strings.IDEAS[0])
    page.locator("#ideas").get_by_role("button", name=strings.IDEAS[1]).click()
    assert prompt_of(page) == strings.IDEAS[1]


def test_a_link_shows_its_video_within_its_own_time_and_two_seconds(guest: Visitor, browser: Browser):
    guest.generate("a rocket on a black background")
    guest.see("done", 60)
    link = guest.page.locator("a.settings-link").get_attribute("href")
    loading = arriving(browser, guest.url)
    friend = browser.new_context().new_page()
    start = time.monotonic()
    friend.goto(guest.url + link)
    friend.wait_for_selector("#screen [data-state=done]", timeout=60_000)
    spent = time.monotonic() - start
    own = float(re.search(r"[\d.]+", friend.locator("#screen .status b").inner_text())[0])
    assert spent < loading + own + 2
    expect(friend.locator("#screen .prompt")).to_have_text("a rocket on a black background")
    expect(friend.get_by_label("Prompt", exact=True)).to_have_value("a rocket on a black background")
    friend.wait_for_function("document.querySelector('#screen video')?.readyState === 4")
    friend.context.close()


def arriving(browser: Browser, url: str) -> float:
    """Seconds until the page has arrived in a fresh context, without a link."""
    page = browser.new_context().new_page()
    start = time.monotonic()
    page.goto(url)
    page.wait_for_function("document.querySelector('#gallery')?.innerText.length > 3")
    page.context.close()
    return time.monotonic() - start


def test_a_link_in_its_own_tab_keeps_its_video_and_back_brings_all_back(guest: Visitor, front: App):
    guest.generate("a car on a white background")
    guest.see("done", 60)
    before = len(front.service.jobs._jobs)
    guest.page.goto(guest.url + guest.page.locator("a.settings-link").get_attribute("href"))
    guest.see("done")
    expect(guest.page.locator("#screen .prompt")).to_have_text("a car on a white background")
    assert len(front.service.jobs._jobs) == before
    guest.page.go_back()
    guest.see("done")
    expect(guest.page.get_by_label("Prompt", exact=True)).to_have_value("a car on a white background")
    guest.problems.clear()


def test_a_reload_after_another_video_than_the_links_shows_the_other(guest: Visitor):
    guest.page.goto(f"{guest.url}?{urlencode(LINK)}")
    guest.see("done", 60)
    guest.generate("a rocket on a pink background")
    expect(guest.page.locator("#screen .prompt")).to_have_text("a rocket on a pink background")
    guest.see("done", 60)
    guest.reload()
    guest.see("done")
    expect(guest.page.locator("#screen .prompt")).to_have_text("a rocket on a pink background")
    expect(guest.page.get_by_label("Prompt", exact=True)).to_have_value("a rocket on a pink background")
    guest.problems.clear()


def test_an_example_takes_the_place_of_a_link_and_leaves_no_step_to_go_back(guest: Visitor):
    page = guest.page
    page.goto(f"{guest.url}?{urlencode(LINK)}")
    guest.see("done", 60)
    steps = page.evaluate("history.length")
    example = page.locator("#examples .tile").first
    words = example.get_attribute("title")
    example.click()
    expect(page.locator("#screen .prompt")).to_have_text(words)
    assert page.url == guest.url and page.evaluate("history.length") == steps
    guest.reload()
    expect(page.locator("#screen .prompt")).to_have_text(words)
    expect(page.get_by_label("Prompt", exact=True)).to_have_value(words)
    guest.problems.clear()


def test_what_is_written_stays_over_a_reload_and_back(guest: Visitor):
    prompt = guest.page.get_by_label("Prompt", exact=True)
    prompt.fill("words that took me long")
    guest.reload()
    expect(prompt).to_have_value("words that took me long")
    guest.page.goto(f"{guest.url}?{urlencode(LINK)}")
    guest.see("done", 60)
    expect(prompt).to_have_value(LINK["prompt"])
    prompt.fill("a fox, changed")
    guest.page.go_back()
    expect(prompt).to_have_value("words that took me long")
    guest.page.go_forward()
    expect(prompt).to_have_value("a fox, changed")
    guest.problems.clear()


def test_written_words_outlive_the_video_that_is_shown(guest: Visitor):
    guest.generate("a ghost on a black background")
    guest.see("done", 60)
    prompt = guest.page.get_by_label("Prompt", exact=True)
    prompt.fill("a ghost and what else")
    guest.page.wait_for_timeout(300)
    guest.reload()
    guest.see("done")
    expect(prompt).to_have_value("a ghost and what else")


def test_the_head_is_ours(front: App):
    with httpx.Client(base_url=front.url, trust_env=False) as client:
        for query in ({}, LINK):
            html = client.get("/", params=query).text
            assert "Gradio" not in re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
            properties = dict(re.findall(r'<meta (?:property|name)="([\w:]+)" content="([^"]*)"', html))
            shown = LINK["prompt"] if query else "t2v"
            assert shown in properties["og:title"] and properties["og:description"] and "<title>" in html
            image = client.get(properties["og:image"].replace("&amp;", "&"))
            assert image.headers["content-type"] == "image/jpeg"
            assert Image.open(BytesIO(image.content)).size == (1200, 630)
        manifest = client.get("/manifest.json").json()
        assert manifest["name"] == "t2v" and len(manifest["icons"]) == 2
        for path in ("/favicon.ico", manifest["icons"][1]["src"]):
            assert Image.open(BytesIO(client.get(path).content)).size == (512, 512)
        hostile = client.get("/", params={"prompt": '"><script>alert(1)</script>' * 20}).text
        assert "<script>alert" not in hostile.partition("<style>")[0]


def test_a_links_picture_is_its_video_once_it_is_made(guest: Visitor, front: App):
    with httpx.Client(base_url=front.url, trust_env=False) as client:
        query = LINK | {"seed": "77"}
        before = client.get("/preview.jpg", params=query).content
        guest.page.goto(f"{guest.url}?{urlencode(query)}")
        guest.see("done", 60)
        after = Image.open(BytesIO(client.get("/preview.jpg", params=query).content))
        assert after.tobytes() != Image.open(BytesIO(before)).tobytes()
        assert all(
            client.get(path).status_code == 404 for path in ("/still/nothing.webp", "/words.json?model=x")
        )
    guest.problems.clear()


def test_generate_works_before_all_has_loaded(guest: Visitor):
    """As on a slow line, where the last of Gradio's files come a second after the prompt and the button."""
    page, held = guest.context.new_page(), []
    page.route("**/assets/HTML-*.js", lambda route: held.append(route))
    page.goto(guest.url)
    page.get_by_label("Prompt", exact=True).fill("a fox")
    page.get_by_role("button", name="Generate").click()
    assert held and not page.locator("#masthead h1").count()
    page.unroute("**/assets/HTML-*.js")  # this lets go those that are held
    page.wait_for_selector("#screen [data-state=done]", timeout=60_000)
    expect(page.locator("#screen .prompt")).to_have_text("a fox")


def test_little_is_loaded_before_a_click(front: App, browser: Browser):
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page, sizes, urls = context.new_page(), {}, {}
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on(
        "Network.requestWillBeSent", lambda event: urls.update({event["requestId"]: event["request"]["url"]})
    )
    session.on("Network.dataReceived", lambda event: count(sizes, event))
    page.goto(front.url)
    page.wait_for_function("document.querySelector('#screen video')?.currentTime > 1")
    page.wait_for_timeout(1500)
    paths = {urls[key].removeprefix(front.url): size for key, size in sizes.items()}
    context.close()
    ours = {path: size for path, size in paths.items() if not path.startswith(("assets/", "static/"))}
    assert sum(paths.values()) <= MOST, paths
    assert sum(ours.values()) <= OURS, ours
    assert [path for path in paths if path.endswith(".mp4")] == ["example/reel.mp4"]


def count(sizes: dict[str, int], event: dict) -> None:
    sizes[event["requestId"]] = sizes.get(event["requestId"], 0) + event["encodedDataLength"]


def test_axe_finds_nothing_on_the_first_screen_and_beside_a_remark(guest: Visitor):
    page = guest.page
    page.get_by_label("Prompt", exact=True).fill("a gladiator riding a horse on Mars")
    expect(page.locator("#tokens")).to_contain_text("not taught")
    page.get_by_role("button", name="See all").click()
    expect(page.locator(".found .chip").first).to_be_visible()
    for width, height in SCREENS.values():
        page.set_viewport_size({"width": width, "height": height})
        for dark in (False, True):
            page.evaluate("dark => document.body.classList.toggle('dark', dark)", dark)
            assert violations(page) == []
    small = """[...document.querySelectorAll('#ideas button, #tokens button, .take')]
        .map(each => each.getBoundingClientRect()).filter(box => box.height < 44 || box.width < 24).length"""
    assert page.evaluate(small) == 0


def test_with_less_motion_the_loop_waits(front: App, browser: Browser):
    still = Visitor(browser, front.url, reduced_motion="reduce")
    still.page.wait_for_function("document.querySelector('#screen video')?.readyState >= 2")
    still.page.wait_for_timeout(500)
    assert still.page.evaluate("[...document.querySelectorAll('video')].every(video => video.paused)")
    still.context.close()


def test_the_reel_is_small_and_in_the_order_of_the_examples(front: App):
    folder = Path(front.options.examples or "examples")
    listed = json.loads((folder / "examples.json").read_text(encoding="utf-8"))
    from t2v.space.examples import CLIPS, reel

    assert [record.id for record in reel(folder)] == [each["id"] for each in listed][:CLIPS]
    assert (folder / "reel.mp4").stat().st_size < 70_000
