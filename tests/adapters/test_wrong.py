"""Adapters that don't fit: each is refused in a sentence that says what it is, before a weight is loaded."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from t2v import TextToVideo
from t2v.checkpoints import CheckpointError, load

from ..lora_files import sd_names
from ..tiny_model import MODELSCOPE_FILES, write_modelscope
from .given import copies, weights


def named(*names: str) -> dict[str, Tensor]:
    return {name: torch.ones(4, 4) for name in names}


WRONG = {
    "Stable Diffusion 1's": (sd_names(768), "is a LoRA of Stable Diffusion 1, an image model"),
    "Stable Diffusion XL's": (
        named("lora_unet_input_blocks_4_1_transformer_blocks_1_attn1_to_q.lora_up.weight"),
        "Stable Diffusion XL",
    ),
    "AnimateDiff's": (
        named("down_blocks.0.motion_modules.0.temporal_transformer.x.processor.to_q_lora.down.weight"),
        "a motion LoRA of AnimateDiff",
    ),
    "VideoCrafter's": (named("unet.fps_embedding.0.lora_A.weight"), "a LoRA of VideoCrafter"),
    "Flux's": (named("transformer.single_transformer_blocks.0.attn.to_q.lora_A.weight"), "Flux"),
    "Wan's": (named("diffusion_model.blocks.0.self_attn.q.lora_A.weight"), "a LoRA of Wan"),
    "LyCORIS": (named("lora_unet_conv_in.hada_w1_a"), "a LyCORIS adapter"),
    "DoRA": (
        named("base_model.model.conv_in.lora_magnitude_vector", "base_model.model.conv_in.lora_A.weight"),
        "is a DoRA",
    ),
    "textual inversion": (named("emb_params"), "a textual inversion"),
    "a whole UNet": (named("conv_in.weight"), "holds no LoRA that t2v knows"),
    "half a pair": (named("unet.conv_in.lora_A.weight"), r"has only half of 1 of 1 \(conv_in\)"),
    "an unknown layer": (
        named("unet.conv_in2.lora_A.weight", "unet.conv_in2.lora_B.weight"),
        r"no place for 1 of 1 \(conv_in2\)",
    ),
    "another shape": (
        named("unet.conv_in.lora_A.weight", "unet.conv_in.lora_B.weight"),
        r"has in another shape 1 of 1 \(conv_in \(4×4 · 4×4 for 32×4×3×3\)\)",
    ),
    "something besides": (
        named("unet.conv_in.bias"),
        "holds no LoRA that t2v knows: no tensor in it is named as half of a pair",
    ),
    "an odd list": ([torch.ones(2, 2)] * 3, "a nameless list of 3 tensors, fits no order"),
    "a list of another network": ([torch.ones(4, 4)] * 10, "a nameless list of 10 tensors, fits no order"),
    "a list of Stable Diffusion 1": (
        [torch.ones(320, 4), torch.ones(4, 320), torch.ones(320, 4), torch.ones(4, 768)],
        "Stable Diffusion 1",
    ),
    "T2V-Turbo for VideoCrafter2": (
        [torch.ones(1280, 4), torch.ones(4, 320), torch.ones(8, 4, 1, 1, 1), torch.ones(4, 8, 3, 1, 1)],
        "VideoCrafter's network, such as T2V-Turbo's for VideoCrafter2",
    ),
    "NaN": ({"unet.conv_in.lora_A.weight": torch.full((4, 4), torch.nan)}, "is damaged: .* not finite"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_does_not_fit_is_named_before_anything_is_loaded(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
):
    contents, why = WRONG[kind]
    path = tmp_path / ("lora.safetensors" if isinstance(contents, dict) else "lora.pt")
    save_file(contents, path) if isinstance(contents, dict) else torch.save(contents, path)
    monkeypatch.setattr("t2v.checkpoints.parts.Part.tensors", None)  # no weight of the model is read
    with pytest.raises(CheckpointError, match=why) as error:
        load(f"{folder}+{path}")
    assert str(tmp_path) not in str(error.value) and "\n" not in str(error.value)


class Touch:
    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self) -> tuple:
        return open, (str(self.path), "w")


def test_no_code_in_a_file_is_run(folder: Path, tmp_path: Path):
    path, touched = tmp_path / "lora.pt", tmp_path / "touched"
    torch.save([torch.ones(2, 2), torch.ones(2, 2), Touch(touched)], path)
    with pytest.raises(CheckpointError, match=r"lora.pt holds code \(.*open\): refused"):
        load(f"{folder}+{path}")
    assert not touched.exists()


def test_an_adapter_that_does_not_fit_leaves_the_present_ones(pipe: TextToVideo, lora: Path, tmp_path: Path):
    pipe.set_adapters(str(lora))
    before, name = copies(pipe), pipe.name
    save_file(sd_names(768), tmp_path / "sd.safetensors")
    with pytest.raises(CheckpointError, match="Stable Diffusion 1"):
        pipe.set_adapters(str(tmp_path / "sd.safetensors"))
    assert pipe.name == name
    assert all(torch.equal(tensor, before[name]) for name, tensor in weights(pipe).items())


def test_a_lora_given_as_a_model_is_told_where_to_stand(lora: Path, turbo: Path, tmp_path: Path):
    for path in (lora, turbo):
        with pytest.raises(
            CheckpointError, match=rf"{path.name} is a LoRA, .* after the model's name and a \+"
        ):
            load(path)
    with pytest.raises(CheckpointError, match=r"it has a LoRA, .* after the model's name and a \+"):
        (tmp_path / "x").mkdir()
        (tmp_path / "x" / "adapter_config.json").write_text("{}")
        load(tmp_path / "x")


def test_videolcms_network_is_refused_by_name(tmp_path: Path):
    """VGen's UNets have ModelScope's names, but read 8 channels of a condition besides the latents."""
    folder = write_modelscope(tmp_path / "model")
    path = folder / MODELSCOPE_FILES["unet"]
    tensors = torch.load(path)
    tensors["input_blocks.0.0.weight"] = torch.zeros(32, 12, 3, 3)
    torch.save(tensors, path)
    with pytest.raises(CheckpointError, match="VideoLCM or VideoComposer: its first layer reads 12 channels"):
        load(folder)
