"""Finished videos on disk: a lifetime, a byte quota, and records that survive a restart.

    outputs/secret              encrypts what the visitors' browsers keep
    outputs/t2v.sqlite3         whose videos there are and how they were made, and more (see `store`)
    outputs/servers/            a locked file for each server that uses the folder (see `waiting`)
    outputs/served/<id>.mp4     a video; Gradio keeps uploads in folders there
    outputs/served/<id>.latents.safetensors   its latents: it is continued from them
    outputs/served/.<id>.unfinished           the state of one that is being made
    outputs/served/versions/    its other formats, see `versions`

A file's name is drawn, never made from input, and a request's id is looked up, never joined to a path.
"""

import errno
import json
import logging
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Any

from t2v.errors import T2VError
from t2v.latents import SUFFIX as LATENTS
from t2v.latents import latents_path
from t2v.request import Request
from t2v.service import legacy, sentences
from t2v.service.store import Store, StoreError, owner_of
from t2v.service.whole import locked, write_whole
from t2v.video import CONTAINERS, Video, VideoError

DAY = 86_400.0
DRAFT = 600.0  # seconds that a file may take to be written; the draft of a killed worker goes then
MB = 1_000_000
THUMBNAILS = {"source": ".source.jpg", "end": ".end.jpg"}  # what a video started from, what it ends on
SECRET = re.compile(r"[!-~]{16,}")
SUFFIXES = tuple(CONTAINERS)
COLUMNS = "id, owner, model, request, suffix, created, seconds, notes"
INSERT = f"INSERT OR REPLACE INTO records ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
log = logging.getLogger("t2v.service")


class NoSpace(T2VError):
    """The disk or the quota has no room for another video."""


@dataclass(frozen=True)
class Record:
    """A finished video. `owner` is a hash: who reads the folder can't pose as a visitor."""

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

    def row(self) -> tuple:
        """Its values in the order of COLUMNS."""
        request, notes = json.dumps(asdict(self.request)), json.dumps(self.notes)
        place = (self.id, self.owner, self.model)
        return (*place, request, self.suffix, self.created, self.seconds, notes)

    @classmethod
    def from_row(cls, *row: Any) -> "Record":
        """Read what `row` has written; ValueError, TypeError."""
        id, owner, model, request, suffix, created, seconds, notes = row
        known = Request(**json.loads(request))
        return cls(id, owner, model, known, suffix, created, seconds, tuple(json.loads(notes)))


@dataclass
class Outputs:
    """The folder of finished videos. Safe to use from any thread."""

    folder: Path
    lifetime: float = DAY
    quota: int = 2_000 * MB
    reserve: int = 300 * MB  # what the disk keeps free
    clock: Callable[[], float] = time.time
    disk_usage: Callable[[Path], tuple[int, int, int]] = shutil.disk_usage

    def __post_init__(self) -> None:
        self.folder = Path(self.folder).resolve()
        self.served = self.folder / "served"
        self.versions = self.served / "versions"
        self.versions.mkdir(parents=True, exist_ok=True)
        for folder in (self.folder, self.served):
            if not os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        self._lock, self._used = RLock(), 0
        assert self.secret  # written now, while a full disk can still be reported
        self.store = Store(self.folder)
        legacy.take_over(self.store, self.folder)
        if self.store.new:
            self._note_strays()
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
        """The path of a job's video. Both arguments come from the app itself."""
        return self.served / (id + suffix)

    def check_space(self) -> None:
        """NoSpace where the disk is short."""
        free = self.disk_usage(self.folder)[2]
        if free < self.reserve:
            raise NoSpace(sentences.DISK_SHORT.format(free=max(0, free) // MB))

    def add(self, record: Record) -> None:
        """Note a finished video, and make room for it. OSError where that can't be."""
        with self._lock:
            path = self.path(record.id, record.suffix)
            path.stat()  # it may have been swept
            self.store.write(INSERT, *record.row())
            self.note(path)

    def note(self, path: Path) -> None:
        """Count a new file of `served` in the quota, and make room for it."""
        with self._lock:
            beside = latents_path(path)
            self._used += path.stat().st_size + (beside.stat().st_size if beside.exists() else 0)
            if self._used > self.quota:
                self.sweep()

    def delete_own(self, visitor: str, id: str) -> bool:
        """Delete the visitor's own video, with its other formats; False: it isn't there, or another's."""
        return self.find_own(visitor, id) is not None and self.remove(id)

    def remove(self, id: str) -> bool:
        """Delete a video, with its other formats; False: it isn't there."""
        record = self.find(id)
        if record is None:
            return False
        with self._lock:
            for suffix in (record.suffix, *THUMBNAILS.values(), LATENTS):
                self.path(record.id, suffix).unlink(missing_ok=True)
            self._forget_the_gone()
        return True

    def find(self, id: str) -> Record | None:
        """The record of a video that is still there."""
        return next(self._records("WHERE id = ?", id), None)

    def find_own(self, visitor: str, id: str | None) -> Record | None:
        """The visitor's own record of that id."""
        record = self.find(id) if isinstance(id, str) else None
        return record if record and record.owner == owner_of(visitor) else None

    def find_made(self, model: str, request: Request, visitor: str | None = None) -> Record | None:
        """A video with exactly these settings: the visitor's own, or anybody's if no visitor is named."""
        which, values = "WHERE model = ? AND request = ?", [model, json.dumps(asdict(request))]
        if visitor is not None:
            which, values = f"{which} AND owner = ?", [*values, owner_of(visitor)]
        return next(self._records(f"{which} ORDER BY created DESC", *values), None)

    def of(self, visitor: str, newest: int) -> list[Record]:
        """The visitor's latest videos, newest first."""
        order = "WHERE owner = ? ORDER BY created DESC LIMIT ?"
        return list(self._records(order, owner_of(visitor), newest))

    def count(self) -> int:
        """The number of records."""
        return self.store.read("SELECT count(*) FROM records")[0][0]

    def sweep(self) -> None:
        """Delete what is past its lifetime, drafts earlier; then the oldest until the rest fits the quota."""
        with self._lock:
            files = sorted((stat.st_mtime, stat.st_size, path) for path, stat in self._files())
            total = sum(size for _, size, _ in files)
            for written, size, path in files:
                kept = min(DRAFT, self.lifetime) if path.suffix == ".part" else self.lifetime
                if total <= self.quota and self.clock() - written <= kept:
                    continue
                with suppress(OSError):  # of another user's, say: the rest goes
                    path.unlink(missing_ok=True)
                    total -= size
            self._used = total
            self._forget_the_gone()

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

    def _records(self, which: str, *values: Any) -> Iterator[Record]:
        """Read the records whose video is there; none where the database can't be read."""
        rows: list[tuple] = []
        try:
            rows = self.store.read(f"SELECT {COLUMNS} FROM records {which}", *values)
        except StoreError as error:
            log.warning("%s", error)
        for row in rows:
            with suppress(ValueError, TypeError):  # of a version with other settings
                record = Record.from_row(*row)
                if self.path(record.id, record.suffix).exists():
                    yield record

    def _forget_the_gone(self) -> None:
        """Delete the records and the other formats of videos that aren't there any more.

        Where a record can't be deleted, reading passes over it.
        """
        there = {path.stem for path in self.served.iterdir()}
        for path in self.versions.glob("[!.]*"):
            if path.is_file() and path.name.partition(".")[0] not in there:
                path.unlink(missing_ok=True)
        with suppress(StoreError):
            known = self.store.read("SELECT id, suffix FROM records")
            gone = [(id,) for id, suffix in known if not self.path(id, suffix).exists()]
            for (id,) in gone:
                self.path(id, LATENTS).unlink(missing_ok=True)
            if gone:
                with self.store.changing() as connection:
                    connection.executemany("DELETE FROM records WHERE id = ?", gone)

    def _note_strays(self) -> None:
        """Note videos whose record was lost with the database, as nobody's: their links open."""
        known = {id for (id,) in self.store.read("SELECT id FROM records")}
        for path in list(self.served.iterdir()):
            if path.suffix not in SUFFIXES or path.stem in known or path.name.startswith("."):
                continue
            with suppress(VideoError, OSError):
                settings = Video.read_settings(path)
                if settings and settings.request:
                    created = path.stat().st_mtime
                    self.add(
                        Record(
                            path.stem,
                            owner_of(""),
                            settings.model,
                            settings.request,
                            path.suffix,
                            created,
                            0.0,
                        )
                    )
