"""An upload is its pictures and nothing else once a video was made of it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from t2v import Request, Source, Video, ffmpeg
from t2v.service.messages import Files, Order
from t2v.service.sources import opened, thumbnail_path
from t2v.service.stripping import strip
from tests.pictures import encoded, quarters

SECRET = "51.5007N at home, by Ana"
TURNED = 6  # EXIF's word for a picture that is to be turned by 90 degrees


def picture(path: Path) -> Path:
    exif, noise = Image.Exif(), np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    exif[0x010E], exif[0x0112] = SECRET, TURNED
    Image.fromarray(noise).save(path, exif=exif)
    return path


def film(path: Path) -> Path:
    rate = "testsrc=size=64x48:rate=10:duration=2"
    return encoded(path, rate, "-metadata", f"title={SECRET}", "-metadata", f"comment={SECRET}")


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".mp4", ".mov", ".webm"])
def test_the_frames_stay_and_the_rest_goes(tmp_path: Path, suffix: str):
    path = (film if suffix in (".mp4", ".mov", ".webm") else picture)(tmp_path / f"a{suffix}")
    before = Source.open(path)
    assert SECRET.encode() in path.read_bytes()
    for _ in range(2):
        strip(path)
        assert SECRET.encode() not in path.read_bytes()
        assert Source.open(path).digest == before.digest
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_sound_goes_too(tmp_path: Path):
    path = tmp_path / "a.mp4"
    sound = ("-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac")
    encoded(path, "testsrc=size=64x48:rate=10:duration=1", *sound)
    assert b"mp4a" in path.read_bytes()
    strip(path)
    assert b"mp4a" not in path.read_bytes() and len(Source.open(path).frames) == 10


def test_a_video_made_here_keeps_its_settings(tmp_path: Path):
    video = Video(quarters()[None].repeat(3, 0), Request("a panda"))
    path = video.save(tmp_path / "a.mp4")
    before = path.read_bytes()
    strip(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"no picture", b"\0\0\0\x18ftypisom" + bytes(99)])
def test_what_cant_be_read_stays(tmp_path: Path, content: bytes):
    path = tmp_path / "a.png"
    path.write_bytes(content)
    strip(path)
    assert path.read_bytes() == content and len(list(tmp_path.iterdir())) == 1


def test_nothing_of_it_is_in_what_is_shown(tmp_path: Path):
    (tmp_path / "upload").mkdir()
    path = picture(tmp_path / "upload" / "a.jpg")
    order = Order("id", "square", Request("a fox").validate(source=True), tmp_path / "id.mp4", Files(path))
    given = opened(order)
    assert given.source.frames.shape == (1, 30, 20, 3), "upright"
    video = Video(given.source.frames.repeat(4, 0), order.request).save(order.path)
    for each in (path, video, thumbnail_path(video)):
        assert SECRET.encode() not in each.read_bytes()
    assert SECRET not in str(ffmpeg.read_tags(video)) and not Image.open(thumbnail_path(video)).getexif()
