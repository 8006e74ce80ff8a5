"""The nouns of a model's sceneries, and the words that place a subject there."""

import re
from collections.abc import Iterable, Sequence

from t2v.languages.english import PLACED, RELATED, TURNED

PLACE = re.compile(r"^(?:in front of|[a-z]+) (?:(?:an?|the) )?")  # "on a beach" -> "beach"
REACH = 5  # words from a noun back to what places something there: "in the middle of the road"


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
    for i in range(at - 1, max(at - REACH, since) - 1, -1):
        if words[i] in PLACED or words[i] in RELATED:
            looked_at = words[i] == "at" and i > 0 and words[i - 1] in TURNED
            return "" if looked_at else words[i]
    return ""
