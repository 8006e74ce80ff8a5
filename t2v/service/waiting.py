"""Jobs that outlive the server: each that waits or is being made has a row in the database.

Several servers may use one outputs folder. Each holds a lock on a file of its own; the jobs of a server that
has ended are taken over by the next that looks.
"""

import json
import logging
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from math import inf
from pathlib import Path
from typing import Any

from t2v.request import Complete
from t2v.service.messages import NO_FILES, Files
from t2v.service.store import Store, StoreError
from t2v.service.whole import hold, locked

INSERT = "INSERT INTO jobs (id, server, begun, owner, model, request, suffix) VALUES (?, ?, 0, ?, ?, ?, ?)"
SILENCE = 60.0  # seconds until the same is logged again
log = logging.getLogger("t2v.service")


@dataclass(frozen=True)
class WaitingJob:
    """The row of a job; `begun` counts the servers that were killed while they made it."""

    id: str
    owner: str
    model: str
    request: Complete
    suffix: str
    begun: int = 0
    files: Files = NO_FILES

    def settings(self) -> str:
        """The request as JSON, the paths of the files among its settings."""
        return json.dumps(asdict(self.request) | self.files.paths)

    @classmethod
    def from_row(cls, *row: Any) -> "WaitingJob":
        """Read a row with `settings` in it; ValueError, TypeError."""
        id, owner, model, settings, suffix, begun = row
        request = json.loads(settings)
        paths = {name: Path(request.pop(name)) for name in vars(NO_FILES) if name in request}
        return cls(id, owner, model, Complete(**request), suffix, begun, Files(**paths))


class Servers:
    """The servers of one outputs folder, this one among them: a locked file for each."""

    def __init__(self, folder: Path):
        self._folder, self.own = folder, secrets.token_hex(8)
        folder.mkdir(exist_ok=True)
        with locked(folder):  # nobody takes the new file for an ended server's before it is locked
            for path in folder.iterdir():
                self.ended(path.name)
            self._file = hold(folder / self.own)

    def ended(self, server: str) -> bool:
        """Return whether a server's process has ended, and delete its file then; False if that is unknown."""
        path = self._folder / server
        if server == self.own:
            return False
        try:
            if path.exists() and (file := hold(path)):
                file.close()
                path.unlink()
        except OSError:  # another user's
            return False
        return not path.exists()

    def close(self) -> None:
        """Release this server's file, so that another server takes over its jobs."""
        with suppress(OSError):
            self._folder.joinpath(self.own).unlink()
        if self._file:
            self._file.close()


class WaitingJobs:
    """This server's rows of the table. Where it can't be written, jobs are made all the same."""

    def __init__(self, store: Store, folder: Path):
        self._store, self._servers = store, Servers(folder)
        self._over: set[str] = set()  # jobs whose rows are still to be deleted
        self._told = -inf

    def add(self, job: WaitingJob) -> None:
        """Note a new job."""
        row = job.owner, job.model, job.settings(), job.suffix
        with self._tried():
            self._store.write(INSERT, job.id, self._servers.own, *row)

    def begin(self, id: str) -> None:
        """Count a start of the job; it stays counted if this server is killed."""
        with self._tried():
            self._store.write("UPDATE jobs SET begun = begun + 1 WHERE id = ?", id)

    def put_back(self, id: str) -> None:
        """Take back the start of a job that this server leaves to the next: it closes, and wasn't killed."""
        with self._tried():
            self._store.write("UPDATE jobs SET begun = begun - 1 WHERE id = ?", id)

    def remove(self, id: str) -> None:
        """Forget a job that is over, now or as soon as the database can be written."""
        self._over.add(id)
        self._delete_rows()

    def _delete_rows(self) -> None:
        over = list(self._over)
        with self._tried():
            if over:
                with self._store.changing() as connection:
                    connection.executemany("DELETE FROM jobs WHERE id = ?", [(id,) for id in over])
                self._over.difference_update(over)

    def take_over(self) -> list[WaitingJob]:
        """Make the jobs of servers that have ended this server's; return them in their order."""
        self._delete_rows()
        with self._tried():
            query = "SELECT DISTINCT server FROM jobs WHERE server != ?"
            servers = [name for (name,) in self._store.read(query, self._servers.own)]
            ended = [name for name in servers if self._servers.ended(name)]
            return [job for name in ended for job in self._taken_from(name)]
        return []

    def close(self) -> None:
        """Leave the rows for the next server."""
        self._delete_rows()
        self._servers.close()

    def _taken_from(self, server: str) -> Iterator[WaitingJob]:
        with self._store.changing() as connection:
            columns = "id, owner, model, request, suffix, begun"
            query = f"SELECT {columns} FROM jobs WHERE server = ? ORDER BY number"
            rows = connection.execute(query, (server,)).fetchall()
            connection.execute("UPDATE jobs SET server = ? WHERE server = ?", (self._servers.own, server))
        for row in rows:
            try:
                yield WaitingJob.from_row(*row)
            except (ValueError, TypeError):  # of a version with other settings
                self.remove(row[0])

    @contextmanager
    def _tried(self) -> Iterator[None]:
        """Log a StoreError of the block instead of raising it: a job is made also without its row.

        A disk that is full is told once in a while, not for each job.
        """
        try:
            yield
        except StoreError as error:
            if time.monotonic() - self._told > SILENCE:
                log.warning("%s Jobs that wait now would be lost with the server.", error)
                self._told = time.monotonic()
