"""Files made of finished videos: versions, and videos that are brought."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from t2v.request import Request
from t2v.service import files
from t2v.service.files import ENDINGS, FilesBusy, VideoFiles
from t2v.service.outputs import NoSpace, Outputs, Record
from t2v.service.store import owner_of
from t2v.video import Video, VideoError
from tests.service.fakes import NATIVE, moving_square

REQUEST = Request("a square", seed=3).validate(NATIVE)


@pytest.fixture
def outputs(tmp_path: Path) -> Outputs:
    return Outputs(tmp_path / "out")


def put(outputs: Outputs, id: str = "video") -> Path:
    path = Video(moving_square(REQUEST), REQUEST, "square").save(outputs.path(id, ".mp4"))
    outputs.add(Record(id, owner_of("ana"), "square", REQUEST, ".mp4", outputs.clock(), 1.0))
    return path


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_version_is_a_video_with_its_settings(outputs: Outputs, ending: str):
    path = VideoFiles(outputs).version(put(outputs), ending)
    video = Video.open(path)
    larger = "larger" in ending
    assert path.name == f"video{ending}" and video.request == replace(REQUEST, larger=larger)
    assert video.size == ((128, 128) if larger else (64, 64))
    assert video.fps == (24 if ".24" in ending else REQUEST.fps)


def test_a_version_is_made_once(outputs: Outputs, monkeypatch: pytest.MonkeyPatch):
    made, own, kept = VideoFiles(outputs), put(outputs), []
    saved = Video.save
    monkeypatch.setattr(Video, "save", lambda video, path: kept.append(path) or saved(video, path))
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda _: made.version(own, ".24.mp4"), range(8)))
    assert len(set(paths)) == 1 and len(kept) == 1


def test_versions_count_in_the_quota_and_go_with_their_video(outputs: Outputs):
    made, own, other = VideoFiles(outputs), put(outputs), put(outputs, "other")
    before = outputs.size()
    versions = [made.version(own, ending) for ending in (".gif", ".24.mp4")]
    stays = made.version(other, ".gif")
    assert outputs.size() > before and outputs._used == outputs.size()
    assert not outputs.delete_own("bob", "video") and own.exists()
    assert outputs.delete_own("ana", "video") and not outputs.delete_own("ana", "video")
    assert not any(path.exists() for path in (own, *versions)) and stays.exists()
    assert outputs.find("video") is None


def test_a_swept_video_takes_its_versions_along(outputs: Outputs):
    made = VideoFiles(outputs)
    version = made.version(put(outputs), ".24.gif")
    example = made.version(put(outputs, "example"), ".gif", "examples")
    outputs.path("video", ".mp4").unlink()
    outputs.sweep()
    assert not version.exists() and example.exists(), "an example's video lies elsewhere"


def test_a_video_deleted_meanwhile_leaves_nothing(outputs: Outputs, monkeypatch: pytest.MonkeyPatch):
    own, saved = put(outputs), Video.save

    def save(video: Video, path: Path) -> Path:
        outputs.delete_own("ana", "video")
        return saved(video, path)

    monkeypatch.setattr(Video, "save", save)
    with pytest.raises(FileNotFoundError):
        VideoFiles(outputs).version(own, ".gif")
    assert not list(outputs.versions.iterdir())


def test_a_short_disk_makes_nothing(outputs: Outputs):
    own = put(outputs)
    outputs.disk_usage = lambda folder: (10**9, 10**9, 0)
    with pytest.raises(NoSpace):
        VideoFiles(outputs).version(own, ".gif")


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch, outputs: Outputs) -> Iterator[VideoFiles]:
    """Files while as many visitors wait as may."""
    monkeypatch.setattr(files, "WAITING", 2)
    made, own, go = VideoFiles(outputs), put(outputs), Event()
    monkeypatch.setattr(VideoFiles, "_make", lambda *given: go.wait(20))
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(made.version, own, ending) for ending in (".gif", ".webp")]
        while made._places._value:
            pass
        yield made
        go.set()
        [each.result() for each in waiting]


def test_too_many_are_refused_in_a_sentence(busy: VideoFiles, outputs: Outputs):
    with pytest.raises(FilesBusy, match="try again"):
        busy.version(outputs.path("video", ".mp4"), ".24.mp4")


@pytest.mark.parametrize("suffix", [".mp4", ".gif", ".webp"])
def test_a_video_from_elsewhere_joins_the_visitors(outputs: Outputs, tmp_path: Path, suffix: str):
    file = Video(moving_square(REQUEST), REQUEST, "square", notes=("n" * 999,) * 20).save(
        tmp_path / f"a{suffix}"
    )
    record = VideoFiles(outputs).bring("ana", file)
    assert record and record.request == REQUEST and outputs.of("ana", 9) == [record]
    assert outputs.path(record.id, ".mp4").exists() and len(record.notes) == 8 and len(record.notes[0]) == 500


def test_a_size_that_the_settings_misstate_is_the_frames(outputs: Outputs, tmp_path: Path):
    lying = Request("a square", width=2048, height=8, frames=8)
    record = VideoFiles(outputs).bring("ana", Video(moving_square(REQUEST), lying).save(tmp_path / "a.mp4"))
    assert record and (record.request.width, record.request.height) == (64, 64)


def test_what_has_no_settings_is_not_kept(outputs: Outputs, tmp_path: Path):
    made = VideoFiles(outputs)
    assert made.bring("ana", Video(moving_square(REQUEST)).save(tmp_path / "a.mp4")) is None
    tmp_path.joinpath("b.mp4").write_text("no video")
    with pytest.raises(VideoError):
        made.bring("ana", tmp_path / "b.mp4")
    assert outputs.of("ana", 9) == [] and outputs.count() == 0
