"""Many prompts on several devices: each process makes the next video when it is ready, the main one tells.

A failure ends the work of its own device, as it ends the command on one device; the others make the rest.
"""

import os
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from threading import Thread
from typing import Any, NamedTuple

from tqdm import tqdm

from t2v.errors import RequestError, T2VError

LOOK_EVERY = 0.1  # seconds
Report = tuple[str, str]  # its kind, its text


class Place(NamedTuple):
    """Which of a launcher's `size` processes this one is, from 0."""

    rank: int = 0
    size: int = 1

    @property
    def main(self) -> bool:
        """It is the one that speaks."""
        return self.rank == 0


def place() -> Place:
    """This process's place, or that of a single process.

    A launcher sets all of its variables. Where some are missing or make no sense, they are left over from a
    cluster, a notebook or another program, and mean nothing.
    """
    names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_PORT")
    rank, size, local, port = (_whole(os.environ.get(name, "")) for name in names)
    launched = os.environ.get("MASTER_ADDR") and 0 <= local <= rank < size and 0 < port < 2**16
    return Place(rank, size) if launched else Place()


def _whole(text: str) -> int:
    """The number that a text spells, or -1."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


class SpreadError(T2VError, RuntimeError):
    """Some of the videos weren't made; why has been told."""


def spread(
    crew: Any,
    load: Callable[[], tuple[Any, int]],
    make: Callable[[Any, int, Callable[..., None]], Iterable[Report]],
    names: Sequence[str],
    tell: Callable[[str, str], None],
    explain: Callable[[Exception], str],
) -> None:
    """Take part in making a video for each of `names`.

    `load()` gives what `make` needs, and the steps of all videos together; `make(loaded, number, on_step)`
    makes one and returns what to tell of it, of the kind "made" once. The main process tells everything, and
    returns last: SpreadError if a video is missing then. RequestError, in every process, for settings that
    the model can't have.
    """
    board = Board(crew, len(names), tell) if crew.main else None
    where = str(crew.device)
    try:
        loaded, steps = load()
        crew.report("steps", str(steps))
        while (number := crew.take()) < len(names):
            where = names[number]
            for kind, text in make(loaded, number, lambda *_: crew.advance()):
                crew.report(kind, text)
    except RequestError:
        raise
    except Exception as error:
        crew.report("problem", f"{where}: {explain(error)}")
    crew.report("left")
    if board is not None:
        board.wait()


def stop_once() -> None:
    """Let the first Ctrl-C or SIGTERM stop this process as Ctrl-C does, and no second one disturb that: a
    launcher passes on what the terminal has told its processes already."""

    def stop(*_: object) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, stop)


class Board:
    """What the main process shows: one bar for the steps of all videos, and what is told of each."""

    def __init__(self, crew: Any, videos: int, tell: Callable[[str, str], None]):
        self._crew, self._videos, self._tell = crew, videos, tell
        self._made = self._left = 0
        self._thread = Thread(target=self._watch, daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Until every process has left; SpreadError if a video is missing then."""
        self._thread.join()
        if self._made < self._videos:
            raise SpreadError(f"{self._made} of {self._videos} videos were made")

    def _watch(self) -> None:
        with tqdm(total=0, unit="step", leave=False, disable=None, desc=f"{self._videos} videos") as bar:
            while self._left < self._crew.size:
                time.sleep(LOOK_EVERY)
                self._look(bar)

    def _look(self, bar: tqdm) -> None:
        for kind, text in self._crew.news():
            match kind:
                case "steps":
                    bar.total = int(text)
                case "left":
                    self._left += 1
                case _:
                    self._made += kind == "made"
                    with tqdm.external_write_mode():
                        self._tell(kind, text)
        bar.update(self._crew.steps - bar.n)
