"""The nouns of a model's sceneries, and the words that place a subject there."""

import re
from collections.abc import Iterable, Sequence

from t2v.languages.english import PLACED, RELATED

PLACE = re.compile(r"^(?:in front of|[a-z]+) (?:(?:an?|the) )?")  # "on a beach" -> "beach"
BEFORE = 4  # words between a noun and what places something there: "on a sandy beach"


def nouns(sceneries: Iterable[str]) -> dict[str, list[str]]:
    """The phrases of each scenery's noun: "water": ["under water", "in the water"]."""
    found: dict[str, list[str]] = {}
    for phrase in sceneries:
        noun = PLACE.sub("", phrase)
        if noun not in (phrase, "dark"):  # "a dark forest"
            found.setdefault(noun, []).append(phrase)
    return found


def placing(words: Sequence[str], at: int, since: int = 0) -> str:
    """The word shortly before a noun that may place something there, as "through"; "" for none."""
    before = words[max(at - BEFORE, since) : at]
    return next((word for word in reversed(before) if word in PLACED or word in RELATED), "")
