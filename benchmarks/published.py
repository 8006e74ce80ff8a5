"""Make a model of the published size with random weights by diffusers' own classes, in its layout."""

import json
from pathlib import Path

import torch
from diffusers import AutoencoderKL, UNet3DConditionModel
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel

UNET = {"cross_attention_dim": 1024, "attention_head_dim": 64, "sample_size": 32}
VAE = {
    "block_out_channels": (128, 256, 512, 512),
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "layers_per_block": 2,
    "latent_channels": 4,
    "sample_size": 256,
}
TEXT = {
    "hidden_size": 1024,
    "intermediate_size": 4096,
    "num_attention_heads": 16,
    "num_hidden_layers": 23,
    "vocab_size": 49408,
    "hidden_act": "gelu",
}
SCHEDULER = {
    "_class_name": "DDIMScheduler",
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "num_train_timesteps": 1000,
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
}


def shrink() -> None:
    """Make the sizes of this module tiny, for a trial on a processor."""
    UNET.update(
        block_out_channels=(64, 128),
        layers_per_block=1,
        attention_head_dim=16,
        down_block_types=("CrossAttnDownBlock3D", "DownBlock3D"),
        up_block_types=("UpBlock3D", "CrossAttnUpBlock3D"),
    )
    VAE.update(block_out_channels=(32,) * 4, layers_per_block=1)
    TEXT.update(num_hidden_layers=1)


def make(device: str) -> dict[str, nn.Module]:
    """Make the three networks on `device`, in float32 with numbers that half precision can hold."""
    torch.manual_seed(0)
    with torch.device(device):
        text = CLIPTextModel(CLIPTextConfig(**TEXT))
        networks = {"unet": UNet3DConditionModel(**UNET), "vae": AutoencoderKL(**VAE), "text_encoder": text}
    for network in networks.values():
        network.eval().requires_grad_(False).apply(enliven)
        for weight in network.parameters():
            weight.copy_(weight.half())
    return networks


def enliven(module: nn.Module) -> None:
    """Draw the norms' weights, and those that start at zero, so that every layer affects the result."""
    if isinstance(module, nn.GroupNorm | nn.LayerNorm) and module.weight is not None:
        nn.init.normal_(module.weight, 1.0, 0.1)
        nn.init.normal_(module.bias, 0.0, 0.1)
    elif isinstance(module, nn.Conv3d):  # the last of a temporal block starts at zero in diffusers
        module.reset_parameters()


def write(networks: dict[str, nn.Module], folder: Path) -> Path:
    """Write a diffusers folder in half precision, without a tokenizer: CLIP's own is used."""
    for name, network in networks.items():
        network.half().save_pretrained(folder / name)
        network.float()
    (folder / "scheduler").mkdir(exist_ok=True)
    (folder / "scheduler" / "scheduler_config.json").write_text(json.dumps(SCHEDULER))
    (folder / "model_index.json").write_text(json.dumps({"_class_name": "TextToVideoSDPipeline"}))
    return folder
