"""Low-rank changes of a UNet's layers (Hu et al. 2021), to be trained in its place; written in PEFT's format.

Every linear layer and convolution gets one. It begins at zero, and the weight itself stays as it is.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.utils import parametrize

from t2v.checkpoints.lora_places import places
from t2v.networks import TextEncoder, UNet3D

CLASS = "UNet3DConditionModel"


class LowRank(nn.Module):
    """Adds up @ down, up (o r) and down (r i …), to a weight (o i …)."""

    def __init__(self, weight: Tensor, rank: int):
        super().__init__()
        inputs = weight[0].numel()
        self.down = nn.Parameter(torch.randn(rank, inputs, device=weight.device) / inputs**0.5)
        self.up = nn.Parameter(torch.zeros(len(weight), rank, device=weight.device))

    def forward(self, weight: Tensor) -> Tensor:
        """weight (o i …) -> the changed weight"""
        return weight + (self.up @ self.down).view(weight.shape)


class Changes:
    """The low-rank changes of a UNet's layers, by the names that diffusers has for these."""

    def __init__(self, unet: UNet3D, text_encoder: TextEncoder, rank: int):
        found = places(unet, text_encoder)
        self.rank = rank
        self._layers = {name: _layer(unet, found.named[name].tensor) for name in found.unet}
        self.networks: dict[str, nn.Module] = {}
        for name, layer in self._layers.items():
            self.networks[name] = LowRank(layer.weight, rank)
            parametrize.register_parametrization(layer, "weight", self.networks[name])

    def remove(self) -> None:
        """Give the layers their plain weights back; the changes are kept here."""
        for layer in self._layers.values():
            parametrize.remove_parametrizations(layer, "weight", leave_parametrized=False)

    def write(self, folder: Path, model: str, taught: list[str]) -> None:
        """Write PEFT's two files; `taught`: words of the captions that `model` didn't know."""
        folder.mkdir(parents=True, exist_ok=True)
        tensors: dict[str, Tensor] = {}
        for name, change in self.networks.items():
            tensors |= _peft(name, change, self._layers[name].weight)
        metadata = {"format": "pt", "t2v_taught": json.dumps(taught)}
        save_file(tensors, folder / "adapter_model.safetensors", metadata)
        config = _config(self.rank, model, list(self.networks))
        (folder / "adapter_config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")


def _layer(unet: UNet3D, tensor: str) -> nn.Module:
    return unet.get_submodule(tensor.rpartition(".")[0])


def _peft(name: str, change: nn.Module, weight: Tensor) -> dict[str, Tensor]:
    """A change as PEFT's tensors for diffusers' layer, which has kernels along time as (3, 1, 1)."""
    assert isinstance(change, LowRank)
    kernel = weight.shape[2:] + ((1,) if ".temp_convs." in name else ())
    down = change.down.detach().reshape(len(change.down), weight.shape[1], *kernel)
    up = change.up.detach().reshape(*change.up.shape, *(1 for _ in kernel))
    start = f"base_model.model.{name}"
    return {
        f"{start}.lora_A.weight": down.cpu().contiguous(),
        f"{start}.lora_B.weight": up.cpu().contiguous(),
    }


def _config(rank: int, model: str, layers: list[str]) -> Mapping[str, object]:
    return {
        "peft_type": "LORA",
        "task_type": None,
        "base_model_name_or_path": Path(model).name if Path(model).exists() else model,
        "auto_mapping": {"base_model_class": CLASS, "parent_library": "diffusers"},
        "r": rank,
        "lora_alpha": rank,
        "lora_dropout": 0.0,
        "bias": "none",
        "inference_mode": True,
        "target_modules": layers,
    }
