"""Locate a model's files: the embedded model's, a folder's, or a repository's on the hub."""

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from . import unsupported
from .adapter_files import LocatedAdapter, locate_adapter
from .adapter_names import split
from .cache_folder import in_cache
from .catalogue import EMBEDDED, EMBEDDED_FOLDER, Entry, find
from .configs import Config
from .errors import CheckpointError
from .identity import stated_digest
from .model_names import hub_name, is_embedded, local_path
from .weight_files import diffusers_weights, inside

PARTS = ("text_encoder", "unet", "vae")
MODELSCOPE_KEYS = {"text_encoder": "ckpt_clip", "unet": "ckpt_unet", "vae": "ckpt_autoencoder"}
SMALL = re.compile(
    r"(model_index|configuration|t2v|vocabulary)\.json"
    r"|(unet|vae|text_encoder)/(config\.json|[\w.-]+\.index(\.\w+)?\.json)"
    r"|scheduler/scheduler_config\.json"
    r"|tokenizer/(merges\.txt|(vocab|tokenizer|tokenizer_config|special_tokens_map|added_tokens)\.json)"
)


@dataclass(frozen=True)
class Located:
    """A model's folder, and the weight files of each part in it."""

    name: str
    folder: Path
    layout: str  # "modelscope" or "diffusers"
    files: Mapping[str, tuple[Path, ...]]
    entry: Entry | None
    revision: str  # a commit of the hub; of a folder the digest that it states, or ""
    adapters: tuple[LocatedAdapter, ...] = ()


def locate(model: str | Path, half: bool = False) -> Located:
    """Find a model's files and download those missing; `half` prefers the fp16 variant.

    `model` is "emoji", a folder, or a hub id ("owner/name", perhaps "owner/name@revision") or its address,
    each perhaps with adapters. CheckpointError says what is missing.
    """
    base, names = split(model)
    adapters = tuple(map(locate_adapter, names))
    return replace(_locate(base, half), adapters=adapters)


def _locate(model: str | Path, half: bool) -> Located:
    """Find the files of a model without adapters."""
    if is_embedded(model):
        return _in_folder(EMBEDDED_FOLDER, EMBEDDED, "", half, find(EMBEDDED))
    path = local_path(model)
    if path is None:
        wanted = hub_name(model)
        return _download(wanted.repository, wanted.revision, half)
    if not path.is_dir():
        raise CheckpointError(unsupported.file(path))
    cached = in_cache(path)
    if cached:
        return _in_folder(cached.folder, cached.repository, cached.commit, half, find(cached.repository))
    return _in_folder(path, path.resolve().name, "", half, None)


def _in_folder(folder: Path, name: str, revision: str, half: bool, entry: Entry | None) -> Located:
    """Locate the model `name`, whose files are all in `folder`; `half` prefers the fp16 variant."""
    if not os.access(folder, os.R_OK | os.X_OK):
        raise CheckpointError(f"{name} can't be opened: permission denied.")
    paths = (*folder.glob("*"), *folder.glob("*/*"))  # no deeper: a folder may be someone's home
    listing = {path.relative_to(folder).as_posix() for path in paths if path.is_file()}
    files = _files(name, folder, listing, half)
    return Located(name, folder, *files, entry, revision or stated_digest(folder))


def _download(repository: str, revision: str | None, half: bool) -> Located:
    """Download a model: first the small files, which name the large files, then the large files."""
    from . import hub  # imports huggingface_hub, which a folder doesn't need

    entry = find(repository)
    snapshot = hub.Snapshot(repository, revision or (entry.revision if entry else None))
    try:
        layout, folder, files = _fetched(snapshot, half)
    except hub.DownloadError as error:
        if not snapshot.fall_back(error):
            raise
        layout, folder, files = _fetched(snapshot, half)
    return Located(repository, folder, layout, files, entry, snapshot.commit)


def _fetched(snapshot: Any, half: bool) -> tuple[str, Path, dict[str, tuple[Path, ...]]]:
    """Download the files of a `hub.Snapshot`; -> its layout, its folder, the weight files of each part."""
    folder = snapshot.fetch(name for name in snapshot.listing if SMALL.fullmatch(name))
    try:
        layout, files = _files(snapshot.repository, folder, snapshot.listing, half)
    except CheckpointError as error:
        raise CheckpointError(f"{error} {snapshot.note}".rstrip()) from None
    snapshot.fetch(path.relative_to(folder).as_posix() for paths in files.values() for path in paths)
    snapshot.remember()
    return layout, folder, files


def _files(
    name: str, folder: Path, listing: Collection[str], half: bool
) -> tuple[str, dict[str, tuple[Path, ...]]]:
    """Return a folder's layout and the weight files of each part.

    `name` is the model's name in errors. `listing` names all files, of which the small ones must be there.
    """
    if what := unsupported.other_model(name, folder, listing):
        raise CheckpointError(what)
    if "model_index.json" in listing:
        if "unet/config.json" not in listing:
            pipeline = Config.read(folder / "model_index.json").get("_class_name", "something else")
            raise CheckpointError(
                f"{name} has no unet/config.json: it is a {pipeline}, which t2v can't load."
            )
        names = {part: diffusers_weights(folder, listing, part, half) for part in PARTS}
        layout = "diffusers"
    elif "configuration.json" in listing:
        arguments = Config.read(folder / "configuration.json").section("model").section("model_args")
        names = {part: (inside(arguments.get(key), key, listing),) for part, key in MODELSCOPE_KEYS.items()}
        layout = "modelscope"
    else:
        raise CheckpointError(unsupported.folder(name, folder, listing))
    return layout, {part: tuple(folder / name for name in some) for part, some in names.items()}
