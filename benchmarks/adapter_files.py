"""Write random LoRA files of the published formats and sizes: T2V-Turbo's list, a folder of PEFT's."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from t2v.checkpoints.lora_order import unet_orders
from t2v.checkpoints.lora_places import Places, places
from t2v.networks import TextEncoder, UNet3D

GUIDANCE_WIDTH = 256
CHANGE = 0.1  # of a weight, about
# what MCM's training reaches: all but the convolutions along time, the first, the last and the time's layers
MCM = re.compile(
    r"(?!.*temp.*conv)(?!.*conv.*temp).*\.(to_q|to_k|to_v|to_out\.0|proj_in|proj_out|ff\.net\.0\.proj|ff\.net\.2"
    r"|conv1|conv2|conv_shortcut|downsamplers\.0\.conv|upsamplers\.0\.conv|time_emb_proj)"
)


def layers_of(unet: UNet3D, text: TextEncoder) -> Places:
    """The layers of a model, with one for the guidance's embedding."""
    return places(unet, text, GUIDANCE_WIDTH)


def turbo_layers(layers: Places) -> list[str]:
    """The layers of T2V-Turbo's list, in its order."""
    return next(unet_orders(layers.unet)).layers


def mcm_layers(layers: Places) -> list[str]:
    """The layers that MCM's adapters change."""
    return [name for name in layers.unet if MCM.fullmatch(name)]


def pair(shape: Sequence[int], rank: int, device: torch.device | str) -> tuple[Tensor, Tensor]:
    """up (o r 1 …), down (r i …) of float32 for a weight (o i …); the rank is at most o and i"""
    rank, ones = min(rank, *shape[:2]), [1] * (len(shape) - 2)
    up = torch.empty(shape[0], rank, *ones, device=device)
    down = torch.empty(rank, *shape[1:], device=device)
    for each, scale in ((up, CHANGE / rank**0.5), (down, down[0].numel() ** -0.5)):
        if not each.is_meta:
            nn.init.normal_(each, std=scale)
    return up, down


def turbo_tensors(layers: Places, device: torch.device | str) -> list[Tensor]:
    """T2V-Turbo's nameless list: [up, down, up, down, …] of rank 32."""
    return [each for name in turbo_layers(layers) for each in pair(layers.named[name].shape, 32, device)]


def write_turbo(layers: Places, path: Path, device: torch.device | str) -> Path:
    """Write T2V-Turbo's list with random numbers."""
    torch.save([each.cpu() for each in turbo_tensors(layers, device)], path)
    return path


def write_peft(layers: Places, folder: Path, rank: int, device: torch.device | str) -> Path:
    """Write a folder as PEFT does, for the layers that MCM's adapters change."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {}
    for name in mcm_layers(layers):
        up, down = pair(layers.named[name].shape, rank, device)
        tensors[f"base_model.model.{name}.lora_A.weight"] = down.cpu()
        tensors[f"base_model.model.{name}.lora_B.weight"] = up.cpu()
    save_file(tensors, folder / "adapter_model.safetensors")
    config = {"peft_type": "LORA", "r": rank, "lora_alpha": rank}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    return folder
