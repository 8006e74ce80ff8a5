"""Diagnose a model or a weight file in words; nothing in it is trusted or run."""

from collections import Counter
from contextlib import suppress
from pathlib import Path

import torch

from t2v.measures import counted
from t2v.networks import TextConfig, TextEncoder, UNet3D, UNetConfig, blank
from t2v.torch_state import OwnState

from .adapters import describe, native_with, open_adapter
from .catalogue import EMBEDDED
from .errors import CheckpointError
from .kinds import kind
from .loading import open_parts, tokenizer
from .locate import locate
from .lora_formats import is_lora
from .model_names import is_embedded, local_path
from .model_settings import native, schedule, vae_scale
from .weights import Weights, finite


def diagnose(path: str | Path) -> str | None:
    """Explain in a sentence or two why a file or folder can't be loaded; None if it can.

    Every tensor is read once, none is kept.
    """
    try:
        examine(path)
    except CheckpointError as error:
        return str(error)
    return None


def examine(path: str | Path) -> str:
    """Report on a sound model or weight file, a line for each part; CheckpointError if it isn't sound."""
    with OwnState():
        found = None if is_embedded(path) else local_path(path)
        return _examine_file(found) if found and found.is_file() else _examine_model(path)


def _examine_file(path: Path) -> str:
    if is_lora(path):
        return _examine_lora(path)
    weights = Weights([path])
    for name in weights.specs:
        if not finite(weights.read(name).float()):
            raise CheckpointError(f"{weights} is damaged: {name} has numbers that are not finite.")
    return f"{weights}: {kind(weights.specs.keys()) or 'tensors of no kind known here'}. {_contents(weights)}"


def _examine_lora(path: Path) -> str:
    """Match a LoRA with the published model, or else with the embedded one."""
    try:
        with blank():
            return describe(path, UNet3D(UNetConfig()), TextEncoder(TextConfig()))
    except CheckpointError:
        parts = open_parts(locate(EMBEDDED))
        with suppress(CheckpointError):
            return f"{describe(path, parts.unet.network, parts.text_encoder.network)} It fits {EMBEDDED}."
        raise


def _examine_model(path: str | Path) -> str:
    located = locate(path)
    parts = open_parts(located)
    made_for = native(located)
    tokenizer(located, parts.text_encoder.network.config), schedule(located), vae_scale(located)
    lines = [f"{located.name}: a model in the {located.layout} layout, sound."]
    for part in parts:
        for _ in part.tensors(torch.device("cpu"), torch.float32):
            pass
        lines.append(f"  {part.name}: {part.weights}. {_contents(part.weights)}")
    for adapter in located.adapters:
        opened = open_adapter(adapter, parts.unet.network, parts.text_encoder.network)
        made_for = native_with([opened], made_for)
        lines.append(f"  adapter {opened.name}: {opened.format}, {len(opened.changes)} layers")
    size = f"{made_for.frames} frames of {made_for.width}×{made_for.height}"
    steps = counted(made_for.steps, "step")
    return "\n".join([*lines, f"  made for {size}, {steps}, guidance {made_for.guidance:g}"])


def _contents(weights: Weights) -> str:
    numbers = sum(torch.Size(spec.shape).numel() for spec in weights.specs.values())
    types = Counter(spec.dtype for spec in weights.specs.values())
    return (
        f"{len(weights.specs):,} tensors, {numbers / 1e6:,.1f} million numbers ({', '.join(sorted(types))})."
    )
