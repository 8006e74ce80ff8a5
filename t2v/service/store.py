"""The database of an outputs folder: waiting jobs, records of finished videos, costs of runs, and the videos
of `/v1/videos`.

It keeps a rollback journal, not a write-ahead log: a process that is killed within a change leaves the tables
as they were before it, also on network file systems, which have no shared memory. A video costs a few rows,
so the speed doesn't matter. A damaged database is set aside, and a new one begun.
"""

import hashlib
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any

from t2v.errors import T2VError
from t2v.service import sentences
from t2v.service.whole import locked

NAME = "t2v.sqlite3"
PATIENCE = 5.0  # seconds to wait while another process writes
VERSION = 1
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS jobs (number INTEGER PRIMARY KEY, id TEXT UNIQUE, server TEXT, begun INTEGER,"
    " owner TEXT, model TEXT, request TEXT, suffix TEXT)",
    "CREATE TABLE IF NOT EXISTS records (id TEXT PRIMARY KEY, owner TEXT, model TEXT, request TEXT,"
    " suffix TEXT, created REAL, seconds REAL, notes TEXT)",
    "CREATE INDEX IF NOT EXISTS owners ON records (owner, created)",
    "CREATE TABLE IF NOT EXISTS runs (number INTEGER PRIMARY KEY, model TEXT, device TEXT, volume INTEGER,"
    " evaluations INTEGER, denoising REAL, rest REAL, peak INTEGER)",
    "CREATE TABLE IF NOT EXISTS videos (number INTEGER PRIMARY KEY, id TEXT UNIQUE, owner TEXT, model TEXT,"
    " request TEXT, created REAL, reference TEXT, idempotency TEXT, digest TEXT, webhook TEXT, ended REAL,"
    " code TEXT, problem TEXT, notes TEXT, due REAL, attempts INTEGER)",
    "CREATE UNIQUE INDEX IF NOT EXISTS idempotency ON videos (owner, idempotency)",
    f"PRAGMA user_version = {VERSION}",
)
DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
log = logging.getLogger("t2v.service")


class StoreError(T2VError, OSError):
    """The database can't be used. The sentence names the file, without its folder."""


class Store:
    """The database in `folder`. Safe to use from any thread, and from several processes at once."""

    def __init__(self, folder: Path):
        self.path, self._lock = folder / NAME, RLock()
        with locked(folder):  # two servers that start at once don't both set a damaged one aside
            self.new = False  # whether it had no tables yet
            self._connection = self._open()

    def read(self, query: str, *values: Any) -> list[tuple]:
        """All rows of a query; StoreError where the database can't be read."""
        with self._lock:
            try:
                return self._connection.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise _explained(error) from None

    def write(self, change: str, *values: Any) -> None:
        """Make one change; StoreError where the database can't be written."""
        with self.changing() as connection:
            connection.execute(change, values)

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """Make several changes, all or none of them; StoreError where they can't be written."""
        with self._lock:
            try:
                with _transaction(self._connection):
                    yield self._connection
            except sqlite3.Error as error:
                raise _explained(error) from None

    def close(self) -> None:
        """Let go of the file. No later call may follow."""
        with self._lock:
            self._connection.close()

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.Error as error:
            if _code(error) not in DAMAGE:
                raise _explained(error) from None
        try:
            self._set_aside()
            return self._connect()
        except sqlite3.Error as error:
            raise _explained(error) from None

    def _connect(self) -> sqlite3.Connection:
        """Open the database, with our tables. sqlite3.Error; StoreError for one of a newer version."""
        connection = sqlite3.connect(
            self.path, timeout=PATIENCE, isolation_level=None, check_same_thread=False
        )
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA synchronous = FULL")
        if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise _Damaged
        with _transaction(connection):  # also a trial of writing
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                raise StoreError(sentences.STORE_NEWER.format(name=NAME))
            self.new = version == 0
            for statement in SCHEMA:
                connection.execute(statement)

    def _set_aside(self) -> None:
        """Rename a damaged database; its journal would be played into the new one."""
        old = self.path.with_name(NAME + ".damaged")
        log.warning(sentences.STORE_DAMAGED.format(name=NAME, old=old.name))
        os.replace(self.path, old)
        with suppress(FileNotFoundError):
            os.replace(f"{self.path}-journal", f"{old}-journal")


def owner_of(visitor: str) -> str:
    """Hash a visitor's secret: whoever reads the folder can't pose as the visitor."""
    return hashlib.sha256(visitor.encode()).hexdigest()


class _Damaged(sqlite3.DatabaseError):
    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # a full disk has rolled it back already
            connection.execute("ROLLBACK")
        raise


def _code(error: sqlite3.Error) -> int:
    """The primary code: SQLite's detailed ones have more bits."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _explained(error: sqlite3.Error) -> StoreError:
    if _code(error) in LOCKED:
        return StoreError(sentences.STORE_LOCKED.format(name=NAME))
    return StoreError(sentences.STORE_UNUSABLE.format(name=NAME, reason=error))
