"""The models that t2v knows: their defaults, licences and limits.

Facts are from the models' cards and from ModelScope 1.40. No revision of a hub model is pinned: the commit
found there is resolved once, recorded with every video, and its files are checked by hash.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from t2v.defaults import ModelDefaults, SecondPass

from .adapter_catalogue import ADAPTERS, AdapterEntry

EMBEDDED = "emoji"
EMBEDDED_FOLDER = Path(__file__).with_name(EMBEDDED)
NON_COMMERCIAL = "CC-BY-NC-4.0"
LIMITS = (
    "English prompts only; no legible text; not of film quality; weak on complex compositions; "
    "biased as its training videos are, whose watermarks can show."
)
MODELSCOPE_DEFAULTS = ModelDefaults(
    frames=16, width=256, height=256, steps=50, guidance=9.0, fps=8, window=16, sizes=((256, 256),)
)


@dataclass(frozen=True)
class Entry:
    """A known model. `size`: bytes that the first use downloads; `aliases`: its former ids."""

    id: str
    title: str
    native: ModelDefaults
    licence: str
    limits: str
    layout: str  # "modelscope" or "diffusers"
    size: int
    revision: str | None = None  # a commit of the hub
    aliases: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()  # of its repository that hold the same model in another layout


_ENTRIES = (
    Entry(
        id=EMBEDDED,
        title="Emoji, in the package",
        native=ModelDefaults(
            frames=16,
            width=256,
            height=256,
            steps=2,
            guidance=1.0,
            fps=8,
            multiple=16,
            min_side=16,
            max_side=512,
            max_volume=2**23,
            known="times",
            loops="clip",
            strength=0.85,
            change_steps=4,
            loop_steps=2,
            sizes=((256, 256), (336, 192), (192, 336)),
        ),
        licence="MIT",
        limits="Draws Microsoft's Fluent emoji, up to three in a frame, and nothing else.",
        layout="diffusers",
        size=0,
    ),
    Entry(
        id="ali-vilab/text-to-video-ms-1.7b",
        title="ModelScope 1.7B",
        native=MODELSCOPE_DEFAULTS,
        licence=NON_COMMERCIAL,
        limits=LIMITS,
        layout="diffusers",
        size=3_700_000_000,
        aliases=("damo-vilab/text-to-video-ms-1.7b",),
    ),
    Entry(
        id="ali-vilab/modelscope-damo-text-to-video-synthesis",
        title="ModelScope 1.7B, the original files",
        native=MODELSCOPE_DEFAULTS,
        licence=NON_COMMERCIAL,
        limits=LIMITS,
        layout="modelscope",
        size=14_800_000_000,
        aliases=("damo-vilab/modelscope-damo-text-to-video-synthesis",),
    ),
    Entry(
        id="cerspense/zeroscope_v2_576w",
        title="Zeroscope v2 576w",
        folders=("zs2_576w",),
        native=ModelDefaults(
            frames=24,
            window=24,
            width=576,
            height=320,
            steps=40,
            guidance=9.0,
            fps=8,
            sizes=((576, 320),),
            second=SecondPass("cerspense/zeroscope_v2_XL", 1024, 576),
        ),
        licence=NON_COMMERCIAL,
        limits=f"Made for 576×320; smaller videos get worse. {LIMITS}",
        layout="diffusers",
        size=3_700_000_000,
    ),
    Entry(
        id="cerspense/zeroscope_v2_XL",
        title="Zeroscope v2 XL",
        folders=("zs2_XL",),
        native=ModelDefaults(
            frames=24, window=24, width=1024, height=576, steps=40, guidance=9.0, fps=8, sizes=((1024, 576),)
        ),
        licence=NON_COMMERCIAL,
        limits=f"Made to sharpen 576w's enlarged videos; from a prompt alone its scenes are weaker. {LIMITS}",
        layout="diffusers",
        size=3_700_000_000,
    ),
    Entry(
        id="camenduru/potat1",
        title="Potat1",
        native=ModelDefaults(
            frames=24, window=24, width=1024, height=576, steps=50, guidance=9.0, fps=8, sizes=((1024, 576),)
        ),
        licence=NON_COMMERCIAL,
        limits=f"Made for 1024×576. {LIMITS}",
        layout="diffusers",
        size=3_700_000_000,
    ),
)


def adapted(entry: Entry, adapters: Iterable[AdapterEntry]) -> Entry:
    """Return the entry of a model with known adapters: the defaults are theirs."""
    for adapter in adapters:
        entry = replace(
            entry,
            id=f"{entry.id}+{adapter.word}",
            title=f"{entry.title} + {adapter.title}",
            native=replace(entry.native, **adapter.native),
            licence=f"{entry.licence}; {adapter.word}: {adapter.licence}",
            limits=f"{adapter.limits} {entry.limits}",
            size=entry.size + adapter.size,
            aliases=(),
            folders=(),
        )
    return entry


MODELSCOPE = "ali-vilab/text-to-video-ms-1.7b"
CATALOGUE: dict[str, Entry] = {entry.id: entry for entry in _ENTRIES}
_FEW_STEPS = [adapted(CATALOGUE[MODELSCOPE], [each]) for each in ADAPTERS.values()]
CATALOGUE |= {entry.id: entry for entry in _FEW_STEPS}


def find(model: str) -> Entry | None:
    """Return the entry of a model id, present or former, with known adapters; None if it isn't listed."""
    if model in CATALOGUE:
        return CATALOGUE[model]
    id, *words = model.split("+")
    entry = next((entry for entry in _ENTRIES if id == entry.id or id in entry.aliases), None)
    if entry is None or not ADAPTERS.keys() >= set(words):
        return None
    return adapted(entry, map(ADAPTERS.__getitem__, words))


def recognise(hints: Iterable[str]) -> Entry | None:
    """Return the entry whose name occurs in one of the `hints`, the first hints first; None if none does.

    Case and punctuation don't count: "cerspense--zeroscope-v2-576w (1)" is zeroscope_v2_576w.
    """
    for hint in map(_letters, hints):
        for entry in _ENTRIES:
            names = (name.rpartition("/")[2] for name in (entry.id, *entry.aliases, *entry.folders))
            if entry.id != EMBEDDED and any(_letters(name) in hint for name in names):
                return entry
    return None


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
