"""Choose the weight files of a part in a model's folder: the precision wanted, one file or shards."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from .configs import Config
from .errors import CheckpointError
from .incomplete_downloads import is_unfinished

STEMS = ("diffusion_pytorch_model", "model", "pytorch_model")
SUFFIXES = ("safetensors", "bin")
# Variants in a file's name, the preferred first. Without any of these, there must be only one other.
FULL_PRECISION = ("", "fp32", "fp16", "bf16", "ema", "non_ema")
HALF_PRECISION = ("fp16", "", "bf16", "fp32", "ema", "non_ema")
FILE = re.compile(
    rf"(?P<stem>{'|'.join(STEMS)})(\.(?P<variant>[\w-]+?))?(-(?P<number>\d+)-of-(?P<total>\d+))?"
    rf"(\.(?P<old_variant>\w+))?\.(?P<suffix>{'|'.join(SUFFIXES)})"
)
INDEX = re.compile(
    rf"(?P<stem>{'|'.join(STEMS)})\.(?P<suffix>{'|'.join(SUFFIXES)})\.index(\.(?P<variant>\w+))?\.json"
)
OTHER_WEIGHTS = (".ckpt", ".gguf", ".h5", ".msgpack", ".onnx", ".pb", ".pt", ".pth")


@dataclass
class _Weights:
    """Files of one variant, format and stem: a single file, an index of shards, or numbered shards."""

    single: str = ""
    index: str = ""
    shards: dict[int, str] = field(default_factory=dict)
    total: int = 0

    @property
    def missing(self) -> str:
        """Name of the first missing shard, if there is neither a single file nor an index; else ""."""
        number = next((n for n in range(1, self.total + 1) if n not in self.shards), 0)
        if self.single or self.index or not number:
            return ""
        known, name = next(iter(self.shards.items()))
        return name.replace(f"-{known:05d}-of-", f"-{number:05d}-of-")


def diffusers_weights(folder: Path, listing: Collection[str], part: str, half: bool) -> tuple[str, ...]:
    """Choose the file or the shards of a part: first the precision wanted, safetensors before .bin.

    CheckpointError names what is there instead, if there are none.
    """
    found = _found(listing, part)
    whole = [key for key, weights in found.items() if not weights.missing]
    if not whole:
        raise _none(listing, part, [weights.missing for weights in found.values()])
    variant = _variant(part, {variant for variant, *_ in whole}, HALF_PRECISION if half else FULL_PRECISION)
    order = [(variant, suffix, stem) for suffix in SUFFIXES for stem in STEMS]
    chosen = found[next(key for key in order if key in whole)]
    if chosen.single:
        return (chosen.single,)
    if chosen.index:
        return _indexed(folder / chosen.index, part, listing)
    return tuple(chosen.shards[number] for number in sorted(chosen.shards))


def _found(listing: Collection[str], part: str) -> dict[tuple[str, str, str], _Weights]:
    """Group a part's weight files by variant, suffix and stem."""
    found: dict[tuple[str, str, str], _Weights] = {}
    for name in _inner(listing, part):
        if match := FILE.fullmatch(name):
            variant = match["variant"] or match["old_variant"] or ""
            weights = found.setdefault((variant, match["suffix"], match["stem"]), _Weights())
            if match["number"]:
                weights.shards[int(match["number"])] = f"{part}/{name}"
                weights.total = int(match["total"])
            else:
                weights.single = f"{part}/{name}"
        elif match := INDEX.fullmatch(name):
            key = (match["variant"] or "", match["suffix"], match["stem"])
            found.setdefault(key, _Weights()).index = f"{part}/{name}"
    return found


def _inner(listing: Collection[str], part: str) -> Iterator[str]:
    """Yield the names of the files in a part's folder."""
    return (name.removeprefix(f"{part}/") for name in sorted(listing) if name.startswith(f"{part}/"))


def _variant(part: str, there: set[str], order: tuple[str, ...]) -> str:
    """Return the first of the known variants that is there, or the only one."""
    for variant in order:
        if variant in there:
            return variant
    if len(there) > 1:
        raise CheckpointError(f"{part}/ has weights in {len(there)} variants ({_some(there)}): keep one.")
    return there.pop()


def _none(listing: Collection[str], part: str, missing: list[str]) -> CheckpointError:
    """Build the error for a part without complete weights; it names what is there instead."""
    names = list(_inner(listing, part))
    if missing:
        return CheckpointError(f"{PurePosixPath(missing[0]).name} is missing: {part}/ has only other shards.")
    if half := [name for name in names if is_unfinished(name)]:
        return CheckpointError(f"{part}/ has only an unfinished download, {half[0]}: let it finish.")
    needed = f"{STEMS[1] if part == 'text_encoder' else STEMS[0]}.safetensors"
    if others := [name for name in names if name.endswith((*SUFFIXES, *OTHER_WEIGHTS))]:
        return CheckpointError(
            f"{part}/ has no weights: t2v looks for {needed} or .bin and finds {_some(others)}."
        )
    return CheckpointError(f"{part}/ has no weights: {needed} is missing.")


def _some(names: Collection[str]) -> str:
    names = sorted(names)
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


def _indexed(index: Path, part: str, listing: Collection[str]) -> tuple[str, ...]:
    names = Config.read(index).section("weight_map").values.values()
    return tuple(sorted({inside(name, index.name, listing, part) for name in names}))


def inside(name: object, key: str, listing: Collection[str], part: str = ".") -> str:
    """Return the path, within the folder, of the file that a config names under `key`.

    CheckpointError if it isn't there, or lies outside: configs of strangers may point anywhere.
    """
    if not isinstance(name, str) or not name:
        raise CheckpointError(f"{key} must name a file.")
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        raise CheckpointError(f"{key} names a file outside the model's folder: refused.")
    inner = (PurePosixPath(part) / path).as_posix()
    if inner in listing:
        return inner
    if half := [other for other in listing if other.startswith(inner) and is_unfinished(other)]:
        raise CheckpointError(f"{path.name} is an unfinished download, {half[0]}: let it finish.")
    raise CheckpointError(f"{path.name} is missing; {key} names it.")
