"""The words of a text that name a thing, a colour, a motion, the background or a place, in one language."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Literal, NamedTuple

from t2v.languages.names import TAG, EmojiName, emoji_key, names_of
from t2v.languages.places import PLACES, SCENERY
from t2v.languages.words import BACKGROUND, COLOURS, MOTIONS, SIGNS, SMALL, TABLE, UNINFLECTED, UNSPACED

PICTURE = "[\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
WITH = "(?:\ufe0f|[\U0001f3fb-\U0001f3ff])?"
EMOJI = re.compile(f"{PICTURE}{WITH}(?:\u200d{PICTURE}{WITH})*")
TOKEN = re.compile(r"[^\s.,!?;:()\"“”„«»।、。，！？「」…]+")
APOSTROPHE = re.compile("['’]")
LONGEST_WORDS, LONGEST_LETTERS = 4, 12  # of a name: with spaces between words, and without
SHORT = 3  # letters of a word that is too short to be a tag, or to have endings
ENDING = 4  # letters of an ending at most
Kind = Literal["thing", "motion", "background", "colour", "scenery"]
# The first wins over equally long ones.
KINDS: tuple[Kind, ...] = ("thing", "motion", "background", "colour", "scenery")
Draws = Callable[..., str | None]  # hexcode, False for no drawing of that name -> the model's subject


class Element(NamedTuple):
    """A part of a text, and its meaning: an English name, colour or motion.

    `known`: the model draws it. `sign`: it is an emoji character.
    """

    start: int
    end: int
    kind: Kind
    value: str
    known: bool = True
    sign: bool = False


def normal(text: str) -> str:
    """A text in lower case and composed letters, as the table is compared."""
    return unicodedata.normalize("NFC", text).lower()


def find(
    text: str, language: str, draws: Draws, english: Callable[[str], str], named: bool = False
) -> list[Element]:
    """The elements of a normal text, in its order. `english`: hexcode -> its usual English name; `named`: an
    emoji names a thing already."""
    things = list(_things(text, language, draws, english))
    names = [each for each in things if text[each.start : each.end] in names_of(language)]
    return _without_overlaps(things, names, list(_patterns(text, language)), named)


def unread(text: str, language: str, read: Sequence[Element]) -> tuple[str, ...]:
    """The words of a normal text that stand in none of the elements, small ones left out; none of a language
    without spaces between words."""
    if language in UNSPACED:
        return ()
    tokens = [
        token
        for token in TOKEN.finditer(text)
        if not any(each.start < token.end() and token.start() < each.end for each in read)
    ]
    return tuple(dict.fromkeys(token[0] for token in tokens if not _is_small(token[0], language)))


def _is_small(token: str, language: str) -> bool:
    """Whether all parts of a token, as of "d'un", are small words or have no letters."""
    parts = APOSTROPHE.split(token)
    return all(part in SMALL[language] or not any(map(str.isalpha, part)) for part in parts)


def emoji(text: str, draws: Draws, english: Callable[[str], str]) -> list[Element]:
    """The emoji characters of a text: subjects, or signs of a colour or motion."""
    things, signs = [], []
    for match in EMOJI.finditer(text):
        keys = list(_keys(match[0]))
        drawn = next(filter(None, map(draws, keys)), None)
        name = drawn or next(filter(None, map(english, keys)), "")
        thing = Element(*match.span(), "thing", name, bool(drawn), sign=True)
        if sign := SIGNS.get(match[0].rstrip("\ufe0f")):
            kind: Kind = "colour" if sign in COLOURS else "motion"
            signs.append((Element(*match.span(), kind, sign, sign=True), thing))
        elif name:
            things.append(thing)
    # a blue square alone is one; after a panda it is the background's colour
    return sorted([*things, *(sign if things or not thing.known else thing for sign, thing in signs)])


def _keys(letters: str) -> Iterator[str]:
    """The code of an emoji, then of a person for a woman or man, then of its first part."""
    key = emoji_key("-".join(f"{ord(letter):x}" for letter in letters))
    yield key
    yield re.sub(r"^1f46[89]-", "1f9d1-", key)
    yield key.partition("-")[0]


@cache
def _expressions(language: str) -> list[tuple[Kind, str, re.Pattern]]:
    background, colours, motions = TABLE[language]
    rows: list[tuple[Kind, str, str]] = [("background", BACKGROUND, background)]
    rows += [("colour", name, each) for name, each in zip(COLOURS, colours.split(), strict=True)]
    rows += [("motion", name, each) for name, each in zip(MOTIONS, motions.split(", "), strict=True)]
    rows += [
        ("scenery", name, each) for name, each in zip(SCENERY, PLACES[language].split(", "), strict=True)
    ]
    return [(kind, value, _compiled(fragments, language)) for kind, value, fragments in rows]


def _compiled(fragments: str, language: str) -> re.Pattern:
    anywhere = f"(?:{normal(fragments).strip().replace('_', ' ')})"
    if language in UNSPACED:
        return re.compile(f"{anywhere}(?:色|い)?")  # "blue colour", "is blue"
    letter = r"[^\s,.!?।]"  # more than \w: Hindi's vowel signs are none of its letters
    return re.compile(f"(?<!{letter}){anywhere}{letter}*")


def _patterns(text: str, language: str) -> Iterator[Element]:
    for kind, value, expression in _expressions(language):
        for match in expression.finditer(text):
            yield Element(*match.span(), kind, value)


def _without_overlaps(
    things: list[Element], names: list[Element], patterns: list[Element], named: bool
) -> list[Element]:
    """The longest first. A word that is a colour and a thing ("rosa"), or a motion or a place and a thing, is
    a thing only if there is no other; one that is no name, but another form of one, only if there is no name.
    """
    clear = [each for each in things if not any(_within(each, pattern) for pattern in patterns)]
    found = [*patterns, *(clear if clear or named else names or things)]
    found.sort(key=lambda each: (each.start - each.end, KINDS.index(each.kind), not each.known))
    kept: list[Element] = []
    for element in found:
        if all(element.end <= other.start or other.end <= element.start for other in kept):
            kept.append(element)
    return sorted(kept)


def _within(element: Element, other: Element) -> bool:
    """Return whether they overlap, and `element` isn't the longer one."""
    overlap = element.start < other.end and other.start < element.end
    return overlap and element.end - element.start <= other.end - other.start


def _things(text: str, language: str, draws: Draws, english: Callable[[str], str]) -> Iterator[Element]:
    names = names_of(language)
    for start, end in _spans(text, language):
        part = text[start:end]
        meanings = names.get(part) or []
        if name := _drawn(meanings, draws, part, language):
            yield Element(start, end, "thing", name)
        elif meanings and meanings[0].rank == 0 and english(meanings[0].hexcode) and end - start > 1:
            yield Element(start, end, "thing", english(meanings[0].hexcode), known=False)
        elif language not in (*UNSPACED, *UNINFLECTED) and " " not in part:
            if name := next(filter(None, (draws(each) for each in _other_form(part, language))), None):
                yield Element(start, end, "thing", name)


def _drawn(meanings: Sequence[EmojiName], draws: Draws, part: str, language: str) -> str | None:
    """The model's subject for a name: the first meaning that it draws. A tag counts where the name is no
    other emoji's usual one, and not too short; that of an emoji before that of a drawing: "triste" is sad,
    and hardly a trombone."""
    short = language not in (*UNSPACED, "ko") and len(part) <= SHORT
    most = 0 if short else 1 if meanings and meanings[0].rank == 0 else TAG
    counted = [each for each in meanings if each.rank <= most]
    first = [each for each in counted if each.rank < TAG or draws(each.hexcode, False)]
    return next(filter(None, (draws(each.hexcode) for each in (*first, *counted))), None)


def _spans(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Places where a name may stand."""
    if language in UNSPACED:
        for start in range(len(text)):
            for length in range(1, LONGEST_LETTERS + 1):
                if start + length <= len(text):
                    yield start, start + length
        return
    tokens = [match.span() for match in TOKEN.finditer(text)]
    for first in range(len(tokens)):
        if text[slice(*tokens[first])] in SMALL[language]:
            continue
        for last in range(first, min(first + LONGEST_WORDS, len(tokens))):
            yield tokens[first][0], tokens[last][1]


@cache
def _by_beginning(language: str) -> dict[str, list[tuple[str, str]]]:
    """Names of one word, with their hexcodes, by their first letter. A tag counts where it is a part of a
    usual name of one word, as "björn" is of "björnansikte"."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, meanings in names_of(language).items():
        best = meanings[0]
        if " " not in name and (best.rank == 0 or (best.rank == 1 and not best.spaces)):
            found.setdefault(name[:1], []).append((name, best.hexcode))
    return found


def _other_form(word: str, language: str) -> list[str]:
    """The hexcodes of names of which `word` may be another form, the likeliest first."""
    likely = (
        (_likeness(word, name, language), hexcode)
        for name, hexcode in _by_beginning(language).get(word[:1], ())
    )
    return [hexcode for likeness, hexcode in sorted(likely, reverse=True) if likeness]


def _likeness(word: str, name: str, language: str) -> int:
    """Letters that a word shares with a name of which it may be another form; 0 if it can't be."""
    pairs = enumerate(zip(word, name, strict=False))
    shared = next((i for i, (a, b) in pairs if a != b), min(len(word), len(name)))
    least = 1 if language == "ko" else SHORT  # Korean's names are short, and so are its endings
    ending = 2 if language == "ko" else ENDING
    if word.startswith(name):
        return shared if len(name) > least - (language == "ko") and len(word) - shared <= ending else 0
    other_ending = shared >= max(SHORT, len(name) - 1) and abs(len(word) - len(name)) <= 2
    return shared if other_ending and (len(name) > SHORT + 1 or len(word) == len(name)) else 0
