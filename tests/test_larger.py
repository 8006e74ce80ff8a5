"""Larger videos: the second pass of two models in one request, and ffmpeg's scaler elsewhere."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from t2v import Request, RequestError, TextToVideo, Video, VideoError
from t2v.checkpoints import CATALOGUE
from t2v.cli import DONE, MISUSED, main
from t2v.defaults import SecondPass
from t2v.enlarging import METHODS, enlarged
from t2v.second import second_complete, second_request

from .common import apart
from .tiny_model import write_diffusers

FIRST, SECOND = (CATALOGUE[f"cerspense/zeroscope_v2_{name}"].native for name in ("576w", "XL"))
SMALL = {"frames": 3, "width": 16, "height": 16, "steps": 4, "guidance": 2.0, "seed": 3}


@pytest.fixture
def pipe(folder: Path, tmp_path: Path) -> TextToVideo:
    """A tiny model with another tiny one as its second pass."""
    made = TextToVideo.from_pretrained(folder, "cpu", "float32")
    larger = write_diffusers(tmp_path / "larger", seed=5)
    made.native = replace(made.native, width=16, height=16, second=SecondPass(str(larger), 24, 32, 0.75))
    return made


def test_one_request_is_the_two_passes(pipe: TextToVideo):
    """Alone, one after the other, the two models make the same video to the bit."""
    seen: list[tuple[int, int, int]] = []
    made = pipe("a", larger=True, on_step=lambda k, n, x0: seen.append((k, n, x0.shape[-1])), **SMALL)
    first = pipe("a", **SMALL)
    alone = TextToVideo.from_pretrained(pipe.native.second.model, "cpu", "float32")
    again = alone("a", source=first, strength=0.75, **SMALL | {"width": 24, "height": 32})
    assert made == again and made.size == (24, 32)
    assert [step[:2] for step in seen] == [(k, 7) for k in range(1, 8)], (
        "four steps, then three of the second"
    )
    assert seen[3][2] == 8 and seen[4][2] == 12
    assert made.request == replace(first.request, larger=True) and "Enlarged by" in made.notes[-1]
    assert pipe("a", larger=True, **SMALL) == made, "also the second time"
    assert pipe("a", **SMALL) == first, "and the first model is itself again"


def test_the_models_change_places(pipe: TextToVideo, monkeypatch: pytest.MonkeyPatch):
    """Never are both on the device, also where the second pass fails."""
    there, runner = {id(pipe.runner)}, type(pipe.runner)
    monkeypatch.setattr(runner, "leave", lambda self: there.remove(id(self)))
    monkeypatch.setattr(runner, "come_back", lambda self: there.add(id(self)))
    load = pipe._enlarge._load

    def loaded(*model: str, **where: object) -> TextToVideo:
        assert not there, "the first has left"
        second = load(*model, **where)
        there.add(id(second.runner))
        return second

    pipe._enlarge._load = loaded
    for _ in range(2):
        pipe("a", larger=True, on_step=lambda *_: len(there) == 1 or pytest.fail("two"), **SMALL)
        assert there == {id(pipe.runner)}

    def stop(step: int, steps: int, x0: torch.Tensor) -> None:
        if step > 5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        pipe("a", larger=True, on_step=stop, **SMALL)
    assert there == {id(pipe.runner)}


def test_a_network_that_left_and_came_back_makes_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """As on a device with memory of its own, for whose weights the host's here stands in."""
    monkeypatch.setattr("t2v.runtime.runner.has_own_memory", lambda device: True)
    pipe = TextToVideo.from_pretrained(folder, "cpu", "float32", "fast")
    before = pipe("a", **SMALL)
    pipe.runner.leave()
    assert not hasattr(pipe.runner, "unet"), "what was derived from the weights is gone"
    pipe.runner.come_back()
    assert pipe("a", **SMALL) == before


def test_the_second_pass_has_the_first_ones_settings():
    first = Request("a panda", "blurry", seed=3, frames=20, steps=30, guidance=12.0, fps=10).validate(FIRST)
    second = second_request(first, FIRST, FIRST.second).validate(SECOND, source=True)
    assert (second.width, second.height, second.strength) == (1024, 576, 0.75)
    same = ("prompt", "negative_prompt", "seed", "frames", "steps", "guidance", "fps", "sampler")
    assert all(getattr(second, name) == getattr(first, name) for name in same)
    assert second.window == SECOND.window and not second.larger and not second.keep
    assert second_request(first, FIRST, FIRST.second, 0.66).strength == 0.66
    half = replace(first, width=288, height=160)
    assert (second_request(half, FIRST, FIRST.second).width, second_complete(first, FIRST)) == (512, None)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"frames": 40, "larger": True}, "^larger: takes at most 28 frames to 1024×576, not 40"),
        ({"width": 1152, "height": 640, "frames": 8, "larger": True}, "^larger: takes at most 7 frames"),
        ({"width": 2048, "height": 320, "frames": 8, "larger": True}, "^larger: would be 3640×576"),
        ({"larger": 2}, "^larger: must be true or false, not 2"),
        ({"coarse": "yes"}, "^coarse: must be true or false"),
    ],
)
def test_what_is_too_large_is_refused_before_the_first_pass(settings: dict, said: str):
    with pytest.raises(RequestError, match=said):
        Request("a", **settings).validate(FIRST)


def test_a_model_alone_doubles_its_frames(folder: Path):
    pipe = TextToVideo.from_pretrained(folder, "cpu", "float32")
    made, plain = pipe("a", larger=True, **SMALL), pipe("a", **SMALL)
    assert made.size == (32, 32) and made == plain.larger() and made.request.larger
    longer = pipe("a", source=plain, keep=2, larger=True, **SMALL).joined
    assert longer.size == (32, 32) and len(longer) == 4


@pytest.mark.parametrize("size", [(2, 2), (16, 31), (48, 64)])
def test_what_is_even_stays_even(size: tuple[int, int]):
    found = enlarged(np.full((3, *size, 3), (200, 40, 60), np.uint8))
    assert found.shape == (3, 2 * size[0], 2 * size[1], 3)
    assert apart(found, np.full_like(found, (200, 40, 60))) <= 1


def test_the_scaler_is_the_nearest_of_ffmpegs():
    """A round shape in many places, drawn large, shrunk and enlarged."""
    rows, columns = np.mgrid[:64, :96]
    clip = np.stack(
        [np.hypot(rows - 32, columns - 30 - 2 * i)[..., None] < (9, 15, 21) for i in range(8)]
    ).astype(np.uint8) * np.uint8(255)
    clip = np.stack(
        [np.asarray(Image.fromarray(f).resize((192, 128), Image.Resampling.BICUBIC)) for f in clip]
    )
    small = np.stack([np.asarray(Image.fromarray(f).resize((96, 64), Image.Resampling.BOX)) for f in clip])
    errors = {m: np.square(enlarged(small, 2, m).astype(float) - clip).mean() for m in METHODS}
    assert errors["lanczos"] < errors["bicubic"] < errors["bilinear"]
    assert np.array_equal(enlarged(small), enlarged(small, 2, "lanczos"))


def test_what_would_be_too_large_is_refused():
    with pytest.raises(VideoError, match="too large: make fewer frames"):
        Video(np.zeros((65, 512, 512, 3), np.uint8)).larger()


def test_the_command_enlarges_files(tmp_path: Path, capsys: pytest.CaptureFixture, pipe: TextToVideo):
    frames = np.zeros((3, 16, 24, 3), np.uint8)
    request = Request("a panda", seed=3, frames=3, width=24, height=16).validate()
    own = Video(frames, request, "emoji").save(tmp_path / "panda.mp4")
    foreign = Video(frames).save(tmp_path / "foreign.gif")
    assert main(["larger", str(own)]) == DONE and main(["larger", str(own)]) == DONE
    assert main(["larger", str(foreign), "-o", str(tmp_path / "big.webp")]) == DONE
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[2] for line in said] == ["48×32, 3 frames"] * 3
    made = Video.open(tmp_path / "panda-larger-2.mp4")
    assert made.size == (48, 32) and made.request == replace(request, larger=True)
    assert main(["larger", str(own), "--strength", "0.7"]) == MISUSED
    assert "panda.mp4: has no second pass" in capsys.readouterr().err
    assert main(["larger", str(tmp_path / "none.mp4")]) != DONE
    assert "Traceback" not in capsys.readouterr().err


def test_the_command_takes_the_second_model(tmp_path: Path, capsys: pytest.CaptureFixture, pipe: TextToVideo):
    """The first video says that it is of zeroscope 576w; a tiny model stands in for XL."""
    request = Request("a", seed=3, frames=2, width=18 * 8, height=10 * 8, steps=2).validate(FIRST)
    first = Video(np.full((2, 80, 144, 3), 90, np.uint8), request, "cerspense/zeroscope_v2_576w")
    file = first.save(tmp_path / "first.mp4")
    model = pipe.native.second.model
    chosen = ["--model", model, "--device", "cpu", "--dtype", "float32", "--strength", "0.66"]
    assert main(["larger", str(file), *chosen]) == DONE
    made = Video.open(tmp_path / "first-larger.mp4")
    assert made.size == (256, 144) and made.request.strength == 0.66 and made.request.seed == 3
    assert made.source, "what it started from is recorded"
    assert main(["larger", str(file), "--scaled"]) == DONE
    assert Video.open(tmp_path / "first-larger-2.mp4").size == (288, 160)
    assert main(["larger", str(file), *chosen[:-1], "2"]) == MISUSED
    assert "strength: must be a number from 0 to 1" in capsys.readouterr().err


@pytest.mark.parametrize("laps", [1, 2, 3, 5])
@pytest.mark.parametrize("steps", [1, 4, 7, 50])
def test_coarse_rounds_have_diffusers_steps(laps: int, steps: int):
    """max(1, int(steps / rounds · (round + 1))), as diffusers' FreeInitMixin computes them."""
    request = Request("a", freeinit=laps, steps=steps, coarse=True).validate()
    assert request.laps == [max(1, int(steps / laps * (lap + 1))) for lap in range(laps)]
    assert request.laps[-1] == steps and request.walked == sum(request.laps)
    assert replace(request, coarse=False).walked == laps * steps


def test_coarse_to_fine_walks_fewer_steps(folder: Path):
    pipe, seen = TextToVideo.from_pretrained(folder, "cpu", "float32"), []
    settings = SMALL | {"freeinit": 2}
    made = pipe("a", coarse=True, on_step=lambda k, n, x0: seen.append((k, n)), **settings)
    assert seen == [(k, 6) for k in range(1, 7)] and made != pipe("a", **settings)
    assert pipe("a", coarse=True, **SMALL) == pipe("a", **SMALL), "one round is the fine one"
