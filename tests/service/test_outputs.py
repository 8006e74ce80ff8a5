"""The folder of videos: lifetime, quota, free space, records that survive."""

import json
import multiprocessing
import os
import random
import signal
import time
from collections import namedtuple
from pathlib import Path

import pytest

from t2v.request import Request
from t2v.service import whole
from t2v.service.outputs import NoSpace, Outputs, Record
from t2v.service.store import owner_of
from tests.common import Clock

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def clock() -> Clock:
    return Clock(1_000_000.0)


@pytest.fixture
def outputs(tmp_path: Path, clock: Clock) -> Outputs:
    return Outputs(tmp_path / "out", lifetime=100, quota=1000, clock=clock)


def put(outputs: Outputs, id: str, size: int = 300, visitor: str = "ana", prompt: str = "a square") -> None:
    path = outputs.path(id, ".mp4")
    path.write_bytes(b"x" * size)
    os.utime(path, (outputs.clock(), outputs.clock()))
    request = Request(prompt)
    outputs.add(Record(id, owner_of(visitor), "square", request, ".mp4", outputs.clock(), 1.0, ("a note",)))


def test_the_oldest_make_room(outputs: Outputs, clock: Clock):
    for number in range(100):
        clock.now += 0.1
        put(outputs, f"video{number}")
        assert outputs.size() <= 1000
    assert [record.id for record in outputs.of("ana", 9)] == ["video99", "video98", "video97"]
    assert outputs.find("video0") is None
    assert outputs.count() == 3


def test_a_lifetime_ends(outputs: Outputs, clock: Clock):
    put(outputs, "old")
    clock.now += 60
    put(outputs, "new")
    clock.now += 50
    outputs.sweep()
    assert outputs.find("old") is None and outputs.find("new") is not None


def test_a_file_that_cant_be_deleted_doesnt_keep_the_others(
    outputs: Outputs, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    for id in ("first", "second"):
        put(outputs, id)
        clock.now += 1
    unlink = Path.unlink

    def refused(path: Path, missing_ok: bool = False) -> None:
        if path.stem == "first":
            raise PermissionError(13, "another user's", str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refused)
    clock.now += 200
    outputs.sweep()
    assert outputs.find("second") is None and outputs.size() == 300


def test_uploads_count_and_are_swept(outputs: Outputs, clock: Clock):
    upload = outputs.served / "hash" / "upload.mp4"
    upload.parent.mkdir()
    upload.write_bytes(b"x" * 900)
    os.utime(upload, (clock.now, clock.now))
    clock.now += 1
    put(outputs, "video")
    outputs.sweep()
    assert not upload.exists() and outputs.find("video")


def test_a_restart_finds_what_is_left(outputs: Outputs, clock: Clock):
    put(outputs, "one", prompt="tricky “quotes” \\ and 熊猫")
    put(outputs, "two")
    outputs.path("two", ".mp4").unlink()
    torn = ("torn", "", "square", "{}", ".mp4", 0.0, 0.0, "[]")
    outputs.store.write("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *torn)
    outputs.path("torn", ".mp4").touch()
    again = Outputs(outputs.folder, lifetime=100, quota=1000, clock=clock)
    assert again.find("one") == outputs.find("one") and again.find("two") is again.find("torn") is None
    assert again.find("one").request.prompt == "tricky “quotes” \\ and 熊猫"
    assert again.secret == outputs.secret


def test_records_are_the_owners_alone(outputs: Outputs):
    put(outputs, "hers", visitor="ana")
    assert outputs.find_own("bob", "hers") is None and outputs.of("bob", 9) == []
    assert outputs.find_own("ana", "hers").id == "hers"
    assert b"ana" not in outputs.store.path.read_bytes()


@pytest.mark.parametrize("id", ["", "../secret", "secret", None, "hers.mp4", "/etc/passwd"])
def test_only_known_ids_are_found(outputs: Outputs, id: str | None):
    put(outputs, "hers")
    assert outputs.find_own("ana", id) is None


def test_a_short_disk_refuses(tmp_path: Path):
    outputs = Outputs(tmp_path, reserve=100, disk_usage=lambda path: Usage(1000, 950, 50))
    with pytest.raises(NoSpace, match="nearly full"):
        outputs.check_space()


# -- files are whole or not there


@pytest.mark.parametrize("left", ["", "1234", "\0" * 16, "a secret with spaces", None])
def test_a_secret_that_is_no_whole_one_is_replaced_once(tmp_path: Path, left: str | None):
    path = tmp_path / "secret"
    if left is not None:
        path.write_text(left)
    first, second = Outputs(tmp_path).secret, Outputs(tmp_path).secret
    assert first == second == path.read_text() and len(first) == 16 and first != left
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_whole_secret_stays_and_is_its_owners_alone(tmp_path: Path):
    path = tmp_path / "secret"
    path.write_text("0123456789abcdef\n")
    path.chmod(0o644)
    assert Outputs(tmp_path).secret == "0123456789abcdef"
    assert path.stat().st_mode & 0o777 == 0o600


def _secret_of(folder: Path) -> str:
    return Outputs(folder).secret


def test_apps_that_start_at_once_agree_on_the_secret(tmp_path: Path):
    """Without a secret, and with an empty one."""
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        for number in range(24):
            folder = tmp_path / str(number)
            folder.mkdir()
            if number % 2:
                (folder / "secret").touch()
            assert len(set(pool.map(_secret_of, [folder] * 4, chunksize=1))) == 1


def _write_for_ever(path: Path) -> None:
    number = 0
    while True:
        whole.write_whole(path, json.dumps([number := number + 1] * 20_000))


def test_a_killed_process_leaves_no_torn_file(tmp_path: Path):
    path, context = tmp_path / "file.json", multiprocessing.get_context("spawn")
    for _ in range(4):
        process = context.Process(target=_write_for_ever, args=[path])
        process.start()
        while not path.exists():
            time.sleep(0.01)
        time.sleep(random.uniform(0.02, 0.1))
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        numbers = json.loads(path.read_text())
        assert len(numbers) == 20_000 and len(set(numbers)) == 1


def test_a_full_disk_leaves_a_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "file"
    whole.write_whole(path, "before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        whole.write_whole(path, "after")
    assert path.read_text() == "before" and list(tmp_path.iterdir()) == [path]
