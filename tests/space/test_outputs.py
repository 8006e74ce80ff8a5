"""The folder of videos: lifetime, quota, free space, records that survive."""

import os
from collections import namedtuple
from pathlib import Path

import pytest

from t2v.request import Request
from t2v.space.outputs import NoSpace, Outputs, record_of

Usage = namedtuple("Usage", "total used free")


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outputs(tmp_path: Path, clock: Clock) -> Outputs:
    return Outputs(tmp_path / "out", lifetime=100, quota=1000, clock=clock)


def put(outputs: Outputs, id: str, size: int = 300, visitor: str = "ana", prompt: str = "a square") -> None:
    path = outputs.path(id, ".mp4")
    path.write_bytes(b"x" * size)
    os.utime(path, (outputs.clock(), outputs.clock()))
    record = record_of(id, visitor, "square", Request(prompt), ".mp4", created=outputs.clock(), seconds=1.0)
    outputs.add(record)


def test_the_oldest_make_room(outputs: Outputs, clock: Clock):
    for number in range(500):
        clock.now += 0.1
        put(outputs, f"video{number}")
        assert outputs.size() <= 1000
    assert [record.id for record in outputs.of("ana", 9)] == ["video499", "video498", "video497"]
    assert outputs.find("video0") is None
    assert len(list((outputs.folder / "records").iterdir())) == 3


def test_a_lifetime_ends(outputs: Outputs, clock: Clock):
    put(outputs, "old")
    clock.now += 60
    put(outputs, "new")
    clock.now += 50
    outputs.sweep()
    assert outputs.find("old") is None and outputs.find("new") is not None


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
    (outputs.folder / "records" / "torn.json").write_text('{"id": "to')
    again = Outputs(outputs.folder, lifetime=100, quota=1000, clock=clock)
    assert again.find("one") == outputs.find("one") and again.find("two") is None
    assert again.secret == outputs.secret
    assert not (outputs.folder / "records" / "torn.json").exists()


def test_records_are_the_owners_alone(outputs: Outputs):
    put(outputs, "hers", visitor="ana")
    assert outputs.find_own("bob", "hers") is None and outputs.of("bob", 9) == []
    assert outputs.find_own("ana", "hers").id == "hers"
    assert "ana" not in (outputs.folder / "records" / "hers.json").read_text()


@pytest.mark.parametrize("id", ["", "../secret", "secret", None, "hers.mp4", "/etc/passwd"])
def test_only_known_ids_are_found(outputs: Outputs, id: str | None):
    put(outputs, "hers")
    assert outputs.find_own("ana", id) is None


def test_a_short_disk_refuses(tmp_path: Path):
    outputs = Outputs(tmp_path, reserve=100, disk_usage=lambda path: Usage(1000, 950, 50))
    with pytest.raises(NoSpace, match="nearly full"):
        outputs.check_space()
