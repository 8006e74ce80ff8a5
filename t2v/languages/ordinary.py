"""Ordinary English words, for telling a misspelled name from another word.

`ordinary.txt` has the words of five letters and more of CLIP's published tokens (© OpenAI, MIT licence), the
commonest in captions of pictures; `training/ordinary.py` writes it.
"""

from functools import cache
from pathlib import Path

from t2v.texts import read_text

ORDINARY = Path(__file__).parent / "ordinary.txt"
SHORTEST = 5  # letters
INFLECTED = ("ing", "ed", "es", "s")


@cache
def _words() -> frozenset[str]:
    return frozenset(read_text(ORDINARY).split())


def is_ordinary(word: str) -> bool:
    """Return whether a word in lower case is an ordinary one, or a form of one: "jumping", "naked"."""
    stems = [word.removesuffix(ending) for ending in INFLECTED if word.endswith(ending)]
    forms = [word, *stems, *(stem + "e" for stem in stems)]
    return not _words().isdisjoint(forms)
