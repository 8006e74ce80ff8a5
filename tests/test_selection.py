"""The best of several videos, and sheets of seeds and guidances."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from t2v import Request, RequestError, TextToVideo, Video
from t2v.agreement import SHARES, agreement
from t2v.cli import DONE, main
from t2v.selection import MEASURES, Candidate, best_of, grid, measured, ranked, sheet

SMALL = {"frames": 3, "width": 16, "height": 16, "steps": 1, "guidance": 1.0}


@pytest.fixture(scope="module")
def pipe(folder: Path) -> TextToVideo:
    return TextToVideo.from_pretrained(folder, "cpu", "float32")


def test_the_best_is_first_and_every_video_has_its_measures(pipe: TextToVideo):
    found = best_of(pipe, Request("a", seed=2**32 - 1, **SMALL), 3)
    assert [each.place for each in found] == sorted(each.place for each in found)
    assert {each.video.request.seed for each in found} == {2**32 - 1, 0, 1}
    for each in found:
        assert each.video == pipe(each.video.request)
        assert each.measures == measured(pipe, each.video) and set(each.measures) == set(MEASURES)
    by_motion = best_of(pipe, Request("a", seed=2**32 - 1, **SMALL), 3, by=["motion"])
    assert by_motion[0].measures["motion"] == max(each.measures["motion"] for each in found)


def test_places_are_counted_from_the_best_and_shared_by_equals():
    video = Video(np.zeros((2, 16, 16, 3), np.uint8), Request("a"))
    values = (
        {"motion": 3.0, "flicker": 5.0},
        {"motion": 1.0, "flicker": 0.0},
        {"motion": 3.0, "flicker": 7.0},
    )
    found = ranked([Candidate(video, each) for each in values], ["motion", "flicker"])
    assert [(each.measures["flicker"], each.place) for each in found] == [(5.0, 1.5), (0.0, 2.0), (7.0, 2.0)]


def test_agreement_is_the_share_of_the_error_that_the_prompt_saves(pipe: TextToVideo):
    """Computed here again from the UNet itself, time by time."""
    video = pipe("a", seed=3, **SMALL)
    clean, generator = torch.from_numpy(video.latents.array)[None], torch.Generator().manual_seed(0)
    errors = torch.zeros(2)
    text = pipe.text_encoder(["a", ""])
    for share in SHARES:
        t = torch.tensor([round(share * 999)])
        kept = float(pipe.schedule.alphas_cumprod[t])
        added = torch.randn(clean.shape, generator=generator)
        x = kept**0.5 * clean + (1 - kept) ** 0.5 * added
        with torch.no_grad():
            errors += (pipe.unet(x.expand(2, -1, -1, -1, -1), t, text) - added).square().mean((1, 2, 3, 4))
    assert agreement(pipe, video) == pytest.approx(1 - float(errors[0] / errors[1]), abs=1e-5)
    assert agreement(pipe, video, "") == pytest.approx(0, abs=1e-6)
    assert agreement(pipe, replace(video, latents=None)) == pytest.approx(agreement(pipe, video), abs=0.05)


@pytest.mark.parametrize("number", [0, 1, 65, 2.0, "4", True, None])
def test_a_number_that_is_none_is_refused(pipe: TextToVideo, number: object):
    with pytest.raises(RequestError, match="^number: must be a whole number from 2 to 64"):
        best_of(pipe, Request("a", **SMALL), number)


@pytest.mark.parametrize("by", [[], ["beauty"], ["motion", "x"]])
def test_a_measure_that_is_none_is_refused(pipe: TextToVideo, by: list[str]):
    with pytest.raises(RequestError, match="^by: must be of motion, flicker, agreement"):
        best_of(pipe, Request("a", **SMALL), 2, by)


def test_a_grid_has_each_guidance_and_seed(pipe: TextToVideo):
    rows = grid(pipe, Request("a", **SMALL | {"guidance": None}), [1, 2], [1.0, 3.0, 9.0])
    settings = [[(each.video.request.guidance, each.video.request.seed) for each in row] for row in rows]
    assert settings == [[(scale, seed) for seed in (1, 2)] for scale in (1.0, 3.0, 9.0)]
    for seeds, scales, field in (([], [1.0], "seeds"), ([1], [31.0], "guidance"), ([1.5], [1.0], "seed")):
        with pytest.raises(RequestError, match=f"^{field}: "):
            grid(pipe, Request("a", **SMALL | {"guidance": None}), seeds, scales)
    with pytest.raises(RequestError, match="1 to 64 videos, not 66"):
        grid(pipe, Request("a"), list(range(33)), [1.0, 2.0])


def test_a_sheet_shows_every_video_at_its_place():
    colours = [[(200, 0, 0), (0, 200, 0), (0, 0, 200)], [(90, 90, 0), (0, 90, 90), (90, 0, 90)]]
    request = Request("a panda", fps=10)
    rows = [[Video(np.full((4, 32, 48, 3), c, np.uint8), request) for c in row] for row in colours]
    made = sheet(rows, ["guidance 5", "guidance 9"], ["seed 1", "seed 2", "seed 3"])
    assert len(made) == 4 and made.fps == 10 and made.request.prompt == "a panda"
    height, width = made.frames.shape[1:3]
    left, top = width - width % 2 - 3 * 48, height - 2 * 32
    left, top = (
        (left - left % 1, top) if made.frames[0, -1, -1].tolist() == [90, 0, 90] else (left - 1, top - 1)
    )
    for row, each in enumerate(colours):
        for column, colour in enumerate(each):
            middle = made.frames[:, -2 * 32 + 32 * row + 10, -3 * 48 + 48 * column + 20]
            assert (middle == colour).all()
    head = made.frames[0, : height - 64 - 2]
    assert head.min() < 100 and made.frames[0, :, : width - 144 - 2].min() < 100, "texts above and beside"


def test_a_large_sheet_is_made_smaller():
    video = Video(np.zeros((16, 256, 256, 3), np.uint8))
    made = sheet([[video] * 8] * 8, ["guidance 1"] * 8, [f"seed {i}" for i in range(8)])
    assert made.frames.size // 3 <= 2**26 and made.size[0] > 8 * 100


def few(folder: Path) -> list[str]:
    where = ["--model", str(folder), "--device", "cpu", "--dtype", "float32", "--size", "16x16"]
    return [*where, "--frames", "3", "--steps", "1"]


def test_the_commands_write_a_video_and_a_record(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    best, sheet_file = tmp_path / "best.mp4", tmp_path / "grid.webp"
    words = [*few(folder), "--guidance", "1"]
    assert (
        main(["best", "a", "-n", "2", "--seed", "5", "-o", str(best), *words, "--by", "motion, flicker"])
        == DONE
    )
    said = capsys.readouterr().out.splitlines()
    record = json.loads(best.with_suffix(".json").read_text())
    assert len(said) == 3 and said[0].startswith("seed ") and "motion" in said[0] and "flicker" in said[0]
    assert set(record["measures"]) == set(MEASURES) and len(record["videos"]) == 2
    assert Video.open(best).request.seed == record["videos"][0]["request"]["seed"]
    given = ["--seeds", "1,2", "--guidances", "1,2", "-o", str(sheet_file), *few(folder)]
    assert main(["grid", "a", *given]) == DONE
    assert "2 rows of 2 videos" in capsys.readouterr().out
    record = json.loads(sheet_file.with_suffix(".json").read_text())
    asked = [(each["request"]["guidance"], each["request"]["seed"]) for each in record["videos"]]
    assert asked == [(1, 1), (1, 2), (2, 1), (2, 2)] and all("agreement" in each for each in record["videos"])
    assert len(Video.open(sheet_file)) == 3


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["best", "a", "b"], "give one prompt"),
        (["best", "a", "-n", "1.5"], "number: must be a whole number from 2 to 64"),
        (["best", "a", "--by", "beauty"], "by: must be of motion"),
        (["best", "a", "-o", "a.txt"], "the name must end in one of them"),
        (["grid", "a", "--seed", "3"], "leave out --seed and --guidance"),
        (["grid", "a", "--seeds", "1,x"], "--seeds takes numbers with commas"),
        (["grid", "a", "--guidances", ""], "--guidances takes numbers with commas"),
    ],
)
def test_a_wrong_word_is_answered(words: list[str], why: str, folder: Path, capsys: pytest.CaptureFixture):
    assert main([*words, *few(folder)]) != DONE
    said = capsys.readouterr().err
    assert why in said and "Traceback" not in said
