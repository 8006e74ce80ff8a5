"""Open adapters: LoRA files matched with a model's layers, and what they change besides its weights."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from t2v.defaults import ModelDefaults
from t2v.diffusion.schedule import ScheduleConfig
from t2v.networks import TextEncoder, UNet3D
from t2v.request import Request

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

    @property
    def record(self) -> str:
        """A line for a video's file: the name, the scale and the digest."""
        return f"{self.name} sha256:{self.digest}"

    def notes(self, request: Request) -> tuple[str, ...]:
        """Return what a video's viewer should know of it."""
        if not self.guidance_width:
            return ()
        return (GUIDANCE_BASE, NO_NEGATIVE) if request.negative_prompt else (GUIDANCE_BASE,)


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
        for _, pairs, _ in opened
        for pair in pairs
    ]
    width = max(width for _, _, width in opened)
    entry = located.entry or (TURBO if width else None)
    titles = " and ".join(dict.fromkeys(title for title, _, _ in opened))
    name = given.scaled(located.name)
    return Adapter(name, _digest(located.files), titles, tuple(changes), entry, width)


def _open(path: Path, unet: UNet3D, text: TextEncoder) -> tuple[str, list[Pair], int]:
    """-> a file's format, its pairs, and the width of the guidance's embedding that it adds"""
    file = read(path)
    width = guidance_width(file)
    return *match(file, places(unet, text, width)), width


def _digest(files: Sequence[Path]) -> str:
    """Return the SHA-256 of a file, or of several one after the other."""
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as stream:
            while block := stream.read(2**20):
                digest.update(block)
    return digest.hexdigest()


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


def _entries(adapters: Sequence[Adapter]) -> Iterator[AdapterEntry]:
    return (adapter.entry for adapter in adapters if adapter.entry)


def describe(path: Path, unet: UNet3D, text: TextEncoder) -> str:
    """Describe a LoRA file of this family in a line; CheckpointError if it is none, or doesn't fit."""
    title, pairs, width = _open(path, unet, text)
    ranks = sorted({pair.rank for pair in pairs})
    rank = f"{ranks[0]}" if len(ranks) == 1 else f"{ranks[0]} to {ranks[-1]}"
    parts = {pair.place.part for pair in pairs}
    reached = " and ".join(name for part, name in PART_NAMES.items() if part in parts)
    guided = ", with a layer for the guidance" if width else ""
    return f"{path.name}: a LoRA ({title}) of {len(pairs)} layers of the {reached}, rank {rank}{guided}."


PART_NAMES = {"unet": "UNet", "text_encoder": "text encoder"}
