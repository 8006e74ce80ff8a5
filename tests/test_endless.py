"""Videos without an end: FIFO-Diffusion's arithmetic, parts that continue, files that grow."""

import math
import os
import signal
import subprocess
import sys
import time
import tracemalloc
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from t2v import Request, RequestError, TextToVideo, Video, ffmpeg
from t2v.cli import DONE, INTERRUPTED, MISUSED, main
from t2v.diffusion import Diagonal, Hop, NoiseSchedule, keeping, repeated
from t2v.diffusion.hops import ddim_hops
from t2v.diffusion.samplers import ddim, gaussian
from t2v.endless import KEEP, by_queue, endless
from t2v.file_settings import Settings
from t2v.growing import GrowingFile
from t2v.qualities import drift, flicker, motion

SCHEDULE = NoiseSchedule()
SMALL = {"width": 16, "height": 16, "guidance": 2.0, "seed": 3}


@pytest.fixture(scope="module")
def pipe(folder: Path) -> TextToVideo:
    """A tiny model of few steps."""
    made = TextToVideo.from_pretrained(folder, "cpu", "float32")
    made.native = replace(made.native, steps=2, frames=16)
    return made


@pytest.fixture(scope="module")
def many(folder: Path) -> TextToVideo:
    """A tiny model of many steps, for it sees only two frames at once."""
    made = TextToVideo.from_pretrained(folder, "cpu", "float32")
    made.native = replace(made.native, steps=2, frames=2)
    return made


def network(x: Tensor, t: Tensor) -> Tensor:
    """A stand-in that mixes frames, also in their order, and reads each frame's time."""
    return torch.sin(x + x.cumsum(2).roll(1, 2) / 3 + t.view(1, 1, -1, 1, 1) / 500)


def published_round(queue: Tensor, steps: int, f: int, noises: list[Tensor]) -> Tensor:
    """A round of FIFO-Diffusion with lookahead denoising and DDIM of eta 1, frame by frame in float64.

    Kim et al. 2024: the queue of `steps` levels stands after f/2 earlier frames at the lowest; blocks of f
    frames, f/2 apart, from the noisy end; of each the later half is kept.
    """
    alphas = SCHEDULE.alphas_cumprod.double()
    stride = 1000 // steps
    times = [index * stride + 1 for index in range(steps)]  # leading, with an offset of 1
    levels = [0] * (f // 2) + list(range(steps))
    moved = queue.clone()
    for block in reversed(range(2 * steps // f)):
        slots = range(block * f // 2, block * f // 2 + f)
        t = torch.tensor([[float(times[levels[slot]]) for slot in slots]])
        raw = network(queue[:, :, slots.start : slots.stop], t)
        for place in range(f // 2, f):
            slot = slots[place]
            now = times[levels[slot]]
            a, b = alphas[now], alphas[max(0, now - stride)]
            eps, x = raw[:, :, place], queue[:, :, slot]
            x0 = (x - (1 - a).sqrt() * eps) / a.sqrt()
            sigma = ((1 - b) / (1 - a) * (1 - a / b)).sqrt()
            fresh = noises[0][:, :, slot - f // 2]
            moved[:, :, slot] = b.sqrt() * x0 + (1 - b - sigma**2).clamp(min=0).sqrt() * eps + sigma * fresh
    return torch.cat([moved[:, :, 1:], noises[1]], dim=2)


@pytest.mark.parametrize(("f", "parts"), [(4, 4), (8, 2), (2, 1)])
def test_a_round_of_the_queue_is_the_published_one(f: int, parts: int):
    diagonal = Diagonal(SCHEDULE, f, torch.Generator().manual_seed(1), parts)
    clean = torch.randn(1, 2, f, 3, 3, generator=torch.Generator().manual_seed(0))
    queue = expected = diagonal.queue_of(clean)
    assert queue.shape[2] == f // 2 + f * parts
    again = torch.Generator().manual_seed(1)
    gaussian(queue.shape, again)
    for _ in range(3):
        shape = (1, 2, f * parts, 3, 3)
        noises = [gaussian(shape, again), gaussian((1, 2, 1, 3, 3), again)]
        wanted = published_round(expected.double(), f * parts, f, noises)
        leaves, queue = diagonal.round(network, queue)
        assert torch.allclose(queue.double(), wanted, atol=2e-4)
        assert torch.equal(leaves, queue[:, :, f // 2 - 1 : f // 2]), "it stays before the queue"
        expected = queue


def test_the_queue_begins_with_copies_of_the_first_frame_at_their_levels():
    diagonal = Diagonal(SCHEDULE, 4, torch.Generator().manual_seed(1))
    clean = torch.full((1, 1, 4, 64, 64), 2.0) * torch.arange(1, 5).view(1, 1, 4, 1, 1)
    queue = diagonal.queue_of(clean)
    assert diagonal.warm_up == 12
    frames = [1.0] * 14 + [1, 2, 3, 4]
    for slot, which in enumerate(frames):
        level = diagonal.hops[max(0, slot - 2)].now
        assert float(queue[0, 0, slot].mean()) == pytest.approx(2 * which * level.signal, abs=0.1)
        assert float(queue[0, 0, slot].std()) == pytest.approx(level.noise, rel=0.1)
    noise = [hop.now.noise for hop in diagonal.hops]
    assert noise == sorted(noise)


def test_rounds_have_the_arithmetic_of_ti2v_zero():
    """Ni et al. 2024: in each step, R times a step of DDIM, then back by x·√(ᾱt/ᾱt') + √(1-ᾱt/ᾱt')·noise.

    The given frames are at each level the given latents with noise, before and after the network sees them.
    """
    resamplings, hops = 4, ddim_hops(SCHEDULE, 10)
    generator = torch.Generator().manual_seed(5)
    clean = torch.randn(1, 2, 4, 3, 3, generator=torch.Generator().manual_seed(0))
    known = torch.tensor([True, True, True, False]).view(1, 1, 4, 1, 1)
    seen: list[tuple[Tensor, Hop]] = []

    def denoise(x: Tensor, hop: Hop) -> Tensor:
        seen.append((x, hop))
        return network(x, torch.full((1, 4), hop.time))

    start = torch.where(known, hops[0].now.signal * clean + hops[0].now.noise, torch.zeros(1))
    walk = repeated(ddim, resamplings + 1, generator)
    *_, last = walk(keeping(denoise, clean, known, "epsilon"), start, hops, "epsilon")
    again, x, wanted = torch.Generator().manual_seed(5), start, []
    for hop in hops:
        (a, s), (b, n) = hop.now, hop.after
        for left in reversed(range(resamplings + 1)):
            wanted.append(x)
            noise = (x - a * clean) / s  # of the given frames
            eps = network(x, torch.full((1, 4), hop.time))
            x = torch.where(known, b * clean + n * noise, b * (x - s * eps) / a + n * eps)
            if left:
                ratio = a**2 / b**2
                x = math.sqrt(ratio) * x + math.sqrt(1 - ratio) * gaussian(x.shape, again)
    assert len(seen) == len(wanted) == 10 * (resamplings + 1)
    assert all(torch.allclose(found, x, atol=1e-3) for (found, _), x in zip(seen, wanted, strict=True))
    assert torch.allclose(last.x, x, atol=1e-3)


def test_few_steps_continue_and_many_have_a_queue(pipe: TextToVideo, many: TextToVideo):
    assert not by_queue(pipe) and by_queue(many)


def test_each_part_continues_the_last_frames_of_the_one_before(pipe: TextToVideo):
    request = Request("a", frames=16, rounds=2, **SMALL)
    parts = list(islice(endless(pipe, request), 3))
    assert [len(part) for part in parts] == [16, KEEP, KEEP]
    first = pipe(replace(request, rounds=None))
    assert np.array_equal(parts[0], first.frames)
    second = pipe(replace(request, seed=4, keep=KEEP), source=first)
    assert np.array_equal(parts[1], second.frames[KEEP:])
    goes_on = next(endless(pipe, request, source=first))
    assert np.array_equal(goes_on, pipe(replace(request, keep=KEEP), source=first).frames[KEEP:])


def test_the_queue_goes_on_and_is_the_same_for_a_seed(many: TextToVideo):
    request = Request("a [1s: b]", fps=1, **SMALL | {"guidance": 1.0})
    one, two = ([*islice(endless(many, request), 5)] for _ in range(2))
    assert all(len(part) == 1 for part in one)
    assert np.array_equal(np.concatenate(one), np.concatenate(two))
    plain = [*islice(endless(many, replace(request, prompt="a")), 5)]
    assert np.array_equal(plain[0], one[0]), "the story's second scene begins after a second"
    assert not np.array_equal(plain[4], one[4])
    assert next(endless(many, request, source=np.zeros((3, 16, 16, 3), np.uint8))).shape == (1, 16, 16, 3)


def test_an_endless_video_takes_the_memory_of_a_part(pipe: TextToVideo, many: TextToVideo):
    """The peak of Python and NumPy memory after six parts as after three."""
    for each, request in (
        (pipe, Request("a", frames=4, steps=1, rounds=1, **SMALL | {"guidance": 1.0})),
        (many, Request("a", **SMALL | {"guidance": 1.0})),
    ):
        parts = endless(each, request)
        next(parts)
        tracemalloc.start()
        peaks = []
        for _ in range(2):
            tracemalloc.reset_peak()
            for _ in islice(parts, 3):
                pass
            peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert peaks[1] < 1.2 * peaks[0] + 20_000


@pytest.mark.parametrize("name", ["loop", "larger", "freeinit", "strength"])
def test_what_needs_an_end_is_refused(pipe: TextToVideo, name: str):
    value = {"freeinit": 2, "strength": 0.5}.get(name, True)
    with pytest.raises(RequestError, match=f"^{name}: is for videos with an end"):
        endless(pipe, Request("a", **SMALL | {name: value}))


def settings(frames: int) -> Settings:
    request = Request("a panda", fps=8, seed=3).validate()
    return Video(np.zeros((frames, 16, 16, 3), np.uint8), request, "emoji").settings


def test_a_growing_file_plays_at_any_time_and_is_an_ordinary_one_at_the_end(tmp_path: Path):
    path = tmp_path / "grows.mp4"
    frames = np.random.default_rng(0).integers(0, 255, (40, 16, 24, 3), np.uint8)
    with GrowingFile(path, 8, settings) as file:
        seen = 0
        for start in range(0, 40, 8):
            file.write(frames[start : start + 8])
            deadline = time.monotonic() + 20
            while seen < start and time.monotonic() < deadline:  # all but the second that is being written
                seen = len(list(ffmpeg.decode(path))) if path.exists() and path.stat().st_size > 2_000 else 0
            assert seen >= start
    made = Video.open(path)
    assert len(made) == 40 and made.fps == 8 and made.request.prompt == "a panda"
    data = path.read_bytes()
    assert b"moof" not in data and data.index(b"moov") < data.index(b"mdat")
    assert [each.name for each in tmp_path.iterdir()] == ["grows.mp4"]


def test_an_error_leaves_a_whole_file_and_nothing_leaves_none(tmp_path: Path):
    with pytest.raises(KeyboardInterrupt), GrowingFile(tmp_path / "a.mp4", 8, settings) as file:
        file.write(np.zeros((3, 17, 15, 3), np.uint8))
        raise KeyboardInterrupt
    assert len(Video.open(tmp_path / "a.mp4")) == 3
    with GrowingFile(tmp_path / "b.mp4", 8, settings):
        pass
    assert not (tmp_path / "b.mp4").exists()


def few(folder: Path) -> list[str]:
    """Words of a command for the tiny model, with little to do."""
    where = ["--model", str(folder), "--device", "cpu", "--dtype", "float32", "--size", "16x16"]
    return [*where, "--frames", "4", "--steps", "1", "--guidance", "1", "--rounds", "1", "--seed", "3"]


@pytest.fixture
def continuing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands continue: the tiny model's own defaults are those of a model with a queue."""
    monkeypatch.setattr("t2v.endless.by_queue", lambda pipe: False)


def test_the_command_stops_at_its_seconds(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture, continuing: None
):
    path = tmp_path / "a.mp4"
    assert main(["endless", "a", "-o", str(path), "--seconds", "0.75", *few(folder)]) == DONE
    said = capsys.readouterr()
    assert f"{path}: 6 frames, 0.8 s, seed 3" in said.out and "drift from the first 6 frames" in said.err
    assert len(Video.open(path)) == 6 and Video.read_settings(path).request.seed == 3
    for wrong, why in (
        (["-o", str(tmp_path / "a.gif")], "only an MP4 plays while it grows"),
        (["--seconds", "-1"], "--seconds must be a number above 0"),
        (["--end", "x.png"], "has no end to lead to"),
        (["b"], "takes one prompt"),
        (["--loop"], "loop: is for videos with an end"),
    ):
        assert main(["endless", "a", *wrong, *few(folder)]) == MISUSED
        assert why in capsys.readouterr().err


def test_ctrl_c_ends_the_command_with_a_whole_file(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    continuing: None,
    request: pytest.FixtureRequest,
):
    path, make = tmp_path / "a.mp4", TextToVideo.__call__
    calls: list[int] = []

    def make_two(self: TextToVideo, *given: object, **more: object) -> Video:
        calls.append(1)
        assert len(calls) <= 3, "the signal came to nothing"
        if len(calls) == 3:
            signal.raise_signal(signal.SIGINT)
        return make(self, *given, **more)

    monkeypatch.setattr(TextToVideo, "__call__", make_two)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # who starts the tests may ignore it
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    assert main(["endless", "a", "-o", str(path), *few(folder)]) == DONE
    assert f"{path}: 6 frames, 0.8 s, seed 3, stopped" in capsys.readouterr().out
    made = Video.open(path)
    assert len(made) == 6 and made.request.prompt == "a"
    assert [each.name for each in tmp_path.iterdir()] == ["a.mp4"]
    calls[:] = [1, 1]
    assert main(["endless", "a", "-o", str(tmp_path / "b.mp4"), *few(folder)]) == INTERRUPTED
    assert not (tmp_path / "b.mp4").exists(), "nothing was made"


@pytest.mark.soak
def test_ctrl_c_in_a_terminal_reaches_the_command_alone(folder: Path, tmp_path: Path):
    """The signal goes to the whole group, as from a terminal; the encoder still ends its file."""
    path = tmp_path / "a.mp4"
    words = [sys.executable, "-m", "t2v", "endless", "a", "-o", str(path), *few(folder)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        deadline = time.monotonic() + 240
        while (not path.exists() or path.stat().st_size < 3_000) and time.monotonic() < deadline:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == DONE and "stopped" in out
    assert f"{len(Video.open(path))} frames" in out


def test_what_moves_flickers_and_drifts_is_measured():
    still = np.full((8, 32, 32, 3), 100, np.uint8)
    assert motion(still) == flicker(still) == 0 and motion(still[:1]) == flicker(still[:1]) == 0
    brighter = (still + np.arange(8).reshape(8, 1, 1, 1) * 4).astype(np.uint8)
    assert motion(brighter) == pytest.approx(4) and flicker(brighter) == 0
    flickering = (still + (np.arange(8) % 2).reshape(8, 1, 1, 1) * 10).astype(np.uint8)
    assert flicker(flickering) == pytest.approx(20)
    assert drift(still, still) == (0, 1, 1)
    assert drift(still, still + np.uint8(6)).colours == 6
    sharp = np.indices((8, 32, 32)).sum(0)[..., None].repeat(3, 3) % 2
    assert drift((sharp * 80).astype(np.uint8), (sharp * 40).astype(np.uint8)).sharpness == pytest.approx(0.5)
