"""The words that a misspelled one may be meant for."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from string import ascii_lowercase

from t2v.knowledge import NEAR
from t2v.languages.ordinary import LONG, is_common, is_ordinary, is_short
from t2v.spelling import singular

LIKENESS = 0.8  # least likeness of a word that is taken for another misspelled, as `difflib` measures it
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
        if is_common(word):
            return []
        forms = [form for form in dict.fromkeys((word, singular(word))) if not is_common(form)]
        texts = (text for form in forms for text in corrected(form, whole=is_short(form)))
        return list(dict.fromkeys(self.meant[text] for text in texts if text in self.meant))

    def _like(self, word: str) -> list[str]:
        """Names that a word may be meant for, misspelled after the first letter. An ordinary word is meant as
        it is, and a short one is like too many."""
        if len(word) < LONG or is_ordinary(word):
            return []
        return get_close_matches(word, self._by_letter.get(word[0], ()), n=NEAR, cutoff=LIKENESS)


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
