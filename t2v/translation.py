"""A prompt of emoji characters, or in another language, as an English sentence of a model's vocabulary."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from t2v.knowledge import listed
from t2v.languages import LANGUAGES
from t2v.languages.elements import Element, emoji, find, normal, unread
from t2v.languages.english import NUMBERS, english
from t2v.languages.names import emoji_key, english_name, english_words, names_of
from t2v.languages.words import SMALL, UNSPACED
from t2v.prompt_weights import plain
from t2v.sentences import Sentences
from t2v.spelling import article, split
from t2v.vocabulary import Vocabulary

KANA, HAN = re.compile("[\u3040-\u30ff]"), re.compile("[\u4e00-\u9fff]")
ENGLISH_ARTICLE = re.compile(r"(?:an?|the) ")
BACKGROUND_COLOUR = re.compile(r"\b(\w+) background\b")
NEAR_BACKGROUND = 16  # letters between the word "background" and its colour, at most


@dataclass(frozen=True)
class Understood:
    """The sentence that a model is given for a prompt.

    `text`: the prompt's English in its own words, before it was told in the model's (t2v/sentences.py).
    `unread`: words that were not understood; `left`: those that were, and have no part in the sentence.
    """

    prompt: str
    sentence: str
    text: str
    unread: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def note(self) -> str | None:
        """Say how the prompt was read; None where it was taken as it is."""
        return None if self.sentence == self.prompt else f"Read as: {self.sentence}.{self.left_out()}"

    def left_out(self) -> str:
        """Say which words have no part in the sentence; "" where all have."""
        unread = f" Not understood: {listed(self.unread)}." if self.unread else ""
        return unread + (f" Left out: {listed(self.left)}." if self.left else "")


class Translator:
    """Reads prompts for a model with a vocabulary."""

    def __init__(self, vocabulary: Vocabulary):
        self.vocabulary = vocabulary
        self._sentences = Sentences(vocabulary)
        self._subjects = {emoji_key(code): name for name, code in vocabulary.subjects.items() if code}
        self._scenery = {emoji_key(code): phrase for phrase, code in vocabulary.scenery.items() if code}
        places = {noun: phrases[0] for noun, phrases in vocabulary.places.items()}
        self._places = places | {phrase: phrase for phrase in vocabulary.scenery}

    def read(self, prompt: str) -> Understood:
        """The sentence for a prompt: English, in the model's own words as far as they say it; the prompt
        itself where nothing better is found."""
        text = normal(prompt)
        pictures = emoji(text, self._draws, english_name)
        plainly = self.vocabulary.with_stand_ins(prompt)
        if not pictures and self._in_english(text) and self._names_any(plainly):
            return self._told(prompt, self.vocabulary.mended(plainly))
        language, found = self._foreign(text, bool(pictures))
        if found:
            elements = [*pictures, *found]
            sentence = self._compose(elements)
            used = [each for each in elements if each.value in sentence or each.kind == "background"]
            return Understood(prompt, sentence, sentence, unread(text, language, used))
        if not pictures:
            mended = self.vocabulary.mended(prompt)
            return self._told(prompt, mended) if mended != prompt else Understood(prompt, prompt, prompt)
        if any(letter.isalpha() for letter in prompt):
            return self._told(prompt, self._inserted(prompt))
        sentence = self._compose(pictures)
        return Understood(prompt, sentence, sentence)

    def _in_english(self, text: str) -> bool:
        """Guess whether a normal text is English; it isn't if another language has all its words, as it has
        those of "bus scolaire"."""
        if not english(text) or " " not in text or ENGLISH_ARTICLE.match(text):
            return english(text)
        if not self.vocabulary.explain(text).unknown:
            return True
        return not any(self._has_all(text, language) for language in _likely(text))

    def _has_all(self, text: str, language: str) -> bool:
        """Whether a language with spaces has every word of a text, and one thing, by its name."""
        elements = find(text, language, self._draws, english_name)
        things = [each for each in elements if each.kind == "thing"]
        named = len(things) == 1 and _is_name(text, things[0], language)
        return named and language not in UNSPACED and not unread(text, language, elements)

    def _names_any(self, text: str) -> bool:
        """Whether an English text names a subject, if only in a name that wasn't taught: "a robot dog"."""
        return bool(self.vocabulary.explain(text).known or self._sentences.told(text))

    def _told(self, prompt: str, text: str) -> Understood:
        """A prompt's English, told in the model's sentences; as it stands where words have weights."""
        if plain(text) != text:
            return Understood(prompt, text, text)
        text, denied = self._sentences.without_denied(text)
        told = self._sentences.told(text)
        left = (*(told.left if told else ()), *denied)
        return Understood(prompt, told.sentence if told else text, text, left=left)

    def restated(self, sentence: str) -> str:
        """Only what the model knows of an English sentence: its subjects, motion and background."""
        known = self.vocabulary.explain(sentence).known
        words = " ".join(split(sentence))
        motion = next((each for each in self.vocabulary.motions if each in words), "")
        colour = BACKGROUND_COLOUR.search(words)
        parts = [" and ".join(map(self.phrase, known)), motion]
        if colour and colour[1] in self.vocabulary.colours:
            parts.append(f"on {article(colour[1])} {colour[1]} background")
        return " ".join(filter(None, parts))

    def _draws(self, hexcode: str, drawings: bool = True) -> str | None:
        """The subject or scenery of an emoji: by its code, or by its English name, that of a drawing too."""
        known = self._subjects.get(hexcode) or self._scenery.get(hexcode)
        named = known or self.vocabulary.subject(english_name(hexcode) or hexcode)
        return named if drawings or known or self.vocabulary.subjects.get(named or "") else None

    def _foreign(self, text: str, pictures: bool) -> tuple[str, list[Element]]:
        """The language in which most of the text is understood, and the elements; none if that is English, or
        if nothing names a thing, no emoji either. Of several the one with most of it among its names, then
        with the fewest elements: a doghouse rather than a dog and a hut."""
        best: tuple[str, list[Element]] = "en", []
        letters = self._english(text)
        most = letters, letters, 0
        in_english = self._in_english(text)
        if in_english and ENGLISH_ARTICLE.match(text):
            return best  # "a barn" is no child, though Swedes have one
        if in_english and 2 * letters >= sum(map(len, split(text))):
            return best
        slips = english(text) and any(map(self.vocabulary.spellings.slips, split(text)))
        if slips and not NUMBERS.keys().isdisjoint(split(text)):
            return best  # "two ballons"
        for language in _likely(text):
            elements = find(text, language, self._draws, english_name, pictures)
            if slips and not any(_is_name(text, each, language) for each in elements):
                continue  # "pengiun" is no form of another language's word
            small = [word for word in split(text) if word in SMALL[language]]
            written = _letters(each for each in elements if _is_name(text, each, language))
            understood = _letters(elements) + sum(map(len, small)), written, -len(elements)
            if understood > most and (pictures or any(element.kind == "thing" for element in elements)):
                best, most = (language, elements), understood
        return best

    def _english(self, text: str) -> int:
        """Letters of the text's English words."""
        words = split(text)
        unknown = set(self.vocabulary.explain(text).unknown) - english_words()
        return sum(len(word) for word in words if word not in unknown)

    def _inserted(self, prompt: str) -> str:
        """An English prompt whose emoji have become words."""
        parts: list[str] = []
        end = 0
        for element in emoji(prompt, self._draws, english_name):
            before = prompt[end : element.start].rstrip()
            parts += [before, self._in_text(element, "".join(parts[-1:]) if not before else before)]
            end = element.end
        return " ".join(filter(None, [*parts, prompt[end:].strip()]))

    def _in_text(self, element: Element, before: str) -> str:
        """The words for an emoji: without an article where a word that needs none stands before it."""
        if element.kind != "thing":
            return element.value
        phrase = self.phrase(element.value)
        last = split(before)[-1:]
        bare = last and (last[0] in ("a", "an", "the", "two", "three") or last[0] in self.vocabulary.colours)
        return element.value if bare else phrase

    def _compose(self, elements: Sequence[Element]) -> str:
        """An English sentence of the elements: things with their colours, the motion, the background."""
        elements = sorted(elements)
        things = [each for each in elements if each.kind == "thing"]
        scenery = [each for each in things[1:] if each.value in self._places]
        places = [each for each in elements if each.kind == "scenery" and each.value in self._places]
        things = [each for each in things if each not in scenery]
        colours = [each for each in elements if each.kind == "colour"]
        background = _background(colours, elements, things)
        others = [each for each in colours if each is not background] if things else []
        tints = {_nearest(each, things): each.value for each in others}
        parts = [" and ".join(self.phrase(each.value, tints.get(each, "")) for each in things)]
        parts += [each.value for each in elements if each.kind == "motion"][:1]
        if background:
            parts.append(f"on {article(background.value)} {background.value} background")
        elif places or scenery:
            parts.append(self._places[(places or scenery)[0].value])
        return " ".join(filter(None, parts))

    def phrase(self, name: str, tint: str = "") -> str:
        """A subject with its article, and a colour."""
        phrase = self.vocabulary.phrases.get(name, f"{article(name)} {name}")
        if not tint:
            return phrase
        first, _, rest = phrase.partition(" ")
        return f"{article(tint)} {tint} {rest}" if first in ("a", "an") else f"{tint} {phrase}"


def _is_name(text: str, element: Element, language: str) -> bool:
    """Whether an element is written as the table has it, not in another form."""
    return element.kind == "thing" and text[element.start : element.end] in names_of(language)


def _letters(elements: Iterable[Element]) -> int:
    """Letters of the elements."""
    return sum(each.end - each.start for each in elements)


def _likely(text: str) -> Sequence[str]:
    """The languages of a text's letters: kana are Japanese, Chinese signs without them Chinese, or a name in
    Japanese."""
    if KANA.search(text):
        return ("ja",)
    if HAN.search(text):
        return ("zh", "ja") if text in names_of("ja") else ("zh",)
    return [language for language in LANGUAGES[1:] if language not in UNSPACED]


def _background(
    colours: Sequence[Element], elements: Sequence[Element], things: Sequence[Element]
) -> Element | None:
    """The colour next to the word "background"; without that word, a colour's sign after the things."""
    markers = [each for each in elements if each.kind == "background"]
    near = [(_gap(colour, marker), colour) for colour in colours for marker in markers]
    if markers:
        gap, colour = min(near, default=(NEAR_BACKGROUND, None))
        return colour if gap < NEAR_BACKGROUND else None
    behind = things[-1].end if things else 0
    return next((each for each in colours if each.sign and each.start >= behind), None)


def _nearest(element: Element, things: Sequence[Element]) -> Element:
    return min(things, key=lambda thing: _gap(element, thing))


def _gap(a: Element, b: Element) -> int:
    """Letters between two elements."""
    return max(a.start - b.end, b.start - a.end, 0)
