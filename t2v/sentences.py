"""A scene in free English, told again in the sentences that a small model was taught.

The embedded model reads a grammar: one to three subjects with their colours and motions, a relation of two, a
ground. Any other word says nothing to it, and what it then draws melts. So "an astronaut riding a horse" is
told as "an astronaut above a horse", and "a car driving fast on a road" as "a car moving left on a road".
A prompt that is of the grammar already is left as it is.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from t2v.languages.english import DENIALS, FILLERS, GAITS, NUMBERS, PLACED, RELATED
from t2v.spelling import WORD, article, plural, split
from t2v.vocabulary import TOGETHER, Name, Vocabulary

Kind = Literal["thing", "motion", "relation", "ground", "filler", "mark", "word"]
TOKEN = re.compile(rf"{WORD.pattern}|[^\w\s'’-]+")
PLACE = re.compile(r"^(in front of|[a-z]+) (?:(?:an?|the) )?")  # "on a beach" -> "beach"
AND = "and"
COUNTS = frozenset(("two", "three"))
ARTICLES = frozenset(("a", "an", "the"))
BETWEEN = ARTICLES | {AND, "is", "are", "both", "all"}  # words of captions beside names, motions, relations
ALL = frozenset(("are", "both", "all"))  # the next motion is that of all subjects
GROUND_WORDS = 7  # of a plain ground: "in front of a plain green background"
BEFORE = 3  # words between a place and what stands before it: "on a sandy beach"


class Piece(NamedTuple):
    """Tokens of a prompt, from `start` up to `stop`, and what they say."""

    start: int
    stop: int
    kind: Kind
    value: str  # of a thing: the subject
    name: str = ""  # of a thing: in the singular, in the words of the prompt if they were taught
    many: bool = False  # it is written in the plural
    taught: bool = True  # it is written as it was taught


@dataclass(frozen=True)
class Thing:
    """A subject and what a prompt says of it; `name` has no article."""

    subject: str
    name: str
    count: int = 1
    tint: str = ""
    motion: str = ""


@dataclass(frozen=True)
class Told:
    """A sentence of the grammar; `left`: words of the prompt that the model knows, and isn't given."""

    sentence: str
    left: tuple[str, ...] = ()


class Sentences:
    """Tells prompts in the sentences of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary):
        self.vocabulary = vocabulary
        kinds: dict[Kind, Iterable[str]] = {
            "filler": filter(self._draws_nothing, vocabulary.fillers), "motion": vocabulary.moving,
            "relation": vocabulary.relations, "ground": vocabulary.scenery,
        }  # fmt: skip
        self._phrases = {tuple(split(p)): Piece(0, 0, kind, p) for kind, some in kinds.items() for p in some}
        self._longest = max(map(len, self._phrases), default=0)
        self._places: dict[str, list[str]] = {}  # "water": ["under water", "in the water"]
        for phrase in vocabulary.scenery:
            self._places.setdefault(PLACE.sub("", phrase), []).append(phrase)

    def told(self, prompt: str) -> Told | None:
        """The prompt in the model's grammar; None where it is of it, names nothing or denies something."""
        if not self.vocabulary.has_grammar:
            return None
        tokens = [token.lower() for token in TOKEN.findall(prompt)]
        pieces = _without_compounds(list(self._pieces(tokens)))
        denied = any(piece.kind == "word" and piece.value in DENIALS for piece in pieces)
        if denied or all(piece.kind != "thing" for piece in pieces) or self._is_taught(pieces):
            return None
        return _Scene(self.vocabulary, pieces).told()

    # ---- the parts of a prompt ----

    def _draws_nothing(self, filler: str) -> bool:
        """Whether a filler names no subject, as "eating bamboo" does."""
        return not self.vocabulary.subject(split(filler)[-1])

    def _pieces(self, tokens: list[str]) -> Iterator[Piece]:
        start, since, last = 0, 0, None  # since: where the words begin that may place a scenery's noun
        while start < len(tokens):
            place, name = self._place(tokens, start, since), self._name(tokens, start, last)
            if place and name and name.stop == place.stop:
                name = None  # "through the desert"
            piece = self._piece(tokens, start, name, place)
            yield piece
            start, last = piece.stop, name if piece.kind == "thing" else last
            since = since if piece.kind == "word" else start

    def _piece(self, tokens: list[str], start: int, name: Name | None, place: Piece | None) -> Piece:
        """The longest piece that begins with this token."""
        if not WORD.fullmatch(tokens[start]):
            return Piece(start, start + 1, "mark", tokens[start])
        found = [
            self._thing(tokens, name) if name else place,
            self._phrase(tokens, start),
            self._plain_ground(tokens, start),
        ]
        word = Piece(start, start + 1, "word", tokens[start])
        return max((piece for piece in found if piece), key=lambda piece: piece.stop, default=word)

    def _name(self, tokens: list[str], start: int, last: Name | None) -> Name | None:
        """A subject's name, but not "picture" of "a picture of a panda"."""
        name = self.vocabulary.name_at(tokens, start, last)
        of = name and tokens[name.stop : name.stop + 1] == ["of"]
        return None if of and tokens[start] in FILLERS | NUMBERS.keys() else name

    def _thing(self, tokens: list[str], name: Name) -> Piece:
        words = " ".join(tokens[name.start : name.stop])
        written, many = self.vocabulary.written(words, name.subject)
        return Piece(name.start, name.stop, "thing", name.subject, written, many, many or written == words)

    def _phrase(self, tokens: list[str], start: int) -> Piece | None:
        """A motion, a relation, a scenery or a filler in words of the model's captions."""
        for stop in range(min(start + self._longest, len(tokens)), start, -1):
            found = self._phrases.get(tuple(tokens[start:stop]))
            if found and not (found.kind == "ground" and self._goes_on(tokens, stop)):
                return found._replace(start=start, stop=stop)
        return None

    def _goes_on(self, tokens: list[str], stop: int) -> bool:
        """Whether the noun that ends here is a part of a longer name: "on a beach" of "on a beach ball"."""
        name = self.vocabulary.name_at(tokens, stop - 1)
        return bool(name and name.stop > stop or stop < len(tokens) and self.vocabulary.name_at(tokens, stop))

    def _plain_ground(self, tokens: list[str], start: int) -> Piece | None:
        """A plain ground, as "on a green background" or "on green"."""
        found = self.vocabulary.plain_ground.match(" ".join(tokens[start : start + GROUND_WORDS]))
        if not found:
            return None
        words = found[0].split()
        stop = start + len(words)
        colour = found["colour"] or words[0]
        if words[-1] == colour and (not ARTICLES.isdisjoint(words) or not self._may_end(tokens, stop)):
            return None
        return Piece(start, stop, "ground", f"on {article(colour)} {colour} background")

    def _may_end(self, tokens: list[str], stop: int) -> bool:
        """Whether a ground may end here: "on green" does not in "on green skis"."""
        if stop == len(tokens) or not WORD.fullmatch(tokens[stop]) or tokens[stop] in BETWEEN:
            return True
        return bool(self._phrase(tokens, stop))

    def _place(self, tokens: list[str], start: int, since: int) -> Piece | None:
        """A scenery's noun after a word such as "through", or one that names no subject."""
        phrases = self._places.get(tokens[start])
        if not phrases or not start or self._goes_on(tokens, start + 1):
            return None
        before = tokens[max(start - BEFORE, since) : start]
        placed = next((word for word in reversed(before) if word in PLACED or word in RELATED), "")
        same = next((phrase for phrase in phrases if phrase.split()[0] == placed), None)
        if not same and placed not in PLACED and self.vocabulary.name_at(tokens, start):
            return None
        others = [phrase for phrase in phrases if not phrase.startswith("under")]
        return Piece(start, start + 1, "ground", same or (others or phrases)[0])

    # ---- whether a prompt is of the grammar ----

    def _is_taught(self, pieces: Sequence[Piece]) -> bool:
        """Whether the model was taught sentences like this."""
        kinds = [piece.kind for piece in pieces]
        places = [i for i, kind in enumerate(kinds) if kind == "thing"]
        named = [pieces[i].value for i in places]
        firsts = [i for n, i in enumerate(places) if named[n] not in named[:n]]
        before = kinds[: places[0]]
        if "ground" in before or "motion" in before or kinds.count("ground") > 1 or len(firsts) > TOGETHER:
            return False
        if any(pieces[i].many and not _is_numbered(pieces[:i]) for i in firsts):
            return False
        gaps = [pieces[a + 1 : b] for a, b in zip(firsts, firsts[1:], strict=False)]
        return all(self._fits(*pair) for pair in zip(pieces, [*pieces[1:], None], strict=True)) and all(
            self._joins(gap, len(firsts)) for gap in gaps
        )

    def _fits(self, piece: Piece, after: Piece | None) -> bool:
        """Whether captions have such a piece, before the one `after` it."""
        if piece.kind != "word":
            return piece.taught
        if piece.value in ARTICLES:
            return not after or after.kind != "motion"  # "a spinning panda"
        named = bool(after and (after.kind == "thing" or after.value in self.vocabulary.tints))
        return (
            piece.value in BETWEEN
            or (piece.value in COUNTS or piece.value in self.vocabulary.tints)
            and named
        )

    def _joins(self, gap: Sequence[Piece], count: int) -> bool:
        """Whether this may stand between two of `count` subjects."""
        kinds = [piece.kind for piece in gap]
        if "ground" in kinds or "filler" in kinds or kinds.count("relation") > 1:
            return False
        if "relation" in kinds:
            return count == 2
        return "mark" in kinds or any(piece.value == AND for piece in gap)


def _without_compounds(pieces: Sequence[Piece]) -> list[Piece]:
    """Names side by side name something else, that wasn't taught: "a tennis ball"."""
    kept: list[Piece] = []
    for i, piece in enumerate(pieces):
        beside = [*pieces[max(i - 1, 0) : i], *pieces[i + 1 : i + 2]]
        compound = piece.kind == "thing" and any(other.kind == "thing" for other in beside)
        kept.append(Piece(piece.start, piece.stop, "word", piece.name) if compound else piece)
    return kept


def _is_numbered(before: Sequence[Piece]) -> bool:
    """Whether "two" or "three" stands before a subject, perhaps with a colour in between."""
    return any(piece.value in COUNTS for piece in before[-2:])


class _Scene:
    """What the pieces of a prompt say, read from its beginning to its end."""

    def __init__(self, vocabulary: Vocabulary, pieces: Sequence[Piece]):
        self.vocabulary = vocabulary
        self.things: list[Thing] = []
        self.joined, self.ground = AND, ""
        self.left: list[str] = []
        self._at = -1  # the thing that was named last
        self._begin_next()
        for piece in pieces:
            self._read(piece)
        if self._tint and self.things and not self.things[self._at].tint:  # "a bird that is blue"
            self.things[self._at] = replace(self.things[self._at], tint=self._tint)

    def told(self) -> Told:
        """The sentence."""
        several = 1 if len(self.things) < TOGETHER else 0  # captions count one subject, or the first of two
        phrases = [self._phrase(each, n < several) for n, each in enumerate(self.things)]
        *first, last = phrases
        joined = self.joined if len(phrases) == 2 else AND
        text = f"{', '.join(first)} {joined} {last}" if first else last
        return Told(f"{text} {self.ground}".strip(), tuple(dict.fromkeys(self.left)))

    def _phrase(self, thing: Thing, may_be_several: bool) -> str:
        """A subject with its number or article, its colour and its motion."""
        usual = self.vocabulary.phrases.get(thing.subject, "")
        first, _, rest = usual.partition(" ")
        name = f"{thing.tint} {thing.name}".strip()
        is_bare = self.vocabulary.is_bare(thing.name)
        if thing.count > 1 and may_be_several:
            phrase = f"{'two' if thing.count == 2 else 'three'} {name if is_bare else plural(name)}"
        elif first not in ARTICLES or is_bare:
            phrase = name
        else:
            phrase = usual if rest == name else f"{article(name)} {name}"
        return f"{phrase} {thing.motion}".strip()

    def _begin_next(self) -> None:
        """Forget what was said of the next thing: how many, the colour, the motion, what joins it."""
        self._count, self._tint, self._motion, self._joined = 0, "", "", ""
        self._described = self._for_all = False  # what comes is said of the next thing, of all things

    def _read(self, piece: Piece) -> None:
        match piece.kind:
            case "thing":
                self._read_thing(piece)
            case "motion":
                self._move(self.vocabulary.moving[piece.value])
            case "relation":
                self._joined = piece.value
            case "ground":
                self._read_ground(piece.value)
            case "mark":
                self._count, self._tint, self._joined, self._described = 0, "", "", False
            case "filler":
                self._join()
            case "word":
                self._read_word(piece.value)

    def _read_thing(self, piece: Piece) -> None:
        known = [each.subject for each in self.things]
        if piece.value in known:
            self._at = known.index(piece.value)
        elif len(known) == TOGETHER:
            self.left.append(piece.name)
        else:
            if len(known) == 1:
                self.joined = self._joined or AND
            self.things.append(Thing(piece.value, piece.name, self._number(piece), self._tint, self._motion))
            self._at = len(known)
        self._begin_next()
        if piece.value.startswith("person "):  # "a man walking a dog"
            self._join()

    def _number(self, piece: Piece) -> int:
        """How many are named: of "sheep" as many as are said, of "dogs" three where nothing is said."""
        if piece.many:
            return self._count or 3
        both = plural(piece.name) == piece.name or self.vocabulary.is_bare(piece.name)
        return self._count or 1 if both else 1

    def _read_ground(self, phrase: str) -> None:
        if self.ground and phrase != self.ground:
            self.left.append(phrase)
        self.ground = self.ground or phrase
        self._joined, self._described = "", False  # "on" was said of it

    def _read_word(self, word: str) -> None:
        colour = self.vocabulary.colour_synonyms.get(word, word)
        self._described = self._described or word in ARTICLES or word in NUMBERS
        self._for_all = self._for_all or word in ALL
        self._count = NUMBERS.get(word, self._count)
        if colour in self.vocabulary.tints:
            self._tint = colour
        elif colour in self.vocabulary.colours:
            self.left.append(word)
        elif word in GAITS:
            self._move(GAITS[word])
        elif word == AND or word in RELATED:
            self._joined = RELATED.get(word, AND)
            self._described = False
        elif word not in BETWEEN:
            self._join()

    def _join(self) -> None:
        """Let any other word between two things put them side by side, not one that describes the next."""
        if self._at >= 0 and not self._described:
            self._joined = self._joined or "next to"

    def _move(self, motion: str) -> None:
        """Give a motion to what was named last; to what is named next where it stands before that."""
        motion = "" if motion == "still" else motion
        if self._described or not self.things:
            self._motion = motion
            return
        moving = range(len(self.things)) if self._for_all else [self._at]
        for i in moving:
            self.things[i] = replace(self.things[i], motion=motion)
        self._join()
