"""Random LoRA files of every format for a model, written by what the formats' own programs do.

`layers` are diffusers' modules by their names. A writer returns the change of each layer's weight, by name.
"""

import json
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from t2v.checkpoints.lora_places import Places

KINDS = (nn.Linear, nn.Conv2d, nn.Conv3d)
Deltas = dict[str, Tensor]


def layers_of(network: nn.Module) -> dict[str, nn.Module]:
    """Every linear layer and convolution by its name, as diffusers and transformers register them."""
    return {name: module for name, module in network.named_modules() if isinstance(module, KINDS)}


def random_pair(shape: tuple[int, ...], rank: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """up (o r 1 …), down (r i …) for a weight (o i …), as loralib, PEFT and cloneofsimo have them"""
    rank, ones = min(rank, *shape[:2]), (1,) * (len(shape) - 2)
    up = torch.randn(shape[0], rank, *ones, generator=generator)
    down = torch.randn(rank, *shape[1:], generator=generator) / shape[1:].numel() ** 0.5
    return up / rank**0.5 / 3, down


def pairs_of(layers: dict[str, nn.Module], rank: int = 4, seed: int = 0) -> dict[str, tuple[Tensor, Tensor]]:
    generator = torch.Generator().manual_seed(seed)
    return {name: random_pair(module.weight.shape, rank, generator) for name, module in layers.items()}


def change(up: Tensor, down: Tensor, shape: torch.Size, scale: float = 1.0) -> Tensor:
    return scale * (up.flatten(1) @ down.flatten(1)).reshape(shape)


def nameless(path: Path, layers: dict[str, nn.Module], names: list[str] | None = None) -> Deltas:
    """cloneofsimo's list, as T2V-Turbo, Text-To-Video-Finetuning and MotionDirector save it."""
    pairs = pairs_of({name: layers[name] for name in names or layers})
    torch.save([tensor for pair in pairs.values() for tensor in pair], path)
    return {name: change(*pair, layers[name].weight.shape) for name, pair in pairs.items()}


def numbered(path: Path, layers: dict[str, nn.Module], classes: list[str], part: str = "unet") -> Deltas:
    """cloneofsimo's safetensors."""
    pairs, tensors, metadata = pairs_of(layers), {}, {part: json.dumps(classes)}
    for i, (up, down) in enumerate(pairs.values()):
        tensors |= {f"{part}:{i}:up": up, f"{part}:{i}:down": down}
        metadata[f"{part}:{i}:rank"] = str(len(down))
    save_file(tensors, path, metadata)
    return {name: change(*pair, layers[name].weight.shape) for name, pair in pairs.items()}


def kohya(path: Path, layers: dict[str, nn.Module], prefix: str = "lora_unet_", alpha: float = 2.0) -> Deltas:
    pairs, tensors, deltas = pairs_of(layers), {}, {}
    for name, (up, down) in pairs.items():
        module = prefix + name.replace(".", "_")
        tensors |= {f"{module}.lora_up.weight": up, f"{module}.lora_down.weight": down}
        tensors[f"{module}.alpha"] = torch.tensor(alpha)
        deltas[name] = change(up, down, layers[name].weight.shape, alpha / len(down))
    save_file(tensors, path)
    return deltas


def diffusers_old(path: Path, layers: dict[str, nn.Module]) -> Deltas:
    """diffusers' files from before PEFT: attention processors."""
    layers = {name: module for name, module in layers.items() if ".attn" in name}
    pairs, tensors = pairs_of(layers), {}
    for name, (up, down) in pairs.items():
        attention, _, layer = name.removesuffix(".0").rpartition(".")
        module = f"unet.{attention}.processor.{layer}_lora"
        tensors |= {f"{module}.up.weight": up, f"{module}.down.weight": down}
    save_file(tensors, path)
    return {name: change(*pair, layers[name].weight.shape) for name, pair in pairs.items()}


def stable_lora(
    path: Path,
    layers: dict[str, nn.Module],
    renamed: Callable[[str], str] = str,
    metadata: dict[str, str] | None = None,
    rank: int = 4,
) -> Deltas:
    """stable_lora, by its forward's arithmetic: kernels are squares, averaged for convolutions along time."""
    generator, tensors, deltas = torch.Generator().manual_seed(0), {}, {}
    for name, module in layers.items():
        o, i, *kernel = module.weight.shape
        k = kernel[0] if kernel else 1
        a = torch.randn(rank * k, i * k, generator=generator) / (i * k) ** 0.5
        b = torch.randn(o * k, rank * k, generator=generator) / (rank * k) ** 0.5 / 3
        if isinstance(module, nn.Linear):
            deltas[name] = b @ a
        elif isinstance(module, nn.Conv2d):
            deltas[name] = (b @ a).view(o, i, k, k)
        else:
            deltas[name] = (b @ a).view(o, i, k, k, 1).mean(dim=-2, keepdim=True)
        tensors |= {f"{renamed(name)}.lora_A": a, f"{renamed(name)}.lora_B": b}
    if metadata:
        tensors = {n: t[..., None] if "proj_" in n else t for n, t in tensors.items()}
    save_file(tensors, path, metadata)
    return deltas


def apply(network: nn.Module, deltas: Deltas, scale: float = 1.0) -> None:
    """Change the weights of diffusers' network."""
    with torch.no_grad():
        for name, delta in deltas.items():
            network.get_submodule(name).weight += scale * delta


# -- for our own places


def pair(shape: tuple[int, ...], rank: int = 4, seed: int = 0) -> tuple[Tensor, Tensor]:
    generator, rank = torch.Generator().manual_seed(seed), min(rank, *shape[:2])
    up = torch.randn(shape[0], rank, *(1 for _ in shape[2:]), generator=generator) / rank
    return up, torch.randn(rank, *shape[1:], generator=generator) / torch.Size(shape[1:]).numel() ** 0.5


def write_list(path: Path, layers: Places, names: list[str]) -> Path:
    torch.save([t for i, n in enumerate(names) for t in pair(layers.named[n].shape, seed=i)], path)
    return path


def write_named(path: Path, layers: Places, names: list[str] | None = None, **metadata: str) -> Path:
    """A diffusers file for layers of both networks; without `names`, for all of them."""
    tensors = {}
    for name in names or (*layers.unet, *layers.text):
        place = layers.named[name]
        if "guidance" in place.tensor or "embedding" in place.tensor:
            continue
        up, down = pair(place.shape)
        tensors |= {f"{place.part}.{name}.lora_A.weight": down, f"{place.part}.{name}.lora_B.weight": up}
    save_file(tensors, path, metadata)
    return path


def sd_names(width: int) -> dict[str, Tensor]:
    """A Stable Diffusion LoRA's cross-attention in kohya's form; the text is 768 or 1024 wide."""
    name = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k"
    return {f"{name}.lora_down.weight": torch.ones(4, width), f"{name}.lora_up.weight": torch.ones(320, 4)}
