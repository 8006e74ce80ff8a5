"""Loops: a video whose last frame leads into its first commutes with rolling its frames."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from t2v import Request, RequestError, TextToVideo, Video, cli
from t2v.checks import Flag
from t2v.defaults import ModelDefaults
from t2v.diffusion import gaussian
from t2v.diffusion.loops import closed, turn_of
from t2v.networks.options import Options
from t2v.runtime.fast_unet import FastUNet

from .common import CPU, apart, relative, seeded_unet, unet_inputs

SIDE = 64


@cache
def pipe() -> TextToVideo:
    return TextToVideo.from_pretrained(device="cpu", dtype="float32")


def made(frames: int, roll: int = 0, **settings: object) -> np.ndarray:
    """A video from noise whose frames begin `roll` frames later."""
    channels, side = pipe().unet.config.in_channels, SIDE // pipe().vae.config.factor
    noise = gaussian((1, channels, frames, side, side), torch.Generator().manual_seed(3)).roll(roll, dims=2)
    size = {"frames": frames, "width": SIDE, "height": SIDE, "seed": 1}
    return pipe()("a panda moving right", latents=noise, **size | settings).frames


@pytest.mark.parametrize("frames", [8, 16, 17, 64])
def test_rolling_the_noise_of_a_loop_rolls_the_video(frames: int):
    assert apart(made(frames, 3, loop=True), np.roll(made(frames, loop=True), 3, axis=0)) <= 1


@pytest.mark.parametrize("frames", [4, 8, 17])
def test_a_clip_that_does_not_close_goes_there_and_back(frames: int):
    ramp = torch.arange(frames).float()[None, None, :, None, None].expand(1, 2, -1, 4, 4)
    places = closed(ramp)[0, 0, :, 0, 0]
    assert places[0] == 0 and places.max() >= 0.7 * (frames - 1)
    assert torch.equal(places[1:], places[1:].flip(0)), "back as it came"
    assert (places - places.roll(1)).abs().max() < frames - 1


@pytest.mark.parametrize("frames", [1, 2, 8])
def test_a_clip_that_closes_stays_as_it_is(frames: int):
    turn = torch.arange(frames) * (2 * torch.pi / frames)
    circle = torch.stack([turn.cos(), turn.sin()])[None, ..., None, None].expand(-1, -1, -1, 4, 4)
    assert torch.equal(closed(circle), circle)


@pytest.mark.parametrize("frames", [1, 2, 3, 16, 17])
def test_turning_the_noise_turns_where_its_loop_begins(frames: int):
    noise = gaussian((1, 4, frames, 8, 8), torch.Generator().manual_seed(0))
    for frame in range(frames):
        assert (turn_of(noise.roll(frame, 2)) - turn_of(noise) - frame) % frames == 0 or frames < 3


def test_the_shipped_models_loop_moves_there_and_back():
    frames = pipe()("a panda moving right on a green background", seed=1, loop=True).frames.astype(int)
    panda = np.abs(frames - frames[0, 0, 0]).sum(-1) > 90  # (f h w)
    x = panda.sum(1) @ np.arange(256) / panda.sum((1, 2))
    assert np.ptp(x) > 15 and np.abs(x - np.roll(x, 1)).max() < np.ptp(x) / 3


def test_the_shipped_model_makes_a_video_and_a_loop_in_two_steps():
    steps: list[tuple[int, int]] = []
    small = {"frames": 4, "width": 32, "height": 32, "seed": 1}
    for loop in (False, True):
        pipe()("a panda", loop=loop, on_step=lambda k, n, x0: steps.append((k, n)), **small)
    assert steps == [(1, 2), (2, 2)] * 2
    assert pipe()("a panda", loop=True, steps=1, **small).request.steps == 1


def test_without_a_loop_the_place_in_time_is_seen():
    assert apart(made(16, 3), np.roll(made(16), 3, axis=0)) > 10


def test_a_patched_network_makes_the_same_loop():
    expected = made(8, loop=True)
    hook = pipe().unet.register_forward_hook(lambda *_: None)
    try:
        assert apart(made(8, loop=True), expected) <= 1
        assert apart(made(8), expected) > 1, "the next video is no loop"
    finally:
        hook.remove()


@pytest.mark.parametrize("frames", [1, 2, 5])
@pytest.mark.parametrize("texts", [1, 2])
def test_the_fast_pass_equals_the_looping_network(frames: int, texts: int):
    unet = seeded_unet()
    x, t, text = unet_inputs(frames, 9, 12, texts)
    unet.loop(True)
    expected = unet(x.expand(texts, -1, -1, -1, -1), t, text)
    unet.loop(False)
    fast = FastUNet(unet, CPU)
    assert relative(fast(x, t, fast.read(text), options=Options(loop=True)), expected) < 1e-5
    assert relative(fast(x, t, fast.read(text)), expected) > 1e-3


def test_a_loop_keeps_no_frames():
    with pytest.raises(RequestError, match="^loop: .*keep"):
        Request("a", loop=True, keep=1).validate(source=True)
    assert Request("a", loop=True, strength=0.5).validate(source=True).loop


@pytest.mark.parametrize("value", [1, 0, "true", "yes", 0.5, [], "None"])
def test_a_flag_is_true_or_false_and_nothing_else(value: object):
    with pytest.raises(RequestError, match="^loop: must be true or false, not "):
        Request("a", loop=value).validate()


def test_the_command_makes_loops_and_says_how(tmp_path: Path, capsys: pytest.CaptureFixture):
    assert cli._parsed(["a panda", "--loop"]).loop is True and cli._parsed(["a panda"]).loop is None
    for loop in (True, False):
        request = Request("a", loop=loop).validate()
        path = Video(np.zeros((2, 16, 16, 3), np.uint8), request, "emoji").save(tmp_path / f"{loop}.mp4")
        assert cli.main(["info", str(path)]) == 0
        shown = capsys.readouterr().out
        assert (" --loop " in shown) is loop and f"loop: {str(loop).lower()}" in shown.lower()
        assert Video.open(path).request.loop is loop


def test_a_loop_travels_in_links_and_json():
    assert Request.from_query("prompt=a&loop=true").loop is True
    assert Request.from_query(Request("a", loop=True).to_query()).loop is True
    assert "loop" not in Request("a").to_query()
    assert Request.from_json(Request("a", loop=True).to_json()).loop is True
    assert Request("a", loop=None).validate().loop is False
    with pytest.raises(RequestError, match="^loop: must be true or false, not the text 'ja'"):
        Request.from_query("prompt=a&loop=ja")
    assert Flag().parse("loop", "FALSE") is False and Flag()("loop", None, ModelDefaults()) is None
