"""Files say of themselves that a model made them, in words that readers of others find."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from t2v import Video, ffmpeg, provenance
from t2v.request import Request
from t2v.service.files import ENDINGS, VideoFiles
from t2v.service.outputs import Outputs
from t2v.video import CONTAINERS

TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
SIZES = [(1, 16, 16), (3, 17, 31), (5, 64, 48)]


def made(frames: int, height: int, width: int) -> Video:
    pixels = np.random.default_rng(1).integers(0, 256, (frames, height, width, 3), np.uint8)
    return Video(pixels, Request("a <panda> & “friends”", seed=1, fps=8), "emoji")


@pytest.mark.parametrize("shape", SIZES, ids=str)
@pytest.mark.parametrize("suffix", CONTAINERS)
def test_exiftool_finds_the_source_type(tmp_path: Path, suffix: str, shape: tuple[int, int, int]):
    found = shutil.which("exiftool")
    assert found, "this test needs exiftool: sudo apt-get install libimage-exiftool-perl"
    path = made(*shape).save(tmp_path / f"a{suffix.upper()}")
    command = [found, "-json", "-validate", "-warning", "-a", "-G1", "-n", "-all", path]
    (told,) = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert told["XMP-iptcExt:DigitalSourceType"] == TRAINED
    assert told["XMP-xmp:CreatorTool"].startswith("t2v ")
    improper = "[minor] Improper EXIF header"  # as Pillow writes it
    assert {text for name, text in told.items() if "Warning" in name} <= {improper}


@pytest.mark.parametrize("suffix", CONTAINERS)
def test_frames_and_settings_come_back_from_a_labelled_file(tmp_path: Path, suffix: str):
    video = made(4, 32, 32)
    path = video.save(tmp_path / f"a{suffix}")
    again = Video.open(path)
    assert again.request == video.request and again.frames.shape == video.frames.shape
    assert path.read_bytes().count(TRAINED.encode()) == 1


def test_the_mp4_is_a_sequence_of_whole_boxes_with_its_index_first(tmp_path: Path):
    data, kinds, place = made(3, 32, 32).save(tmp_path / "a.mp4").read_bytes(), [], 0
    while place < len(data):
        kinds.append(data[place + 4 : place + 8].decode())
        place += int.from_bytes(data[place : place + 4], "big")
    assert place == len(data) and kinds.index("moov") < kinds.index("mdat") and kinds[-1] == "uuid"
    assert len(list(ffmpeg.decode(tmp_path / "a.mp4"))) == 3


def test_pillow_still_plays_the_others(tmp_path: Path):
    for suffix in (".gif", ".webp"):
        with Image.open(made(4, 32, 32).save(tmp_path / f"a{suffix}")) as image:
            assert image.n_frames == 4
            image.seek(3)
            image.load()
            assert suffix == ".gif" or TRAINED.encode() in image.info["xmp"]


@pytest.mark.parametrize("shade", [0, 128, 255])
@pytest.mark.parametrize(("height", "width"), [(256, 256), (320, 576), (64, 64), (16, 16)])
def test_a_mark_can_be_read_on_every_ground(shade: int, height: int, width: int):
    frames = np.full((2, height, width, 3), shade, np.uint8)
    shown = provenance.marked(frames, "AI-generated")
    assert shown.shape == frames.shape and shown.dtype == np.uint8 and (frames == shade).all()
    changed = (shown != frames).any(axis=(0, 3))
    rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
    assert rows.min() > height / 2 and columns.min() >= 0  # below, and not cut off at the left
    assert changed[:, 0].sum() == 0 or width < 64
    assert np.ptp(shown[0, rows.min() :, columns.min() :].astype(int)) > 60  # contrast
    assert (shown[0] == shown[1]).all()


def test_a_mark_stays_small():
    frames = np.zeros((1, 256, 256, 3), np.uint8)
    assert (provenance.marked(frames, "AI") != frames).any(3).mean() < 0.01


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_version_of_a_video_says_so_too(tmp_path: Path, ending: str):
    outputs = Outputs(tmp_path)
    video = made(4, 32, 32).save(outputs.path("a", ".mp4"))
    assert TRAINED.encode() in VideoFiles(outputs).version(video, ending).read_bytes()
