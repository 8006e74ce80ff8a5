"""Make many videos: each process takes the next when it is ready, the main process reports on all.

A failure ends the work of its process, as it ends the command on one device; the others make the rest.
`accelerate launch` starts a process for each device; their queue is in the launcher's key-value store. No
process waits for another, so a device that fails or is slow delays none of the others.
"""

import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple, Protocol, TypeVar

from tqdm import tqdm

from t2v.errors import RequestError, T2VError

LOOK_EVERY = 0.1  # seconds
PATIENCE = timedelta(days=1)  # with what the main process does alone, such as a download
JOINING = timedelta(minutes=5)  # with the start of the other processes
HIDDEN = (  # variables that accelerate obeys, left over from other launchers or trainings
    "ACCELERATE_TORCH_DEVICE", "ACCELERATE_USE_", "FORK_LAUNCHED", "FSDP_", "MPI_", "MV2_", "OMPI_", "PMI_",
)  # fmt: skip
Report = tuple[str, str]  # kind, text
Loaded = TypeVar("Loaded")


class BatchError(T2VError, RuntimeError):
    """The processes can't be reached, or some videos weren't made, for reasons already reported."""


class Rank(NamedTuple):
    """This process's number, from 0, among the `size` processes of a launcher."""

    number: int = 0
    size: int = 1

    @property
    def main(self) -> bool:
        """Return whether this is the process that prints."""
        return self.number == 0


def process_rank() -> Rank:
    """Read this process's rank, or return that of a single process.

    A launcher sets all of its variables. If some are missing or make no sense, they are left over from a
    cluster, a notebook or another program, and mean nothing.
    """
    names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_PORT")
    rank, size, local, port = (_whole(os.environ.get(name, "")) for name in names)
    launched = os.environ.get("MASTER_ADDR") and 0 <= local <= rank < size and 0 < port < 2**16
    return Rank(rank, size) if launched else Rank()


class WorkQueue(Protocol):
    """State shared by the `size` processes of a batch. `main`: this process prints; `device`: its device."""

    size: int
    main: bool
    device: Any

    def agree(self, value: Any) -> Any:
        """Return the main process's `value` (JSON) in every process, once a batch; the others wait for it."""

    def take(self) -> int:
        """Take the number of the next task, from 0: no two processes get the same."""

    def advance(self) -> None:
        """Count one step of any task."""

    @property
    def steps(self) -> int:
        """Steps of all processes together."""

    def report(self, kind: str, text: str = "") -> None:
        """Send a report to the main process."""

    def news(self) -> Iterator[Report]:
        """Yield the reports since the last call, in the order in which they were made."""


def make_all(
    queue: WorkQueue,
    load: Callable[[], tuple[Loaded, int]],
    make: Callable[[Loaded, int, Callable[..., None]], Iterable[Report]],
    names: Sequence[str],
    tell: Callable[[str, str], None],
    explain: Callable[[Exception], str],
) -> None:
    """Take part in making a video for each of `names`.

    `load()` returns what `make` needs, and the number of steps of all videos; `make(loaded, number, on_step)`
    makes one video and returns its reports, one of the kind "made" unless it failed. The main process passes
    all reports to `tell` and returns last: BatchError if a video is missing then. Every process raises
    RequestError for settings that the model can't have.
    """
    progress = BatchProgress(queue, len(names), tell) if queue.main else None
    where = str(queue.device)
    try:
        loaded, steps = load()
        queue.report("steps", str(steps))
        while (number := queue.take()) < len(names):
            where = names[number]
            for kind, text in make(loaded, number, lambda *_: queue.advance()):
                queue.report(kind, text)
    except RequestError:
        raise
    except Exception as error:
        queue.report("problem", f"{where}: {explain(error)}")
    queue.report("left")
    if progress is not None:
        progress.wait()


class BatchProgress:
    """Progress as the main process prints it: one bar for the steps of all videos, and their reports."""

    def __init__(self, queue: WorkQueue, videos: int, tell: Callable[[str, str], None]):
        self._queue, self._videos, self._tell = queue, videos, tell
        self._made = self._left = 0
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Wait until every process has left; BatchError if a video is missing then."""
        self._thread.join()
        if self._made < self._videos:
            raise BatchError(f"{self._made} of {self._videos} videos were made")

    def _watch(self) -> None:
        with tqdm(total=0, unit="step", leave=False, disable=None, desc=f"{self._videos} videos") as bar:
            while self._left < self._queue.size:
                time.sleep(LOOK_EVERY)
                self._look(bar)

    def _look(self, bar: tqdm) -> None:
        for kind, text in self._queue.news():
            match kind:
                case "steps":
                    bar.total = int(text)
                case "left":
                    self._left += 1
                case _:
                    self._made += kind == "made"
                    with tqdm.external_write_mode():
                        self._tell(kind, text)
        bar.update(self._queue.steps - bar.n)


class LauncherQueue:
    """Work queue of the processes that `accelerate launch` started, in the launcher's key-value store.

    `on_cpu`: use the processor, also where there are accelerators. BatchError if the others don't join.
    """

    def __init__(self, on_cpu: bool = False):
        import torch
        from torch.distributed import PrefixStore, TCPStore

        state = _join(on_cpu or not torch.accelerator.is_available())
        self.size, self.main, self.device = state.num_processes, state.is_main_process, state.device
        address, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
        self._store = PrefixStore("t2v", TCPStore(address, port, is_master=False, timeout=PATIENCE))
        self._read = 0

    def agree(self, value: Any) -> Any:
        """Return the main process's `value` (JSON) in every process, once a batch; the others wait for it."""
        if self.main:
            self._store.set("value", json.dumps(value))
        return json.loads(self._store.get("value"))

    def take(self) -> int:
        """Take the number of the next task, from 0: no two processes get the same."""
        return self._store.add("tasks", 1) - 1

    def advance(self) -> None:
        """Count one step of any task."""
        self._store.add("steps", 1)

    @property
    def steps(self) -> int:
        """Steps of all processes together."""
        return self._store.add("steps", 0)

    def report(self, kind: str, text: str = "") -> None:
        """Send a report to the main process."""
        number = self._store.add("reports", 1) - 1
        self._store.set(f"report {number}", json.dumps([kind, text]))

    def news(self) -> Iterator[Report]:
        """Yield the reports since the last call, in the order in which they were made."""
        there = self._store.add("reports", 0)
        while self._read < there:
            kind, text = json.loads(self._store.get(f"report {self._read}"))
            self._read += 1
            yield kind, text


def _join(on_cpu: bool) -> Any:
    """Wait for the other processes; -> accelerate's state of this one."""
    import torch
    from accelerate import PartialState

    try:
        with _without_hidden():
            return PartialState(cpu=on_cpu, backend="gloo", timeout=JOINING)  # no tensors are exchanged
    except (torch.distributed.DistError, ValueError) as error:
        rank, size = os.environ["RANK"], os.environ["WORLD_SIZE"]
        raise BatchError(
            f"RANK={rank} and WORLD_SIZE={size} tell of other processes, which can't be reached"
            f" ({str(error).partition(chr(10))[0]}); where no launcher runs, unset both"
        ) from None


@contextmanager
def _without_hidden() -> Iterator[None]:
    """Hide the variables in HIDDEN within the block."""
    hidden = {name: value for name, value in os.environ.items() if name.startswith(HIDDEN)}
    for name in hidden:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(hidden)


def _whole(text: str) -> int:
    """Parse a whole number of at most nine digits; -1 for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
