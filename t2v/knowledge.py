"""What a small model knows of a prompt, and how a person is told of the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

from t2v.measures import shortened

NEAR = 3  # subjects offered for a word that isn't known
SHOWN = 6  # words in a note


@dataclass(frozen=True)
class Knowledge:
    """A prompt to a model: subjects that it knows, words that it doesn't, subjects near those.

    `denied`: words as "no", for it draws all that is named. `crowded`: more subjects than it draws together.
    `misspelled`: those of the unknown words that are spelled much like another.
    """

    known: tuple[str, ...]
    unknown: tuple[str, ...]
    nearest: dict[str, tuple[str, ...]]
    english: bool
    denied: tuple[str, ...] = ()
    crowded: bool = False
    misspelled: tuple[str, ...] = ()

    def note(self) -> str | None:
        """Return a sentence or two for the person who wrote the prompt; None where all is known."""
        if not self.english:
            return "This model doesn't read this language: write in English."
        said = [self._not_taught()] if self.unknown else []
        if not self.known and not self.unknown:
            said.append("The prompt names nothing that this model can draw, such as a panda.")
        if self.denied and self.known:
            said.append(f"It doesn't understand “{self.denied[0]}”: all that is named is drawn.")
        if self.crowded:
            said.append("It draws up to three subjects together: name fewer.")
        return " ".join(said) or None

    def _not_taught(self) -> str:
        near = list(dict.fromkeys(name for word in self.unknown for name in self._offered(word)))[:NEAR]
        hint = f" It does know: {', '.join(near)}." if near else ""
        return f"This model was not taught: {listed(self.unknown)}.{hint}"

    def _offered(self, word: str) -> Sequence[str]:
        """What is near an unknown word; beside known subjects only what it is a misspelling of."""
        return self.nearest[word][: NEAR if not self.known else 1 if word in self.misspelled else 0]


def listed(words: Sequence[str]) -> str:
    """The first of some words for a note, and how many more there are."""
    more = len(words) - SHOWN
    return ", ".join(map(shortened, words[:SHOWN])) + (f" and {more} more" if more > 0 else "")
