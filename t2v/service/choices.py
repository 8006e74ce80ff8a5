"""The models that visitors can choose, each also with one of the owner's adapters at any strength."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from t2v.service.backend import OfferedModel

SUFFIXES = (".safetensors", ".pt", ".bin")
BESIDE = "adapters"  # a folder in a model's own
MOST_STRENGTH = 2.0
STRENGTH = re.compile(r"\d(\.\d\d?)?")


def found_adapters(folder: Path | None, models: Iterable[OfferedModel]) -> dict[str, str]:
    """Find LoRA files, and folders of PEFT, in `folder` and beside the models -> their paths by name."""
    folders = [folder] if folder else []
    folders += [Path(model.source) / BESIDE for model in models if model.source]
    paths = sorted(path for each in folders if each.is_dir() for path in each.iterdir())
    usable = [p for p in paths if p.suffix in SUFFIXES or (p / "adapter_config.json").is_file()]
    return {path.stem if path.is_file() else path.name: str(path) for path in usable if "+" not in path.name}


class Choices(dict[str, OfferedModel]):
    """The models by their ids. `id+adapter:strength` is one too, for each of the `adapters` by name."""

    def __init__(self, models: Iterable[OfferedModel], adapters: Mapping[str, str]):
        super().__init__({model.id: model for model in models})
        self.adapters = adapters

    def __contains__(self, id: object) -> bool:
        return super().__contains__(id) or (isinstance(id, str) and self._adapted(id) is not None)

    def get(self, id: object, default: Any = None) -> Any:
        """Return a model, with an adapter or without; `default` for an id that is none."""
        return self[id] if isinstance(id, str) and id in self else default

    def __missing__(self, id: str) -> OfferedModel:
        if (found := self._adapted(id)) is None:
            raise KeyError(id)
        return found

    def _adapted(self, id: str) -> OfferedModel | None:
        """Build the model of an id with an adapter; None if it is none."""
        base, _, last = id.rpartition("+")
        name, _, strength = last.rpartition(":")
        if base not in self.keys() or name not in self.adapters or not STRENGTH.fullmatch(strength):
            return None
        if float(strength) > MOST_STRENGTH:
            return None
        model = dict.__getitem__(self, base)
        source = f"{model.where}+{self.adapters[name]}:{strength}"
        return replace(model, id=id, title=f"{model.title} + {name} ×{strength}", source=source)
