"""One video on two devices: the second predicts half of each guided step, and the video stays the same."""

from pathlib import Path

import numpy as np
import pytest
import torch

from t2v import Request, RequestError, TextToVideo
from t2v.networks import TINY_UNET, UNet3D
from t2v.networks.options import Options
from t2v.runtime import Runner, choose_devices
from t2v.runtime.fast_unet import FastUNet
from t2v.runtime.pair import copied

from .common import CPU, apart
from .overwriting import Overwriting

PANDA = Request("a panda", "a cat", seed=7, frames=3, width=16, height=24, steps=3, guidance=2.0)


@pytest.fixture(scope="module")
def pair(folder: Path) -> TextToVideo:
    return TextToVideo.from_pretrained(folder, "cpu,cpu", "float32")


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with two."""
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: 2)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: torch.device("cuda"))
    monkeypatch.setattr(torch.accelerator, "current_device_index", lambda: 0)


@pytest.mark.parametrize("change", [{}, {"guidance": 1}, {"sampler": "unipc"}, {"eta": 1.0}])
def test_two_devices_give_the_video_of_one(folder: Path, pair: TextToVideo, change: dict):
    one = TextToVideo.from_pretrained(folder, "cpu", "float32", "fast")
    request = Request(**(vars(PANDA) | change))
    assert apart(pair(request).frames, one(request).frames) <= 1
    assert np.array_equal(pair(request).frames, pair(request).frames)


def test_each_device_runs_one_half_and_without_guidance_the_second_rests(
    pair: TextToVideo, monkeypatch: pytest.MonkeyPatch
):
    ran, networks = [], list(pair.runner.networks)

    def watched(
        fast: FastUNet, x: torch.Tensor, t: torch.Tensor, words: torch.Tensor, options: Options
    ) -> torch.Tensor:
        ran.append((networks.index(fast.unet), len(words)))
        return run(fast, x, t, words, options)

    run = FastUNet.__call__
    monkeypatch.setattr(FastUNet, "__call__", watched)
    pair(PANDA)
    assert ran == [(1, 1), (0, 1)] * PANDA.steps
    ran.clear()
    pair(Request(**(vars(PANDA) | {"guidance": 1.0})))
    assert ran == [(0, 1)] * PANDA.steps


def test_each_device_decodes_half_of_the_frames(pair: TextToVideo, monkeypatch: pytest.MonkeyPatch):
    decoded, devices = [], (pair.vae, pair.runner.other._vae)
    handles = [
        vae.decoder.register_forward_pre_hook(lambda m, given, i=i: decoded.append((i, len(given[0]))))
        for i, vae in zip("ab", devices, strict=True)
    ]
    frames = pair(Request(**(vars(PANDA) | {"frames": 8}))).frames
    assert decoded == [("a", 4), ("b", 4)] and len(frames) == 8
    decoded.clear()
    monkeypatch.setattr("t2v.runtime.runner.frames_at_once", lambda *sizes: 3)
    assert apart(pair(Request(**(vars(PANDA) | {"frames": 8}))).frames, frames) <= 1
    assert decoded == [("a", 2), ("b", 2)] * 2
    for handle in handles:
        handle.remove()


def test_recorded_results_of_both_are_used_before_the_next_call_overwrites_them(
    folder: Path, pair: TextToVideo, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("t2v.runtime.runner.frames_at_once", lambda *sizes: 2)
    request = Request(**(vars(PANDA) | {"frames": 7}))
    frames = pair(request).frames
    monkeypatch.setattr(Runner, "_recorded", lambda ladder, run, pool_of=None: Overwriting(run, pool_of))
    recorded = TextToVideo.from_pretrained(folder, "cpu,cpu", "float32")
    assert np.array_equal(recorded(request).frames, frames)
    assert recorded.runner.decode.calls == recorded.runner.other._decode.calls == 2


def test_the_second_devices_weights_are_its_own():
    network = UNet3D(TINY_UNET).half().requires_grad_(False)
    copy = copied(network, CPU)
    for (name, weight), (other, twin) in zip(
        network.named_parameters(), copy.named_parameters(), strict=True
    ):
        assert (name, weight.dtype) == (other, twin.dtype) and torch.equal(weight, twin)
        assert weight.data_ptr() != twin.data_ptr()
    assert not any(weight.requires_grad for weight in copy.parameters())


@pytest.mark.parametrize("memory", ["balanced", "low", "minimal"])
def test_a_pair_holds_all_weights(memory: str):
    with pytest.raises(RequestError, match="memory: must be auto or fast with two devices"):
        TextToVideo.from_pretrained("there is no such model", device="cpu,cpu", memory=memory)


def test_a_pair_never_steps_down(pair: TextToVideo):
    def fail(step: int, steps: int, x0: torch.Tensor) -> None:
        raise torch.OutOfMemoryError("full")

    with pytest.raises(torch.OutOfMemoryError):
        pair(PANDA, on_step=fail)
    assert pair.runner.rung.name == "fast"


def test_pairs_by_name(gpus: None):
    first, second = torch.device("cuda:0"), torch.device("cuda:1")
    assert choose_devices("cuda:0,cuda:1") == choose_devices("cuda, cuda:1") == (first, second)
    assert choose_devices("cuda:1") == choose_devices(second) == (second,)
    assert choose_devices("cpu,cpu") == (CPU, CPU)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("cuda:0,cuda:2", "cuda:2 is not there; this machine has cuda:0, cuda:1, cpu"),
        ("cuda:0,cuda:0", "cuda:0 is named twice"),
        ("cuda,cuda:0", "cuda:0 is named twice"),
        ("cuda:0,cpu", "of one kind"),
        ("cuda:0,cuda:1,cpu", "two at most"),
        ("cuda:0,", "must be one of"),
        (",", "must be one of"),
    ],
)
def test_what_is_no_pair(gpus: None, name: str, word: str):
    with pytest.raises(RequestError, match=word) as error:
        choose_devices(name)
    assert error.value.field == "device"
