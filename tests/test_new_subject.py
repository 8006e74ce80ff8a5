"""Eight clips teach the embedded model a subject that it doesn't know: minutes of two cores, `make soak`.

The pictures are those of training/dataset.py: T2V_DATA names the pack, else it is made, from 730 MB of npm.
"""

import os
from pathlib import Path

import pytest

from training import dataset, new_subject

MOST = 600  # seconds of processors: five minutes of two


@pytest.fixture
def data(tmp_path: Path) -> Path:
    if "T2V_DATA" in os.environ:
        return Path(os.environ["T2V_DATA"])
    dataset.main(["--out", str(tmp_path)])
    return tmp_path / "emoji.zip"


@pytest.mark.soak
def test_eight_clips_teach_a_subject_that_the_judge_recognises(data: Path, tmp_path: Path):
    found = new_subject.main(["--data", str(data), "--out", str(tmp_path / "taught")])
    assert found["before"] == 0 and found["after"] >= 6
    assert found["processor"] <= MOST
