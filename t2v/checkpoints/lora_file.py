"""Read a LoRA file: tensors, with names or as a bare list, and the text beside them. No code in it is run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor

from .configs import Config
from .errors import CheckpointError
from .formats import is_zip, problem
from .incomplete_downloads import AGAIN
from .state_dict import find_state_dict
from .weights import NUMBERS, finite

PEFT_CONFIG = "adapter_config.json"


@dataclass(frozen=True)
class LoRAFile:
    """What is in a file: `tensors` by name, or else `items` without names; `metadata`; PEFT's `config`."""

    name: str
    tensors: Mapping[str, Tensor] = field(default_factory=dict)
    items: tuple[Tensor, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)

    def text(self, key: str) -> Any:
        """Parse the JSON under a key of the metadata; None if there is none."""
        try:
            return json.loads(self.metadata[key])
        except (KeyError, ValueError, RecursionError):
            return None


def read(path: Path) -> LoRAFile:
    """Read a safetensors or PyTorch file; CheckpointError if it is neither, is damaged, or holds code."""
    if why := problem(path):
        raise CheckpointError(why)
    try:
        found = _torch(path) if is_zip(path) else _safetensors(path)
    except CheckpointError as error:
        raise CheckpointError(f"{path.name} {error}.") from None
    except Exception as error:
        text = f"{path.name} is damaged or not a checkpoint: its tensors can't be read. {AGAIN}"
        raise CheckpointError(text) from error
    for name, tensor in (*found.tensors.items(), *enumerate(found.items)):
        if str(tensor.dtype).removeprefix("torch.") not in NUMBERS:
            continue  # a counter, which no layer has
        if tensor.layout is not torch.strided or tensor.nbytes > tensor.untyped_storage().nbytes():
            raise CheckpointError(f"{path.name} is malformed: a tensor in it is not stored whole. Refused.")
        if not finite(tensor.float()):
            raise CheckpointError(f"{path.name} is damaged: {name} has numbers that are not finite.")
    return found


def _safetensors(path: Path) -> LoRAFile:
    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        return LoRAFile(path.name, tensors, (), file.metadata() or {}, _config(path))


def _torch(path: Path) -> LoRAFile:
    loaded = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    if isinstance(loaded, list | tuple) and loaded and all(isinstance(item, Tensor) for item in loaded):
        return LoRAFile(path.name, items=tuple(item.detach() for item in loaded))
    found = {name: t.detach() for name, t in find_state_dict(loaded).items() if isinstance(t, Tensor)}
    return LoRAFile(path.name, found, config=_config(path))


def _config(path: Path) -> dict[str, Any]:
    """Read PEFT's configuration beside a file; {} without one."""
    file = path.parent / PEFT_CONFIG
    return Config.read(file).values if file.is_file() else {}
