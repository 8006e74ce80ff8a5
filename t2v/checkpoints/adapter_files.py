"""Locate an adapter's files: a word of the catalogue, a file, a folder, or a file on the hub."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from .adapter_catalogue import ADAPTERS, AdapterEntry
from .adapter_names import AdapterName
from .errors import CheckpointError
from .model_names import VERBS, hub_name, local_path, shown

WEIGHTS = (".safetensors", ".pt", ".bin", ".pth", ".ckpt")
USUAL = (
    "adapter_model.safetensors",
    "adapter_model.bin",
    "pytorch_lora_weights.safetensors",
    "pytorch_lora_weights.bin",
    "unet_lora.pt",
)
MOTION = re.compile(r"(.*/)?(temporal|spatial)/lora/[\w-]*unet\.pt")  # MotionDirector's folders
CONFIG = "adapter_config.json"


@dataclass(frozen=True)
class LocatedAdapter:
    """An adapter's files. `name`: the word, the hub's path, or the name of the local file or folder."""

    name: str
    files: tuple[Path, ...]
    given: AdapterName
    entry: AdapterEntry | None = None


def locate_adapter(given: AdapterName) -> LocatedAdapter:
    """Find an adapter's files and download those missing; CheckpointError says why there are none."""
    word = given.name.casefold()
    if path := local_path(given.name):
        files = (
            (path,) if path.is_file() else tuple(path / name for name in _chosen(path.name, _listing(path)))
        )
        return LocatedAdapter(path.resolve().name, files, given, _known(path.resolve().name))
    if word in ADAPTERS:
        entry = ADAPTERS[word]
        return LocatedAdapter(word, _download(entry.repository, entry.path), given, entry)
    if given.name.count("/") and not given.name.startswith(("/", "~", ".")):
        repository, inner = on_the_hub(given.name)
        name = "/".join(filter(None, (repository, inner)))
        return LocatedAdapter(name, _download(repository, inner), given, _known(inner or repository))
    near = get_close_matches(word, ADAPTERS, n=1)
    hint = f"is {near[0]} meant?" if near else f"the known ones are {', '.join(ADAPTERS)}."
    raise CheckpointError(f"{shown(given.name)} is no adapter: there is no file of that name; {hint}")


def _known(name: str) -> AdapterEntry | None:
    """Return the known adapter whose repository, folder or file has this name."""
    last = name.rpartition("/")[2]
    places = ((entry, f"{entry.repository}/{entry.path}".split("/")) for entry in ADAPTERS.values())
    return next((entry for entry, parts in places if last in parts[1:] and last != "mcm"), None)


def on_the_hub(name: str) -> tuple[str, str]:
    """Split `owner/name/path/file`, or an address of it, into the repository and the path in it."""
    path = name.partition("://")[2].partition("/")[2] or name
    parts = [part for part in path.split("?")[0].split("/") if part]
    if len(parts) > 3 and parts[2] in VERBS:  # an address: owner/name/blob/main/path
        del parts[2:4]
    return hub_name("/".join(parts[:2])).repository, "/".join(parts[2:])


def _listing(folder: Path) -> list[str]:
    paths = (*folder.glob("*"), *folder.glob("*/*"), *folder.glob("*/*/*"))
    return sorted(path.relative_to(folder).as_posix() for path in paths if path.is_file())


def _chosen(called: str, listing: Collection[str]) -> list[str]:
    """Choose the weight files among those of an adapter's folder: a usual name, or the only one."""
    weights = [name for name in listing if name.endswith(WEIGHTS)]
    for name in USUAL:
        if name in weights:
            return [name]
    if motion := [name for name in weights if MOTION.fullmatch(name)]:
        return motion if len(motion) <= 2 else _no_choice(called, motion)
    outer = [name for name in weights if "/" not in name]
    if len(outer or weights) != 1:
        return _no_choice(called, weights)
    return outer or weights


def _no_choice(called: str, weights: list[str]) -> list[str]:
    some = ", ".join(weights[:3]) + (", …" if len(weights) > 3 else "")
    what = f"{len(weights)} weight files ({some}): name one" if weights else "no weight file, so no adapter"
    raise CheckpointError(f"{called} has {what}.")


def _download(repository: str, inner: str) -> tuple[Path, ...]:
    """Download a file of a repository, or the weights in a folder of it, and the configuration beside."""
    from . import hub  # imports huggingface_hub

    snapshot = hub.Snapshot(repository)
    if inner in snapshot.listing:
        chosen = [inner]
    else:
        start = f"{inner}/" if inner else ""
        names = [name.removeprefix(start) for name in snapshot.listing if name.startswith(start)]
        chosen = [f"{start}{name}" for name in _chosen(inner or repository, names)]
    beside = {str(PurePosixPath(name).with_name(CONFIG)) for name in chosen} & set(snapshot.listing)
    folder = snapshot.fetch([*chosen, *sorted(beside)])
    snapshot.remember()
    return tuple(folder / name for name in chosen)
