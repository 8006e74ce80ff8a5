"""A name that is given is overwritten, a number is nobody else's, and a percent sign is mostly just that."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from t2v import places
from t2v.errors import UsageError
from t2v.naming import Target, targets
from t2v.places import PlaceError
from t2v.video import Video, VideoError, check_saving

ROOT = Path(__file__).parents[1]
CLIP = Video(np.zeros((2, 16, 16, 3), np.uint8))
NAMES = (
    "100%dark.mp4",
    "50%.gif",
    "a%%.mp4",
    "a%s.webp",
    "%%d.mp4",
    "{}.mp4",
    "%3d.mp4",
    "a%d2.mp4",
    "%dé.mp4",
)
PATTERNS = {
    "%d.mp4": ["1.mp4", "2.mp4"],
    "100%dark %d.gif": ["100%dark 1.gif", "100%dark 2.gif"],
    "a-%03d_b.mp4": ["a-001_b.mp4", "a-002_b.mp4"],
    "%d of %02d.webp": ["1 of 01.webp", "2 of 02.webp"],
    "%d%%.mp4": ["1%%.mp4", "2%%.mp4"],
}


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_without_a_whole_number_sign_stays_as_typed(name: str):
    assert targets(name, 1) == [Target(name)] and targets(name, 1)[0].path == Path(name)
    with pytest.raises(UsageError, match="%d"):
        targets(name, 2)


@pytest.mark.parametrize(("pattern", "names"), PATTERNS.items())
def test_a_pattern_counts_through_free_numbers(pattern: str, names: list[str]):
    assert [str(target.path) for target in targets(pattern, 2)] == names
    Path(names[0]).symlink_to("absent")  # a taken name, though no file is behind it
    assert str(targets(pattern, 1)[0].path) == names[1]


def test_a_percent_sign_of_a_folder_is_no_number():
    Path("a%d").mkdir()
    assert [str(target.path) for target in targets("a%d", 2)] == ["a%d/001.mp4", "a%d/002.mp4"]
    assert targets("a%d/b.mp4", 1)[0].path == Path("a%d/b.mp4")


@pytest.mark.parametrize("linked", [True, False])
def test_a_number_that_is_taken_meanwhile_is_passed_over_and_nothing_is_left(monkeypatch, linked: bool):
    if not linked:  # as on FAT and some network file systems
        monkeypatch.setattr(os, "link", refuse)
    first, second = targets("out/", 2)
    other = targets("out/", 1)[0]
    assert [target.save(CLIP).name for target in (other, first, second)] == ["001.mp4", "002.mp4", "003.mp4"]
    assert sorted(os.listdir("out")) == ["001.mp4", "002.mp4", "003.mp4"]


def refuse(*_) -> None:
    raise PermissionError(1, "Operation not permitted")


def test_a_claim_that_fails_leaves_no_empty_file(monkeypatch: pytest.MonkeyPatch):
    def fail(*_) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(VideoError, match="Input/output"):
        targets("out/", 1)[0].save(CLIP)
    assert not os.listdir("out")


WRITER = """
import os, sys
import numpy as np
from t2v.naming import targets
from t2v.video import Video
if sys.argv[2] == "no links":
    def refuse(*_): raise PermissionError(1, "Operation not permitted")
    os.link = refuse
print("ready", flush=True)
sys.stdin.readline()
mine = int(sys.argv[1])
for target in targets(sys.argv[3], 4):
    print(target.save(Video(np.full((1, 16, 16, 3), mine, np.uint8))), flush=True)
"""


@pytest.mark.parametrize(("links", "output"), [("links", "out/%d.gif"), ("no links", "%03d.webp")])
def test_eight_processes_never_share_a_name(tmp_path: Path, links: str, output: str):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    values = range(0, 240, 30)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(value), links, output], env=env, **pipes)
        for value in values
    ]
    assert [writer.stdout.readline() for writer in writers] == ["ready\n"] * 8
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    told = [writer.communicate(timeout=60)[0].split() for writer in writers]
    names = [name for own in told for name in own]
    assert len(set(names)) == 32 and all(len(own) == 4 for own in told)
    folder = tmp_path / Path(output).parent
    assert sorted(os.listdir(folder)) == sorted(Path(name).name for name in names)
    for value, own in zip(values, told, strict=True):
        assert all(abs(int(Video.open(name).frames.mean()) - value) < 3 for name in own)


IMPOSSIBLE = {
    "file/a.mp4": "not a folder",
    "/proc/none/a.mp4": "not a folder",
    "x" * 300 + ".mp4": "File name too long",
    "y" * 300 + "/a.mp4": "File name too long",
    "z/" * 3000 + "a.mp4": "File name too long",
    "folder.mp4": "Is a directory",
}


@pytest.mark.parametrize(("path", "why"), IMPOSSIBLE.items(), ids=range(len(IMPOSSIBLE)))
def test_a_place_that_takes_no_file_is_known_before(path: str, why: str):
    Path("file").touch()
    Path("folder.mp4").mkdir()
    with pytest.raises(PlaceError, match=why) as caught:
        check_saving(path)
    assert str(caught.value).endswith(".") and str(Path.cwd()) not in str(caught.value)
    assert sorted(os.listdir()) == ["file", "folder.mp4"]


@pytest.mark.parametrize("number", places.DISK_FULL)
def test_a_full_disk_is_known_before(monkeypatch: pytest.MonkeyPatch, number: int):
    def full(**_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(places, "TemporaryFile", full)
    with pytest.raises(PlaceError, match="no room"):
        check_saving("a.gif")


@pytest.mark.parametrize("name", ["a.mp4", "new/folder/a.gif", "a.WEBP"])
def test_a_check_leaves_nothing_and_lets_a_video_be_saved(name: str):
    check_saving(name)
    assert not os.listdir()
    CLIP.save(name)
    check_saving(name)  # it may be overwritten
