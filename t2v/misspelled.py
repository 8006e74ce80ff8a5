"""The words that a misspelled one may be meant for."""

from collections.abc import Iterator
from string import ascii_lowercase

SHORTEST = 3  # letters of a word that is searched so


def corrected(word: str, whole: bool = False) -> Iterator[str]:
    """Every text that was meant where two neighbours were swapped, or one letter was doubled or left out.

    `whole`: no letter was left out.
    """
    if len(word) < SHORTEST:
        return
    places = range(len(word) - 1)
    yield from (word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in places)
    yield from (word[:i] + word[i + 1 :] for i in places if word[i] == word[i + 1])
    if not whole:
        yield from (word[:i] + letter + word[i:] for i in range(len(word) + 1) for letter in ascii_lowercase)
