"""Ordinary English words, for telling a misspelled name from another word.

`ordinary.txt` has the words of three letters and more of CLIP's published tokens (© OpenAI, MIT licence), the
commonest in captions of pictures first; `training/ordinary.py` writes it.
"""

from functools import cache
from pathlib import Path

from t2v.texts import read_text

ORDINARY = Path(__file__).parent / "ordinary.txt"
SHORTEST = 3  # letters
LONG = 5  # letters of a word that tells more than a part of one, as "ing"
PART = 4  # least letters of each of two words in one
COMMON = 15_000  # further words are also misspelled ones and those of other languages, as "forrest", "ballon"
# Words that the file lacks.
LACKING = frozenset(
    """cock shit noose slat gnu plover caper capers harper harpers orc orcs bagpiper bagpipers stamper
    stampers stealer stealers patcher patchers troller trollers""".split()
)
INFLECTED = ("ing", "ed", "es", "s")


@cache
def _ranks() -> dict[str, int]:
    """Each word, and how many are commoner."""
    return {word: rank for rank, word in enumerate(read_text(ORDINARY).split())}


def is_ordinary(word: str) -> bool:
    """Return whether a word in lower case is an ordinary one, a form of one, or two in one: "jumping",
    "blackboard"."""
    stems = [word.removesuffix(ending) for ending in INFLECTED if word.endswith(ending)]
    forms = [word, *stems, *(stem + "e" for stem in stems)]
    if any(len(form) >= LONG and form in _ranks() for form in forms):
        return True
    return any(is_common(word[:i]) and is_common(word[i:]) for i in range(PART, len(word) - PART + 1))


def is_short(word: str) -> bool:
    """Return whether a word in lower case is an ordinary one of few letters, as "seam"."""
    return len(word) < LONG and word in _ranks()


def is_listed(word: str) -> bool:
    """Return whether a word in lower case is known, be it as a misspelled one that is seen often."""
    return word in LACKING or word in _ranks()


def is_common(word: str) -> bool:
    """Return whether a word in lower case is among the commonest, so that it isn't another misspelled."""
    return word in LACKING or _ranks().get(word, COMMON) < COMMON
