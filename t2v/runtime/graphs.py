"""CUDA graphs: record a function once and replay it, without Python between kernels; pace its steps."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .device import current
from .kernels import compile_kernels, finish_ahead

TensorFunction = Callable[..., Tensor]
MAX_RECORDINGS = 8  # in one pool: a step, and decoding in groups of every size that comes up


class Recording(NamedTuple):
    """A graph that reads `inputs` and writes `output`."""

    graph: torch.cuda.CUDAGraph
    inputs: list[Tensor]
    output: Tensor


class GraphedFunction:
    """`function` of CUDA tensors, recorded as CUDA graphs: one for each shape of its inputs, and for the
    hashable `options` of a call, which are no tensors.

    `function` must not wait for the device, and all that it reads besides its inputs must keep its address.
    The output lies in the graphs' memory pool: the next call overwrites it, and so does a call of any
    function that shares the pool. `pool_of` is the function whose pool is shared; without it, this one owns a
    pool. A new shape of the owner's inputs means another video size: it drops all graphs of the pool, as
    one graph too many (MAX_RECORDINGS) does.
    """

    def __init__(self, function: TensorFunction, pool_of: "GraphedFunction | None" = None):
        self._function, self._owns_pool = function, pool_of is None
        self._recordings: dict[tuple, Recording] = {} if pool_of is None else pool_of._recordings

    def __call__(self, *inputs: Tensor, **options: Hashable) -> Tensor:
        key = self._function, *(each.shape for each in inputs), *sorted(options.items())
        if key not in self._recordings:
            if self._owns_pool or len(self._recordings) == MAX_RECORDINGS:
                self._recordings.clear()  # frees their memory before more is taken
            self._recordings[key] = self._record(inputs, options)
        graph, buffers, output = self._recordings[key]
        for own, given in zip(buffers, inputs, strict=True):
            own.copy_(given)
        graph.replay()
        return output

    def _record(self, inputs: tuple[Tensor, ...], options: dict[str, Hashable]) -> Recording:
        buffers, device = [each.clone() for each in inputs], inputs[0].device
        pool = next((each.graph.pool() for each in self._recordings.values()), None)
        stream = _capture_stream(device)
        with current(device):
            stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(stream):
                compile_kernels(device, lambda: self._function(*buffers, **options))
                self._function(*buffers, **options)  # libraries choose their kernels before the recording
                finish_ahead()  # no other thread loads kernels during the recording
                graph = torch.cuda.CUDAGraph()
                with torch.cuda.graph(graph, pool=pool, stream=stream, capture_error_mode="thread_local"):
                    output = self._function(*buffers, **options)
            torch.cuda.current_stream().wait_stream(stream)
        return Recording(graph, buffers, output)


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
