"""Counts since the server began: jobs by how they ended, seconds by stage, lengths of waits and works."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from t2v.service import logs
from t2v.service.messages import Stage

BOUNDS = (0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)  # seconds
OTHER = "other"  # a failure that no worker has reported


@dataclass
class Histogram:
    """How many values were at most each of BOUNDS, and at most infinity; their sum."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    sum: float = 0.0

    def add(self, value: float) -> None:
        """Count a value of seconds."""
        self.sum += value
        for index, bound in enumerate((*BOUNDS, float("inf"))):
            self.counts[index] += value <= bound

    def buckets(self) -> list[tuple[str, int]]:
        """Pairs of a bound as text and the number of values up to it, as Prometheus has them."""
        return list(zip([*map(str, BOUNDS), "+Inf"], self.counts, strict=True))


@dataclass
class Tally:
    """The counts, by the names of stages (`messages.Stage`) and of faults (`messages.Fault`)."""

    ended: Counter[str] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    faults: Counter[str] = field(default_factory=Counter)
    peaks: dict[str, int] = field(default_factory=dict)  # bytes of each device's latest video
    waits: Histogram = field(default_factory=Histogram)
    works: Histogram = field(default_factory=Histogram)

    def note_begun(self, job: Any, waited: float) -> None:
        """Count and log the begin of a job."""
        self.waits.add(waited)
        logs.begun(job, waited)

    def note_end(self, job: Any) -> None:
        """Count and log the end of a job."""
        self.ended[job.stage] += 1
        if job.stage == Stage.FAILED:
            self.faults[job.fault or OTHER] += 1
        if job.started is not None:
            self.works.add(job.ended - job.started)
        logs.ended(job)
