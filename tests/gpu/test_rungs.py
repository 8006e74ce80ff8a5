"""The memory ladder: one video on every rung, weights really on the host, a step down where memory ends."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from t2v import Request, TextToVideo
from t2v.runtime import RUNGS
from t2v.runtime.graphs import GraphedFunction
from t2v.runtime.streaming import StreamedUNet

from .conftest import DEVICE, GPU, PANDA, Load, allocated, places, same, weight_bytes


@pytest.mark.parametrize("memory", RUNGS)
def test_every_rung_gives_the_same_video_and_the_same_bits_again(
    fast: TextToVideo, shared: Load, memory: str
):
    pipe = shared(memory)
    frames = pipe(PANDA).frames
    assert same(frames, fast(PANDA).frames) and frames.std() > 5
    assert np.array_equal(pipe(PANDA).frames, frames)
    assert isinstance(pipe.runner.step, GraphedFunction) == GPU
    assert isinstance(pipe.runner.unet, StreamedUNet) == (GPU and RUNGS[memory].streamed)


@pytest.mark.parametrize("memory", RUNGS)
def test_weights_lie_where_the_rung_says_before_while_and_after_a_video_is_made(load: Load, memory: str):
    pipe, rung, seen = load(memory), RUNGS[memory], []
    parts = pipe.checkpoint.text_encoder, pipe.vae.decoder
    for part in parts:
        part.register_forward_pre_hook(lambda module, given: seen.append(places(module)))
    streamed = rung.streamed and GPU

    def homes() -> list[set[str]]:
        return [*map(places, parts), places(pipe.unet)]

    resident = {DEVICE.type}
    host = {"cpu"} if rung.offloaded else resident
    before = homes()
    pipe(PANDA)
    assert before[:2] == [host, host] and homes() == before
    assert ("cpu" in before[2]) == (streamed or not GPU)
    assert seen and all(place == resident for place in seen)
    if GPU and rung.offloaded:
        assert all(weight.is_pinned() for part in parts for weight in part.parameters())


@pytest.mark.skipif(not GPU, reason="only a GPU's memory is measured")
def test_what_is_kept_away_from_the_device_takes_none_of_its_memory(load: Load):
    base, resident, peaks = allocated(), {}, {}
    for memory in RUNGS:
        pipe = load(memory)
        resident[memory] = allocated() - base
        pipe(PANDA)  # kernels are compiled, steps recorded
        torch.cuda.reset_peak_memory_stats(DEVICE)
        pipe(PANDA)
        peaks[memory] = torch.cuda.max_memory_allocated(DEVICE) - base
        unet, others = (
            weight_bytes(pipe.unet),
            weight_bytes(pipe.checkpoint.text_encoder) + weight_bytes(pipe.vae),
        )
        del pipe
        allocated()
        torch.cuda.empty_cache()
    assert resident["fast"] >= unet + others > resident["balanced"] >= unet
    assert resident["fast"] - resident["balanced"] > 0.9 * others
    assert resident["minimal"] < unet / 3
    assert peaks["fast"] > max(peaks["balanced"], peaks["low"])
    assert min(peaks["balanced"], peaks["low"]) > peaks["minimal"]
    assert peaks["minimal"] < unet / 2, "not even half of the UNet was ever there"


def fill() -> None:
    """Ask for more memory than there is."""
    if GPU:
        torch.empty(2**50, dtype=torch.uint8, device=DEVICE)
    raise torch.OutOfMemoryError("a CPU's allocator has another error")


def test_where_memory_ends_the_video_comes_from_a_rung_lower(fast: TextToVideo, load: Load):
    pipe, calls = load("auto"), []
    assert pipe.runner.rung.name == "fast"

    def fail_once(step: int, steps: int, x0: Tensor) -> None:
        calls.append(step)
        if len(calls) == 2:
            fill()

    frames = pipe(PANDA, on_step=fail_once).frames
    assert calls == [1, 2, *range(1, PANDA.steps + 1)]
    assert pipe.runner.rung.name == "balanced" and same(frames, fast(PANDA).frames)
    assert GPU == (places(pipe.checkpoint.text_encoder) != {DEVICE.type})
    assert np.array_equal(pipe(PANDA).frames, frames)


class Stop(Exception):
    pass


@pytest.mark.parametrize("memory", ["fast", "minimal"])
def test_a_stop_in_mid_run_leaves_nothing_behind(shared: Load, memory: str):
    pipe, calls = shared(memory), []
    frames = pipe(PANDA).frames
    before = allocated() if GPU else 0

    def stop(step: int, steps: int, x0: Tensor) -> None:
        calls.append(step)
        if step == 2:
            raise Stop

    with pytest.raises(Stop):
        pipe(PANDA, on_step=stop)
    assert calls == [1, 2]
    assert not GPU or allocated() <= before + 2**24
    assert np.array_equal(pipe(PANDA).frames, frames)


@pytest.mark.skipif(not GPU, reason="a CPU is never behind")
def test_the_host_is_one_step_ahead_of_the_device_at_most(fast: TextToVideo):
    steps: list[torch.cuda.Event] = []

    def told(step: int, steps_: int, x0: Tensor) -> None:
        assert all(event.query() for event in steps[:-1]), "a step before the last one is still under way"
        steps.append(torch.cuda.current_stream(DEVICE).record_event())

    fast(Request(**(vars(PANDA) | {"steps": 12})), on_step=told)
    assert len(steps) == 12


@pytest.mark.parametrize("memory", ["fast", "low", "minimal"])
def test_a_patched_unet_is_what_runs(shared: Load, memory: str):
    pipe = shared(memory)
    frames, forward, calls = pipe(PANDA).frames, pipe.unet.forward, []

    def patched(x: Tensor, t: Tensor, text: Tensor) -> Tensor:
        calls.append(len(x))
        return forward(x, t, text)

    pipe.unet.forward = patched
    assert same(pipe(PANDA).frames, frames)
    assert calls == [1, 1] * PANDA.steps
    del pipe.unet.forward
    with pipe.unet.out.register_forward_hook(zeroed):
        assert not same(pipe(PANDA).frames, frames)
    assert np.array_equal(pipe(PANDA).frames, frames), "recorded again, and as before"


def zeroed(module: nn.Module, given: tuple, out: Tensor) -> Tensor:
    return out * 0
