"""The messages between the service and a worker process: plain, frozen, pickled over a pipe."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from t2v.defaults import ModelDefaults
from t2v.request import Complete, Request


class Stage(StrEnum):
    """The stages of a job, in their order."""

    WAITING = "waiting"
    LOADING = "loading"
    READING = "reading"
    DENOISING = "denoising"
    DECODING = "decoding"
    WRITING = "writing"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class Fault(StrEnum):
    """The kind of a failure. DEVICE costs a new process; after MEMORY a smaller video may fit.

    After DIED, the end of a process, and LOST, that of a node, the video is made once more.
    """

    MEMORY = "memory"
    DISK = "disk"
    DEVICE = "device"
    REFUSED = "refused"
    UNEXPECTED = "error"
    DIED = "died"
    LOST = "lost"


@dataclass(frozen=True)
class Files:
    """The files that a video is made from: its source, its last picture, the mask of what is made anew.

    Each is None where it isn't given.
    """

    source: Path | None = None
    end: Path | None = None
    mask: Path | None = None

    @property
    def there(self) -> tuple[bool, bool, bool]:
        """Which of them are given, as `Request.validate` takes it."""
        return self.source is not None, self.end is not None, self.mask is not None

    @property
    def paths(self) -> dict[str, str]:
        """The paths of those that are given, by name."""
        return {name: str(path) for name, path in vars(self).items() if path is not None}


NO_FILES = Files()


@dataclass(frozen=True)
class Order:
    """A video to make: the complete request, the file to write, and the files that it is made from."""

    id: str
    model: str
    request: Complete
    path: Path
    files: Files = NO_FILES

    @property
    def unfinished(self) -> Path:
        """The file of its state while it is made: after a crash the video goes on from there."""
        return self.path.with_name(f".{self.path.stem}.unfinished")


@dataclass(frozen=True)
class Setup:
    """The owner's wishes to a worker: keywords of the backend's `load` (where, dtype, memory), and a mark."""

    placement: dict[str, str] = field(default_factory=dict)
    mark: str = ""


# -- to the worker process


@dataclass(frozen=True)
class Load:
    """Load a model ahead of its first order."""

    model: str


@dataclass(frozen=True)
class PlanModel:
    """Say what a model is expected to cost."""

    model: str


@dataclass(frozen=True)
class Make:
    """Make a video."""

    order: Order


@dataclass(frozen=True)
class Stop:
    """End an order at its next step."""

    order: str


@dataclass(frozen=True)
class Ask:
    """Read a prompt; `number` comes back in the Answer."""

    number: int
    model: str
    prompt: str


@dataclass(frozen=True)
class Look:
    """Check that a file of a visitor's can be read; `number` comes back in the Answer."""

    number: int
    path: Path


# -- from the worker process, of the device and its models


@dataclass(frozen=True)
class Ready:
    """The device, the bytes of its memory, and the defaults of the model that was loaded ahead."""

    device: str
    memory: int
    model: str
    native: ModelDefaults


@dataclass(frozen=True)
class Unready:
    """A model couldn't be loaded ahead; the problem is a sentence."""

    problem: str


@dataclass(frozen=True)
class Fetched:
    """Progress of a download, in bytes: downloaded so far, and in all."""

    done: int
    total: int


@dataclass(frozen=True)
class Planned:
    """The predicted runs of a model: rows for `estimate.RunCost`."""

    model: str
    rows: list[dict[str, float]]


@dataclass(frozen=True)
class Reading:
    """A prompt as a model reads it: tokens, the words that are cut off, a remark, words and their weights."""

    count: int
    limit: int
    cut: str
    remark: str
    weights: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Answer:
    """The reply to the `Ask` or the `Look` of this number.

    The prompt's reading, None if the model isn't loaded; what is wrong with the file, "" for nothing.
    """

    number: int
    said: Reading | str | None


@dataclass(frozen=True)
class Died:
    """The process has ended."""


# -- from the worker process, of an order


@dataclass(frozen=True)
class Entered:
    """An order has reached a stage."""

    order: str
    stage: Stage


@dataclass(frozen=True)
class Progress:
    """A step of denoising is done."""

    order: str
    step: int
    steps: int


@dataclass(frozen=True)
class Preview:
    """The frames so far, side by side in one JPEG."""

    order: str
    jpeg: bytes
    frames: int


@dataclass(frozen=True)
class Done:
    """The video is written: its settings and notes, seconds of work, the peak in bytes, None if unknown."""

    order: str
    request: Request
    notes: tuple[str, ...]
    denoising: float
    decoding: float
    writing: float
    peak: int | None


@dataclass(frozen=True)
class Stopped:
    """The order ended because it was asked to."""

    order: str


@dataclass(frozen=True)
class Failed:
    """The order failed; the sentence may be shown to its visitor."""

    order: str
    fault: Fault
    sentence: str


LAST = Done | Stopped | Failed  # an order's messages end with one of them
OfOrder = Entered | Progress | Preview | LAST


def is_off_device(message: OfOrder | None) -> bool:
    """Check whether an order needs its device no more: its video is written from now on, or it has ended."""
    return isinstance(message, LAST) or (isinstance(message, Entered) and message.stage == Stage.WRITING)
