"""`/generate` with a source: uploaded, decoded by the worker, shown small; hostile files get a sentence."""

import json
from pathlib import Path

import httpx
import pytest
from gradio_client import Client, handle_file
from PIL import Image

from t2v.space.launch import App
from t2v.video import Video
from tests.pictures import numbered, quarters

from .test_api import call, send

OF_SOURCE = {"strength": 0.5, "keep": 0, "rounds": 1}


def uploaded(app: App, path: Path) -> str:
    """-> where the file lies"""
    with path.open("rb") as file:
        return httpx.post(f"{app.url}gradio_api/upload", files={"files": file}).json()[0]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    Image.fromarray(quarters(40, 60)).save(tmp_path / "fox.png")
    return tmp_path / "fox.png"


def newest(app: App, name: str) -> Path:
    """The thumbnail that was written last: of a source, or of an end."""
    return max(app.service.outputs.served.glob(f"*.{name}.jpg"), key=lambda path: path.stat().st_mtime)


def test_a_picture_that_a_client_uploads_is_the_source(app: App, picture: Path):
    client = Client(app.url, verbose=False)
    path, settings = client.predict("a fox", strength=0.5, source=handle_file(picture), api_name="/generate")
    assert {name: settings[name] for name in OF_SOURCE} == OF_SOURCE
    assert Video.open(path).request.strength == 0.5
    assert Image.open(newest(app, "source")).size == (60, 40)


def test_a_continued_video_comes_joined(app: App, tmp_path: Path):
    Video(numbered(5, 64, 64)).save(tmp_path / "film.gif")
    given = {"path": uploaded(app, tmp_path / "film.gif"), "meta": {"_type": "gradio.FileData"}}
    status, event, data = call(app, prompt="a fox", keep=2, source=given)
    assert (status, event) == (200, "complete") and data[1]["keep"] == 2
    assert len(Video.open(app.service.outputs.served / Path(data[0]["path"]).name)) == 8 + 8


def test_without_a_source_nothing_of_it_is_told(app: App):
    status, event, data = call(app, prompt="a fox")
    assert (status, event) == (200, "complete") and not OF_SOURCE.keys() & data[1].keys()


REFUSED = {
    "an address": {"path": "http://127.0.0.1:1/x.png", "url": "http://127.0.0.1:1/x.png"},
    "no path": {"path": 3},
    "no kind": {"path": "a.png", "meta": {}},
    "a list": ["a.png"],
}


@pytest.mark.parametrize("given", REFUSED.values(), ids=REFUSED)
def test_what_is_no_upload_is_refused_at_once(app: App, given: object):
    meta = {"meta": {"_type": "gradio.FileData"}} if isinstance(given, dict) and "meta" not in given else {}
    given = given | meta if isinstance(given, dict) else given
    status, event, told = call(app, prompt="a fox", source=given)
    assert status == 422 or (event == "error" and "source" in str(told)), (status, event, told)


@pytest.mark.parametrize("path", ["/etc/passwd", "../t2v.sqlite3", "secret", "", "x" * 5000, "\0"])
def test_files_of_the_machine_are_no_sources(app: App, path: str):
    served = app.service.outputs.served
    for given in (path, str(served / path) if path else path):
        status, event, told = call(app, prompt="a fox", strength=0.5, source=given)
        assert event == "error" and ("is no longer here" in str(told) or "none is given" in str(told))
        assert str(served.parent) not in str(told)


HOSTILE = {
    "a playlist": (b"#EXTM3U\nfile:///etc/passwd", "is a playlist"),
    "a web page": (b"<!DOCTYPE html><html></html>", "is a web page"),
    "an empty file": (b"", "is empty"),
    "noise": (bytes(range(256)) * 9, "is not an image or video"),
    "half a picture": (b"\x89PNG\r\n\x1a\n" + bytes(99), "damaged or incomplete|not an image"),
    "half a video": (b"\0\0\0\x18ftypisom" + bytes(99), "can't be read"),
}


@pytest.mark.parametrize(("data", "words"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_gets_a_sentence_and_the_next_video_is_made(
    app: App, tmp_path: Path, data: bytes, words: str
):
    (tmp_path / "film.mp4").write_bytes(data)
    status, event, told = call(app, prompt="a fox", source=uploaded(app, tmp_path / "film.mp4"))
    assert (status, event) == (200, "error")
    assert any(word in str(told) for word in words.split("|")), told
    assert str(app.service.outputs.folder) not in str(told)
    assert call(app, prompt="a fox")[1] == "complete"


def test_settings_of_a_source_are_refused_without_one(app: App):
    status, event, told = call(app, prompt="a fox", keep=2)
    assert event == "error" and "keep: says what to do with a source" in str(told)


def test_arguments_by_position_take_a_file(app: App, picture: Path):
    from t2v.space.api import PARAMETERS

    given = {"path": uploaded(app, picture), "meta": {"_type": "gradio.FileData"}}
    data = ["a fox", *[None] * (PARAMETERS.index("source") - 1), given]
    status, event, made = send(app, "call/generate", json.dumps({"data": data}))
    assert (status, event) == (200, "complete") and made[1]["strength"] == 0.6


def test_a_last_picture_and_a_mask_are_sent_along(app: App, picture: Path, tmp_path: Path):
    Image.fromarray(quarters(40, 20)).save(tmp_path / "later.png")
    client = Client(app.url, verbose=False)
    files = {"source": handle_file(picture), "end": handle_file(tmp_path / "later.png")}
    _, settings = client.predict("a fox", **files, mask=handle_file(picture), api_name="/generate")
    assert (settings["strength"], settings["rounds"]) == (1.0, 4)
    for name, size in (("source", (60, 40)), ("end", (20, 40))):
        assert Image.open(newest(app, name)).size == size


def test_what_is_wrong_with_a_last_picture_or_a_mask_is_said_of_it(app: App, picture: Path):
    given = {"path": uploaded(app, picture), "meta": {"_type": "gradio.FileData"}}
    assert "mask: is a part of a source" in str(call(app, prompt="a fox", mask=given)[2])
    for name in ("end", "mask"):
        status, event, told = call(app, prompt="a fox", source=given, **{name: "/etc/passwd"})
        assert event == "error" and f"{name}: The file is no longer here" in str(told)
        status, _, told = call(app, prompt="a fox", source=given, **{name: {"path": "x"}})
        assert status == 422 and f"{name}: must be an uploaded file" in str(told)
