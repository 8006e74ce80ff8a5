"""Kept latents: decoded again, continued without a round trip; and videos that go on after a crash."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from t2v import Request, TextToVideo, Video
from t2v.cli import DONE, MISUSED, main
from t2v.latents import latents_path, read_latents, write_latents
from t2v.unfinished import Unfinished

from .tiny_model import write_diffusers

SMALL = {"frames": 4, "width": 16, "height": 16, "steps": 4, "guidance": 1.0, "seed": 3}


@pytest.fixture(scope="module")
def pipe(folder: Path) -> TextToVideo:
    return TextToVideo.from_pretrained(folder, "cpu", "float32")


def decode(pipe: TextToVideo, array: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return pipe.codec.decode(torch.from_numpy(array)[None])


def test_latents_are_those_of_the_frames(pipe: TextToVideo, tmp_path: Path):
    video = pipe("a", **SMALL)
    assert video.latents.array.shape == (4, 4, 8, 8) and video.latents.belong_to(video.frames)
    assert np.array_equal(decode(pipe, video.latents.array), video.frames)
    file = video.save(tmp_path / "a.mp4")
    path = write_latents(video.latents, file)
    assert path == tmp_path / "a.latents.safetensors" and path.stat().st_size < 5_000
    frames = Video.open(file).frames
    again = read_latents(file, frames)
    assert np.array_equal(again.array, video.latents.array) and again.model == video.latents.model
    assert again.belong_to(frames) and not again.belong_to(video.frames), "the file's frames lost a little"
    assert video.larger().latents is video.smoother(16).latents is None


def test_latents_come_back_whatever_their_order_in_memory(pipe: TextToVideo, tmp_path: Path):
    """Those of a video from a picture have their frames outside."""
    picture = np.full((16, 16, 3), 90, np.uint8)
    video = pipe("a", source=picture, keep=1, strength=1.0, **SMALL)
    turned = replace(
        video.latents, array=video.latents.array.transpose(1, 0, 2, 3).copy().transpose(1, 0, 2, 3)
    )
    file = video.save(tmp_path / "a.mp4")
    for latents in (video.latents, turned):
        write_latents(latents, file)
        again = read_latents(file, Video.open(file).frames)
        assert np.array_equal(again.array, video.latents.array)


def test_latents_of_another_file_or_none_are_ignored(pipe: TextToVideo, tmp_path: Path):
    video = pipe("a", **SMALL)
    file = video.save(tmp_path / "a.mp4")
    frames = Video.open(file).frames
    assert read_latents(file, frames) is None
    whole = write_latents(video.latents, file).read_bytes()
    video.save(tmp_path / "a.gif")
    assert read_latents(tmp_path / "a.gif", frames) is None, "of the MP4"
    assert read_latents(file, frames[:3]) is None, "more latents than frames"
    for broken in (b"", whole[:40], whole[:-9], b"\xff" * 200, whole.replace(b'of\\"', b'xx\\"')):
        latents_path(file).write_bytes(broken)
        assert read_latents(file, frames) is None
    write_latents(replace(video.latents, array=np.full((4, 4, 8, 8), np.nan, np.float32)), file)
    assert read_latents(file, frames) is None, "numbers that are none"


def test_a_video_is_continued_from_its_latents(pipe: TextToVideo, tmp_path: Path):
    """Kept frames are the source's to the bit: without latents they pass through the VAE."""
    video = pipe("a", **SMALL)
    file = video.save(tmp_path / "a.mp4")
    request = Request("b", keep=2, rounds=1, **SMALL)
    plain = pipe(request, source=file)
    write_latents(video.latents, file)
    own, from_file = pipe(request, source=video), pipe(request, source=file)
    assert np.array_equal(own.frames[:2], video.frames[2:]) and own == from_file
    assert not np.array_equal(plain.frames[:2], video.frames[2:])
    assert "the latents kept with its source" in own.notes[-1] and not plain.notes
    assert np.array_equal(own.joined.latents.array, own.latents.array)
    longer = pipe(request, source=own.joined)
    assert np.array_equal(longer.frames[:2], own.frames[2:])


def test_latents_are_not_used_where_they_dont_fit(pipe: TextToVideo, tmp_path: Path):
    video = pipe("a", **SMALL)
    for settings in ({"keep": 2, "width": 24}, {"strength": 0.5}, {"keep": 2, "strength": 0.5}):
        asked = Request("b", **SMALL | settings, rounds=1)
        assert pipe(asked, source=video) == pipe(asked, source=video.frames)
    changed = replace(video, frames=255 - video.frames)
    kept_two = Request("b", keep=2, rounds=1, **SMALL)
    assert pipe(kept_two, source=changed) == pipe(kept_two, source=changed.frames), "other frames by now"
    other = TextToVideo.from_pretrained(write_diffusers(tmp_path / "other", seed=8), "cpu", "float32")
    assert other(kept_two, source=video) == other(kept_two, source=video.frames), "another model's"


def test_the_commands_keep_and_decode(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture):
    file, out = tmp_path / "a.mp4", tmp_path / "b.webp"
    where = ["--model", str(folder), "--device", "cpu", "--dtype", "float32"]
    few = ["--size", "16x16", "--frames", "3", "--steps", "1", "--guidance", "1", "--seed", "3"]
    assert main(["a", "-o", str(file), "--keep-latents", *where, *few]) == DONE
    capsys.readouterr()
    assert main(["decode", str(file), "-o", str(out), "--fps", "12", *where]) == DONE
    assert "3 frames at 12 fps" in capsys.readouterr().out
    made = Video.open(out)
    assert made.fps == 12 and made.request == replace(Video.open(file).request, fps=12)
    assert main(["decode", str(file), "-o", str(out), "--fps", "0", *where]) == MISUSED
    assert "fps: must be a whole number from 1 to 60" in capsys.readouterr().err
    latents_path(file).unlink()
    assert main(["decode", str(file), "-o", str(out), *where]) == MISUSED
    assert "a.mp4: has no latents beside it, a.latents.safetensors" in capsys.readouterr().err


class Crash(Exception):
    """As if the process had ended."""


@pytest.mark.parametrize(
    "settings",
    [
        {"sampler": "ddim", "eta": 1.0},
        {"sampler": "euler"},
        {"sampler": "lcm"},
        {"sampler": "ddim", "freeinit": 2, "coarse": True},
        {"sampler": "ddim", "rounds": 2, "keep": 1},
    ],
    ids=str,
)
def test_a_video_goes_on_after_a_crash(
    pipe: TextToVideo, settings: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Wherever it was stopped, it ends at the same bits, and no kept step is walked again."""
    monkeypatch.setattr(Unfinished.__init__, "__defaults__", (0.0,))
    request, path = Request("a", **SMALL | settings), tmp_path / "a.unfinished"
    given = {"source": np.full((1, 16, 16, 3), 90, np.uint8)} if "keep" in settings else {}
    whole = pipe(request, **given)
    total, rounds = whole.request.walked, whole.request.rounds
    for last in (1, total // 2, total - 1):

        def crash(step: int, steps: int, x0: torch.Tensor, last: int = last) -> None:
            if step > last:
                raise Crash

        with pytest.raises(Crash):
            pipe(request, resume=path, on_step=crash, **given)
        seen: list[tuple[int, int]] = []
        again = pipe(request, resume=path, on_step=lambda k, n, x0: seen.append((k, n)), **given)  # noqa: B023
        assert again == whole and not path.exists()
        assert seen == [(k, total) for k in range(last // rounds * rounds + 1, total + 1)]


def test_solvers_begin_anew_at_first_order(
    pipe: TextToVideo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Unfinished.__init__, "__defaults__", (0.0,))
    request, path = Request("a", sampler="dpmpp_2m", **SMALL), tmp_path / "a.unfinished"
    whole = pipe(request)

    def crash(step: int, steps: int, x0: torch.Tensor) -> None:
        if step > 2:
            raise Crash

    with pytest.raises(Crash):
        pipe(request, resume=path, on_step=crash)
    again = pipe(request, resume=path)
    assert again.frames.shape == whole.frames.shape
    assert np.abs(again.frames.astype(int) - whole.frames).mean() < 8


def test_the_state_of_another_video_is_ignored(
    pipe: TextToVideo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Unfinished.__init__, "__defaults__", (0.0,))
    path, other = tmp_path / "a.unfinished", Request("a", **SMALL | {"seed": 4})

    def crash(step: int, steps: int, x0: torch.Tensor) -> None:
        if step > 2:
            raise Crash

    with pytest.raises(Crash):
        pipe(other, resume=path, on_step=crash)
    state = path.read_bytes()
    assert set(load_file(path)) == {"identity", "place", "x", "drawn"} and len(state) < 20_000
    assert pipe(Request("a", **SMALL), resume=path) == pipe(Request("a", **SMALL))
    for broken in (b"", state[:100], b"\xff" * 500):
        path.write_bytes(broken)
        assert pipe(other, resume=path) == pipe(other)


def test_a_state_is_written_now_and_then(pipe: TextToVideo, tmp_path: Path):
    path = tmp_path / "a.unfinished"
    pipe("a", resume=path, on_step=lambda *_: path.exists() and pytest.fail("too soon"), **SMALL)
    assert not list(tmp_path.iterdir())
