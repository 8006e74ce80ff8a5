"""CUDA graphs: record a function once and replay it, without Python between kernels; pace its steps."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .device import current
from .exchange import Exchange, Exchanging, alone, reach
from .kernels import compile_kernels, finish_ahead

TensorFunction = Callable[..., Tensor]
MAX_RECORDINGS = 8  # in one pool: a step, and decoding in groups of every size that comes up


class Recording(NamedTuple):
    """A graph that reads `inputs` and writes `output`; or several, each of which but the first comes after an
    exchange."""

    graph: torch.cuda.CUDAGraph
    inputs: list[Tensor]
    output: Tensor
    later: list[tuple[Exchange, torch.cuda.CUDAGraph]]


class Graphed(ABC):
    """A function recorded as CUDA graphs: one recording for each shape of its inputs, and for the hashable
    `options` of a call, which are no tensors.

    The function must not wait for the device, and all that it reads besides its inputs must keep its address.
    The output lies in the graphs' memory pool: the next call overwrites it, and so does a call of any
    function that shares the pool. `pool_of` is the function whose pool is shared; without it, this one owns a
    pool. A new shape of the owner's inputs means another video size: it drops all graphs of the pool, as
    one recording too many (MAX_RECORDINGS) does.
    """

    def __init__(self, function: Callable[..., Any], pool_of: "Graphed | None" = None):
        self._function, self._owns_pool = function, pool_of is None
        self._recordings: dict[tuple, Recording] = {} if pool_of is None else pool_of._recordings

    def _recording(self, inputs: tuple[Tensor, ...], options: dict[str, Hashable]) -> Recording:
        """The recording for such inputs, which has read these."""
        key = self._function, *(each.shape for each in inputs), *sorted(options.items())
        if key not in self._recordings:
            if self._owns_pool or len(self._recordings) == MAX_RECORDINGS:
                self._recordings.clear()  # frees their memory before more is taken
            self._recordings[key] = self._record(inputs, options)
        recording = self._recordings[key]
        for own, given in zip(recording.inputs, inputs, strict=True):
            own.copy_(given)
        return recording

    def _record(self, inputs: tuple[Tensor, ...], options: dict[str, Hashable]) -> Recording:
        buffers, device = [each.clone() for each in inputs], inputs[0].device
        pool = next((each.graph.pool() for each in self._recordings.values()), None)
        stream = _capture_stream(device)
        with current(device):
            stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(stream):
                compile_kernels(device, lambda: self._run(*buffers, **options))
                self._run(*buffers, **options)  # libraries choose their kernels before the recording
                finish_ahead()  # no other thread loads kernels during the recording
                recording = self._capture(buffers, options, pool, stream)
            torch.cuda.current_stream().wait_stream(stream)
        return recording

    @abstractmethod
    def _run(self, *inputs: Tensor, **options: Hashable) -> Tensor:
        """Run the function once, unrecorded."""

    @abstractmethod
    def _capture(
        self, buffers: list[Tensor], options: dict[str, Hashable], pool: Any, stream: torch.cuda.Stream
    ) -> Recording:
        """Record the function for inputs in `buffers`."""


class GraphedFunction(Graphed):
    """A function of CUDA tensors that gives a tensor, recorded as one graph."""

    def __call__(self, *inputs: Tensor, **options: Hashable) -> Tensor:
        recording = self._recording(inputs, options)
        recording.graph.replay()
        return recording.output

    def _run(self, *inputs: Tensor, **options: Hashable) -> Tensor:
        result: Tensor = self._function(*inputs, **options)
        return result

    def _capture(
        self, buffers: list[Tensor], options: dict[str, Hashable], pool: Any, stream: torch.cuda.Stream
    ) -> Recording:
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=pool, stream=stream, capture_error_mode="thread_local"):
            output = self._function(*buffers, **options)
        return Recording(graph, buffers, output, [])


class GraphedWork(Graphed):
    """Work of a device that exchanges tensors with others, recorded as a graph from each exchange to the
    next, alone: what it would receive is garbage meanwhile.

    The graphs are replayed in the order of their recording. So a tensor that is alive at an exchange keeps
    its memory until the work, while it is recorded, drops it; what is exchanged keeps it for good.
    """

    def __call__(self, *inputs: Tensor, **options: Hashable) -> Exchanging[Tensor]:
        recording = self._recording(inputs, options)
        recording.graph.replay()
        for exchange, graph in recording.later:
            yield exchange
            graph.replay()
        return recording.output

    def _run(self, *inputs: Tensor, **options: Hashable) -> Tensor:
        work: Exchanging[Tensor] = self._function(*inputs, **options)
        return alone(work)

    def _capture(
        self, buffers: list[Tensor], options: dict[str, Hashable], pool: Any, stream: torch.cuda.Stream
    ) -> Recording:
        work: Exchanging[Tensor] = self._function(*buffers, **options)
        graphs: list[torch.cuda.CUDAGraph] = []
        exchanges: list[Exchange] = []
        while True:
            graphs.append(torch.cuda.CUDAGraph())
            with torch.cuda.graph(graphs[-1], pool=pool, stream=stream, capture_error_mode="thread_local"):
                reached = reach(work)
            if not isinstance(reached, Exchange):
                return Recording(graphs[0], buffers, reached, list(zip(exchanges, graphs[1:], strict=True)))
            exchanges.append(reached)
            pool = graphs[0].pool()


@cache
def _capture_stream(device: torch.device) -> torch.cuda.Stream:
    """The stream of `device` to record on. By default torch.cuda.graph uses a stream of the device that
    recorded first, for every device, and a kernel that runs on another device ends the recording."""
    return torch.cuda.Stream(device)


def paced(steps: Iterable[Any], device: torch.device) -> Iterator[Any]:
    """Yield each step when `device` has finished the one before, so that progress and stopping are honest.

    Launching a step takes a fraction of its time: unpaced, the host would run far ahead. The device always
    has the next step in its queue.
    """
    if device.type != "cuda":
        yield from steps
        return
    before = torch.cuda.Event()
    for step in steps:
        before.synchronize()
        before = torch.cuda.Event()
        before.record()
        yield step
