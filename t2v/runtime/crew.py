"""The processes that `accelerate launch` starts, one for each device: what they share while they work.

Nobody waits for anybody: a process takes a task when it is ready for one, and what it reports is read by the
main process. So a device that fails or is slow holds up none of the others.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import torch
from accelerate import PartialState
from torch.distributed import PrefixStore, TCPStore

from t2v.errors import T2VError

PATIENCE = timedelta(days=1)  # for what the main process does alone, such as a download
JOINING = timedelta(minutes=5)  # for the others to start
FOREIGN = (  # what accelerate would obey, and another launcher or a training's settings have left
    "ACCELERATE_TORCH_DEVICE", "ACCELERATE_USE_", "FORK_LAUNCHED", "FSDP_", "MPI_", "MV2_", "OMPI_", "PMI_",
)  # fmt: skip


class CrewError(T2VError, RuntimeError):
    """The processes that the environment tells of can't be reached."""


class Crew:
    """This process's place among them. `main`: it is the one that speaks; `device`: its own.

    `on_cpu`: the processor, whatever accelerators there are. CrewError where the others don't come.
    """

    def __init__(self, on_cpu: bool = False):
        state = _join(on_cpu or not torch.accelerator.is_available())
        self.size, self.main, self.device = state.num_processes, state.is_main_process, state.device
        address, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
        store = TCPStore(address, port, is_master=False, timeout=PATIENCE)
        self._store = PrefixStore("t2v", store)
        self._read = 0

    def agree(self, value: Any) -> Any:
        """The main process's `value`, in every process."""
        if self.main:
            self._store.set("value", json.dumps(value))
        return json.loads(self._store.get("value"))

    def take(self) -> int:
        """The number of the next task, from 0: no two processes get the same."""
        return self._store.add("tasks", 1) - 1

    def advance(self) -> None:
        """Count one step, of whatever task."""
        self._store.add("steps", 1)

    @property
    def steps(self) -> int:
        """All that were counted."""
        return self._store.add("steps", 0)

    def report(self, kind: str, text: str = "") -> None:
        """Tell the main process."""
        number = self._store.add("reports", 1) - 1
        self._store.set(f"report {number}", json.dumps([kind, text]))

    def news(self) -> Iterator[tuple[str, str]]:
        """(kind, text) of every report since the last call, in the order in which they were made."""
        there = self._store.add("reports", 0)
        while self._read < there:
            kind, text = json.loads(self._store.get(f"report {self._read}"))
            self._read += 1
            yield kind, text


def _join(on_cpu: bool) -> PartialState:
    """accelerate's state of this process, once all the others are there."""
    try:
        with _without_foreign():
            return PartialState(cpu=on_cpu, backend="gloo", timeout=JOINING)  # no tensors are exchanged
    except (torch.distributed.DistError, ValueError) as error:
        rank, size = os.environ["RANK"], os.environ["WORLD_SIZE"]
        raise CrewError(
            f"RANK={rank} and WORLD_SIZE={size} tell of other processes, which can't be reached"
            f" ({str(error).partition(chr(10))[0]}); where no launcher runs, unset both"
        ) from None


@contextmanager
def _without_foreign() -> Iterator[None]:
    """Hide the variables of FOREIGN."""
    hidden = {name: value for name, value in os.environ.items() if name.startswith(FOREIGN)}
    for name in hidden:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(hidden)
