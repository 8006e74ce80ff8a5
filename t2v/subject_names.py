"""The names of a model's subjects, found in the words of a prompt however they are spelled and joined."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from t2v.languages.english import APART, RISING
from t2v.spelling import OF, plural, singular, split, together

SHORTENED = re.compile(r"'(?:s|ll|re|ve|d|t|m)$")  # "panda's", "she'll"
COMPOUND, PART = 6, 3  # least letters of a name that may be written as several words, and of these


class Name(NamedTuple):
    """Words of a text, from `start` up to `stop`, that name a subject."""

    start: int
    stop: int
    subject: str


class SubjectNames:
    """Names -> subjects, `subjects`, searched by words in lower case."""

    def __init__(self, subjects: Mapping[str, str]):
        self.subjects = subjects
        self.most_words = max(len(split(name)) for name in subjects)
        self._spelled = {together(name): name for name in subjects}
        self._many = {together(many): many for many in map(plural, subjects)}
        self._singulars = {together(plural(name)): name for name in subjects if plural(name) != name}
        self._by_word: dict[str, list[str]] = {}
        for name, subject in subjects.items():
            for word in split(name):
                self._by_word.setdefault(word, []).append(subject)

    def longest_at(self, words: Sequence[str], start: int) -> Name | None:
        """The longest name that begins with this word."""
        for stop in range(min(start + self.most_words, len(words)), start, -1):
            if subject := self.subject(words[start:stop]):
                return Name(start, stop, subject)
        return None

    def subject(self, words: Sequence[str]) -> str | None:
        """The subject of that name, in the singular or plural, however its parts are joined."""
        if found := self.named(words):
            return found
        taught = self.as_taught(words)
        return self.named(split(taught)) if taught else None

    def named(self, words: Sequence[str]) -> str | None:
        """The subject of that name, in the singular or plural."""
        *first, last = words
        found = self.subjects.get(" ".join(words))
        if found or first and last in RISING:
            return found
        things, of, material = " ".join(words).partition(OF)
        if of and (found := self.subjects.get(singular(things) + of + material)):
            return found
        return self.subjects.get(" ".join([*first, singular(last)]))

    def as_taught(self, words: Sequence[str]) -> str | None:
        """The name that words spell where spaces and hyphens don't count: "firetrucks" -> "fire trucks".

        Several words spell no plural, as "the sun sets", and no short name, as "a man go".
        """
        apart = len(words) > 1 and words[-1] in RISING or " ".join(words) in APART
        if apart or any(map(SHORTENED.search, words)):
            return None
        word = together("".join(words))
        if len(words) == 1:
            return self._spelled.get(word) or self._many.get(word)
        long = len(word) >= COMPOUND and min(map(len, words)) >= PART
        return self._spelled.get(word) if long else None

    def of_plural(self, words: str) -> str | None:
        """The name in the singular whose plural this is; None if it is none."""
        return self._singulars.get(together(words))

    def with_word(self, word: str) -> Sequence[str]:
        """The subjects that have a word in one of their names."""
        return self._by_word.get(word, ())
