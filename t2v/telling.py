"""What the pieces of a free sentence say of its subjects, in one sentence of a small model's grammar."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from t2v.languages.english import (
    ALIKE,
    AND,
    BETWEEN,
    DIRECTIONS,
    DOES,
    EATING,
    GAITS,
    HAVING,
    INSIDE,
    NUMBERS,
    PLACED,
    RELATED,
    STARTS,
    STYLE,
    WHERE,
)
from t2v.pieces import Piece, without_articles
from t2v.spelling import article, plural
from t2v.vocabulary import TOGETHER, Vocabulary

PRONOUNS = frozenset(("it", "him", "them"))  # of a thing that was named before
ALL = frozenset(("are", "both", "all"))  # the next motion is that of all subjects
LEFT, RIGHT = "moving left", "moving right"
BESIDE = frozenset((AND, "next to"))  # what a list of subjects shows too
_OPPOSITES = (("above", "below"), ("left of", "right of"), ("in front of", "behind"))
INVERSE = dict(_OPPOSITES) | {b: a for a, b in _OPPOSITES}  # relation: that of the second to the first


@dataclass(frozen=True)
class Thing:
    """A subject and what a prompt says of it; `name` has no article."""

    subject: str
    name: str
    count: int = 1
    tint: str = ""
    motion: str = ""
    side: str = ""  # a motion: where it stands is as it would move


@dataclass
class Coming:
    """What was said of the next noun; `begun`: its article or number was read."""

    count: int = 0
    tint: str = ""
    motion: str = ""
    begun: bool = False


@dataclass(frozen=True)
class Told:
    """A sentence of the grammar; `left`: things and words of the prompt that aren't in it."""

    sentence: str
    left: tuple[str, ...] = ()


class Telling:
    """Reads the pieces of a prompt from its beginning to its end."""

    def __init__(self, vocabulary: Vocabulary, pieces: Sequence[Piece]):
        self.vocabulary = vocabulary
        self.things: list[Thing] = []
        self.left: list[str] = []
        self.joined, self.ground = AND, ""
        self._coming, self._joining, self._side = Coming(), "", ""
        self._joining_word = self._joined_word = ""  # what the prompt says for these relations
        self._first_has = False  # the first thing has the second, "with a hat"
        self._eats = self._first_eats = False  # the first thing eats what is named next, the second
        self._is_full = False  # further things are left out
        self._at = -1  # the thing that was named last
        self._moved: list[int] = []  # things whose motion was just said
        self._for_all = self._has = False  # what moves: all of them; the one that has the other
        self._both = False  # "both dogs"
        self._unlike = ""  # why the next subject isn't there
        around = zip([None, *pieces], pieces, [*pieces[1:], None], without_articles(pieces), strict=False)
        for before, piece, neighbour, after in around:
            describes = piece.value in DIRECTIONS and neighbour and neighbour.kind == "thing"
            if not describes:  # "its right hand"
                self._read(before, piece, after)
        self._end_phrase()

    def told(self) -> Told:
        """The sentence."""
        things, joined, sides = self.things, AND, ""
        if len(things) == 2:
            sides = self._by_sides()
            joined = sides or self.joined
            if things[1].count > things[0].count == 1:
                things, joined = things[::-1], INVERSE.get(joined, joined)
        several = 1 if len(things) < TOGETHER else 0  # captions count one subject, or the first of two
        *first, last = [self._phrase(each, n < several) for n, each in enumerate(things)]
        fewer = [
            each for each in things[several:] if each.count > 1 and not self.vocabulary.is_bare(each.name)
        ]
        self.left += [f"{'two' if each.count == 2 else 'three'} {plural(each.name)}" for each in fewer]
        self.left += [f"on the {each.side.split()[-1]}" for each in things if each.side and not sides]
        text = f"{', '.join(first)} {joined} {last}" if first else last
        return Told(f"{text} {self.ground}".strip(), tuple(dict.fromkeys(self.left)))

    def _phrase(self, thing: Thing, may_be_several: bool) -> str:
        """A subject with its number or article, its colour and its motion."""
        name = f"{thing.tint} {thing.name}".strip()
        bare = self.vocabulary.is_bare(thing.name)
        if thing.count > 1 and may_be_several:
            phrase = f"{'two' if thing.count == 2 else 'three'} {name if bare else plural(name)}"
        else:
            usual = self.vocabulary.articles.get(thing.name, article(name))
            phrase = f"{article(name) if usual in ('a', 'an') and thing.tint else usual} {name}"
        return f"{phrase} {thing.motion}".strip()

    def _by_sides(self) -> str:
        """The relation of two things of which a side is said: "a dog on the left, a cat on the right"."""
        first, second = (each.side for each in self.things)
        if LEFT == first != second or RIGHT == second != first:
            return "left of"
        return "right of" if RIGHT == first != second or LEFT == second != first else ""

    # ---- reading ----

    def _read(self, before: Piece | None, piece: Piece, after: Piece | None) -> None:
        self._eats = self._eats or piece.value in EATING
        match piece.kind:
            case "thing":
                self._read_thing(piece)
            case "motion":
                self._move(self.vocabulary.moving[piece.value], after)
            case "relation":
                self._relate(piece.value, piece.value, after)
            case "ground":
                self._read_ground(piece.value)
            case "mark":
                self._end_clause()
            case "filler":
                self._join()
            case "sort":
                self.left.append(piece.value)
            case "word" if (
                self.vocabulary.colour_synonyms.get(piece.value, piece.value) in self.vocabulary.colours
            ):
                self._read_colour(before, piece.value, after)
            case "word":
                self._read_word(piece.value, after)

    def _end_phrase(self) -> None:
        """Forget what was said of a noun that is no subject; a colour of it is left out."""
        if self._coming.tint:
            self.left.append(self._coming.tint)
        self._coming = Coming()

    def _end_clause(self) -> None:
        if not self._coming.begun:  # "a red, shiny car"
            self._end_phrase()
        self._joining, self._unlike, self._moved, self._has = "", "", [], False
        self._eats = False
        if len(self.things) == 2 and self.joined != AND:
            self._at = 0  # "a panda on a skateboard, spinning"

    def _read_thing(self, piece: Piece) -> None:
        coming, self._coming = self._coming, Coming()
        new = piece.value not in [each.subject for each in self.things]
        if self._unlike:
            self.left.append(piece.name)
            self._unlike = self._unlike if self._unlike == STYLE else ""
            return
        if new and len(self.things) >= 2 and not self._has_room(piece):
            return
        known = [each.subject for each in self.things]
        if not new:
            self._at = known.index(piece.value)
            if coming.tint and coming.tint != self.things[self._at].tint:
                self.left.append(f"{coming.tint} {piece.name}")
        else:
            if len(known) == 1:
                self.joined, self._joined_word = self._joining or AND, self._joining_word
                self._first_has, self._first_eats = self._has, self._eats
            count = self._number(piece, coming.count)
            self.things.append(Thing(piece.value, piece.name, count, coming.tint, coming.motion, self._side))
            self._at, self._side = len(known), ""
        self._joining, self._moved, self._for_all = "", [], False
        if piece.value.startswith("person "):  # "a man walking a dog"
            self._join()

    def _has_room(self, piece: Piece) -> bool:
        """Whether a further subject is told: not a fourth, nor one that only says where the two others are.

        A list of three has no relation, and one of the first two says more than a third subject does.
        """
        joins = self._joining not in ("", AND)
        ground = self._scenery(piece.name) if joins and not self.ground else ""
        if ground:
            self._read_ground(ground)
            return False
        eaten = self._first_eats and self._joining not in BESIDE  # "a panda eating bamboo on a rock"
        has = self._first_has and self._joining_word in DOES  # "a man with a hat riding a horse"
        if joins and len(self.things) == 2 and (eaten or has):
            self.left.append(self.things.pop().name)
            self._first_has = self._first_eats = False
            return True
        stands = self.joined not in BESIDE and self._joined_word not in INSIDE
        self._is_full |= len(self.things) == TOGETHER or joins and stands
        if self._is_full:
            self.left.append(piece.name)
            self._at = -1
        elif self.joined not in BESIDE:
            self.left.append(self._joined_word)
        elif joins and self._joining not in BESIDE:
            self.left.append(self._joining_word)
        return not self._is_full

    def _scenery(self, name: str) -> str:
        """The scenery that a subject's name says after the last word: "on the moon", "over the city"."""
        phrases = self.vocabulary.places.get(name, []) if self._joining_word in ("over", "above") else []
        phrases = [WHERE.get(name, "")] if self._joining_word in PLACED else phrases
        known = (each for each in phrases if each in self.vocabulary.scenery)
        return next((each for each in known if not each.startswith("under")), "")

    def _number(self, piece: Piece, said: int) -> int:
        """How many are named: as many as are said, of "dogs" three where nothing is said."""
        if piece.many:
            scenery = self.things and self.joined not in (AND, "next to")  # "above the mountains"
            one = scenery or any(each.count > 1 for each in self.things)
            return said or (1 if one else 2 if self._both else 3)
        return said or 1

    def _read_ground(self, phrase: str) -> None:
        self._end_phrase()
        if self.ground and phrase != self.ground:
            self.left.append(phrase)
        self.ground = self.ground or phrase
        self._joining = ""  # "on" was said of it

    def _read_colour(self, before: Piece | None, word: str, after: Piece | None) -> None:
        """A colour of the next noun, or of the last subject: "a bird that is blue"."""
        tint = self.vocabulary.colour_synonyms.get(word, word)
        ends = (
            not after or after.kind not in ("thing", "word") or after.value in RELATED or after.value == AND
        )
        if tint not in self.vocabulary.tints or after and after.kind == "ground":
            self.left.append(word)
        elif not ends or self._coming.begun:
            self.left += [self._coming.tint] if self._coming.tint else []
            self._coming.tint = tint
        elif self._at >= 0 and before and (before.kind == "mark" or before.value in ("is", "are", "in")):
            self._change(self._at, tint=self.things[self._at].tint or tint)
        else:
            self.left.append(word)

    def _read_word(self, word: str, after: Piece | None) -> None:
        self._for_all = self._for_all or word in ALL
        self._both = self._both or word == "both"
        self._has = self._has or word in HAVING
        if word in NUMBERS:
            self._coming.count, self._coming.begun = NUMBERS[word], True
        elif word in STARTS:
            self._end_phrase()
            self._coming.begun = True
        elif word in ALIKE and self.things:
            self._unlike = word
        elif word in DIRECTIONS:
            self._turn(DIRECTIONS[word])
        elif word in GAITS:
            plural_verb = not word.endswith(("s", "ed", "ing"))  # "a cat and a dog run"
            self._for_all = self._for_all or plural_verb and self.joined == AND
            self._move(GAITS[word], after)
        elif word == AND or word in RELATED:
            self._relate(RELATED.get(word, AND), word, after)
        elif word not in BETWEEN:
            self._join()

    def _relate(self, relation: str, word: str, after: Piece | None) -> None:
        """Note the relation to the next thing; "a house with a tree behind it" is in front of a tree."""
        self._end_phrase()
        self._joining, self._joining_word = relation, word
        if after and after.value in PRONOUNS and relation != AND:
            self._joining = INVERSE.get(relation, relation)
            if len(self.things) == 2:
                self.joined, self._joined_word = self._joining, word
                first, second = self.things
                if self._has and self._moved == [0]:  # "a castle with a dragon flying over it"
                    self.things = [replace(first, motion=""), replace(second, motion=first.motion)]
                    self._moved = [1]

    def _join(self) -> None:
        """Let any other word between two things put them side by side, not one that describes the next."""
        if self._at >= 0 and not self._coming.begun:
            self._joining = self._joining or "next to"

    def _move(self, motion: str, after: Piece | None) -> None:
        """Give a motion to what was named last; to what is named next where it stands before that."""
        motion = "" if motion == "still" else motion
        next_one = self._joining == AND and bool(after and after.kind == "thing")
        if self._coming.begun or next_one or not self.things:
            self._coming.motion = motion
            return
        if self._at < 0 and not self._for_all:  # of a thing that is left out
            return
        first = self._has and len(self.things) == 2  # "a woman with an umbrella walking"
        self._moved = list(range(len(self.things))) if self._for_all else [0 if first else self._at]
        for i in self._moved:
            self._change(i, motion=motion)
        self._join()

    def _turn(self, motion: str) -> None:
        """Let what moves take a direction; what doesn't stands at that side."""
        self._coming = Coming() if self._moved else self._coming  # "to the right"
        for i in self._moved:
            self._change(i, motion=motion)
        if self._moved or motion not in (LEFT, RIGHT):
            return
        self._end_phrase()
        if self._at >= 0 and not self.things[self._at].side and self._joining:
            self._change(self._at, side=motion)
        else:
            self._side = motion
        self._joining = ""

    def _change(self, i: int, **what: Any) -> None:
        self.things[i] = replace(self.things[i], **what)
