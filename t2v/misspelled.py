"""The words that a misspelled one may be meant for."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from string import ascii_lowercase

from t2v.knowledge import NEAR
from t2v.languages.ordinary import LONG, is_common, is_listed, is_ordinary, is_short
from t2v.spelling import plural, singular

LIKENESS = 0.8  # least likeness of a word that is taken for another misspelled, as `difflib` measures it
SURELY, SURELY_LONG = 0.85, 6  # likeness and letters of one that is corrected unasked
SHORTEST = 3  # letters of a word that may have a slip


class Spellings:
    """Finds what a word may be meant for among `meant` {word or name: what it means}."""

    def __init__(self, meant: Mapping[str, str]):
        self.meant = meant
        self._by_letter: dict[str, list[str]] = {}
        for name in meant:
            self._by_letter.setdefault(name[:1], []).append(name)

    def near(self, word: str) -> list[str]:
        """What a word may be meant for, a slip of the fingers first."""
        forms = () if is_ordinary(word) else dict.fromkeys((word, singular(word)))
        return [*self.slips(word), *(self.meant[name] for form in forms for name in self._like(form))]

    def slips(self, word: str) -> list[str]:
        """What a word with one slip may be meant for: "bleu", "lft"."""
        return list(dict.fromkeys(self.meant[text] for _, text in self._corrections(word)))

    def mended(self, word: str) -> str | None:
        """What a word is surely meant for: "penguins" for "pengiuns", "giraffe" for "girrafe". None where it
        may be another word, mean several things, or nothing."""
        if is_ordinary(word) or is_listed(word):
            return None
        found = list(self._corrections(word)) or self._much_alike(word)
        if len({self.meant[text] for _, text in found}) != 1:
            return None
        form, text = found[0]
        return text if form == word else plural(text)

    def _much_alike(self, word: str) -> list[tuple[str, str]]:
        """A long word or its singular, and names that it is surely misspelled for if there is but one."""
        if len(word) < SURELY_LONG:
            return []
        forms = dict.fromkeys((word, singular(word)))
        return [(form, name) for form in forms for name in self._like(form, SURELY)]

    def _corrections(self, word: str) -> Iterator[tuple[str, str]]:
        """A word or its singular, and what it may be without its slip."""
        for form in dict.fromkeys((word, singular(word))):
            if not is_common(word) and not is_common(form):
                texts = corrected(form, whole=is_short(form))
                yield from ((form, text) for text in texts if text in self.meant)

    def _like(self, word: str, least: float = LIKENESS) -> list[str]:
        """Names that a word may be meant for, misspelled after the first letter. An ordinary word is meant as
        it is, and a short one is like too many."""
        if len(word) < LONG or is_ordinary(word):
            return []
        return get_close_matches(word, self._by_letter.get(word[0], ()), n=NEAR, cutoff=least)


def corrected(word: str, whole: bool = False) -> Iterator[str]:
    """Each text of which a word is one slip away: two neighbours swapped, a letter doubled or left out.

    `whole`: no letter was left out.
    """
    if len(word) < SHORTEST:
        return
    places = range(len(word) - 1)
    yield from (word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in places)
    yield from (word[:i] + word[i + 1 :] for i in places if word[i] == word[i + 1])
    if not whole:
        yield from (word[:i] + letter + word[i:] for i in range(len(word) + 1) for letter in ascii_lowercase)
