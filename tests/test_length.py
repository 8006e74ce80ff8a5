"""Long videos take memory only for what is longer: the frames themselves, never their pairs."""

from dataclasses import replace

import pytest
import torch

from t2v import TextToVideo
from t2v.networks import UNet3D, blank
from t2v.networks.options import Options
from t2v.runtime.dry_run import LiveTensors, profile
from t2v.runtime.fast_unet import FastUNet

from .common import DEEP
from .tiny_model import write_diffusers

META = torch.device("meta")


def peak(frames: int, options: Options) -> int:
    """Bytes of all that lives at once in a step of the fast pass, counted dry."""
    with blank():
        unet = UNet3D(replace(DEEP, blocks=1))
    fast = FastUNet(unet.requires_grad_(False), META)
    x, t = torch.empty(1, 4, frames, 16, 16, device=META), torch.empty(1, device=META)
    text = fast.read(torch.empty(2, 7, DEEP.text_width, device=META))
    return profile(lambda x, t, text: fast(x, t, text, options=options), x, t, text).peak


@pytest.mark.parametrize("options", [Options(window=16), Options(True, 16)], ids=str)
def test_a_step_takes_memory_in_proportion_to_its_frames(options: Options):
    found = {frames: peak(frames, options) for frames in (32, 64)}
    assert found[64] < 2.05 * found[32]


def test_windows_take_little_more_than_all_frames_at_once():
    assert peak(64, Options(window=16)) < 1.2 * peak(64, Options())


def test_a_video_of_128_frames_takes_four_times_that_of_32(tmp_path):
    """All tensors that live at once, from the prompt to the frames."""
    pipe = TextToVideo.from_pretrained(write_diffusers(tmp_path), "cpu", "float32")
    settings = {"width": 16, "height": 16, "steps": 1, "guidance": 2.0, "window": 16, "seed": 1}
    found = {}
    for frames in (32, 128):
        with LiveTensors() as tensors:
            pipe("a", frames=frames, **settings)
        found[frames] = tensors.peak
    assert found[128] < 4.2 * found[32]
