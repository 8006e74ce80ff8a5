"""Estimates of what a video will cost on this machine: from earlier runs, before the first from a plan.

Denoising grows with steps × runs of the network × volume, the rest with the volume alone; both are read
off the runs nearest in volume, so that what isn't proportional (attention grows faster, small videos
slower) costs little. Memory is a line through the peaks. A video that a second model enlarges counts as one
of the larger volume, with the first model's steps as a part of its own.
"""

import math
import sqlite3
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from itertools import chain
from statistics import median_low

from t2v.defaults import ModelDefaults
from t2v.request import Complete
from t2v.second import second_complete
from t2v.service.store import Store, StoreError

KEPT = 400  # runs
NEAREST = 5
COLUMNS = "model, device, volume, evaluations, denoising, rest, peak"
DEFAULTS = ModelDefaults()
STEP = 16  # pixels: the sides of every known model are multiples of it


@dataclass(frozen=True)
class RunCost:
    """The cost of a run: size, seconds, peak memory in bytes; None: unknown, 0: it ran out of memory."""

    model: str
    device: str
    volume: int  # frames · width · height
    evaluations: int  # of the network
    denoising: float = 0.0
    rest: float = 0.0
    peak: int | None = 0

    def __post_init__(self) -> None:
        numbers = (self.volume, self.evaluations, self.denoising, self.rest, self.peak or 0)
        if not all(isinstance(number, (int, float)) and math.isfinite(number) for number in numbers):
            raise ValueError("a run's size and cost are numbers")
        if self.volume <= 0 or self.evaluations <= 0:
            raise ValueError("a run has a size")


@dataclass(frozen=True)
class Estimate:
    """Expected seconds and bytes; None where nothing like it has run here yet."""

    seconds: float | None = None
    peak: int | None = None
    fits: bool = True
    rest: float = 0.0  # of the seconds: those outside the steps, mostly decoding
    memory: int = 0  # bytes of the device, 0 if unknown


class Estimates:
    """Runs of this machine, kept in the database."""

    def __init__(self, store: Store):
        self._store, self._lock = store, threading.Lock()
        self._runs = _read(store)

    def learn(self, run: RunCost) -> None:
        """Remember a run, in the database too where that can be written."""
        with self._lock:
            self._runs = [*self._runs[1 - KEPT :], run]
        with suppress(StoreError), self._store.changing() as connection:  # it is never worth a video
            insert(connection, [run])

    def cost(
        self,
        model: str,
        device: str,
        request: Complete,
        memory: int = 0,
        planned: Iterable[RunCost] = (),
        native: ModelDefaults = DEFAULTS,
    ) -> Estimate:
        """Estimate the cost of a complete request; `memory`: the device's bytes, 0 if unknown.

        `planned`: runs that were only thought out; they count until one has been made. `native`
        says how the model enlarges.
        """
        volume, evaluations = size_of(request, native)
        with self._lock:
            runs = [run for run in self._runs if (run.model, run.device) == (model, device)]
        good, bad = [run for run in runs if run.peak != 0], [run for run in runs if run.peak == 0]
        good = good or list(planned)
        peak = _peak([run for run in good if run.peak] or list(planned), volume)
        most = max((run.volume for run in good), default=0)
        failed = any(most < run.volume <= volume for run in bad)
        too_much = bool(memory and peak and peak > memory and volume > most)
        fits = not (failed or too_much)
        if not good:
            return Estimate(None, peak, fits, memory=memory)
        denoising, rest = _seconds(good, volume, evaluations)
        return Estimate(denoising + rest, peak, fits, rest, memory)

    def made_to_fit(
        self,
        model: str,
        device: str,
        request: Complete,
        memory: int = 0,
        planned: Iterable[RunCost] = (),
        native: ModelDefaults = DEFAULTS,
    ) -> Complete | None:
        """The request with fewer frames, then smaller sides, until it should fit; None if nothing does."""
        smaller = request
        while not self.cost(model, device, smaller, memory, planned, native).fits:
            if smaller.frames > 8:
                smaller = replace(smaller, frames=max(8, smaller.frames * 3 // 4))
            elif max(smaller.width, smaller.height) > 4 * STEP:
                smaller = replace(smaller, width=_shrunk(smaller.width), height=_shrunk(smaller.height))
            else:
                return None
        return smaller


def insert(connection: sqlite3.Connection, runs: Iterable[RunCost]) -> None:
    """Add runs to the table; it keeps the latest."""
    connection.executemany(f"INSERT INTO runs ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", map(astuple, runs))
    connection.execute("DELETE FROM runs WHERE number <= (SELECT max(number) FROM runs) - ?", (KEPT,))


def size_of(request: Complete, native: ModelDefaults = DEFAULTS) -> tuple[int, int]:
    """-> the volume of the larger pass, and the work of all passes in runs of the network over it"""
    volume = max(map(_volume, _passes(request, native)))
    return volume, math.ceil(sum(shares(request, native)) / volume)


def shares(request: Complete, native: ModelDefaults = DEFAULTS) -> list[int]:
    """The volume that the network predicts in each step of a video, those of a second pass too."""
    steps = [
        [_volume(each) * (2 if each.guidance > 1 else 1)] * each.walked for each in _passes(request, native)
    ]
    return list(chain(*steps))


def _passes(request: Complete, native: ModelDefaults) -> list[Complete]:
    """The request, and its second pass if it asks for one."""
    second = second_complete(request, native)
    return [request] if second is None else [request, second]


def _volume(request: Complete) -> int:
    return request.frames * request.width * request.height


def _seconds(runs: list[RunCost], volume: int, evaluations: int) -> tuple[float, float]:
    """-> of the steps, of the rest"""
    near = _nearest(runs, volume)  # of two the quicker: another program can only have slowed one
    rate = median_low(run.denoising / (run.evaluations * run.volume) for run in near)
    rest = median_low(run.rest / run.volume for run in near)
    return volume * rate * evaluations, volume * rest


def _peak(runs: list[RunCost], volume: int) -> int | None:
    """The line through the least and the greatest volume's highest peaks; flat below and without two."""
    if not runs:
        return None
    low, high = (extreme(run.volume for run in runs) for extreme in (min, max))
    base, top = (max(run.peak or 0 for run in runs if run.volume == at) for at in (low, high))
    slope = max(0.0, (top - base) / (high - low)) if high > low else 0.0
    return int(base + slope * max(0, volume - low))


def _nearest(runs: list[RunCost], volume: int) -> list[RunCost]:
    """The runs nearest in volume, the latest among equals."""
    return sorted(reversed(runs), key=lambda run: abs(math.log(run.volume / volume)))[:NEAREST]


def _shrunk(side: int) -> int:
    return max(STEP, side * 3 // 4 // STEP * STEP)


def _read(store: Store) -> list[RunCost]:
    runs = []
    for row in store.read(f"SELECT {COLUMNS} FROM runs ORDER BY number"):
        with suppress(ValueError, TypeError):  # of a version that counted otherwise
            runs.append(RunCost(*row))
    return runs
