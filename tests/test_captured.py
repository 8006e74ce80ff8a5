"""A recorded step: on the device of its tensors whichever recorded first, and again after a failure.

No GPU is needed: streams and graphs are stand-ins that write down what is asked of them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import torch

from t2v.runtime import captured
from t2v.runtime.captured import Captured


class Stream:
    def __init__(self, device: object):
        self.device = device

    def wait_stream(self, other: "Stream") -> None:
        pass


class Given:
    """A tensor that says it lies on a GPU."""

    def __init__(self, device: str, size: int = 1):
        self.device, self.shape = torch.device(device), torch.Size([size])

    def clone(self) -> "Given":
        return Given(str(self.device), self.shape[0])

    def copy_(self, other: "Given") -> None:
        pass


class Gpus:
    """torch.cuda of a machine with several. `log`: where the function ran, whether it was being recorded."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.log: list[tuple[str, str, bool]] = []
        self.device, self.recording = "cuda:0", False
        self.usual = {name: Stream(torch.device(name)) for name in ("cuda:0", "cuda:1")}
        self.streams = dict(self.usual)
        captured._aside.cache_clear()
        for name in ("Stream", "CUDAGraph", "current_stream", "stream", "graph"):
            monkeypatch.setattr(torch.cuda, name, getattr(self, name, Stream))
        monkeypatch.setattr(captured, "current", self.current)

    class CUDAGraph:
        replayed = 0

        def replay(self) -> None:
            self.replayed += 1

    def current_stream(self) -> Stream:
        return self.streams[self.device]

    @contextmanager
    def current(self, device: torch.device) -> Iterator[None]:
        before, self.device = self.device, str(device)
        try:
            yield
        finally:
            self.device = before

    @contextmanager
    def stream(self, stream: Stream) -> Iterator[None]:
        device = str(stream.device)
        before, self.streams[device] = self.streams[device], stream
        try:
            yield
        finally:
            self.streams[device] = before

    @contextmanager
    def graph(self, graph: "Gpus.CUDAGraph", stream: Stream, capture_error_mode: str) -> Iterator[None]:
        assert capture_error_mode == "thread_local"  # other threads may use the GPU meanwhile
        assert stream is self.streams[self.device]  # so the failure of the end leaves no stream behind
        self.recording = True
        try:
            yield
        finally:
            self.recording = False

    def step(self, fail: Callable[[], bool] = lambda: False) -> Callable[..., str]:
        def function(x: Given) -> str:
            self.log.append((self.device, str(self.current_stream().device), self.recording))
            if self.recording and fail():
                raise RuntimeError("invalidated")
            return "result"

        return function


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gpus]:
    yield Gpus(monkeypatch)
    captured._aside.cache_clear()


def test_each_device_warms_up_and_records_on_a_stream_of_its_own(gpus: Gpus):
    first, second = Captured(gpus.step()), Captured(gpus.step())
    assert first(Given("cuda:0")) == second(Given("cuda:1")) == "result"
    here, there = ("cuda:0",) * 2, ("cuda:1",) * 2
    assert gpus.log == [(*here, False), (*here, True), (*there, False), (*there, True)]
    assert gpus.device == "cuda:0" and gpus.streams == gpus.usual


def test_the_current_device_may_be_another(gpus: Gpus):
    gpus.device = "cuda:1"
    Captured(gpus.step())(Given("cuda:0"))
    assert gpus.log == [("cuda:0", "cuda:0", False), ("cuda:0", "cuda:0", True)]


def test_a_step_is_recorded_once_a_shape(gpus: Gpus):
    step = Captured(gpus.step())
    for size in (1, 1, 1, 2, 2):
        step(Given("cuda:0", size))
    assert [recorded for *_, recorded in gpus.log] == [False, True] * 2
    assert step._graph.replayed == 2


def test_after_a_recording_that_failed_the_next_call_records_again(gpus: Gpus):
    failures = [True]
    step = Captured(gpus.step(lambda: failures and failures.pop()))
    with pytest.raises(RuntimeError, match="invalidated"):
        step(Given("cuda:0"))
    assert gpus.streams == gpus.usual
    assert step(Given("cuda:0")) == "result" and step._graph.replayed == 1
