"""What the options do: in an app with the fake pipeline, and in `t2v serve` with the embedded model."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import numpy as np
import pytest

from t2v import Video, provenance
from t2v.commands import COMMANDS, meant
from t2v.service.rules import Rules
from t2v.service.service import Service
from t2v.space import form
from t2v.space.launch import App, arguments
from tests.space.started import clean, started

pytestmark = pytest.mark.usefixtures("own_environment")
FAKES = ["--backend", "tests.service.fakes", "--port", "0"]


def app(folder: Path, **variables: str) -> App:
    os.environ |= {f"T2V_{name.upper()}": text for name, text in variables.items()}
    return App(arguments([*FAKES, "--outputs", str(folder / "out"), "--examples", str(folder)]))


def test_limits_lifetime_and_words_reach_the_service(tmp_path: Path):
    words = tmp_path / "words"
    words.write_text("gun\n")
    made = app(
        tmp_path,
        **{"queue": "5", "per_visitor": "2", "deadline": "90s", "max_frames": "4", "max_steps": "3"},
        **{"max_side": "64", "lifetime": "1h", "quota": "5MB", "blocklist": str(words)},
    )
    try:
        service, limits = made.service, made.service.jobs.limits
        assert (limits.places, limits.per_visitor, limits.deadline) == (5, 2, 90.0)
        native = service.native("square")
        assert (native.max_frames, native.max_steps, native.max_side) == (4, 3, 64)
        assert (service.outputs.lifetime, service.outputs.quota) == (3600.0, 5_000_000)
        assert service.rules.words == ("gun",)
    finally:
        made.close()


def test_the_page_and_the_endpoint_keep_the_owners_rules(tmp_path: Path):
    words = tmp_path / "words"
    words.write_text("gun\n")
    settings = {
        "T2V_MAX_STEPS": "3",
        "T2V_BLOCKLIST": str(words),
        "T2V_TITLE": "A <b> & C",
        "T2V_LOG": "info",
        "T2V_TERMS": "Be kind.",
    }
    with started(tmp_path, way=("-m", "t2v.space"), **settings) as page:
        assert page.make()["steps"] == 2 and "A <b> & C listens at" in page.said()
        with httpx.Client(base_url=page.url, trust_env=False, timeout=60) as client:
            config = client.get("config").json()
            for wrong, told in (
                ({"prompt": "a gun"}, "prompt: no videos of “gun” are made here"),
                ({"prompt": "a", "steps": 4}, "steps: must be a whole number from 1 to 3, not 4"),
            ):
                event = client.post("gradio_api/call/v2/generate", json=wrong).json()["event_id"]
                answer = client.get(f"gradio_api/call/generate/{event}").text.strip().splitlines()[-1]
                assert told in json.loads(answer.removeprefix("data: "))["error"]
        assert "INFO t2v.service: a job of square ended: done" in page.said()
    shown = [str(each["props"].get("value")) for each in config["components"]]
    assert config["title"] == "A <b> & C" and any("Be kind." in each for each in shown)
    assert any("<h1>A &lt;b&gt; &amp; C</h1>" in each for each in shown)


def test_share_is_passed_on_to_gradio_and_every_account_may_enter(tmp_path: Path):
    accounts = tmp_path / "accounts"
    accounts.write_text("me:one\nyou:two\n")
    made = app(tmp_path, share="yes", auth_file=str(accounts))
    given: dict = {}
    try:
        made.demo.launch = lambda **options: given.update(options)  # the relay is not asked
        made.launch()
        assert given["share"] is True and given["auth"] == [("me", "one"), ("you", "two")]
        del made.demo.launch
        made.options.share = False
        url = made.launch()
        for name, password, code in (("me", "one", 200), ("you", "two", 200), ("me", "two", 400)):
            answer = httpx.post(f"{url}login", data={"username": name, "password": password}, trust_env=False)
            assert answer.status_code == code
    finally:
        made.close()


def test_the_models_are_those_that_are_listed(tmp_path: Path):
    service = Service("t2v.service.backend", tmp_path, models=("cerspense/zeroscope_v2_576w", "emoji"))
    assert list(service.choices) == [
        "emoji",
        "cerspense/zeroscope_v2_576w",
    ]  # what suits the machine is first
    service = Service("t2v.service.backend", tmp_path, model="me/mine", models=("emoji",))
    assert list(service.choices) == ["me/mine", "emoji"]


@pytest.mark.slow
def test_serve_runs_in_an_empty_folder_as_its_variables_say(tmp_path: Path):
    wishes = {
        "T2V_DTYPE": "bfloat16",
        "T2V_MEMORY": "low",
        "T2V_DEVICE": "cpu",
        "T2V_MARK": "made by a model",
    }
    with started(
        tmp_path, fake=False, way=("-m", "t2v", "serve"), cwd=tmp_path, **wishes, T2V_PORT="0"
    ) as page:
        url = page.url
        told = page.make(prompt="a panda on a white background", steps=1, frames=1)
        assert told["model"] == "emoji"
        with httpx.Client(base_url=url, trust_env=False) as client:
            assert client.get("example/panda.mp4").content[4:8] == b"ftyp"  # examples, too
    (file,) = (tmp_path / "out" / "served").glob("*.mp4")
    video = Video.open(file)
    assert (video.device, video.dtype, video.memory) == ("cpu", "bfloat16", "low")
    bare = np.full_like(video.frames, 250)
    there = (provenance.marked(bare, wishes["T2V_MARK"]) < 200).any(3)
    assert video.frames[there].mean() < video.frames[~there].mean() - 20  # the letters' dark edge


def said(*words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "t2v", *words]
    done = subprocess.run(command, env=clean(), capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("word", ["modles", "app", "serv", "chekc", "Plan", "inof", "webui"])
def test_a_word_that_nearly_is_a_command_is_asked_about(word: str, tmp_path: Path):
    code, told = said(word, "--width", "8")
    assert code == 2 and len(told.splitlines()) == 1
    assert f"{word} is no command; did you mean {meant(word)}? t2v -- {word} makes a video of it" in told


@pytest.mark.parametrize("word", ["plane", "chick", "sword", "panda", "rocket", "a panda", "planet"])
def test_a_word_that_is_drawn_is_no_command(word: str):
    assert meant(word) == ""


def test_commands_themselves_are_not_asked_about():
    assert {meant(word) for word in COMMANDS} <= {*COMMANDS, ""}  # "" where a drawn thing is called so too


def test_help_helps():
    code, told = said("help")
    assert code == 0 and all(f"t2v {name}" in told for name in COMMANDS)
    code, told = said("help", "serve")
    assert code == 0 and "--per-visitor" in told


def test_the_form_shows_a_refused_word_at_the_prompt(tmp_path: Path):
    service = Service("tests.service.fakes", tmp_path, rules=Rules(max_steps=3, words=("gun",)))
    values = form.defaults(service, "square", "a gun")
    assert values["steps"] == 3
    told = "No videos of “gun” are made here; please leave the word out"
    assert form.problems(service, values) == {"prompt": told}
