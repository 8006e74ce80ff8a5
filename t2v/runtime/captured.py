"""A step that is recorded once and replayed: no Python and no wait between its thousand kernels."""

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor

from .device import current


class Captured:
    """`function` of CUDA tensors, as a CUDA graph of the shapes that it was last called with.

    It must not wait for the device nor depend on anything but its tensors. The result lies in the graph's own
    memory: the next call overwrites it.
    """

    def __init__(self, function: Callable[..., Tensor]):
        self._function = function
        self._shapes: list[torch.Size] | None = None

    def __call__(self, *inputs: Tensor) -> Tensor:
        shapes = [each.shape for each in inputs]
        if shapes != self._shapes:
            self._record(inputs)
            self._shapes = shapes
        for mine, given in zip(self._inputs, inputs, strict=True):
            mine.copy_(given)
        self._graph.replay()
        return self._output

    def _record(self, inputs: tuple[Tensor, ...]) -> None:
        self._shapes = self._graph = self._output = None  # the former graph's memory comes first
        self._inputs = [each.clone() for each in inputs]
        device = inputs[0].device
        aside = _aside(device)
        with current(device):
            aside.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(aside):
                self._function(*self._inputs)  # kernels are compiled and chosen before the recording
                self._graph = torch.cuda.CUDAGraph()
                with torch.cuda.graph(self._graph, stream=aside, capture_error_mode="thread_local"):
                    self._output = self._function(*self._inputs)
            torch.cuda.current_stream().wait_stream(aside)


@cache
def _aside(device: torch.device) -> torch.cuda.Stream:
    """The stream of `device` that is recorded on. Left to itself, torch.cuda.graph would take, for every
    device, a stream of the one that recorded first: what then runs elsewhere ends the recording."""
    return torch.cuda.Stream(device)
