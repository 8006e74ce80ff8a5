"""What visitors may ask for: limits of the owner's, below those of the model, and words that are refused."""

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cached_property

from t2v.checkpoints.catalogue import EMBEDDED_FOLDER
from t2v.defaults import ModelDefaults
from t2v.errors import RequestError
from t2v.service import sentences
from t2v.translation import Translator
from t2v.vocabulary import Vocabulary


@dataclass(frozen=True)
class Rules:
    """The owner's rules. A limit of None is the model's own; `words` are refused in prompts."""

    max_frames: int | None = None
    max_steps: int | None = None
    max_side: int | None = None  # pixels
    words: tuple[str, ...] = ()

    def within(self, native: ModelDefaults) -> ModelDefaults:
        """A model's defaults and limits, lowered to the owner's; its own size becomes the first that fits."""
        frames = min(self.max_frames or native.max_frames, native.max_frames)
        steps = min(self.max_steps or native.max_steps, native.max_steps)
        side = max(min(self.max_side or native.max_side, native.max_side), native.min_side)
        sizes = tuple(size for size in native.sizes if max(size) <= side)
        fitting = [size for size in native.offered if max(size) <= side]
        width, height = fitting[0] if fitting else _shrunk(native, side)
        limited = replace(native, max_frames=frames, max_steps=steps, max_side=side, sizes=sizes)
        own = {name: min(getattr(native, name), steps) for name in ("steps", "change_steps", "loop_steps")}
        return replace(limited, frames=min(native.frames, frames), width=width, height=height, **own)

    def check(self, prompt: str) -> None:
        """RequestError where a prompt, or the English that it is read as, has one of the words."""
        if not self.words:
            return
        for text in (prompt, self._translator.read(prompt).sentence):
            if found := self._pattern.search(_folded(text)):
                raise RequestError("prompt", sentences.WORD_REFUSED.format(word=found[0]))

    @cached_property
    def _translator(self) -> Translator:
        return Translator(Vocabulary.open(EMBEDDED_FOLDER))

    @cached_property
    def _pattern(self) -> re.Pattern:
        words = filter(None, map(_folded, self.words))
        return re.compile("|".join(map(_whole, sorted(words, key=len, reverse=True))) or r"(?!)")


def _shrunk(native: ModelDefaults, side: int) -> tuple[int, int]:
    """A model's own size, shrunk until its longer side is at most `side`; -> width, height"""
    scale = side / max(native.width, native.height)
    sides = (int(each * scale) // native.multiple * native.multiple for each in (native.width, native.height))
    width, height = (max(native.min_side, each) for each in sides)
    return width, height


def _folded(text: str) -> str:
    """Lower case without accents, invisible letters and repeated blanks."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = (letter for letter in plain if unicodedata.category(letter) not in ("Mn", "Cf"))
    return " ".join("".join(kept).split())


def _whole(word: str) -> str:
    """A pattern of a whole word; of a part where the script has no capitals, and perhaps no blanks."""
    begin = r"(?<!\w)" if word[0].upper() != word[0] or word[0].isdecimal() else ""
    end = r"(?!\w)" if word[-1].upper() != word[-1] or word[-1].isdecimal() else ""
    return begin + re.escape(word) + end
