"""One video on several devices, which share each step and the decoding: it stays the same."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from t2v import Request, RequestError, TextToVideo
from t2v.networks import TINY_UNET, UNet3D
from t2v.runtime import Runner, choose_devices
from t2v.runtime.fast_unet import FastUNet, Pass
from t2v.runtime.graphs import GraphedFunction, GraphedWork
from t2v.runtime.team import copied

from .common import CPU, apart
from .overwriting import Overwriting, OverwritingWork

PANDA = Request("a panda", "a cat", seed=7, frames=3, width=16, height=24, steps=3, guidance=2.0)


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with two."""
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: 2)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: torch.device("cuda"))
    monkeypatch.setattr(torch.accelerator, "current_device_index", lambda: 0)


@pytest.fixture(scope="module")
def one(folder: Path) -> TextToVideo:
    return TextToVideo.from_pretrained(folder, "cpu", "float32", "fast")


@pytest.fixture(scope="module")
def several(folder: Path) -> Callable[[int], TextToVideo]:
    """A function that gives a pipeline on so many devices."""
    return cache(lambda count: TextToVideo.from_pretrained(folder, ",".join(["cpu"] * count), "float32"))


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize(
    "change",
    [
        {},
        {"guidance": 1},
        {"sampler": "unipc", "frames": 5},
        {"eta": 1.0, "frames": 1},
        {"guidance": 1, "frames": 5, "loop": True},
        {"guidance": 1, "frames": 9, "window": 8, "freeu": True},
        {"guidance": 1, "frames": 6, "prompt": "a panda [0.2s: a wolf]"},
    ],
    ids=str,
)
def test_several_devices_give_the_video_of_one(
    one: TextToVideo, several: Callable[[int], TextToVideo], count: int, change: dict
):
    request = Request(**(vars(PANDA) | change))
    frames = several(count)(request).frames
    assert apart(frames, one(request).frames) <= 1
    assert np.array_equal(several(count)(request).frames, frames)


def watched(pipe: TextToVideo, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int]]:
    """-> what each run of a network gets, from now on: its number, its frames, its texts"""
    ran, networks, run = [], list(pipe.runner.networks), FastUNet._pass

    def noted(fast: FastUNet, x: torch.Tensor, t: torch.Tensor, words: torch.Tensor, *more: object) -> Pass:
        ran.append((networks.index(fast.unet), x.shape[2], len(words)))
        return run(fast, x, t, words, *more)

    monkeypatch.setattr(FastUNet, "_pass", noted)
    return ran


@pytest.mark.parametrize(
    ("count", "guidance", "frames", "expected"),
    [
        (2, 2.0, 3, [(1, 3, 1), (0, 3, 1)]),
        (2, 1.0, 3, [(0, 1, 1), (1, 2, 1)]),
        (3, 2.0, 3, [(0, 1, 2), (1, 1, 2), (2, 1, 2)]),
        (4, 2.0, 3, [(2, 1, 1), (3, 2, 1), (0, 1, 1), (1, 2, 1)]),
        (4, 1.0, 5, [(0, 1, 1), (1, 1, 1), (2, 1, 1), (3, 2, 1)]),
        (4, 1.0, 2, [(0, 1, 1), (1, 1, 1)]),
        (4, 1.0, 1, [(0, 1, 1)]),
    ],
)
def test_an_even_number_of_devices_shares_the_texts_then_the_frames(
    several: Callable[[int], TextToVideo],
    count: int,
    guidance: float,
    frames: int,
    expected: list,
    monkeypatch: pytest.MonkeyPatch,
):
    """Of each device: its number, frames and texts."""
    pipe = several(count)
    ran = watched(pipe, monkeypatch)
    pipe(Request(**(vars(PANDA) | {"guidance": guidance, "frames": frames})))
    assert ran == expected * PANDA.steps


@pytest.fixture
def pair(several: Callable[[int], TextToVideo]) -> TextToVideo:
    return several(2)


def test_each_device_decodes_half_of_the_frames(pair: TextToVideo, monkeypatch: pytest.MonkeyPatch):
    decoded, devices = [], [each.decode.__self__ for each in pair.runner.team.members]
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
    decoded.clear()
    of_each = iter([9, 2])  # the second device has less memory
    monkeypatch.setattr("t2v.runtime.runner.frames_at_once", lambda *sizes: next(of_each))
    pair(Request(**(vars(PANDA) | {"frames": 8})))
    assert decoded == [("a", 2), ("b", 2)] * 2
    for handle in handles:
        handle.remove()


def test_recorded_results_of_both_are_used_before_the_next_call_overwrites_them(
    folder: Path, pair: TextToVideo, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("t2v.runtime.runner.frames_at_once", lambda *sizes: 2)
    request = Request(**(vars(PANDA) | {"frames": 7}))
    frames = pair(request).frames
    monkeypatch.setattr(Runner, "_recorded", overwriting)
    recorded = TextToVideo.from_pretrained(folder, "cpu,cpu", "float32")
    assert np.array_equal(recorded(request).frames, frames)
    assert [each.decode.calls for each in recorded.runner.team.members] == [2, 2]


def overwriting(
    runner: Runner, run: Callable, pool_of: Overwriting | None = None, kind: type = GraphedFunction
) -> Overwriting:
    return (OverwritingWork if kind is GraphedWork else Overwriting)(run, pool_of)


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
    with pytest.raises(RequestError, match="memory: must be auto or fast with several devices"):
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
        (",".join(["cpu"] * 9), "8 at most"),
        ("cuda:0,cuda:1,cuda:0", "cuda:0 is named twice"),
        ("cuda:0,", "must be one of"),
        (",", "must be one of"),
    ],
)
def test_what_is_no_pair(gpus: None, name: str, word: str):
    with pytest.raises(RequestError, match=word) as error:
        choose_devices(name)
    assert error.value.field == "device"


def test_after_another_model_had_the_devices_all_work_again(
    several: Callable[[int], TextToVideo], monkeypatch: pytest.MonkeyPatch
):
    pipe, before = several(3), several(3)(PANDA).frames
    monkeypatch.setattr("t2v.runtime.runner.has_own_memory", lambda device: True)
    pipe.runner.leave()
    assert pipe.runner.team is None
    pipe.runner.come_back()
    assert len(pipe.runner.networks) == 3 and np.array_equal(pipe(PANDA).frames, before)


def test_a_patched_network_runs_itself_on_the_first_device(
    several: Callable[[int], TextToVideo], monkeypatch: pytest.MonkeyPatch
):
    pipe, seen = several(2), []
    before, ran = pipe(PANDA).frames, watched(pipe, monkeypatch)
    hook = pipe.unet.register_forward_hook(lambda module, given, out: seen.append(len(out)))
    assert apart(pipe(PANDA).frames, before) <= 1
    hook.remove()
    assert seen == [1, 1] * PANDA.steps and not ran
