"""The subjects that the embedded model learns: emoji and their names.

`subjects.json` was curated by hand from the labels and tags of emojibase-data (MIT) and from the pictures:
every Fluent emoji, animated or still, that a short spoken name distinguishes from the others. Skin tones,
gender variants of one role, clock faces, national flags and buttons are left out. No name stands for two
subjects. An emoji is named as its file, which may have `-fe0f` where emojibase has none, or lack it. The last
subjects are everyday things that no emoji shows: drawings of our own (`training/drawings/`), named `t2v-…`.

`scenery.json` lists grounds that fill the frame: landscapes among the emoji, and skies and grounds that are
drawn (`emoji` null).
"""

import json
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("subjects.json")
SCENERY = Path(__file__).with_name("scenery.json")
DRAWN = "t2v-"  # what the name of a drawing begins with; no hexcode does
ARTICLES = ("a", "an", "the")
_ATTRIBUTES = {"with", "of", "in", "on", "at", "over", "behind", "without", "and", "from"}
_NOUNS_IN_ING = {"ring", "king", "wing", "building", "painting"}


@dataclass(frozen=True)
class Subject:
    """An emoji or drawing, its names as spoken, article included (`phrases`): "a panda", "a panda bear"."""

    emoji: str
    phrases: tuple[str, ...]

    @property
    def hexcode(self) -> str:
        """The emoji's code; "" for a drawing."""
        return "" if self.emoji.startswith(DRAWN) else self.emoji

    @property
    def name(self) -> str:
        """The name used by `vocabulary.json` and by the evaluation."""
        return bare(self.phrases[0])

    @property
    def names(self) -> tuple[str, ...]:
        """The name and its synonyms, without articles."""
        return tuple(bare(phrase) for phrase in self.phrases)


@dataclass(frozen=True)
class Scenery:
    """A ground: the phrases that name it, the plainest first, and the emoji that shows it, or None."""

    phrases: tuple[str, ...]
    emoji: str | None

    @property
    def phrase(self) -> str:
        """The phrase used by `vocabulary.json` and by the evaluation."""
        return self.phrases[0]


def bare(phrase: str) -> str:
    """Remove the article of a phrase: "a panda" -> "panda"."""
    first, _, rest = phrase.partition(" ")
    return rest if first in ARTICLES else phrase


def indefinite(name: str) -> str:
    """Put "a" or "an" before a name, by its first letter: "orange cat" -> "an orange cat"."""
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def countable(phrase: str) -> bool:
    """True if "two …s" is English: a phrase with a or an, no attribute after its noun."""
    article, *words = phrase.split()
    doing = [word for word in words if word.endswith("ing") and word not in _NOUNS_IN_ING]
    attributed = _ATTRIBUTES & set(words) or words[-1:] in (["up"], ["down"]) or doing not in ([], words[:1])
    return article in ("a", "an") and not attributed


def parse_subjects(text: str | bytes) -> tuple[Subject, ...]:
    """Parse a list in the format of `subjects.json`."""
    return tuple(Subject(entry["emoji"], tuple(entry["names"])) for entry in json.loads(text))


def load_subjects() -> tuple[Subject, ...]:
    """Read all subjects, in their fixed order."""
    return parse_subjects(LIST.read_text(encoding="utf-8"))


def parse_scenery(text: str | bytes) -> tuple[Scenery, ...]:
    """Parse a list in the format of `scenery.json`."""
    return tuple(Scenery(tuple(entry["phrases"]), entry["emoji"]) for entry in json.loads(text))


def load_scenery() -> tuple[Scenery, ...]:
    """Read all scenery, in its fixed order."""
    return parse_scenery(SCENERY.read_text(encoding="utf-8"))
