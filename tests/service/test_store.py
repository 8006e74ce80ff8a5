"""The database: whole whatever ends the process; damaged, locked or newer ones cost no video."""

import json
import multiprocessing
import os
import random
import signal
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from t2v.errors import T2VError
from t2v.request import Request
from t2v.service import store as module
from t2v.service.estimate import Estimates, RunCost
from t2v.service.outputs import Outputs, Record
from t2v.service.store import NAME, Store, StoreError, owner_of
from t2v.video import Video
from tests.service.fakes import NATIVE, moving_square

REQUEST = Request("a square", seed=7).validate(NATIVE)
RUN = RunCost("square", "CPU", 1000, 20, 3.0, 1.0, 10**7)


def put(outputs: Outputs, id: str = "hers") -> None:
    """A real video of Ana's, noted."""
    Video(moving_square(REQUEST), REQUEST, "square").save(outputs.path(id, ".mp4"))
    outputs.add(Record(id, owner_of("ana"), "square", REQUEST, ".mp4", outputs.clock(), 1.0))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)


@pytest.fixture
def locker(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Another program's connection to the database, in autocommit."""
    connection = sqlite3.connect(tmp_path / NAME, isolation_level=None)
    yield connection
    connection.close()


def torn(data: bytes, how: str) -> bytes:
    """A database after an accident."""
    middle = len(data) // 2
    return {
        "nothing": b"",
        "noise": random.Random(0).randbytes(5000),
        "half": data[: middle + 100],
        "a page of noise": data[:4096] + random.Random(1).randbytes(4096) + data[8192:],
        "zeros after the header": data[:100] + bytes(len(data) - 100),
        "text": b'{"model": "square"}\n' * 300,
    }[how]


@pytest.mark.parametrize(
    "how", ["nothing", "noise", "half", "a page of noise", "zeros after the header", "text"]
)
def test_a_torn_database_is_begun_anew_and_the_videos_stay(tmp_path: Path, how: str):
    outputs = Outputs(tmp_path)
    put(outputs)
    Estimates(outputs.store).learn(RUN)
    outputs.store.close()
    damaged = torn((tmp_path / NAME).read_bytes(), how)
    (tmp_path / NAME).write_bytes(damaged)
    again = Outputs(tmp_path)
    found = again.find("hers")  # its link opens
    assert (found.request, found.model) == (REQUEST, "square") and again.path("hers", ".mp4").exists()
    assert (tmp_path / f"{NAME}.damaged").exists() == bool(damaged)
    put(again, "next")
    Estimates(again.store).learn(RUN)
    assert Outputs(tmp_path).find_own("ana", "next")


def test_a_database_that_is_locked_is_said_in_a_sentence(tmp_path: Path, impatient: None):
    Store(tmp_path).close()
    locker = sqlite3.connect(tmp_path / NAME, isolation_level=None)
    locker.execute("BEGIN EXCLUSIVE")
    with pytest.raises(
        StoreError, match=r"^t2v\.sqlite3 in the outputs folder is locked by another program\.$"
    ):
        Store(tmp_path)
    locker.execute("ROLLBACK")
    Store(tmp_path).close()
    locker.close()


def test_a_database_that_gets_locked_costs_no_page(tmp_path: Path, impatient: None, caplog):
    outputs = Outputs(tmp_path)
    put(outputs)
    estimates, locker = Estimates(outputs.store), sqlite3.connect(tmp_path / NAME, isolation_level=None)
    locker.execute("BEGIN EXCLUSIVE")
    estimates.learn(RUN)
    assert outputs.find("hers") is None and outputs.of("ana", 9) == [] and "is locked" in caplog.text
    with pytest.raises(OSError, match="is locked"):
        put(outputs, "next")
    outputs.sweep()
    locker.execute("ROLLBACK")
    locker.close()
    assert outputs.find("hers") and estimates._runs == [RUN]


@pytest.mark.parametrize("case", ["folder", "newer"])
def test_a_database_that_cannot_be_used_is_said_in_a_sentence(tmp_path: Path, case: str):
    if case == "folder":
        (tmp_path / NAME).mkdir()
    else:
        Store(tmp_path).write("PRAGMA user_version = 99")
    with pytest.raises(StoreError) as error:
        Store(tmp_path)
    assert isinstance(error.value, T2VError) and isinstance(error.value, OSError)
    assert str(error.value).startswith(NAME) and str(tmp_path) not in str(error.value)


def test_a_change_is_made_whole_or_not_at_all(tmp_path: Path):
    store = Store(tmp_path)
    with pytest.raises(ZeroDivisionError), store.changing() as connection:
        connection.execute("INSERT INTO runs (model) VALUES ('half')")
        1 / 0  # noqa: B018
    with pytest.raises(StoreError), store.changing() as connection:
        connection.execute("INSERT INTO runs (model) VALUES ('half')")
        connection.execute("INSERT INTO nowhere VALUES (1)")
    assert store.read("SELECT * FROM runs") == []


def _write_pairs(folder: Path) -> None:
    store, number = Store(folder), 0
    while True:
        number += 1
        with store.changing() as connection:
            for _ in range(2):
                connection.execute("INSERT INTO runs (model, volume) VALUES (?, ?)", ("x" * 5000, number))


def test_a_killed_process_leaves_whole_changes(tmp_path: Path):
    context = multiprocessing.get_context("spawn")
    seen, size, path = 0, 0, tmp_path / NAME
    for _ in range(4):
        process = context.Process(target=_write_pairs, args=[tmp_path])
        process.start()
        while not path.exists() or path.stat().st_size < size + 100_000:
            time.sleep(0.01)
        time.sleep(random.uniform(0.0, 0.05))
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        volumes = _volumes(tmp_path)
        assert len(volumes) > seen and volumes[::2] == volumes[1::2]
        seen, size = len(volumes), path.stat().st_size
    assert not (tmp_path / f"{NAME}.damaged").exists()


def _volumes(folder: Path) -> list[int]:
    store = Store(folder)
    rows = store.read("SELECT volume FROM runs ORDER BY number")
    store.close()
    return [volume for (volume,) in rows]


def _add(folder: Path, id: str) -> str:
    outputs = Outputs(folder)
    for number in range(20):
        path = outputs.path(f"{id}{number}", ".mp4")
        path.write_bytes(b"x")
        outputs.add(Record(path.stem, owner_of(id), "square", REQUEST, ".mp4", float(number), 1.0))
        outputs.sweep()
    return id


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        pool.starmap(_add, [(tmp_path, id) for id in "abcd"], chunksize=1)
    outputs = Outputs(tmp_path)
    assert outputs.count() == 80 and all(len(outputs.of(id, 99)) == 20 for id in "abcd")


# -- what 0.1.0 left


def leave(folder: Path) -> None:
    """A folder as 0.1.0 left it: a video with its record, one that is gone, torn files, runs."""
    (folder / "records").mkdir()
    (folder / "served").mkdir()
    Video(moving_square(REQUEST), REQUEST, "square").save(folder / "served" / "hers.mp4")
    request = {name: value for name, value in asdict(REQUEST).items() if name not in ("strength", "keep")}
    record = {
        "id": "hers",
        "owner": owner_of("ana"),
        "model": "square",
        "request": request,
        "suffix": ".mp4",
        "created": time.time(),
        "seconds": 2.5,
        "notes": ["a note"],
    }
    for id in ("hers", "gone"):
        (folder / "records" / f"{id}.json").write_text(json.dumps(record | {"id": id}))
    for name, text in {"torn": '{"id": "to', "list": "[]", "odd": '{"id": 7}'}.items():
        (folder / "records" / f"{name}.json").write_text(text)
    (folder / "records" / ".x.json.1.draft").touch()
    lines = [json.dumps(vars(RUN)), '{"model": "squ', json.dumps(vars(RUN) | {"volume": 0}), "7", "\0" * 9]
    (folder / "runs.jsonl").write_text("\n".join(lines))


def test_what_0_1_0_left_is_taken_over(tmp_path: Path):
    leave(tmp_path)
    for _ in range(2):  # and stays, when the folder is opened again
        outputs = Outputs(tmp_path)
        (record,) = outputs.of("ana", 9)
        assert (record.id, record.seconds, record.notes) == ("hers", 2.5, ("a note",))
        assert record.request.prompt == "a square" and outputs.find("hers") == record
        assert Video.open(outputs.path("hers", ".mp4")).request.seed == 7
        assert Estimates(outputs.store)._runs == [RUN]
        assert sorted(path.name for path in tmp_path.iterdir()) == ["secret", "served", NAME]
