"""Copies between devices: each in its place, in order with what both devices compute, all at the same time.

No GPU is needed: `Line` knows a CUDA stream's rules, and writes down what comes before what.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import pytest
import torch

from t2v.runtime import exchange
from t2v.runtime.exchange import Exchange, Exchanging, in_step

Event = Counter  # the work that was done before it, by line


class Line:
    """A CUDA stream: `done` counts for every line the work that comes before what is launched here next."""

    def __init__(self, device: torch.device):
        self.device, self.done = device, Counter()

    def work(self) -> Counter:
        self.done[self] += 1
        return Counter(self.done)

    def record_event(self) -> Event:
        return Event(self.done)

    def wait_event(self, event: Event) -> None:
        self.done |= event

    def wait_stream(self, other: "Line") -> None:
        self.wait_event(other.record_event())


class Copy(NamedTuple):
    """A copy: what was done on the lines of the computation before it; and the line that makes it."""

    before: Counter
    line: Line
    number: int


class Numbers:
    """A tensor on a GPU. A copy into it runs on the current line of the source, after that of the target;
    the target's next work comes after it."""

    def __init__(self, gpus: "Gpus", device: int):
        self.gpus, self.device = gpus, torch.device("cuda", device)

    def copy_(self, source: "Numbers", non_blocking: bool) -> None:
        assert non_blocking
        if self.gpus.broken == (source.device.index, self.device.index):
            raise RuntimeError("no memory")
        here, there = (self.gpus.now[each.device] for each in (source, self))
        here.wait_stream(there)
        before = here.work()
        there.wait_stream(here)
        self.gpus.copies[source.device.index, self.device.index] = Copy(before, here, here.done[here])


class Gpus:
    """torch.cuda of a machine with several GPUs."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.devices = [torch.device("cuda", i) for i in range(3)]
        self.usual = {device: Line(device) for device in self.devices}
        self.now, self.copies = dict(self.usual), {}
        self.device, self.broken = self.devices[1], None
        exchange._stream.cache_clear()
        monkeypatch.setattr(torch.cuda, "Stream", Line)
        monkeypatch.setattr(torch.cuda, "current_stream", lambda device=None: self.now[device or self.device])
        monkeypatch.setattr(torch.cuda, "set_stream", self.set_stream)

    def set_stream(self, line: Line) -> None:
        """As PyTorch's: the line's device becomes the current one."""
        self.now[line.device], self.device = line, line.device


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gpus]:
    yield Gpus(monkeypatch)
    exchange._stream.cache_clear()


def test_copies_wait_for_both_devices_and_both_wait_for_them(gpus: Gpus):
    pairs = [(i, j) for i in range(3) for j in range(3) if i != j]
    for _ in range(2):
        done = {device: line.work()[line] for device, line in gpus.usual.items()}
        exchange.copy([(Numbers(gpus, i), Numbers(gpus, j)) for i, j in pairs])
        for pair in pairs:
            copy = gpus.copies[pair]
            for device in (gpus.devices[i] for i in pair):
                line = gpus.usual[device]
                assert copy.before[line] == done[device], "what the device did comes before the copy"
                assert line.done[copy.line] >= copy.number, "and what it does next comes after it"
    assert gpus.now == gpus.usual and gpus.device == gpus.devices[1]


@pytest.mark.parametrize("broken", [(0, 1), (2, 0)])
def test_a_copy_that_fails_leaves_streams_and_device_as_they_were(gpus: Gpus, broken: tuple[int, int]):
    gpus.broken = broken
    with pytest.raises(RuntimeError, match="no memory"):
        exchange.copy([(Numbers(gpus, i), Numbers(gpus, j)) for i, j in [(0, 1), (1, 2), (2, 0)]])
    assert gpus.now == gpus.usual and gpus.device == gpus.devices[1]


@pytest.mark.parametrize(
    "pairs", [[(0, 1), (1, 0)], [(0, 1), (1, 2), (2, 0)]], ids=["two", "a round of three"]
)
def test_no_copy_of_a_round_waits_for_another(gpus: Gpus, pairs: list[tuple[int, int]]):
    exchange.copy([(Numbers(gpus, i), Numbers(gpus, j)) for i, j in pairs])
    for one in gpus.copies.values():
        others = [other for other in gpus.copies.values() if other is not one]
        assert not any(one.before[other.line] for other in others)


def test_copies_come_in_rounds_in_which_each_device_sends_and_receives_once():
    exchanges = [Exchange() for _ in range(4)]
    for i, each in enumerate(exchanges):
        for other in range(4):
            if other != i:
                each.send(other, torch.tensor([float(i)]))
                each.receive(other, torch.tensor([float(i)]))
    ways = [(int(source), int(target)) for source, target in exchange._copies(exchanges)]
    for round in (ways[:4], ways[4:8], ways[8:]):
        senders, receivers = zip(*round, strict=True)
        assert sorted(senders) == sorted(receivers) == [0, 1, 2, 3]


def test_a_packed_message_has_the_bits_of_what_was_packed():
    given = [torch.randn(2, 4, 3), torch.randn(2, 5, 8).half()[:, ::2], torch.randn(3).bfloat16()]
    message = exchange.packed(given)
    assert message.shape == exchange.message_of(given).shape
    for found, expected in zip(exchange.unpacked(message, given), given, strict=True):
        assert found.dtype == expected.dtype and torch.equal(found, expected)


def work(index: int, rounds: int) -> Exchanging[list[float]]:
    """Send the own number to both others, twice as much to the one after; add up what comes."""
    total = []
    for number in range(rounds):
        own, reached = torch.tensor([10.0 * number + index]), Exchange()
        after, before = (index + 1) % 3, (index + 2) % 3
        reached.send(before, own)
        reached.send(after, own)
        reached.send(after, 2 * own)
        found = [reached.receive(other, torch.zeros(1)) for other in (before, before, after)]
        yield reached
        total.append([each.item() for each in found])
    return total


def test_what_is_sent_comes_in_its_order_and_teams_need_not_be_as_long():
    long, short = in_step([[work(i, 2) for i in range(3)], [work(i, 1) for i in range(3)]])
    assert short == [[[2, 4, 1]], [[0, 0, 2]], [[1, 2, 0]]]
    assert [each[:1] for each in long] == short
    assert [each[1] for each in long] == [[12, 24, 11], [10, 20, 12], [11, 22, 10]]
