"""Move the files that version 0.1.0 left, records/*.json and runs.jsonl, into the database."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from t2v.request import Request
from t2v.service.estimate import RunCost, insert
from t2v.service.store import Store


def take_over(store: Store, folder: Path) -> None:
    """Move all that can be read, and remove the old files once it is written. StoreError."""
    notes, runs = folder / "records", folder / "runs.jsonl"
    if not notes.is_dir() and not runs.is_file():
        return
    with store.changing() as connection:
        change = "INSERT OR IGNORE INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        connection.executemany(change, _records(notes))
        insert(connection, _runs(runs))
    with suppress(OSError):  # the folder may be read-only, or hold something else
        for path in (runs, *notes.glob("*.json"), *notes.glob(".*.draft")):
            path.unlink(missing_ok=True)
        notes.rmdir()


def _records(notes: Path) -> Iterator[tuple]:
    """Rows of the table; those torn by a crash are left out, as 0.1.0 did."""
    for path in sorted(notes.glob("*.json")):
        with suppress(OSError, ValueError, TypeError, KeyError):
            given = json.loads(path.read_text(encoding="utf-8"))
            Request(**given["request"])
            request, words = json.dumps(given["request"]), json.dumps(given.get("notes", []))
            id, owner, model, suffix = (str(given[name]) for name in ("id", "owner", "model", "suffix"))
            created, seconds = float(given["created"]), float(given["seconds"])
            yield id, owner, model, request, suffix, created, seconds, words


def _runs(path: Path) -> list[RunCost]:
    with suppress(OSError):
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
        return [run for line in lines for run in _run(line)]
    return []


def _run(line: str) -> Iterator[RunCost]:
    with suppress(ValueError, TypeError):  # a line torn by a crash
        yield RunCost(**json.loads(line))
