"""Fine-tuning on a folder of captioned clips changes the UNet and nothing else; its folder loads."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from t2v import Request, TextToVideo, Video
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


def test_only_the_unet_learns_and_the_folder_loads(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
    assert after.native == before.native
