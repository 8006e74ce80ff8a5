"""The editor of prompts over time: what it writes is what the program reads, and the other way round."""

import pytest
from playwright.sync_api import Page, expect

from t2v.scenes import scenes
from tests.space.conftest import Visitor

PROMPTS = (
    "a panda",
    "a panda [2s: a wolf] [4s: a fox]",
    "[1.5s: a wolf]",
    "  a panda [ 0.25 s : a (big:1.2) [small] wolf ] on grass ",
    "[red] a panda [2s a wolf] [x s: y] [3s:]",
    "a [2s: one [3s: two] three] b",
)


@pytest.fixture
def page(visitor: Visitor) -> Page:
    visitor.page.locator("#settings > button").click()
    visitor.page.get_by_text("Tell a story").click()
    return visitor.page


def wait_for(page: Page, wanted: list[tuple[float, str]]) -> None:
    page.wait_for_function(
        """wanted => {
          const found = [...document.querySelectorAll(".storyboard input")].map((each) => each.value);
          return JSON.stringify(found) === JSON.stringify(wanted);
        }""",
        arg=[part for time, shows in wanted for part in (f"{time:g}", shows)],
    )


def test_every_prompt_is_read_as_the_program_reads_it(page: Page):
    field = page.get_by_label("Prompt", exact=True)
    for prompt in PROMPTS:
        field.fill(prompt)
        wanted = scenes(prompt)
        if prompt == "[1.5s: a wolf]":  # the first scene lasts from the beginning
            wanted = [(0.0, ""), *wanted[1:]]
        wait_for(page, [(time, shows.strip()) for time, shows in wanted])


def test_rows_are_written_into_the_prompt_and_removed_again(page: Page):
    field, last = page.get_by_label("Prompt", exact=True), page.locator(".storyboard li").last
    field.fill("a panda")
    wait_for(page, [(0.0, "a panda")])
    for time, shows in (("2", "a wolf"), ("4.5", "a [red] fox]")):
        page.get_by_role("button", name="Add a scene").click()
        last.get_by_label("From this second").fill(time)
        last.get_by_label("What it shows then").fill(shows)
    expect(field).to_have_value("a panda [2s: a wolf] [4.5s: a red fox]")
    assert scenes(field.input_value()) == [(0, "a panda"), (2, "a wolf"), (4.5, "a red fox")]
    expect(page.locator("#length input").last).to_be_checked()
    page.get_by_role("button", name="Remove this scene").first.click()
    expect(field).to_have_value("a panda [4.5s: a red fox]")
    expect(page.locator("#tokens")).to_contain_text("doesn't get to the scene at 4.5 s.")


def test_the_length_comes_back_with_the_last_scene_gone(page: Page):
    page.get_by_label("Prompt", exact=True).fill("a panda")
    wait_for(page, [(0.0, "a panda")])
    lengths = page.locator("#length input")
    chosen = lengths.evaluate_all("all => all.findIndex((each) => each.checked)")
    assert 0 <= chosen < lengths.count() - 1
    for _ in range(2):
        page.get_by_role("button", name="Add a scene").click()
    expect(lengths.last).to_be_checked()
    page.get_by_role("button", name="Remove this scene").last.click()
    expect(lengths.last).to_be_checked()
    page.get_by_role("button", name="Remove this scene").last.click()
    expect(lengths.nth(chosen)).to_be_checked()


def test_an_empty_scene_is_left_out(page: Page):
    field, rows = page.get_by_label("Prompt", exact=True), page.locator(".storyboard li")
    field.fill("a panda")
    wait_for(page, [(0.0, "a panda")])
    for _ in range(2):
        page.get_by_role("button", name="Add a scene").click()
    rows.last.get_by_label("What it shows then").fill("a wolf")
    time = rows.last.get_by_label("From this second").input_value()
    expect(field).to_have_value(f"a panda [{time}s: a wolf]")
    expect(rows).to_have_count(3)


@pytest.mark.parametrize("way", ["Enter", "Tab"])
def test_a_new_sentence_keeps_the_scenes_and_deleting_them_does_not(page: Page, visitor: Visitor, way: str):
    field = page.get_by_label("Prompt", exact=True)
    field.fill("a panda [2s: a wolf]")
    wait_for(page, [(0.0, "a panda"), (2.0, "a wolf")])
    field.fill("a square")
    field.press(way)
    expect(field).to_have_value("a square [2s: a wolf]")
    wait_for(page, [(0.0, "a square"), (2.0, "a wolf")])
    if way == "Enter":
        expect(page.locator("#screen .prompt")).to_have_text("a square [2s: a wolf]")
    field.fill("a square")
    field.press("Tab")
    wait_for(page, [(0.0, "a square")])
    expect(field).to_have_value("a square")


def test_the_editor_fits_a_phone(page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_label("Prompt", exact=True).fill("a panda [2s: a wolf]")
    wait_for(page, [(0.0, "a panda"), (2.0, "a wolf")])
    ends = page.eval_on_selector_all(
        ".storyboard, .storyboard input, .storyboard li button",
        "every => every.map((each) => each.getBoundingClientRect().right)",
    )
    assert len(ends) == 6 and max(ends) <= ends[0] < 390
