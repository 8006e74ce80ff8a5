"""Contact sheets for eyes that don't know the prompts: every video has its number and its strip."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.phrases import BACKGROUNDS
from training.sheet import COLUMNS, SHOWN, TILE, blind_sheets, main, strip

from .shapes import pack_shapes

BORDER = (16, 6)  # rows above a strip for its number, columns beside it


def test_a_strip_shows_four_moments_in_their_order() -> None:
    video = np.stack([np.full((8, 8, 3), 10 * i, np.uint8) for i in range(16)])
    row = strip(video, 7)[BORDER[0] + 1 :, BORDER[1] :]
    assert [int(row[TILE // 2, TILE * i + TILE // 2, 0]) for i in range(len(SHOWN))] == [0, 50, 100, 150]


def test_videos_of_other_shapes_stand_whole_on_gray() -> None:
    wide = np.full((16, 4, 8, 3), 200, np.uint8)
    row = strip(wide, 1)
    assert (row[BORDER[0] + 10, BORDER[1] + 10] == 90).all() and (row[BORDER[0] + TILE // 2, 40] == 200).all()


def test_more_videos_than_a_sheet_holds_go_to_the_next(tmp_path: Path) -> None:
    blind_sheets([np.zeros((16, 8, 8, 3), np.uint8)] * 14, tmp_path)
    sizes = [Image.open(tmp_path / f"blind_{n}.webp").size for n in (1, 2)]
    assert sizes[0][0] == sizes[1][0] and sizes[0][1] == 4 * sizes[1][1]
    assert not (tmp_path / "blind_3.webp").exists()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_truth_is_shown_by_its_own_prompts_alone(seed: int, tmp_path: Path) -> None:
    data = pack_shapes(tmp_path / "emoji.zip")
    main(["--truth", "--count", "3", "--seed", str(seed), "--data", str(data), "--out", str(tmp_path)])
    listed = json.loads((tmp_path / "list.json").read_text())
    assert [each["number"] for each in listed] == [1, 2, 3]
    sheet = np.asarray(Image.open(tmp_path / "blind_1.webp").convert("RGB")).astype(int)
    width = sheet.shape[1] // COLUMNS
    plain = [each for each in listed if " background" in each["prompt"]]
    for each in plain:
        corner = sheet[BORDER[0] + 12, (each["number"] - 1) * width + BORDER[1] + 12]
        (colour,) = [rgb for name, rgb in BACKGROUNDS.items() if f" {name} background" in each["prompt"]]
        assert np.abs(corner - colour).max() < 25, each
    assert plain and not list(tmp_path.glob("named_*"))
