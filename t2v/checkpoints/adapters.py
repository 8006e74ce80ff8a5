"""Open adapters: LoRA files matched with a model's layers, and what they change besides its weights."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from t2v.defaults import ModelDefaults
from t2v.diffusion.schedule import NoiseSchedule
from t2v.diffusion.schedule_config import ScheduleConfig
from t2v.networks import TextEncoder, UNet3D
from t2v.request import Request
from t2v.vocabulary import Vocabulary

from .adapter_catalogue import ADAPTERS, AdapterEntry
from .adapter_files import LocatedAdapter, locate_adapter
from .adapter_names import split
from .lora_file import read
from .lora_formats import Pair, guidance_width, match
from .lora_places import places

TURBO = ADAPTERS["turbo"]
GUIDANCE_BASE = (
    "T2V-Turbo reads the guidance by a layer whose base its authors didn't publish: 0 is taken for it."
)

NO_NEGATIVE = "The negative prompt has no effect: T2V-Turbo's network reads the guidance itself."


@dataclass(frozen=True)
class Adapter:
    """An adapter that fits a model. `name`: as a user writes it, with its scale; `digest`: its SHA-256.

    `changes` has each layer's pair and its scale. `guidance_width`: of the embedding that it makes the UNet
    read, or 0.
    """

    name: str
    digest: str
    format: str
    changes: tuple[tuple[Pair, float], ...]
    entry: AdapterEntry | None = None
    guidance_width: int = 0
    taught: tuple[str, ...] = ()  # words of its training's captions that the model didn't know

    @property
    def record(self) -> str:
        """A line for a video's file: the name, the scale and the digest."""
        return f"{self.name} sha256:{self.digest}"

    def notes(self, request: Request) -> tuple[str, ...]:
        """Return what a video's viewer should know of it."""
        if not self.guidance_width:
            return ()
        return (GUIDANCE_BASE, NO_NEGATIVE) if request.negative_prompt else (GUIDANCE_BASE,)


class Opened(NamedTuple):
    """What is in a file: its format, its pairs, the width of the guidance's embedding, the words taught."""

    title: str
    pairs: list[Pair]
    width: int
    taught: tuple[str, ...]


def open_adapters(names: Sequence[str], unet: UNet3D, text: TextEncoder) -> tuple[Adapter, ...]:
    """Find, download and open adapters by what a user writes for them, and match them with a model."""
    _, given = split("+".join(["emoji", *names]))
    return tuple(open_adapter(locate_adapter(name), unet, text) for name in given)


def open_adapter(located: LocatedAdapter, unet: UNet3D, text: TextEncoder) -> Adapter:
    """Read an adapter's files and match them with a model's layers; CheckpointError says what doesn't fit."""
    opened = [_open(path, unet, text) for path in located.files]
    given = located.given
    changes = [
        (pair, given.temporal if pair.place.temporal else given.spatial)
        for each in opened
        for pair in each.pairs
    ]
    width = max(each.width for each in opened)
    entry = located.entry or (TURBO if width else None)
    titles = " and ".join(dict.fromkeys(each.title for each in opened))
    name = given.scaled(located.name)
    taught = tuple(word for each in opened for word in each.taught)
    return Adapter(name, _digest(located.files), titles, tuple(changes), entry, width, taught)


def _open(path: Path, unet: UNet3D, text: TextEncoder) -> Opened:
    """Read a file and match it with a model."""
    file = read(path)
    width, taught = guidance_width(file), file.text("t2v_taught")
    words = tuple(map(str, taught)) if isinstance(taught, list) else ()
    return Opened(*match(file, places(unet, text, width)), width, words)


def _digest(files: Sequence[Path]) -> str:
    """Return the SHA-256 of a file, or of several one after the other."""
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as stream:
            while block := stream.read(2**20):
                digest.update(block)
    return digest.hexdigest()


class Adapted(NamedTuple):
    """What adapters change of a model besides its weights."""

    name: str
    native: ModelDefaults
    schedule: NoiseSchedule
    vocabulary: Vocabulary | None


def adapted(plain: Any, adapters: Sequence[Adapter]) -> Adapted:
    """Return what a Checkpoint, `plain`, has with adapters."""
    return Adapted(
        "+".join([plain.name, *(adapter.name for adapter in adapters)]),
        native_with(adapters, plain.native),
        NoiseSchedule(schedule_with(adapters, plain.schedule)),
        vocabulary_with(adapters, plain.vocabulary),
    )


def adapter_notes(adapters: Sequence[Adapter], request: Request) -> Iterator[str]:
    """Yield the notes of all adapters."""
    return (note for adapter in adapters for note in adapter.notes(request))


def native_with(adapters: Sequence[Adapter], native: ModelDefaults) -> ModelDefaults:
    """Return a model's defaults with those that its adapters bring."""
    for entry in _entries(adapters):
        native = replace(native, **entry.native)
    return native


def schedule_with(adapters: Sequence[Adapter], schedule: ScheduleConfig) -> ScheduleConfig:
    """Return a model's schedule with the times and the scaling of its adapters."""
    for entry in _entries(adapters):
        changed = replace(schedule.consistency, **entry.consistency)
        schedule = replace(schedule, consistency=changed)
    return schedule


def vocabulary_with(adapters: Sequence[Adapter], words: dict[str, Any] | None) -> Vocabulary | None:
    """Return a model's vocabulary with the words that its adapters were taught; None without one."""
    if words is None:
        return None
    taught = [*words.get("taught", []), *(word for adapter in adapters for word in adapter.taught)]
    return Vocabulary(words | {"taught": taught} if taught else words)


def _entries(adapters: Sequence[Adapter]) -> Iterator[AdapterEntry]:
    return (adapter.entry for adapter in adapters if adapter.entry)


def describe(path: Path, unet: UNet3D, text: TextEncoder) -> str:
    """Describe a LoRA file of this family in a line; CheckpointError if it is none, or doesn't fit."""
    title, pairs, width, _ = _open(path, unet, text)
    ranks = sorted({pair.rank for pair in pairs})
    rank = f"{ranks[0]}" if len(ranks) == 1 else f"{ranks[0]} to {ranks[-1]}"
    parts = {pair.place.part for pair in pairs}
    reached = " and ".join(name for part, name in PART_NAMES.items() if part in parts)
    guided = ", with a layer for the guidance" if width else ""
    return f"{path.name}: a LoRA ({title}) of {len(pairs)} layers of the {reached}, rank {rank}{guided}."


PART_NAMES = {"unet": "UNet", "text_encoder": "text encoder"}
