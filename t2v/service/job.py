"""A job of the queue: a video to make, and how far it is."""

from dataclasses import dataclass, field
from threading import Event

from t2v.request import Complete
from t2v.service.messages import NO_FILES, Fault, Files, Preview, Stage
from t2v.service.workers import AnyWorker

ENDED = frozenset({Stage.DONE, Stage.FAILED, Stage.STOPPED})


@dataclass(eq=False)
class Job:
    """A video to make, and its progress. Times are the queue's clock, in seconds."""

    id: str
    owner: str  # see `owner_of`
    model: str
    request: Complete
    suffix: str
    followed: float
    files: Files = NO_FILES
    stage: Stage = Stage.WAITING
    worker: AnyWorker | None = None  # which makes it
    step: int = 0
    steps: int = 0  # in all, a second pass's too; 0 before the first
    preview: Preview | None = None
    problem: str = ""
    fault: Fault | None = None  # the kind of a failure in the worker
    turn: int = 0  # see `_append`
    overtaken: int = 0  # see `grouping`
    starts: int = 0  # how often a worker has begun it, as it said itself
    lost: int = 0  # how many workers ended while they made it
    started: float | None = None
    denoising_since: float | None = None
    ended: float | None = None
    stopping: bool = False
    off_device: Event = field(default_factory=Event)  # its worker may begin another

    def __post_init__(self) -> None:
        self.entered = self.followed  # when its stage began

    @property
    def over(self) -> bool:
        return self.stage in ENDED

    def begin_anew(self) -> None:
        """Forget what has been done of it: it is to be made once more."""
        self.off_device.set()
        self.off_device = Event()
        self.step, self.worker, self.preview, self.started, self.denoising_since = 0, None, None, None, None
