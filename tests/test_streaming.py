"""Weights that live on the host: where they are when, and that every pass of a stream is like the one before.

No GPU is needed: on the CPU the buffers show what was brought where, and the order of copies and kernels is
that of `Line`, which knows a CUDA stream's rules.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest
import torch
from torch import Tensor, nn

from t2v.networks import UNet3D
from t2v.runtime.fast_unet import FastUNet
from t2v.runtime.streaming import SLOTS, Stream, StreamedUNet, offload, units_of

from .common import CPU, seeded_unet, unet_inputs


def plain(network: UNet3D) -> Tensor:
    x, t, text = unet_inputs()
    return network(x.expand(2, -1, -1, -1, -1), t, text)


def fast(network: FastUNet) -> Tensor:
    x, t, text = unet_inputs()
    return network(x, t, network.read(text))


def places(weights: nn.Module) -> list[int]:
    return [weight.data_ptr() for weight in weights.parameters()]


def replay(stream: Stream) -> None:
    """What a replay does that Python doesn't see: the buffers are filled anew."""
    for buffer in stream._buffers:
        buffer.fill_(255)


def test_an_offloaded_module_visits_the_device_only_while_it_runs():
    module, seen = nn.Linear(4, 4).requires_grad_(False), []
    expected = module(torch.ones(2, 4))
    hooks = offload(module, CPU)
    home = module.weight.data_ptr()
    watch = module.register_forward_pre_hook(lambda m, given: seen.append(m.weight.data_ptr()))
    assert torch.equal(module(torch.ones(2, 4)), expected)
    assert seen.pop() != home == module.weight.data_ptr()
    for hook in hooks:
        hook.remove()
    module(torch.ones(2, 4))
    assert seen == [home]
    watch.remove()


def test_an_offloaded_module_goes_home_after_an_error():
    module = nn.Linear(4, 4).requires_grad_(False)
    offload(module, CPU)
    home = module.weight.data_ptr()
    with pytest.raises(RuntimeError):
        module(torch.randn(2, 5))
    assert module.weight.data_ptr() == home


def test_streamed_weights_give_the_same_numbers_pass_after_pass():
    network = seeded_unet()
    expected = plain(network)
    streamed = StreamedUNet(network, CPU)
    first = fast(streamed)
    assert (first - expected).norm() < 1e-5 * expected.norm()
    assert torch.equal(fast(streamed), first)


def test_units_are_fetched_in_the_order_in_which_they_run():
    network, fetched = seeded_unet(), []
    fast(FastUNet(network, CPU, fetch=fetched.append))
    assert fetched == list(units_of(network))


def test_only_a_few_units_are_on_the_device_at_once():
    network = seeded_unet()
    stream = Stream(network, CPU)
    buffers = {buffer.untyped_storage().data_ptr() for buffer in stream._buffers}
    for unit in units_of(network):
        stream.fetch(unit)
        visitors = [p for p in network.parameters() if p.untyped_storage().data_ptr() in buffers]
        assert {id(p) for p in unit.parameters()} <= {id(p) for p in visitors}
        assert sum(p.numel() * 4 for p in visitors) <= sum(buffer.numel() for buffer in stream._buffers)
    assert len(buffers) == SLOTS


def test_every_pass_brings_a_unit_to_the_same_place_and_leaves_all_at_home():
    """A recorded pass can't do otherwise."""
    network, passes = seeded_unet(), []
    streamed = StreamedUNet(network, CPU)
    assert len(list(units_of(network))) % SLOTS, "else any order would do"
    home, fetch = places(network), streamed.stream.fetch
    streamed.stream.fetch = lambda unit: fetch(unit) or passes[-1].append(places(unit))
    for _ in range(3):
        passes.append([])
        fast(streamed)
        assert places(network) == home
    assert passes[0] == passes[1] == passes[2] != []


@pytest.mark.parametrize("run", ["fast", "plain"])
@pytest.mark.parametrize("at", [0, 1, 5, -1])
def test_after_an_error_and_a_replay_every_pass_is_right(at: int, run: str):
    network = seeded_unet()
    expected = plain(network)
    streamed = StreamedUNet(network, CPU)
    home, stream, unit = places(network), streamed.stream, list(units_of(network))[at]
    fetch = stream.fetch

    def failing(module: nn.Module) -> None:
        fetch(module)
        if module is unit:
            raise RuntimeError("full")

    stream.fetch = failing
    with pytest.raises(RuntimeError, match="full"):
        fast(streamed) if run == "fast" else plain(network)
    assert places(network) == home
    stream.fetch = fetch
    for once_more in (lambda: plain(network), lambda: fast(streamed), lambda: plain(network)):
        replay(stream)
        assert torch.allclose(once_more(), expected, atol=1e-5)


class Event(NamedTuple):
    """What was done before it, and the recording that it is part of, if any."""

    done: Counter
    recording: object


class Line:
    """A CUDA stream: `done` counts for every stream the work that comes before what is launched here next.

    A stream that waits for an event of a recording joins that; one that is being recorded may wait for
    nothing else.
    """

    underway: object = None

    def __init__(self, name: str):
        self.name, self.done, self.recording = name, Counter(), None

    def work(self) -> int:
        self.done[self.name] += 1
        return self.done[self.name]

    def record_event(self) -> Event:
        return Event(Counter(self.done), self.recording)

    def wait_event(self, event: Event) -> None:
        if event.recording is not self.recording:
            assert self.recording is None, "a recording waits for what isn't recorded"
            assert event.recording is Line.underway, "the recording of the event is over"
            self.recording = event.recording
        self.done |= event.done

    def wait_stream(self, other: "Line") -> None:
        self.wait_event(other.record_event())


class Gpu:
    """A stream of copies and a stream of kernels; every pass checks what it finds in the buffers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.kernels, self.copies = Line("kernels"), Line("copies")
        self.stream = Stream(seeded_unet(), CPU)
        self.used: Counter = Counter()  # by slot: when it was read last
        self.stream._copies, self._copy, self.stream._copy = self.copies, self.stream._copy, self.copy
        monkeypatch.setattr(torch.cuda, "current_stream", lambda device: self.kernels)
        monkeypatch.setattr(torch.cuda, "stream", self.copying)

    @contextmanager
    def copying(self, line: Line) -> Iterator[None]:
        assert line is self.copies
        self.before = line.done["kernels"]
        self.arrived = line.work()
        yield

    def copy(self, number: int) -> None:
        self._copy(number)
        assert self.before >= self.used[number % SLOTS], "overwritten while it is read"
        self.arrivals[number] = self.arrived

    def run(self, fail: Callable[[int], bool] = lambda number: False) -> None:
        """A pass, which an error may end."""
        self.arrivals: dict[int, int] = {}
        try:
            for number, unit in enumerate(self.stream._units):
                self.kernels.work()
                if fail(number):
                    return
                self.stream.fetch(unit)
                assert self.kernels.done["copies"] >= self.arrivals[number], "read before it is there"
                self.used[number % SLOTS] = self.kernels.work()
        finally:
            self.stream.finish()

    def record(self, **how: Callable[[int], bool]) -> None:
        Line.underway = self.kernels.recording = object()
        try:
            self.run(**how)
            if self.copies.recording:
                assert self.kernels.done["copies"] == self.copies.done["copies"], "a stream was not joined"
        finally:
            Line.underway = self.kernels.recording = self.copies.recording = None


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Gpu:
    return Gpu(monkeypatch)


def test_copies_and_kernels_wait_for_each_other_recorded_or_not(gpu: Gpu):
    for run in (gpu.run, gpu.record, gpu.run, gpu.record, gpu.record, gpu.run):
        run()


@pytest.mark.parametrize("at", [0, 1, 2, 5, 10])
def test_a_recording_that_fails_is_ended_and_the_next_is_right(gpu: Gpu, at: int):
    gpu.run()
    gpu.record(fail=lambda number: number == at)
    gpu.run(fail=lambda number: number == at)
    gpu.record()
    gpu.run()
