"""Links: what they show, and what others show of them; the stills of videos."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from t2v.request import Request
from t2v.service.outputs import Outputs, Record
from t2v.service.store import owner_of
from t2v.space.launch import App
from tests.service.fakes import NATIVE
from tests.space.conftest import Visitor


def test_a_link_whose_video_takes_long_waits_for_a_click(visitor: Visitor, app: App):
    app.service.estimates._runs.clear()  # as on a new machine: the fake pipeline plans 42 s
    before = set(app.service.jobs._jobs)
    page = visitor.open("?prompt=a+square+by+link&seed=4")
    expect(page.locator("#screen [data-state=offered]")).to_contain_text("a square by link")
    expect(page.locator("#screen")).to_contain_text("about 42 s")
    assert set(app.service.jobs._jobs) == before
    page.get_by_role("button", name="Play").click()
    page.wait_for_selector("#screen [data-state=done]")
    expect(page.locator("#screen .prompt")).to_have_text("a square by link")
    assert json.loads(page.locator("#screen pre").text_content())["seed"] == 4


def test_a_link_that_can_not_be_made_only_fills_in_the_form(visitor: Visitor, app: App):
    before = set(app.service.jobs._jobs)
    page = visitor.open("?prompt=a+square&steps=x&seed=4")
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("a square")
    assert set(app.service.jobs._jobs) == before


def test_a_link_says_which_model_is_used_in_place_of_an_unknown_one(visitor: Visitor):
    page = visitor.open("?prompt=a+square&model=nope")
    told = "This server has no model “nope”: Moving square is used instead."
    expect(page.get_by_test_id("toast-body")).to_contain_text(told)
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("a square")


def test_tiles_show_their_still_and_load_their_video_when_pointed_at(visitor: Visitor):
    visitor.generate("a square on a tile")
    visitor.see("done")
    tile = visitor.page.get_by_label("Your videos").locator(".tile video").first
    still = tile.evaluate("video => new URL(video.dataset.still, location).href")
    shown = "still => document.querySelector('.gallery video').poster === still"
    visitor.page.wait_for_function(shown, arg=still)
    assert visitor.page.request.get(still).headers["content-type"] == "image/webp"
    assert tile.evaluate("video => video.readyState") == 0
    tile.hover()
    visitor.page.wait_for_function("!document.querySelector('.gallery video').paused")


def test_a_video_is_found_by_exactly_its_settings(tmp_path: Path):
    outputs, request = Outputs(tmp_path / "out"), Request("a square", seed=1).validate(NATIVE)
    outputs.path("own", ".mp4").write_bytes(b"x")
    outputs.add(Record("own", owner_of("ana"), "square", request, ".mp4", 1.0, 1.0))
    same = Request(**asdict(request)).validate(NATIVE)
    assert outputs.find_made("square", same).id == outputs.find_made("square", same, "ana").id == "own"
    assert outputs.find_made("square", same, "ben") is None and outputs.find_made("wide", same) is None
    assert outputs.find_made("square", replace(same, seed=2)) is None


@pytest.mark.parametrize(
    ("headers", "root"),
    [
        ({}, None),
        ({"X-Forwarded-Host": "videos.example", "X-Forwarded-Proto": "https"}, "https://videos.example"),
    ],
)
def test_the_address_of_a_links_picture_is_the_visitors(app: App, headers: dict, root: str | None):
    with httpx.Client(base_url=app.url, trust_env=False) as client:
        html = client.get("/", params={"prompt": "a square", "seed": 1}, headers=headers).text
    root = root or app.url.rstrip("/")
    assert f'"og:url" content="{root}/?prompt=a+square&amp;seed=1"' in html
    assert f'"og:image" content="{root}/preview.jpg?prompt=a+square&amp;seed=1"' in html


def test_a_page_that_is_asked_for_compressed_is_the_same(app: App):
    with httpx.Client(base_url=app.url, trust_env=False) as client:
        small = client.get("/", headers={"Accept-Encoding": "gzip"})
        plain = client.get("/", headers={"Accept-Encoding": "identity"})
    assert small.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert small.text == plain.text and "Accept-Encoding" in plain.headers["vary"]
