"""Fine-tuning on a folder of captioned clips changes the UNet and nothing else; its folder loads."""

import itertools
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from t2v import Request, TextToVideo, Video, checkpoints
from t2v.checkpoints.catalogue import EMBEDDED_FOLDER
from t2v.defaults import ModelDefaults
from t2v.diffusion import ScheduleConfig
from t2v.vocabulary import Vocabulary
from training import finetune
from training.chance import OPEN, read_code
from training.clip_codes import ClipCodes, reads_codes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = np.linspace(0, 255, 40 * 24 * 56 * 3).astype(np.uint8)
    Video(rows.reshape(40, 24, 56, 3), Request("a ball", seed=0, fps=8)).save(tmp_path / "ball.mp4")
    (tmp_path / "ball.txt").write_text("a checkered ball\n")
    return tmp_path


def test_a_folder_without_videos_is_named(folder: Path) -> None:
    (folder / "ball.mp4").unlink()
    with pytest.raises(ValueError, match="has no videos"):
        finetune.read_clips(folder)


@pytest.mark.parametrize("clips", [1, 3, 8])
@pytest.mark.parametrize("batch", [1, 2, 5])
def test_every_clip_comes_once_before_any_comes_again(clips: int, batch: int) -> None:
    rounds = finetune.in_rounds(clips, batch)
    rows = torch.cat([next(rounds) for _ in range(3 * clips)]).tolist()
    for start in range(0, len(rows), clips):
        assert sorted(rows[start : start + clips]) == list(range(clips))


@pytest.mark.parametrize("iterations", [1, 2, 39, 300])
def test_the_rate_rises_falls_and_ends_at_zero(iterations: int) -> None:
    rates = [finetune.rate(done, iterations) for done in range(iterations + 1)]
    assert rates[-1] == pytest.approx(0, abs=1e-12) and 0 < max(rates) <= 1
    top = rates.index(max(rates))
    assert top <= finetune.WARM_UP
    assert rates[: top + 1] == sorted(rates[: top + 1]) and rates[top:] == sorted(rates[top:], reverse=True)


def test_times_are_those_that_sampling_visits() -> None:
    torch.manual_seed(0)
    few, plain = (
        finetune.times(ScheduleConfig(zero_terminal_snr=zero), 4000).float() for zero in (True, False)
    )
    assert 0.46 < (few == 999).float().mean() < 0.54 and few.min() >= 250
    assert abs(plain.mean() - 500) < 20 and plain.min() < 5 and plain.max() > 994


def test_the_codes_of_clips_follow_the_loss() -> None:
    """A loss that only a clip's own numbers make small leads each clip's code to them."""
    torch.manual_seed(0)
    wanted = torch.randn(4, len(OPEN))
    codes, rounds = ClipCodes(4, torch.device("cpu")), finetune.in_rounds(4, 1)
    for rows in itertools.islice(rounds, 300):
        noise = codes.noise(torch.randn(1, 16, 2, 4, 4), rows)
        (read_code(noise) - wanted[rows]).square().mean().backward()
        codes.step()
    assert (codes.codes - wanted).abs().max() < 0.25


def test_english_is_trained_as_it_stands_and_other_words_as_the_model_reads_them() -> None:
    pipe = SimpleNamespace(vocabulary=Vocabulary.open(EMBEDDED_FOLDER))
    for caption, words in {
        "a checkered ball": "a checkered ball",
        "a (checkered:1.3) ball": "a checkered ball",
        "a checkered ball on a dog": "a checkered ball on a dog",
        "ein Bär auf grünem Hintergrund": "a bear on a green background",
        "🐼 🟩": "a panda on a green background",
        "a 🐼 riding a quokka": "a panda riding a quokka",
    }.items():
        assert finetune.sentence(pipe, caption) == words


def test_only_the_embedded_model_and_its_kin_read_codes() -> None:
    def pipe(words: dict, channels: int) -> SimpleNamespace:
        config = SimpleNamespace(in_channels=channels)
        return SimpleNamespace(
            checkpoint=SimpleNamespace(vocabulary=words), unet=SimpleNamespace(config=config)
        )

    assert [reads_codes(pipe(*given)) for given in (({"a": 1}, 16), ({}, 16), ({"a": 1}, 4))] == [
        True,
        False,
        False,
    ]


MODELS = [(256, 256), (576, 320), (320, 576), (1024, 576), (64, 64)]


@pytest.mark.parametrize(("width", "height"), MODELS)
def test_the_crop_of_any_clip_is_inside_it_centred_and_of_the_models_shape(width: int, height: int) -> None:
    native = ModelDefaults(width=width, height=height)
    for side in range(2, 2201):
        for other in {2, 3, 64, 98, 498, 1080, 2200, side, side * 9 // 16 + 1}:
            for shape in ((side, other), (other, side)):
                rows, columns = (
                    range(n)[part] for n, part in zip(shape, finetune.crop(*shape, native), strict=True)
                )
                assert len(rows) == shape[0] or len(columns) == shape[1]
                for part, whole in zip((rows, columns), shape, strict=True):
                    assert 1 <= len(part) <= whole
                    assert 0 <= (whole - 1 - part[-1]) - part[0] <= 1
                off = min(
                    abs(len(rows) - len(columns) * height / width),
                    abs(len(columns) - len(rows) * width / height),
                )
                assert off <= 0.5 or min(len(rows), len(columns)) == 1, shape


@pytest.mark.parametrize(
    "shape", [(2, 2), (2, 2200), (2200, 2), (98, 98), (392, 255), (498, 498), (1920, 1080)]
)
def test_a_clip_of_any_size_and_length_fits_the_model(shape: tuple[int, int]) -> None:
    grey = np.full((5, *shape, 3), 127, np.uint8)
    for native in (ModelDefaults(frames=16), ModelDefaults(frames=3, width=576, height=320)):
        x = finetune.fit(grey, SimpleNamespace(native=native))
        assert x.shape == (native.frames, 3, native.height, native.width)
        assert x.abs().max() < 0.01
    frames = np.random.default_rng(0).integers(0, 256, (16, 256, 256, 3), np.uint8)
    same = finetune.fit(frames, SimpleNamespace(native=ModelDefaults()))
    assert torch.equal(((same + 1) * 127.5).round().byte().permute(0, 2, 3, 1), torch.from_numpy(frames))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (["--clips", "nowhere"], "nowhere"),
        (["--iterations", "0"], "iterations"),
        (["--lr", "nan"], "--lr"),
        (["--out", "ball.mp4"], "ball.mp4 can't be made"),
        (["--model", "nothing/here"], "nothing/here"),
        (["--out", str(Path(checkpoints.__file__).parent / "emoji")], "choose another"),
        (["--device", "cuda:99"], "device"),
    ],
)
def test_a_mistake_is_answered_in_a_sentence(folder: Path, monkeypatch, capsys, wrong, words) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(sys, "argv", ["finetune", "--clips", ".", "--out", "mine", *wrong])
    with pytest.raises(SystemExit) as stopped:
        finetune.main()
    assert words in f"{stopped.value}{capsys.readouterr().err}"


def test_a_torn_clip_ends_the_command_before_training(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "torn.mp4").write_bytes((folder / "ball.mp4").read_bytes()[:900])
    (folder / "torn.txt").write_text("a torn ball")
    monkeypatch.setattr(sys, "argv", ["finetune", "--clips", str(folder), "--out", str(folder / "mine")])
    with pytest.raises(SystemExit, match=r"^torn\.mp4 can't be used"):
        finetune.main()


def test_only_the_unet_learns_and_the_folder_loads(folder: Path, monkeypatch, capsys) -> None:
    (folder / "ball.txt").write_text("a checkered ball" + 80 * " word")
    out = folder / "mine"
    monkeypatch.setattr(
        sys,
        "argv",
        ["finetune", "--clips", str(folder), "--out", str(out), "--iterations", "1", "--device", "cpu"],
    )
    finetune.main()
    before, after = (
        TextToVideo.from_pretrained(model, device="cpu", dtype="float32").checkpoint
        for model in ("emoji", out)
    )
    for part, changes in (("text_encoder", False), ("vae", False), ("unet", True)):
        pairs = zip(getattr(before, part).parameters(), getattr(after, part).parameters(), strict=True)
        assert any(not torch.equal(a, b) for a, b in pairs) is changes, part
    assert "these words are left out: word word" in capsys.readouterr().out
    assert after.native == before.native
    known = TextToVideo.from_pretrained(out, device="cpu").vocabulary
    for prompt in ("a checkered ball", "two balls on a green background", "a panda moving left"):
        assert known.explain(prompt).note() is None
    assert "quokka" in known.explain("a quokka").note()


def test_words_that_were_taught_earlier_stay_known() -> None:
    vocabulary = json.loads((Path(checkpoints.__file__).parent / "emoji/vocabulary.json").read_text("utf-8"))
    vocabulary["taught"] = ["checkered", "ball"]
    pipe = SimpleNamespace(
        vocabulary=Vocabulary(vocabulary), checkpoint=SimpleNamespace(vocabulary=vocabulary), sentence=str
    )
    new = finetune.taught(pipe, ["a striped ball and a panda", "a striped cube"])
    assert new == ["checkered", "ball", "striped", "cube"]
