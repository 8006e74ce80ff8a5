"""Finished videos on disk: a lifetime, a byte quota, and records that survive a restart.

    outputs/secret              encrypts what the visitors' browsers keep
    outputs/runs.jsonl          what runs have cost on this machine (see `estimate`)
    outputs/records/<id>.json   whose video it is and how it was made
    outputs/served/<id>.mp4     the video; beside it, what Gradio keeps for uploads

A file's name is drawn, never made from input, and a request's id is looked up, never joined to a path.
"""

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from threading import RLock

from t2v.request import Request, RequestError
from t2v.space import strings
from t2v.space.whole import locked, write_whole

DAY = 86_400.0
MB = 1_000_000
SECRET = re.compile(r"[!-~]{16,}")


class NoSpace(Exception):
    """The disk or the quota has no room for another video."""


@dataclass(frozen=True)
class Record:
    """One finished video. `owner` is a hash: who reads the folder can't pose as a visitor."""

    id: str
    owner: str
    model: str
    request: Request
    suffix: str
    created: float  # seconds since the epoch
    seconds: float  # of work
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.id + self.suffix

    @classmethod
    def from_json(cls, text: str) -> "Record":
        given = json.loads(text)
        return cls(**given | {"request": Request(**given["request"]), "notes": tuple(given["notes"])})


@dataclass
class Outputs:
    """The folder of finished videos. Safe to use from any thread."""

    folder: Path
    lifetime: float = DAY
    quota: int = 2_000 * MB
    reserve: int = 300 * MB  # what the disk keeps free
    clock: Callable[[], float] = time.time
    disk_usage: Callable[[Path], tuple[int, int, int]] = shutil.disk_usage
    _records: dict[str, Record] = field(default_factory=dict, init=False)

    def __post_init__(self):
        self.folder = Path(self.folder).resolve()
        self.served, self._notes = self.folder / "served", self.folder / "records"
        self.served.mkdir(parents=True, exist_ok=True)
        self._notes.mkdir(exist_ok=True)
        for folder in (self.folder, self.served, self._notes):
            if not os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        self._lock, self._used = RLock(), 0
        assert self.secret  # written now, while a full disk can still be told
        for path in self._notes.glob("*.json"):
            try:
                record = Record.from_json(path.read_text(encoding="utf-8"))
                self._records[record.id] = record
            except (ValueError, TypeError, KeyError, RequestError):
                path.unlink()  # torn by a crash: its video is swept as a stray
        self.sweep()

    @cached_property
    def secret(self) -> str:
        """Sixteen characters that stay the same as long as the folder does."""
        path = self.folder / "secret"
        with locked(self.folder):  # two apps that start at once agree
            if not path.exists() or not SECRET.fullmatch(path.read_text(errors="replace").strip()):
                write_whole(path, secrets.token_hex(8), mode=0o600)
        with suppress(OSError):  # another user's
            path.chmod(0o600)
        return path.read_text().strip()

    def path(self, id: str, suffix: str) -> Path:
        """Where the video of a job belongs. Both come from the app itself."""
        return self.served / (id + suffix)

    def check_space(self) -> None:
        """NoSpace where the disk is short."""
        free = self.disk_usage(self.folder)[2]
        if free < self.reserve:
            raise NoSpace(strings.DISK_SHORT.format(free=max(0, free) // MB))

    def add(self, record: Record) -> None:
        """Note a finished video, and make room for it."""
        with self._lock:
            write_whole(self._notes / f"{record.id}.json", json.dumps(asdict(record)))
            self._records[record.id] = record
            self._used += self.path(record.id, record.suffix).stat().st_size
            if self._used > self.quota:
                self.sweep()

    def find(self, id: str) -> Record | None:
        with self._lock:
            record = self._records.get(id)
            return record if record and self.path(id, record.suffix).exists() else None

    def find_own(self, visitor: str, id: str | None) -> Record | None:
        record = self.find(id or "")
        return record if record and record.owner == owner_of(visitor) else None

    def of(self, visitor: str, newest: int) -> list[Record]:
        """The visitor's latest videos, newest first."""
        with self._lock:
            own = [record for record in self._records.values() if record.owner == owner_of(visitor)]
        return sorted(own, key=lambda record: record.created, reverse=True)[:newest]

    def sweep(self) -> None:
        """Delete what is past its lifetime, then the oldest until the rest is within the quota."""
        with self._lock:
            files = sorted((stat.st_mtime, stat.st_size, path) for path, stat in self._files())
            total = sum(size for _, size, _ in files)
            for written, size, path in files:
                if total <= self.quota and self.clock() - written <= self.lifetime:
                    continue
                path.unlink(missing_ok=True)
                total -= size
                self._forget(path.stem)
            for draft in self._notes.glob(".*.draft"):  # of a process that was killed while it wrote
                if self.clock() - draft.stat().st_mtime > self.lifetime:
                    draft.unlink(missing_ok=True)
            self._used = total
            for id in [record.id for record in self._records.values() if not self.find(record.id)]:
                self._forget(id)

    def size(self) -> int:
        """Bytes of all served files."""
        return sum(stat.st_size for _, stat in self._files())

    def _files(self) -> list[tuple[Path, os.stat_result]]:
        found = []
        for path in self.served.rglob("*"):
            try:
                if path.is_file():
                    found.append((path, path.stat()))
            except FileNotFoundError:  # a draft that has just got its name
                continue
        return found

    def _forget(self, id: str) -> None:
        if self._records.pop(id, None):
            (self._notes / f"{id}.json").unlink(missing_ok=True)


def owner_of(visitor: str) -> str:
    return hashlib.sha256(visitor.encode()).hexdigest()


def record_of(job_id: str, visitor: str, model: str, request: Request, suffix: str, **more: object) -> Record:
    return Record(job_id, owner_of(visitor), model, replace(request), suffix, **more)
