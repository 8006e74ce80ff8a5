"""Find, check and load a model's weights.

`load`, `locate`, `diagnose` and `examine` need torch, so they are imported when first used: the page lists
the catalogue without it. The modules:

- catalogue: the known models, their defaults, licences and limits
- model_names: parse what users write for a model; locate: find its files, here or on the hub
- identity: recognise a copy of a known model; cache_folder: a folder of the hub's cache given as a model
- hub: download; hub_cache: the commits on this disk; hub_errors: why a download failed
- configs, sizes, layouts: JSON configs, network sizes from them, names of tensors in files
- weight_files: choose a part's files; weights: read tensors; state_dict: find them in a training checkpoint
- formats, incomplete_downloads: check a file before it is read
- tokenizer_files: load a tokenizer; model_settings: a model's schedule, native settings and vocabulary
- parts: match a network with its files; loading: load the whole model
- adapter_names, adapter_catalogue, adapter_files: parse and find a model's adapters; adapters: open them
- lora_file, lora_formats, lora_order, lora_places, lora_strangers: read a LoRA, match it with the layers
- kinds: recognise weights by their names; unsupported: explain what can't be loaded; doctor: report
"""

from typing import TYPE_CHECKING, Any

from .catalogue import CATALOGUE, EMBEDDED, Entry, find
from .errors import CheckpointError

if TYPE_CHECKING:
    from .doctor import diagnose, examine
    from .loading import Checkpoint, load
    from .locate import locate

__all__ = [
    "CATALOGUE",
    "EMBEDDED",
    "Checkpoint",
    "CheckpointError",
    "Entry",
    "diagnose",
    "examine",
    "find",
    "load",
    "locate",
]


def __getattr__(name: str) -> Any:
    """Import what needs torch when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .doctor import diagnose, examine
    from .loading import Checkpoint, load
    from .locate import locate

    globals().update(Checkpoint=Checkpoint, diagnose=diagnose, examine=examine, load=load, locate=locate)
    return globals()[name]
