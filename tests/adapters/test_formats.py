"""Formats and layouts: what fits which model, and what the doctor says."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from t2v import TextToVideo
from t2v.checkpoints import CheckpointError, examine, load
from t2v.checkpoints.lora_order import unet_orders
from t2v.checkpoints.lora_places import GUIDANCE, Places, places
from t2v.networks import TextConfig, TextEncoder, UNet3D, UNetConfig, blank

from ..lora_files import sd_names, write_list, write_named
from ..tiny_model import write_modelscope
from .given import SMALL


def test_an_adapter_fits_a_model_in_the_other_layout(tmp_path: Path, layers: Places):
    """A file with diffusers' names on a model in ModelScope's files."""
    model = write_modelscope(tmp_path / "modelscope")
    pipe = TextToVideo.from_pretrained(model, device="cpu", dtype="float32")
    own = places(pipe.unet, pipe.checkpoint.text_encoder)
    lora = write_named(tmp_path / "x.safetensors", own, list(own.unet))
    before = pipe("a panda", steps=2, **SMALL).frames
    pipe.set_adapters(str(lora))
    assert (pipe("a panda", steps=2, **SMALL).frames != before).any() and layers


def test_parameters_in_a_list_are_read(pipe: TextToVideo, tmp_path: Path, layers: Places):
    """Text-To-Video-Finetuning saves nn.Parameters."""
    path = write_list(tmp_path / "unet.pt", layers, next(unet_orders(layers.unet)).layers)
    torch.save([torch.nn.Parameter(item) for item in torch.load(path)], path)
    pipe.set_adapters(str(path))
    assert pipe.unet.config.guidance_width == 256


@pytest.fixture(scope="module")
def published() -> Places:
    with blank():
        return places(UNet3D(UNetConfig()), TextEncoder(TextConfig()), 256)


def test_the_doctor_knows_the_formats(tmp_path: Path, published: Places, folder: Path, lora: Path):
    names = [name for name in published.unet if name.endswith("to_q")][:5]
    file = write_named(tmp_path / "to_q.safetensors", published, names)
    said = examine(file)
    assert said == "to_q.safetensors: a LoRA (diffusers) of 5 layers of the UNet, rank 4."
    assert "adapter panda.safetensors:0.5: diffusers, " in examine(f"{folder}+{lora}:0.5")
    save_file(sd_names(768), tmp_path / "sd.safetensors")
    with pytest.raises(CheckpointError, match="Stable Diffusion 1"):
        examine(tmp_path / "sd.safetensors")
    save_file(sd_names(1024), tmp_path / "sd2.safetensors")  # its layers are those of ModelScope's in space
    assert "kohya" in examine(tmp_path / "sd2.safetensors")


def test_the_doctor_tries_the_embedded_model_too(tmp_path: Path):
    checkpoint = load("emoji")
    own = places(checkpoint.unet, checkpoint.text_encoder)
    said = examine(write_named(tmp_path / "emoji.safetensors", own))
    assert said.endswith("of the UNet and text encoder, rank 4. It fits emoji.")


def test_t2v_turbos_file_at_full_size_is_recognised(published: Places):
    first = next(unet_orders(published.unet)).layers
    assert first[2] == "time_embedding.cond_proj" and published.named[first[2]].tensor == GUIDANCE
    assert published.named[first[2]].shape == (320, 256)
