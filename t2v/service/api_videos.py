"""The videos of `/v1/videos`: a row each, from the request until the file's lifetime is over.

The row outlives the job and the server. It tells how a video ended, so it also holds those that failed, and
the address that is to hear of the end (see `webhook_sender`).
"""

import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from t2v.errors import RequestError, T2VError
from t2v.request import Complete, Request
from t2v.service import sentences
from t2v.service.jobs import Job
from t2v.service.limits import QueueFull
from t2v.service.messages import Fault, Stage
from t2v.service.outputs import NoSpace
from t2v.service.service import Service
from t2v.service.store import StoreError, owner_of

COLUMNS = "number, id, owner, model, request, created, reference, digest, ended, code, problem, notes"
CANCELLED = "cancelled"
LOST = "lost"
CODES = {  # a fault of the worker -> the code of its error
    Fault.MEMORY: "out_of_memory",
    Fault.DISK: "no_space",
    Fault.REFUSED: "invalid_value",
}
log = logging.getLogger("t2v.service")


class KeyReused(T2VError):
    """An idempotency key came with another request before."""


@dataclass(frozen=True)
class Wanted:
    """What a caller asks for: a model, a request, the files that it is made from, whom to tell of the end."""

    model: str
    request: Request
    files: Mapping[str, Path] = field(default_factory=dict)
    uploads: Sequence[Path] = ()  # those of the files that go when the video has ended, all in the sources
    webhook: str = ""
    idempotency: str | None = None
    digest: str = ""  # of all that was asked for, to tell a repeated request from another one

    @property
    def reference(self) -> str:
        """The names of the uploads, as the row has them."""
        return " ".join(path.name for path in self.uploads)


@dataclass(frozen=True)
class ApiVideo:
    """A row. Times are seconds since the epoch; `code` and `problem` say why there is no video."""

    number: int
    id: str
    owner: str
    model: str
    request: Complete
    created: float
    reference: str
    digest: str
    ended: float | None
    code: str
    problem: str
    notes: tuple[str, ...]

    @classmethod
    def from_row(cls, *row: Any) -> "ApiVideo":
        """Read a row of COLUMNS; ValueError, TypeError for one of a version with other settings."""
        number, id, owner, model, request, created, reference, digest, ended, code, problem, notes = row
        complete = Complete(**json.loads(request))
        told = ended, code or "", problem or "", tuple(json.loads(notes or "[]"))
        return cls(number, id, owner, model, complete, created, reference or "", digest, *told)


class ApiVideos:
    """The rows of one service. Safe to use from any thread."""

    def __init__(self, service: Service, clock: Callable[[], float] = time.time):
        self.service, self.clock = service, clock
        self.heard: Callable[[], None] = lambda: None  # called when there may be somebody to tell
        self.sources = service.outputs.served / "sources"
        self._store, self._creating = service.outputs.store, Lock()
        self._deleted: dict[str, str] = {}  # jobs under way whose video nobody wants, and their uploads
        service.jobs.listeners.append(self._note_end)

    def create(self, visitor: str, wanted: Wanted) -> tuple[ApiVideo, Job | None]:
        """Queue a video -> its row and its job; the row alone where the same request came before.

        RequestError, NoSpace, QueueFull, StoreError if it can't be, KeyReused.
        """
        with self._creating:
            if before := self._repeated(visitor, wanted):
                return before, None
            job = self._submitted(visitor, wanted)
            try:
                video = self._insert(job, wanted)
            except StoreError:
                self.service.jobs.stop(visitor, job.id)
                raise
        if job.over:  # before its row was there
            self._note_end(job)
        return video, job

    def find(self, visitor: str, id: str) -> ApiVideo | None:
        """The visitor's own video; None for another's and for an unknown id. StoreError."""
        found = self._row(id)
        return self._current(found) if found and found.owner == owner_of(visitor) else None

    def page(
        self, visitor: str, limit: int, after: ApiVideo | None, newest_first: bool
    ) -> tuple[list[ApiVideo], bool]:
        """-> at most `limit` of the visitor's videos behind `after`, and whether there are more."""
        order, sign = ("DESC", "<") if newest_first else ("ASC", ">")
        which, place = (f"AND number {sign} ?", [after.number]) if after else ("", [])
        query = f"WHERE owner = ? {which} ORDER BY number {order} LIMIT ?"
        found = self._rows(query, owner_of(visitor), *place, limit + 1)
        return [self._current(each) for each in found[:limit]], len(found) > limit

    def begun(self, video: ApiVideo) -> bool:
        """Return whether a video is being made, by this server or by another of the folder."""
        if job := self.service.jobs.find(video.id):
            return job.started is not None
        rows = self._store.read("SELECT begun FROM jobs WHERE id = ?", video.id)
        return bool(rows and rows[0][0])

    def cancel(self, visitor: str, video: ApiVideo) -> ApiVideo:
        """End a video that isn't over; one that is stays as it is."""
        self._end(video.id, CANCELLED, sentences.CANCELLED)
        self.service.jobs.stop(visitor, video.id)
        return self._row(video.id) or video

    def delete(self, visitor: str, video: ApiVideo) -> None:
        """Delete a video, its row and what it started from; a job under way is stopped."""
        job = self.service.jobs.find(video.id)
        if job and not job.over:
            self._deleted[video.id] = video.reference
            self.service.jobs.stop(visitor, video.id)
        self._store.write("DELETE FROM videos WHERE id = ?", video.id)
        if job is None or job.over:
            self._clean(video.id, video.reference)

    def sweep(self) -> None:
        """Forget the videos whose lifetime is over, and those that were lost as long ago. StoreError."""
        old = self.clock() - self.service.outputs.lifetime
        lost = "ended IS NULL AND created < ? AND id NOT IN (SELECT id FROM jobs)"
        self._store.write(f"DELETE FROM videos WHERE ended < ? OR ({lost})", old, old)

    def _submitted(self, visitor: str, wanted: Wanted) -> Job:
        try:
            source, end, mask = map(wanted.files.get, ("source", "end", "mask"))
            asked = visitor, wanted.model, wanted.request
            return self.service.submit(*asked, source=source, end=end, mask=mask)
        except (RequestError, NoSpace, QueueFull):
            self._discard(wanted.reference)
            raise

    def _repeated(self, visitor: str, wanted: Wanted) -> ApiVideo | None:
        """The video of an earlier request with the same idempotency key; KeyReused."""
        if wanted.idempotency is None:
            return None
        found = self._rows("WHERE owner = ? AND idempotency = ?", owner_of(visitor), wanted.idempotency)
        if not found:
            return None
        self._discard(wanted.reference)
        if found[0].digest != wanted.digest:
            raise KeyReused(sentences.KEY_REUSED)
        return self._current(found[0])

    def _insert(self, job: Job, wanted: Wanted) -> ApiVideo:
        created = self.clock()
        self._store.write(
            "INSERT INTO videos (id, owner, model, request, created, reference, idempotency, digest, webhook,"
            " attempts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            *(job.id, job.owner, job.model, json.dumps(asdict(job.request)), created, wanted.reference),
            *(wanted.idempotency, wanted.digest, wanted.webhook),
        )
        settings = job.id, job.owner, job.model, job.request, created, wanted.reference, wanted.digest
        return ApiVideo(0, *settings, ended=None, code="", problem="", notes=())

    def _current(self, video: ApiVideo) -> ApiVideo:
        """The video as it is now: a job that has ended is noted, one that nobody has any more is lost."""
        if video.ended is not None:
            return video
        if job := self.service.jobs.find(video.id):
            if job.over:
                self._note_end(job)
        elif not self._store.read("SELECT 1 FROM jobs WHERE id = ?", video.id):  # nor is it another server's
            self._end(video.id, LOST, sentences.LOST)
        else:
            return video
        return self._row(video.id) or video

    def _note_end(self, job: Job) -> None:
        """Note how a job has ended; a video that was cancelled or deleted meanwhile goes."""
        try:
            if video := self._row(job.id):
                self._end(video.id, *_outcome(job))
                self._discard(video.reference)
                video = self._row(job.id)
            if job.id in self._deleted:
                self._clean(job.id, self._deleted[job.id])
            elif video and video.code == CANCELLED:
                self.service.outputs.remove(job.id)
        except StoreError as error:  # it is noted when somebody asks for it
            log.warning("%s", error)

    def _end(self, id: str, code: str, problem: str) -> None:
        """Write down the end of a video that has none yet, and have it told. StoreError."""
        record = None if code else self.service.outputs.find(id)
        now, notes = self.clock(), json.dumps(record.notes if record else ())
        self._store.write(
            "UPDATE videos SET ended = ?, code = ?, problem = ?, notes = ?,"
            " due = CASE WHEN webhook != '' THEN ? END WHERE id = ? AND ended IS NULL",
            *(now, code, problem, notes, now, id),
        )
        self.heard()

    def _clean(self, id: str, reference: str) -> None:
        """Delete what is left of a video that was deleted, now that no job uses it."""
        self._deleted.pop(id, None)
        self._discard(reference)
        self.service.outputs.remove(id)

    def _discard(self, reference: str) -> None:
        """Delete the uploads of a video, which nobody needs any more."""
        for name in reference.split():
            (self.sources / name).unlink(missing_ok=True)

    def _row(self, id: str) -> ApiVideo | None:
        return next(iter(self._rows("WHERE id = ?", id)), None)

    def _rows(self, which: str, *values: Any) -> list[ApiVideo]:
        found = []
        for row in self._store.read(f"SELECT {COLUMNS} FROM videos {which}", *values):
            with suppress(ValueError, TypeError):  # of a version with other settings
                found.append(ApiVideo.from_row(*row))
        return found


def _outcome(job: Job) -> tuple[str, str]:
    """-> the code and the sentence of a job's end; both empty for a finished video"""
    if job.stage == Stage.DONE:
        return "", ""
    if job.stage == Stage.STOPPED:
        return ("deadline_exceeded", job.problem) if job.problem else (CANCELLED, sentences.CANCELLED)
    return CODES.get(job.fault, "generation_failed") if job.fault else "generation_failed", job.problem
