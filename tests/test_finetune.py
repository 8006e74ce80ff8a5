"""Fine-tuning on a folder of captioned clips changes the UNet and nothing else; its folder loads."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from t2v import Request, TextToVideo, Video, checkpoints
from t2v.defaults import ModelDefaults
from t2v.vocabulary import Vocabulary
from training import finetune


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = np.linspace(0, 255, 40 * 24 * 56 * 3).astype(np.uint8)
    Video(rows.reshape(40, 24, 56, 3), Request("a ball", seed=0, fps=8)).save(tmp_path / "ball.mp4")
    (tmp_path / "ball.txt").write_text("a checkered ball\n")
    return tmp_path


def test_a_clip_without_a_caption_is_named(folder: Path) -> None:
    (folder / "ball.txt").unlink()
    with pytest.raises(ValueError, match=r"without a caption .*ball\.mp4"):
        finetune.read_clips(folder)
    with pytest.raises(ValueError, match="has no videos"):
        finetune.read_clips(folder / "..")


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
        vocabulary=Vocabulary(vocabulary), checkpoint=SimpleNamespace(vocabulary=vocabulary)
    )
    new = finetune.taught(pipe, ["a striped ball and a panda", "a striped cube"])
    assert new == ["checkered", "ball", "striped", "cube"]
