"""`t2v again`: a file's video made anew is the same to the bit, or it is said how far it is, and why."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from t2v import Video
from t2v.cli import DONE, FAILED, MISUSED, main

from .pictures import quarters
from .tiny_model import write_diffusers

SMALL = "--frames 3 --size 32x32 --steps 2 --seed 1 --device cpu --dtype float32".split()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_diffusers(tmp_path_factory.mktemp("tiny") / "tiny"))


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(quarters(32, 32)).save("a.png")


@pytest.mark.parametrize("suffix", ["mp4", "gif", "webp"])
def test_a_video_is_the_same_to_the_bit(model: str, suffix: str, capsys: pytest.CaptureFixture):
    assert main(["a panda", "-o", f"a.{suffix}", *SMALL, "--model", model]) == DONE
    assert main(["again", f"a.{suffix}", "--model", model]) == DONE
    assert capsys.readouterr().out.endswith(f"a.{suffix}: the same to the last bit\n")


def test_one_with_a_source_needs_the_same_source(model: str, capsys: pytest.CaptureFixture):
    start = ["--from", "a.png", "--keep", "1"]
    assert main(["a panda", "-o", "a.mp4", *SMALL, "--model", model, *start]) == DONE
    assert main(["again", "a.mp4", "--model", model]) == MISUSED
    Image.fromarray(255 - quarters(32, 32)).save("b.png")
    assert main(["again", "a.mp4", "--model", model, "--from", "b.png"]) == MISUSED
    assert "another source" in capsys.readouterr().err
    assert main(["again", "a.mp4", "--model", model, "--from", "a.png"]) == DONE


def test_another_precision_is_said_with_how_far_it_is(model: str, capsys: pytest.CaptureFixture):
    assert main(["a panda", "-o", "a.gif", *SMALL, "--model", model]) == DONE
    code = main(["again", "a.gif", "--model", model, "--dtype", "bfloat16"])
    out, err = capsys.readouterr()
    assert code == FAILED and "precision: float32 then, bfloat16 now" in err and " of 255 apart" in err
    assert err.count("\n") == 1


def test_a_file_without_settings_cant_be_made_again(model: str, capsys: pytest.CaptureFixture):
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save("b.gif")
    Video(np.zeros((2, 16, 16, 3), np.uint8)).save("c.gif")
    for name in ("b.gif", "c.gif"):
        assert main(["again", name, "--model", model]) == MISUSED
        assert "holds no settings of ours" in capsys.readouterr().err
