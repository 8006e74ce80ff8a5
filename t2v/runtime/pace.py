"""Steps at the device's pace: launching one takes a fraction of its time, so the host would run far ahead."""

from collections.abc import Iterable, Iterator
from typing import Any

import torch


def paced(steps: Iterable[Any], device: torch.device) -> Iterator[Any]:
    """The same steps, each given out when the one before it is done: what counts or stops them sees where
    the device is, and the device always has the next one to go on with."""
    if device.type != "cuda":
        yield from steps
        return
    before = torch.cuda.Event()
    for step in steps:
        before.synchronize()
        before = torch.cuda.Event()
        before.record()
        yield step
