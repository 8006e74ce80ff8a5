"""Recordings: on the device of their tensors whichever recorded first, in one memory, again after a failure.

No GPU is needed: streams and graphs are stand-ins that write down what is asked of them.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from weakref import WeakSet

import pytest
import torch

from t2v.runtime import graphs
from t2v.runtime.exchange import Exchange, Exchanging, alone, reach
from t2v.runtime.graphs import GraphedFunction, GraphedWork


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
    """torch.cuda of a machine with several. `log`: where the function ran, whether it was being recorded;
    `kept`: how many graphs there were when a function ran unrecorded."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.log: list[tuple[str, str, bool]] = []
        self.graphs: WeakSet[Gpus.CUDAGraph] = WeakSet()
        self.kept: list[int] = []
        self.device, self.recording = "cuda:0", False
        self.usual = {name: Stream(torch.device(name)) for name in ("cuda:0", "cuda:1")}
        self.streams = dict(self.usual)
        graphs._capture_stream.cache_clear()
        for name in ("Stream", "CUDAGraph", "current_stream", "stream", "graph"):
            monkeypatch.setattr(torch.cuda, name, getattr(self, name, Stream))
        monkeypatch.setattr(graphs, "current", self.current)
        self.compiled: list[tuple[str, int]] = []
        monkeypatch.setattr(graphs, "compile_kernels", self.compile_kernels)

    class CUDAGraph:
        replayed, memory = 0, None

        def replay(self) -> None:
            self.replayed += 1

        def pool(self) -> object:
            assert self.memory, "only what is recorded has a pool"
            return self.memory

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
    def graph(
        self, graph: "Gpus.CUDAGraph", pool: object, stream: Stream, capture_error_mode: str
    ) -> Iterator[None]:
        assert capture_error_mode == "thread_local"  # other threads may use the GPU meanwhile
        assert stream is self.streams[self.device]  # so the failure of the end leaves no stream behind
        assert pool is None or pool in [other.memory for other in self.graphs], "gone with its last graph"
        self.recording = True
        try:
            yield
        finally:
            self.recording, graph.memory = False, pool or object()
            self.graphs.add(graph)

    def compile_kernels(self, device: torch.device, run: Callable[[], object]) -> None:
        self.compiled.append((str(device), len(self.log)))

    @property
    def replayed(self) -> int:
        """By the graphs that are still there."""
        return sum(graph.replayed for graph in self.graphs)

    @property
    def memories(self) -> int:
        """How many there are."""
        return len({graph.memory for graph in self.graphs})

    def step(self, fail: Callable[[], bool] = lambda: False) -> Callable[..., str]:
        def function(x: Given) -> str:
            self.log.append((self.device, str(self.current_stream().device), self.recording))
            if not self.recording:
                self.kept.append(len(self.graphs))
            if self.recording and fail():
                raise RuntimeError("invalidated")
            return "result"

        return function


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gpus]:
    yield Gpus(monkeypatch)
    graphs._capture_stream.cache_clear()


def test_each_device_warms_up_and_records_on_a_stream_of_its_own(gpus: Gpus):
    first, second = GraphedFunction(gpus.step()), GraphedFunction(gpus.step())
    assert first(Given("cuda:0")) == second(Given("cuda:1")) == "result"
    here, there = ("cuda:0",) * 2, ("cuda:1",) * 2
    assert gpus.log == [(*here, False), (*here, True), (*there, False), (*there, True)]
    assert gpus.device == "cuda:0" and gpus.streams == gpus.usual


def test_kernels_of_a_new_shape_are_compiled_before_it_runs(gpus: Gpus):
    step = GraphedFunction(gpus.step())
    for size in (1, 1, 2):
        step(Given("cuda:0", size))
    assert gpus.compiled == [("cuda:0", 0), ("cuda:0", 2)]


def test_the_current_device_may_be_another(gpus: Gpus):
    gpus.device = "cuda:1"
    GraphedFunction(gpus.step())(Given("cuda:0"))
    assert gpus.log == [("cuda:0", "cuda:0", False), ("cuda:0", "cuda:0", True)]


def test_a_step_is_recorded_once_a_shape(gpus: Gpus):
    step = GraphedFunction(gpus.step())
    for size in (1, 1, 1, 2, 2):
        step(Given("cuda:0", size))
    assert [recorded for *_, recorded in gpus.log] == [False, True] * 2
    assert gpus.replayed == 2, "the former shape's graph is gone"
    assert gpus.kept == [0, 0], "and was before the new one needed memory"


def test_what_is_beside_shares_the_memory_and_keeps_every_shape_of_a_video(gpus: Gpus):
    step = GraphedFunction(gpus.step())
    decode = GraphedFunction(gpus.step(), pool_of=step)
    for _ in range(2):
        for run, size in ((step, 1), (step, 1), (decode, 5), (decode, 5), (decode, 2)):
            run(Given("cuda:0", size))
    assert len(gpus.log) == 2 * 3 and gpus.replayed == 10
    assert gpus.memories == 1
    assert gpus.kept == [0, 1, 2]


def test_a_step_of_a_new_shape_has_all_the_memory(gpus: Gpus):
    step = GraphedFunction(gpus.step())
    decode = GraphedFunction(gpus.step(), pool_of=step)
    for size in (1, 2):
        step(Given("cuda:0", size))
        decode(Given("cuda:0", 5))
    assert gpus.kept == [0, 1, 0, 1]


def test_memory_is_of_what_is_beside_alone(gpus: Gpus):
    steps = [GraphedFunction(gpus.step()) for _ in range(2)]
    for step in steps:
        step(Given("cuda:0"))
    assert gpus.memories == 2


def test_shapes_without_end_are_not_all_kept(gpus: Gpus):
    step = GraphedFunction(gpus.step())
    decode = GraphedFunction(gpus.step(), pool_of=step)
    for size in range(30):
        decode(Given("cuda:0", size))
    assert max(gpus.kept) < graphs.MAX_RECORDINGS


def test_what_is_let_go_is_gone_at_once(gpus: Gpus):
    """Decoding needs its memory: nothing may wait for the garbage collector."""
    step = GraphedFunction(gpus.step())
    decode = GraphedFunction(gpus.step(), pool_of=step)
    step(Given("cuda:0"))
    decode(Given("cuda:0"))
    gc.disable()
    try:
        del step, decode
        assert not gpus.graphs
    finally:
        gc.enable()


def test_after_a_recording_that_failed_the_next_call_records_again(gpus: Gpus):
    failures = [True]
    step = GraphedFunction(gpus.step(lambda: failures and failures.pop()))
    with pytest.raises(RuntimeError, match="invalidated"):
        step(Given("cuda:0"))
    assert gpus.streams == gpus.usual
    assert step(Given("cuda:0")) == "result" and gpus.replayed == 1


def test_a_recording_that_failed_leaves_those_beside_it(gpus: Gpus):
    failures = [True]
    step = GraphedFunction(gpus.step())
    decode = GraphedFunction(gpus.step(lambda: failures and failures.pop()), pool_of=step)
    step(Given("cuda:0"))
    with pytest.raises(RuntimeError, match="invalidated"):
        decode(Given("cuda:0"))
    decode(Given("cuda:0"))
    step(Given("cuda:0"))
    assert len(gpus.log) == 2 + 4 and gpus.replayed == 3 and gpus.memories == 1


def test_other_options_are_another_recording(gpus: Gpus):
    step = GraphedFunction(lambda x, loop=False: loop)
    assert step(Given("cuda:0"), loop=True) is True
    assert step(Given("cuda:0"), loop=False) is False
    assert step(Given("cuda:0"), loop=False) is False and gpus.replayed == 2


def exchanging(gpus: Gpus, count: int) -> Callable[..., Exchanging[str]]:
    """Work that exchanges so often, and notes in which recording it runs."""

    def work(x: Given) -> Exchanging[str]:
        for number in range(count + 1):
            gpus.log.append((gpus.device, str(number), gpus.recording))
            if number < count:
                yield Exchange([(1, number)])
        return "result"

    return work


def test_work_is_recorded_alone_from_each_exchange_to_the_next(gpus: Gpus):
    step = GraphedWork(exchanging(gpus, 2))
    for _ in range(2):
        work = step(Given("cuda:1"))
        reached = [reach(work) for _ in range(3)]
        assert [each.sent for each in reached[:2]] == [[(1, 0)], [(1, 1)]] and reached[2] == "result"
    unrecorded, recorded = ([("cuda:1", str(i), recording) for i in range(3)] for recording in (False, True))
    assert gpus.log == unrecorded + recorded
    assert sorted(graph.replayed for graph in gpus.graphs) == [2, 2, 2] and gpus.memories == 1


def test_the_graphs_of_work_are_replayed_between_its_exchanges(gpus: Gpus):
    step = GraphedWork(exchanging(gpus, 2))
    work = step(Given("cuda:0"))
    for replays in range(1, 4):
        reach(work)
        assert gpus.replayed == replays


def test_work_of_a_new_shape_has_all_the_memory_and_one_graph_beside_it_stays_in_the_pool(gpus: Gpus):
    step = GraphedWork(exchanging(gpus, 1))
    decode = GraphedFunction(gpus.step(), pool_of=step)
    for size in (1, 2):
        alone(step(Given("cuda:0", size)))
        decode(Given("cuda:0", 5))
        assert len(gpus.graphs) == 3 and gpus.memories == 1
