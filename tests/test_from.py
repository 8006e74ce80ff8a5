"""The command with a source: animate, continue, change, lead to an end; wrong files are named first."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from t2v import Video
from t2v.cli import DONE, MISUSED, main

from .pictures import numbered, quarters
from .tiny_model import write_diffusers

SMALL = "--frames 4 --size 32x32 --steps 2 --seed 1 --device cpu --dtype float32 --model".split()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_diffusers(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(quarters(32, 32)).save("a.png")
    Video(numbered(251, 32, 32)[::50]).save("film.gif")


def made(model: str, *arguments: str) -> Video:
    assert main(["a panda", "-o", "out.mp4", *SMALL, model, *arguments]) == DONE
    return Video.open("out.mp4")


def test_a_continued_video_is_saved_with_its_source(model: str):
    video = made(model, "--from", "film.gif", "--keep", "2", "--rounds", "1")
    assert len(video) == 6 + 4 - 2 and video.request.keep == 2 and video.source
    assert np.abs(video.frames[:4].astype(int) - numbered(251, 32, 32)[:200:50]).max() < 12


def test_a_picture_is_animated_and_led_to_another(model: str):
    video = made(model, "--from=a.png", "--end=a.png", "--rounds=2")
    assert len(video) == 4 and (video.request.keep, video.request.rounds) == (1, 2)
    assert np.abs(video.frames[0].astype(int) - video.frames[-1]).max() < 30, "both are the picture"


def test_a_source_is_changed_within_its_mask(model: str, capsys: pytest.CaptureFixture):
    video = made(model, "--from=a.png", "--strength=0.5", "--mask=a.png")
    assert video.request.strength == 0.5
    assert main(["info", "out.mp4"]) == DONE
    assert "--from=SOURCE --strength=0.5" in capsys.readouterr().out


WRONG = {
    "no file": (["--from", "no.png"], "source: no.png isn't there"),
    "no end": (["--end", "no.png"], "end: no.png isn't there"),
    "no source": (
        ["--keep", "2"],
        "keep: says what to do with a source, and none is given: source= or --from",
    ),
    "a mask alone": (["--mask", "a.png"], "mask: is a part of a source"),
    "too many": (["--from", "a.png", "--keep", "2"], "keep: must be at most 1: a.png has only 1 frame"),
    "text": (["--from", "a.png", "--strength", "much"], "strength: must be a number from 0 to 1"),
}


@pytest.mark.parametrize(("arguments", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_in_one_line(
    model: str, arguments: list[str], words: str, capsys: pytest.CaptureFixture
):
    assert main(["a panda", "-o", "out.mp4", *SMALL, model, *arguments]) == MISUSED
    out, err = capsys.readouterr()
    assert not out and words in err and err.count("\n") == 1 and not Path("out.mp4").exists()


def test_a_known_models_limits_are_checked_with_the_source(capsys: pytest.CaptureFixture):
    """They are checked before its weights are loaded; `plan` loads none."""
    start = ["plan", "a panda", "--device=cpu", "--dtype=float32", "--steps=2"]
    assert (
        main([*start, "--from=a.png", "--strength=0.5"]) == main([*start, "--from=a.png", "--keep=1"]) == DONE
    )
    assert main([*start, "--strength=0.5"]) == main([*start, "--keep=1"]) == MISUSED
    assert main([*start, "--from=a.png", "--keep=17"]) == MISUSED
    assert "keep: must be at most the 16 frames" in capsys.readouterr().err
