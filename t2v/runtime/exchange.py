"""Exchange of tensors between devices that make one video: who sends what to whom, and who runs when.

A device's work is a generator. It yields an `Exchange` wherever it needs something of the others, and goes on
when the tensors are there. `in_step` runs the work of all devices up to the next exchange, makes the copies,
and goes on. On CUDA the host waits for none of them: events put work and copies in order.
"""

from collections import defaultdict
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar

import torch
from torch import Tensor

T = TypeVar("T")
Copies = list[tuple[Tensor, Tensor]]  # sources and targets, contiguous


@dataclass
class Exchange:
    """What a device sends, and the buffers that it receives into, each with the index of the other device.
    What one device sends to another comes into the other's buffers for it, in the same order."""

    sent: list[tuple[int, Tensor]] = field(default_factory=list)
    received: list[tuple[int, Tensor]] = field(default_factory=list)

    def send(self, to: int, tensor: Tensor) -> None:
        """Send a tensor to another device."""
        self.sent.append((to, tensor.contiguous()))

    def receive(self, by: int, buffer: Tensor) -> Tensor:
        """Receive what another device sends -> the buffer, which is filled after the exchange"""
        self.received.append((by, buffer))
        return buffer


Exchanging = Generator[Exchange, None, T]


def reach(work: Exchanging[T]) -> Exchange | T:
    """Run to the next exchange, or to the end -> the exchange, or the result"""
    try:
        return next(work)
    except StopIteration as end:
        result: T = end.value
        return result


def alone(work: Exchanging[T]) -> T:
    """Run to its end work that exchanges nothing, or whose result doesn't matter -> its result"""
    while isinstance(reached := reach(work), Exchange):
        pass
    return reached


def in_step(teams: Sequence[Sequence[Exchanging[T]]]) -> list[list[T]]:
    """Run the work of the devices of all teams -> their results. The devices of a team exchange with each
    other, and all with the same number of exchanges."""
    results: list[list[T]] = [[] for _ in teams]
    running = list(zip(teams, results, strict=True))
    while running:
        running = [(team, found) for team, found in running if _advanced(team, found)]
    return results


def _advanced(team: Sequence[Exchanging[T]], results: list[T]) -> bool:
    """Run a team's work up to its next exchange, and make that; False if the work is done: then its results
    are noted."""
    exchanges: list[Exchange] = []
    for work in team:
        reached = reach(work)
        if isinstance(reached, Exchange):
            exchanges.append(reached)
        else:
            results.append(reached)
    copy(_copies(exchanges))
    return bool(exchanges)


def _copies(exchanges: Sequence[Exchange]) -> Copies:
    """Pair what is sent with the buffers of those who receive it."""
    sent: defaultdict[tuple[int, int], list[Tensor]] = defaultdict(list)
    for sender, exchange in enumerate(exchanges):
        for receiver, tensor in exchange.sent:
            sent[sender, receiver].append(tensor)
    return [
        (sent[sender, receiver].pop(0), buffer)
        for receiver, exchange in enumerate(exchanges)
        for sender, buffer in exchange.received
    ]


def copy(copies: Copies) -> None:
    """Copy each source to its target. Between CUDA devices all directions copy at the same time.

    PyTorch copies on the source's current stream, which first waits for the target's; on those of the
    computation, one direction would wait for the other. So each direction has two streams of its own.
    """
    if not copies or copies[0][0].device.type != "cuda":
        for source, target in copies:
            target.copy_(source, non_blocking=True)
        return
    directions: defaultdict[tuple[torch.device, torch.device], Copies] = defaultdict(list)
    for source, target in copies:
        directions[source.device, target.device].append((source, target))
    now = {device: torch.cuda.current_stream(device) for direction in directions for device in direction}
    ready = {device: stream.record_event() for device, stream in now.items()}
    for direction, some in directions.items():
        streams = _streams(*direction)
        for device, stream in zip(direction, streams, strict=True):
            stream.wait_event(ready[device])
        with torch.cuda.stream(streams[0]), torch.cuda.stream(streams[1]):
            for source, target in some:
                target.copy_(source, non_blocking=True)
    for direction in directions:
        for device, stream in zip(direction, _streams(*direction), strict=True):
            now[device].wait_stream(stream)


@cache
def _streams(source: torch.device, target: torch.device) -> tuple[torch.cuda.Stream, torch.cuda.Stream]:
    """The streams of a direction, one on each device."""
    return torch.cuda.Stream(source), torch.cuda.Stream(target)
