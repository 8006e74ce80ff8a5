"""Mutated videos and pictures through their readers: frames, or one sentence; no crash, no hang, no path."""

import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from t2v.errors import T2VError
from t2v.request import Request
from t2v.source import Source
from t2v.video import Video
from tests.mutations import mutate
from tests.soak import chance, seed, times

FRAMES = np.random.default_rng(0).integers(0, 256, (3, 32, 48, 3), dtype=np.uint8)
LONGEST = 20.0  # seconds for one file on a busy machine; what hangs takes for ever
PICTURES = {
    "PNG": {},
    "JPEG": {"exif": b"Exif\0\0II*\0\x08\0\0\0\0\0"},
    "WEBP": {"lossless": True},
    "BMP": {},
}
VIDEOS = (".gif", ".webp", ".mp4")


def picture(kind: str) -> bytes:
    file = BytesIO()
    Image.fromarray(FRAMES[0]).save(file, kind, **PICTURES[kind])
    return file.getvalue()


def video(suffix: str) -> bytes:
    return Video(FRAMES, Request("a panda", seed=1), "emoji").to_bytes(suffix)


def tried(path: Path, original: bytes, cases: int, read: Callable[[Path], np.ndarray]) -> int:
    """Read `cases` mutations of a file -> how many of them were refused; all others gave frames"""
    refused, dice = 0, chance(path.name)
    for number in range(cases):
        path.write_bytes(mutate(original, dice))
        start = time.monotonic()
        try:
            frames = read(path)
            assert frames.ndim == 4 and frames.shape[3] == 3 and frames.dtype == np.uint8
        except T2VError as error:
            refused += 1
            said = str(error)
            assert said.rstrip().endswith(".") or ": " in said, said
            assert "\n" not in said and str(path.parent) not in said and len(said) < 500, said
        except Exception as error:
            raise AssertionError(f"case {number} of seed {seed()}: {error!r}") from error
        assert time.monotonic() - start < LONGEST, f"case {number} of seed {seed()}"
    return refused


def picture_frames(path: Path) -> np.ndarray:
    return Source.open(path).frames


def video_frames(path: Path) -> np.ndarray:
    return Video.open(path).frames


@pytest.mark.filterwarnings("ignore")  # Pillow warns of what it then refuses, or reads all the same
@pytest.mark.parametrize("kind", PICTURES)
def test_mutated_pictures_are_read_or_refused(tmp_path: Path, kind: str):
    refused = tried(tmp_path / f"a.{kind.lower()}", picture(kind), times(100), picture_frames)
    assert refused > 0


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("suffix", VIDEOS)
def test_mutated_videos_are_read_or_refused(tmp_path: Path, suffix: str):
    cases = times(15 if suffix == ".mp4" else 100)  # each MP4 costs two processes
    assert tried(tmp_path / f"a{suffix}", video(suffix), cases, video_frames) > 0


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("suffix", VIDEOS)
def test_mutated_videos_as_sources_are_read_or_refused(tmp_path: Path, suffix: str):
    cases = times(10 if suffix == ".mp4" else 60)
    assert tried(tmp_path / f"a{suffix}", video(suffix), cases, picture_frames) > 0


def test_a_seed_gives_the_same_cases_and_another_one_others(monkeypatch: pytest.MonkeyPatch):
    def three() -> list[bytes]:
        dice = chance("any")
        return [mutate(bytes(range(200)), dice) for _ in range(3)]

    monkeypatch.setenv("T2V_FUZZ", "7")
    first = three()
    assert three() == first
    monkeypatch.setenv("T2V_FUZZ", "8")
    assert three() != first
