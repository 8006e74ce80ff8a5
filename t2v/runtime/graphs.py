"""CUDA graphs: record a function once and replay it, without Python between kernels; pace its steps."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .device import current

Run = Callable[..., Tensor]
MOST = 8  # recordings in one memory: a step, and decoding in groups of every size that comes up


class Recording(NamedTuple):
    """A graph that reads `inputs` and writes `output`."""

    graph: torch.cuda.CUDAGraph
    inputs: list[Tensor]
    output: Tensor


class GraphedFunction:
    """`function` of CUDA tensors, as CUDA graphs: one for each shape of its inputs.

    It must not wait for the device nor depend on anything but its tensors and what stays where it is. The
    result lies in the graphs' own memory: the next call overwrites it, and so does one of a function that was
    captured `beside` this one, for the graphs of both share that memory. They are of one video's shapes: when
    the shapes of the function that isn't beside another change, all are dropped.
    """

    def __init__(self, function: Run, beside: "GraphedFunction | None" = None):
        self._function, self._leads = function, beside is None
        self._recordings: dict[tuple, Recording] = {} if beside is None else beside._recordings

    def __call__(self, *inputs: Tensor) -> Tensor:
        key = self._function, *(each.shape for each in inputs)
        if key not in self._recordings:
            if self._leads or len(self._recordings) == MOST:
                self._recordings.clear()  # the former graphs' memory comes first
            self._recordings[key] = self._record(inputs)
        graph, mine, output = self._recordings[key]
        for own, given in zip(mine, inputs, strict=True):
            own.copy_(given)
        graph.replay()
        return output

    def _record(self, inputs: tuple[Tensor, ...]) -> Recording:
        mine, device = [each.clone() for each in inputs], inputs[0].device
        pool = next((each.graph.pool() for each in self._recordings.values()), None)
        aside = _aside(device)
        with current(device):
            aside.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(aside):
                self._function(*mine)  # kernels are compiled and chosen before the recording
                graph = torch.cuda.CUDAGraph()
                with torch.cuda.graph(graph, pool=pool, stream=aside, capture_error_mode="thread_local"):
                    output = self._function(*mine)
            torch.cuda.current_stream().wait_stream(aside)
        return Recording(graph, mine, output)


@cache
def _aside(device: torch.device) -> torch.cuda.Stream:
    """The stream of `device` that is recorded on. Left to itself, torch.cuda.graph would take, for every
    device, a stream of the one that recorded first: what then runs elsewhere ends the recording."""
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
