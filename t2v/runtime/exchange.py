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
Streams = dict[torch.device, tuple[torch.cuda.Stream, torch.cuda.Stream]]  # that compute, that send


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
    """Pair what is sent with the buffers of those who receive it: in rounds, in each of which a device sends
    to one other and receives from one."""
    sent: defaultdict[tuple[int, int], list[Tensor]] = defaultdict(list)
    received: defaultdict[tuple[int, int], list[Tensor]] = defaultdict(list)
    for index, exchange in enumerate(exchanges):
        for receiver, tensor in exchange.sent:
            sent[index, receiver].append(tensor)
        for sender, buffer in exchange.received:
            received[sender, index].append(buffer)
    count = len(exchanges)
    rounds = ((i, (i + further) % count) for further in range(1, count) for i in range(count))
    return [pair for way in rounds for pair in zip(sent[way], received[way], strict=True)]


def copy(copies: Copies) -> None:
    """Copy each source to its target. Between CUDA devices the copies of a round run at the same time.

    PyTorch copies on the source's current stream, which first waits for the target's, and then lets that
    wait. On the stream of the computation a device that receives would so wait before it sends: it sends on
    a stream of its own.
    """
    if not copies or copies[0][0].device.type != "cuda":
        for source, target in copies:
            target.copy_(source, non_blocking=True)
        return
    devices = {source.device for source, _ in copies}
    streams = {device: (torch.cuda.current_stream(device), _stream(device)) for device in devices}
    for computing, sending in streams.values():
        sending.wait_stream(computing)
    _send(copies, streams)
    for computing, sending in streams.values():
        computing.wait_stream(sending)


def _send(copies: Copies, streams: Streams) -> None:
    """Launch each copy on the sending stream of its source, while other devices' current streams are those of
    the computation. A context of `torch.cuda.stream` for each would take as long as launching it."""
    current = torch.cuda.current_stream()
    try:
        for source, target in copies:
            computing, sending = streams[source.device]
            torch.cuda.set_stream(sending)
            target.copy_(source, non_blocking=True)
            torch.cuda.set_stream(computing)
    finally:
        for computing, _ in streams.values():
            torch.cuda.set_stream(computing)
        torch.cuda.set_stream(current)  # makes its device the current one, too


@cache
def _stream(device: torch.device) -> torch.cuda.Stream:
    """The stream on which a device sends."""
    return torch.cuda.Stream(device)


def packed(tensors: Sequence[Tensor]) -> Tensor:
    """Pack the numbers of tensors of any types into one of bytes (n); each number's size divides the place
    where its tensor begins."""
    return torch.cat([tensor.contiguous().view(-1).view(torch.uint8) for tensor in tensors])


def message_of(like: Sequence[Tensor]) -> Tensor:
    """A buffer for the message that `packed` makes of such tensors (n)"""
    size = sum(tensor.numel() * tensor.element_size() for tensor in like)
    return torch.empty(size, dtype=torch.uint8, device=like[0].device)


def unpacked(message: Tensor, like: Sequence[Tensor]) -> list[Tensor]:
    """Views of a packed message (n), with the types and shapes of the tensors `like`."""
    parts = message.split([tensor.numel() * tensor.element_size() for tensor in like])
    return [part.view(tensor.dtype).view(tensor.shape) for part, tensor in zip(parts, like, strict=True)]
