"""Explain what a file or folder is when t2v can't load it as a model, and what to give instead."""

from collections.abc import Collection
from pathlib import Path

from .configs import Config
from .errors import CheckpointError
from .formats import problem
from .incomplete_downloads import is_unfinished
from .kinds import FAMILY, family, kind
from .lora_formats import is_lora
from .weights import Weights

WHOLE = "A model is a folder with a text encoder, a UNet and a VAE: give that, or a hub id."
ADDED = "Write it after the model's name and a +, such as ali-vilab/text-to-video-ms-1.7b+FILE:0.8."
MODEL_INDEXES = ("model_index.json", "configuration.json")


def file(path: Path) -> str:
    """Describe the file at `path`, which was given for a model's folder."""
    if not path.is_file():
        return f"{path.name} is a device, a pipe or a socket, not a model. {WHOLE}"
    if path.name in MODEL_INDEXES:
        return f"{path.name} only describes a model: give the folder that it is in."
    if why := problem(path):
        return why
    if is_lora(path):
        return f"{path.name} is a LoRA, which only changes another model. {ADDED}"
    try:
        names = Weights([path]).specs
    except CheckpointError as error:
        return str(error)
    return f"{path.name} is {kind(names) or 'a weight file of a kind not known here'}. {WHOLE}"


def folder(called: str, path: Path, listing: Collection[str]) -> str:
    """Describe the folder at `path`, with the files in `listing`, which has no known layout."""
    said = f"{called} is not a model's folder"
    inner = sorted(name.partition("/")[0] for name in listing if name.partition("/")[2] in MODEL_INDEXES)
    if inner:
        return f"{said}, but {_some(inner)} in it {'is' if len(inner) == 1 else 'are'}: give that."
    if not listing:
        return f"{said}: there is no file in it."
    if {"adapter_config.json", "pytorch_lora_weights.safetensors"} & set(listing):
        return f"{said}: it has a LoRA, which only changes another model. {ADDED}"
    if "config.json" in listing and (what := _single(path)):
        return f"{said}: it has {what}."
    if half := sorted(filter(is_unfinished, listing)):
        return f"{said}: it has an unfinished download, {half[0]}. Let it finish."
    why = "it has neither model_index.json (diffusers) nor configuration.json (ModelScope)"
    weights = sorted(
        name for name in listing if name.endswith((".safetensors", ".bin", ".ckpt", ".pth", ".gguf"))
    )
    return f"{said}: {why}{f', only weights ({_some(weights)})' if weights else ''}."


def _single(path: Path) -> str:
    """Describe what the config.json of a folder belongs to; "" if unknown."""
    try:
        config = Config.read(path / "config.json")
    except CheckpointError:
        return ""
    if isinstance(name := config.get("_class_name"), str):
        what = family(name)
        return what or f"one part of a model, {name}: give the folder above it"
    if isinstance(names := config.get("architectures"), list) and names:
        return f"a model of transformers ({names[0]}), not of videos"
    return ""


def other_model(called: str, path: Path, listing: Collection[str]) -> str | None:
    """Describe a diffusers model of another family; None if t2v may be able to load it."""
    for index in ("unet/config.json", "model_index.json"):
        name = Config.read(path / index).get("_class_name") if index in listing else None
        if name == "UNet3DConditionModel":
            return None
        if what := family(name):
            return f"{called} is {what} ({name}), which t2v can't load: {FAMILY}, which `t2v models` lists."
    return None


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
