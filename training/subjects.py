"""The subjects that the embedded model learns: emoji and their names.

`subjects.json` was curated by hand from the labels of emojibase-data (MIT): every animated Fluent emoji
that a short spoken name distinguishes from the others. Skin tones, gender variants of one role, clock faces
and family constellations are left out, and no name stands for two subjects.
"""

import json
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("subjects.json")
ARTICLES = ("a", "an", "the")
_IRREGULAR = {
    "mouse": "mice", "goose": "geese", "tooth": "teeth", "foot": "feet", "man": "men", "woman": "women",
    "person": "people", "child": "children", "ox": "oxen", "wolf": "wolves", "elf": "elves", "fish": "fish",
    "sheep": "sheep", "deer": "deer", "bison": "bison", "shrimp": "shrimp", "squid": "squid",
    "fireman": "firemen", "merman": "mermen", "snowman": "snowmen", "blowfish": "blowfish",
}  # fmt: skip


@dataclass(frozen=True)
class Subject:
    """An emoji and its names as spoken, article included (`phrases`): "a panda", "a panda bear"."""

    emoji: str
    phrases: tuple[str, ...]

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
    """A ground and how it is said (`phrases`): "on a beach". emoji: its picture; "": one drawn by skies.py."""

    phrases: tuple[str, ...]
    emoji: str = ""

    @property
    def name(self) -> str:
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
    words = phrase.split()
    attributes = {"with", "of", "in", "on", "behind", "without", "getting", "doing", "taking", "and", "from"}
    return words[0] in ("a", "an") and not attributes & set(words) and not words[-1].endswith("ing")


def plural(name: str) -> str:
    """Form the plural of a countable name: "red fox" -> "red foxes"."""
    head, _, noun = name.rpartition(" ")
    return f"{head} {_plural_noun(noun)}".strip()


def _plural_noun(noun: str) -> str:
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def parse_subjects(text: str | bytes) -> tuple[Subject, ...]:
    """Parse a list in the format of `subjects.json`."""
    return tuple(Subject(entry["emoji"], tuple(entry["names"])) for entry in json.loads(text))


def load_subjects() -> tuple[Subject, ...]:
    """Read all subjects, in their fixed order."""
    return parse_subjects(LIST.read_text(encoding="utf-8"))
