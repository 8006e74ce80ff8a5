"""Fine-tuning to a LoRA: the model stays as it is, and the file is read by us and by PEFT."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from t2v import Request, TextToVideo, Video
from t2v.checkpoints import examine
from training import finetune
from training.lora import Changes


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    rows = np.linspace(0, 255, 16 * 32 * 32 * 3).astype(np.uint8)
    Video(rows.reshape(16, 32, 32, 3), Request("a ball", seed=0, fps=8)).save(tmp_path / "ball.mp4")
    (tmp_path / "ball.txt").write_text("a checkered ball\n")
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, clips: Path, *more: str) -> Path:
    out = clips / "mine"
    command = ["finetune", "--clips", str(clips), "--out", str(out), "--iterations", "1", "--device", "cpu"]
    monkeypatch.setattr(sys, "argv", [*command, *more])
    finetune.main()
    return out


def test_a_lora_is_written_and_loaded_back(clips: Path, monkeypatch: pytest.MonkeyPatch):
    out = run(monkeypatch, clips, "--lora", "4", "--lr", "0.01")
    assert {path.name for path in out.iterdir()} == {"adapter_config.json", "adapter_model.safetensors"}
    config = json.loads((out / "adapter_config.json").read_text())
    assert (config["r"], config["lora_alpha"], config["base_model_name_or_path"]) == (4, 4, "emoji")
    plain = TextToVideo.from_pretrained("emoji", device="cpu", dtype="float32")
    pipe = TextToVideo.from_pretrained(f"emoji+{out}:0.5", device="cpu", dtype="float32")
    assert pipe.adapters[0].format == "PEFT" and pipe.name == "emoji+mine:0.5"
    changed = [
        not torch.equal(a, b) for a, b in zip(plain.unet.parameters(), pipe.unet.parameters(), strict=True)
    ]
    assert sum(changed) > len(pipe.adapters[0].changes) / 2
    assert "It fits emoji." in examine(out / "adapter_model.safetensors")
    assert plain.vocabulary.explain("a checkered ball").note() is not None
    assert pipe.vocabulary.explain("a checkered ball").note() is None
    pipe.set_adapters()
    assert all(
        torch.equal(a, b) for a, b in zip(plain.unet.parameters(), pipe.unet.parameters(), strict=True)
    )
    assert pipe.vocabulary.explain("a checkered ball").note() is not None


def test_what_was_trained_is_what_is_loaded(clips: Path, tmp_path: Path):
    """The UNet with its changes attached predicts what the written file makes of the plain one."""
    pipe = TextToVideo.from_pretrained("emoji", device="cpu", dtype="float32")
    weights = {name: tensor.clone() for name, tensor in pipe.unet.state_dict().items()}
    changes = Changes(pipe.unet, pipe.checkpoint.text_encoder, rank=3)
    generator = torch.Generator().manual_seed(0)
    for change in changes.networks.values():
        change.up.data.normal_(generator=generator).mul_(0.02)
    x, t = torch.randn(1, 4, 2, 4, 4, generator=generator), torch.tensor([500.0])
    x = torch.randn(1, pipe.unet.config.in_channels, 2, 4, 4, generator=generator)
    text = torch.randn(1, 77, pipe.unet.config.text_width, generator=generator)
    with torch.no_grad():
        trained = pipe.unet(x, t, text)
    changes.remove()
    assert all(torch.equal(weights[name], tensor) for name, tensor in pipe.unet.state_dict().items())
    changes.write(tmp_path / "lora", "emoji", [])
    with torch.no_grad():
        plain = pipe.unet(x, t, text)
        pipe.set_adapters(str(tmp_path / "lora"))
        torch.testing.assert_close(pipe.unet(x, t, text), trained, atol=1e-5, rtol=1e-5)
    assert (plain - trained).abs().max() > 0.01


def test_peft_reads_the_file(tmp_path: Path):
    from diffusers import UNet3DConditionModel
    from peft import PeftModel

    from .parity.peers import write_diffusers_folder

    write_diffusers_folder(tmp_path / "model")
    pipe = TextToVideo.from_pretrained(tmp_path / "model", device="cpu", dtype="float32")
    changes = Changes(pipe.unet, pipe.checkpoint.text_encoder, rank=3)
    for change in changes.networks.values():
        change.up.data.normal_(generator=torch.Generator().manual_seed(0)).mul_(0.05)
    changes.remove()
    changes.write(tmp_path / "lora", str(tmp_path / "model"), [])
    unet = UNet3DConditionModel.from_pretrained(tmp_path / "model" / "unet").eval()
    x, t = torch.randn(1, 4, 3, 8, 8, generator=torch.Generator().manual_seed(1)), torch.tensor([500.0])
    text = torch.randn(1, 77, 128, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        plain = unet(x, t, text).sample
        expected = PeftModel.from_pretrained(unet, tmp_path / "lora").eval()(x, t, text).sample
        pipe.set_adapters(str(tmp_path / "lora"))
        torch.testing.assert_close(pipe.unet(x, t, text), expected, atol=1e-5, rtol=1e-5)
    assert (expected - plain).abs().max() > 0.01


def test_the_loss_falls_and_the_weights_themselves_stay(clips: Path, monkeypatch: pytest.MonkeyPatch):
    pipe = TextToVideo.from_pretrained("emoji", device="cpu", dtype="float32")
    before = {name: tensor.clone() for name, tensor in pipe.unet.state_dict().items()}
    changes = Changes(pipe.unet, pipe.checkpoint.text_encoder, rank=4)
    torch.manual_seed(0)
    finetune.finetune(pipe, finetune.each_clip(clips, pipe.native), 2, 1, 1e-3, changes.networks)
    assert all(change.up.abs().max() > 0 for change in changes.networks.values())
    assert not any(weight.requires_grad for weight in pipe.unet.parameters())
    changes.remove()
    assert all(torch.equal(before[name], tensor) for name, tensor in pipe.unet.state_dict().items())


@pytest.mark.parametrize("rank", ["-1", "5000"])
def test_a_rank_that_makes_no_sense_is_refused(clips: Path, monkeypatch, capsys, rank: str):
    with pytest.raises(SystemExit):
        run(monkeypatch, clips, "--lora", rank)
    assert "--lora must be a rank from 1 to 1024" in capsys.readouterr().err
