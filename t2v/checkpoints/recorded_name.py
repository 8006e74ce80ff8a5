"""The name of a model as its videos record it, found without opening or downloading anything."""

from pathlib import Path

from .adapter_catalogue import ADAPTERS
from .adapter_files import on_the_hub
from .adapter_names import AdapterName, split
from .cache_folder import in_cache
from .catalogue import EMBEDDED
from .model_names import hub_name, is_embedded, local_path


def recorded_name(model: str | Path) -> str:
    """Return the `name` that a pipeline of `model` will have; CheckpointError if it can name no model."""
    base, adapters = split(model)
    return "+".join([_plain(base), *(each.scaled(_of_adapter(each)) for each in adapters)])


def _plain(model: str | Path) -> str:
    if is_embedded(model):
        return EMBEDDED
    path = local_path(model)
    if path is None:
        return hub_name(model).repository
    cached = in_cache(path) if path.is_dir() else None
    return cached.repository if cached else path.resolve().name


def _of_adapter(given: AdapterName) -> str:
    if path := local_path(given.name):
        return path.resolve().name
    word = given.name.casefold()
    if word in ADAPTERS or given.name.count("/") < 1 or given.name.startswith(("/", "~", ".")):
        return word
    return "/".join(filter(None, on_the_hub(given.name)))
