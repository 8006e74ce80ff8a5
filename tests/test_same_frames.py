"""Frames that an earlier state of the code gave: a change of structure must not change a video.

`python -m tests.test_same_frames` writes tests/data/frames.npz anew, for when a video is meant to change.
"""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from t2v import TextToVideo

from .tiny_model import write_diffusers, write_modelscope

STORED = Path(__file__).parent / "data" / "frames.npz"
SMALL = {"seed": 5, "frames": 2, "width": 24, "height": 16, "steps": 3}
MODELS = {"diffusers": write_diffusers, "modelscope": write_modelscope}
CASES = list(product(MODELS, ("ddim", "dpmpp_2m", "unipc", "euler"), (1, 9)))


def made(pipe: TextToVideo, sampler: str, guidance: int) -> np.ndarray:
    """-> frames uint8 (f h w 3)"""
    eta = 0.5 if (sampler, guidance) == ("ddim", 9) else 0.0
    negative = "a cat" if guidance == 9 else ""
    given = {"negative_prompt": negative, "sampler": sampler, "guidance": guidance, "eta": eta}
    return pipe("a red panda", **given, **SMALL).frames


def frames(folder: Path) -> Iterator[tuple[str, np.ndarray]]:
    """The frames of every case by its name."""
    for model, write in MODELS.items():
        pipe = TextToVideo.from_pretrained(write(folder / model, seed=3), device="cpu", dtype="float32")
        for _, sampler, guidance in (case for case in CASES if case[0] == model):
            yield f"{model}-{sampler}-{guidance}", made(pipe, sampler, guidance)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    return dict(frames(tmp_path_factory.mktemp("models")))


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case)))
def test_the_frames_are_those_that_were_stored(found: dict[str, np.ndarray], case: tuple):
    name = "-".join(map(str, case))
    stored = np.load(STORED)[name]
    assert stored.std() > 20
    assert np.abs(found[name].astype(int) - stored).max() <= 1


if __name__ == "__main__":
    with TemporaryDirectory() as place:
        np.savez_compressed(STORED, **dict(frames(Path(place))))
