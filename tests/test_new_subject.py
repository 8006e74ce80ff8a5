"""Eight clips teach the embedded model a subject that is in no data: minutes of two cores, `make soak`.

The other subjects are those of training/dataset.py: T2V_DATA names the pack, else it is made, from 730 MB of
npm.
"""

import os
from pathlib import Path

import pytest
import torch

from t2v import TextToVideo, Video
from training import dataset, glorp, new_subject
from training.clips import find_clips
from training.subjects import load_subjects

MOST = 600  # seconds of processors: five minutes of two


def test_a_glorp_is_in_no_data_and_its_loop_moves_without_a_seam():
    assert not any("glorp" in name for subject in load_subjects() for name in subject.names)
    pictures = glorp.pictures()
    assert pictures.shape == (16, 4, 256, 256) and pictures.dtype == torch.uint8
    assert (pictures[:, :3] <= pictures[:, 3:]).all()  # premultiplied
    change = (pictures.float() - pictures.roll(1, 0)).square().mean((1, 2, 3))
    assert change.min() > 0 and change[0] <= change.max()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    if "T2V_DATA" in os.environ:
        return Path(os.environ["T2V_DATA"])
    dataset.main(["--out", str(tmp_path)])
    return tmp_path / "emoji.zip"


@pytest.mark.soak
def test_eight_of_our_own_videos_teach_a_subject_that_the_judge_recognises(data: Path, tmp_path: Path):
    out = tmp_path / "taught"
    found = new_subject.main(["--data", str(data), "--out", str(out)])
    clips = find_clips(out / "clips")
    assert len(clips) == 8 and not list((out / "clips").glob("*.txt"))  # the prompts are read from the videos
    assert all(Video.open(path).request.prompt == caption for path, caption in clips)
    assert found["before"] == 0 and found["after"] >= 6
    assert found["processor"] <= MOST
    pipe = TextToVideo.from_pretrained(f"emoji+{out / 'lora'}", device="cpu")
    assert pipe.vocabulary.explain("a glorp on a green background").note() is None
