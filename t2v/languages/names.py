"""The names of emoji in English and twenty other languages."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from t2v.languages.words import ALSO
from t2v.texts import read_text

LANGUAGES = ("en", *"da de es et fi fr hi hu it ja ko nb nl pl pt ru sv uk vi zh".split())
NAMES = Path(__file__).parent / "names.tsv"
DRAWN = Path(__file__).parent / "drawn.tsv"  # subjects that no emoji shows, by their English names
OTHER = "~"  # before a name that repeats no word of the usual one
TAG = 2  # the rank of such a name
VARIATION = "fe0f"  # "as a picture": some spell it, others don't
TONES = re.compile(r"1f3f[b-f]")


class EmojiName(NamedTuple):
    """An emoji that a name may mean; of a drawing the English name stands for the code.

    `rank`: 0 its usual name, 1 a word of that name, 2 another tag.

    They sort from the likeliest to the least: of equal rank the one of the shortest code (a polar bear is a
    bear joined with a snowflake), then of the shortest usual name.
    """

    rank: int
    joined: int  # codes, besides the first
    spaces: int  # in its usual name
    hexcode: str


@cache
def _table() -> dict[str, list[list[str]]]:
    """The rows: for each hexcode, or a drawing's English name, the names in each of LANGUAGES."""
    emoji = (line.split("\t") for line in read_text(NAMES).splitlines()[1:])
    drawn = (line.split("\t") for line in read_text(DRAWN).splitlines()[1:])
    rows = (*emoji, *((name, "", *cells) for name, *cells in drawn))  # English names only the emoji
    return {code: [cell.split("|") if cell else [] for cell in cells] for code, *cells in rows}


@cache
def names_of(language: str) -> dict[str, list[EmojiName]]:
    """What each name of a language may mean, the best first."""
    column = LANGUAGES.index(language)
    found: dict[str, list[EmojiName]] = {}
    for hexcode, cells in _table().items():
        for name in cells[column]:
            label = cells[column][0]
            rank = 0 if name == label else TAG if name.startswith(OTHER) else 1
            meaning = EmojiName(rank, hexcode.count("-"), label.count(" "), hexcode)
            found.setdefault(name.removeprefix(OTHER), []).append(meaning)
    for name, hexcode in ALSO.get(language, {}).items():
        found.setdefault(name, []).append(EmojiName(0, -1, 0, hexcode))  # before all others
    return {name: sorted(meanings) for name, meanings in found.items()}


@cache
def english_words() -> frozenset[str]:
    """Every word of the English names."""
    return frozenset(word for name in names_of("en") for word in name.split())


def english_name(hexcode: str) -> str:
    """The usual English name of an emoji; "" for one that isn't in the table."""
    cells = _table().get(hexcode)
    return cells[0][0] if cells and cells[0] else ""


def emoji_character(hexcode: str) -> str:
    """The emoji of a hexcode, such as "1f43c"; "" for none."""
    return "".join(chr(int(part, 16)) for part in hexcode.split("-")) if hexcode else ""


def emoji_key(hexcode: str) -> str:
    """A hexcode as the table spells it: lower case, without variation selectors and skin tones."""
    parts = hexcode.lower().split("-")
    return "-".join(part for part in parts if part != VARIATION and not TONES.fullmatch(part))
