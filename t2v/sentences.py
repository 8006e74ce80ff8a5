"""A scene in free English, told again in the sentences that a small model was taught.

The embedded model reads a grammar: one to three subjects with their colours and motions, a relation of two, a
ground. Any other word says nothing to it, and what it then draws melts. So "an astronaut riding a horse" is
told as "an astronaut above a horse", and "a car driving fast on a road" as "a car moving left on a road".
A prompt that is of the grammar already is left as it is.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from t2v.languages.english import (
    AND,
    ARTICLES,
    ASIDE,
    BETWEEN,
    DENIALS,
    GAITS,
    NUMBERS,
    PICTURES,
    PLACED,
    SAID,
    SETTINGS,
    SHADES,
    TURNED,
    VERBS,
    WHERE,
    WORN,
)
from t2v.pieces import Kind, Piece, in_order, without_compounds
from t2v.sceneries import REACH, placing
from t2v.spelling import WORD, article, lowered, plural, split
from t2v.subject_names import Name
from t2v.telling import Telling, Told
from t2v.vocabulary import TOGETHER, Vocabulary, is_doing

TOKEN = re.compile(rf"{WORD.pattern}|[^\w\s'’-]+")
DANGLING = re.compile(r"[\s,]+(?:and|or|but)(?=\s*(?:$|[^\w\s]))")  # "a dog and" of "a dog and no cat"
COUNTS = frozenset(("two", "three"))
ALONG = "along"  # what "down" says in "down the street"
WEARING = re.compile(
    rf"\b(?:in|wearing|wears?) (?:(?:an?|the|his|her|its|their|my) )?(?:\w+ ){{0,2}}(?:{'|'.join(WORN)})$"
)
GROUND_WORDS = 7  # of a plain ground: "in front of a plain green background"


class Sentences:
    """Tells prompts in the sentences of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary):
        self.vocabulary = vocabulary
        kinds: dict[Kind, Iterable[str]] = {
            "filler": filter(self._draws_nothing, vocabulary.fillers), "motion": vocabulary.moving,
            "relation": vocabulary.relations, "ground": vocabulary.scenery,
        }  # fmt: skip
        self._phrases = {tuple(split(p)): Piece(0, 0, kind, p) for kind, some in kinds.items() for p in some}
        self._phrases |= {tuple(TOKEN.findall(aside)): Piece(0, 0, "word", aside) for aside in ASIDE}
        for said, meant in SAID.items():
            kind = next((kind for kind, some in kinds.items() if kind != "filler" and meant in some), None)
            self._phrases |= {tuple(split(said)): Piece(0, 0, kind, meant, taught=False)} if kind else {}
        self._phrases |= {(turned, "at"): Piece(0, 0, "word", "beside") for turned in TURNED}
        self._longest = max(map(len, self._phrases), default=0)
        self._places = {noun: [phrase] for noun, phrase in vocabulary.where.items()} | vocabulary.places

    def told(self, prompt: str) -> Told | None:
        """The prompt in the model's grammar; None where it is of it, names nothing, or only denies."""
        if not self.vocabulary.has_grammar:
            return None
        tokens = [lowered(token) for token in TOKEN.findall(prompt)]
        pieces = without_compounds(list(self._pieces(tokens)))
        denied = any(piece.kind == "word" and piece.value in DENIALS for piece in pieces)
        if denied or all(piece.kind != "thing" for piece in pieces) or self._is_taught(pieces):
            return None
        telling = Telling(self.vocabulary, in_order(pieces, self.vocabulary.colours))
        return telling.told() if telling.things else None

    def without_denied(self, prompt: str) -> tuple[str, tuple[str, ...]]:
        """The prompt without what it denies, such as "without a hat", up to the next comma; and that."""
        found = list(TOKEN.finditer(prompt))
        tokens = [lowered(token[0]) for token in found]
        kept, denied, end = "", [], 0
        for piece in self._pieces(tokens) if self.vocabulary.has_grammar else ():
            start = found[piece.start].start()
            if piece.kind == "word" and piece.value in DENIALS and start >= end:
                marks = (
                    found[i].start() for i in range(piece.stop, len(found)) if not WORD.fullmatch(tokens[i])
                )
                kept += prompt[end:start].rstrip(" ,")
                end = next(marks, len(prompt))
                denied.append(prompt[start:end].strip())
        kept = DANGLING.sub("", kept + prompt[end:]).strip(" ,.")
        return (kept, tuple(denied)) if denied and self.vocabulary.explain(kept).known else (prompt, ())

    # ---- the parts of a prompt ----

    def _draws_nothing(self, filler: str) -> bool:
        """Whether a filler names no subject, as "eating bamboo" does."""
        return not self.vocabulary.subject(split(filler)[-1])

    def _pieces(self, tokens: list[str]) -> Iterator[Piece]:
        start, since, last = 0, 0, None  # since: where the words begin that may place a scenery's noun
        while start < len(tokens):
            place, name = self._place(tokens, start, since), self._name(tokens, start, last)
            worn = bool(name) and _is_worn(tokens, start)
            if worn or place and name and name.stop == place.stop:
                name = None  # "through the desert"
            piece = self._piece(tokens, start, name, place)
            describes = worn or self._is_sort(tokens, start, since)
            if piece.kind == "word" and (describes or self._is_done_there(tokens[start], last)):
                piece = piece._replace(kind="sort", taught=False)
            yield piece
            last = name if piece.kind == "thing" else Name(*piece[:2], "") if piece.kind == "ground" else last
            start = piece.stop
            since = since if piece.kind in ("word", "sort") else start

    def _is_done_there(self, word: str, last: Name | None) -> bool:
        """Whether a word says what is done at the place before it, not who: "on the beach surfing"."""
        return bool(last and not last.subject and is_doing(word) and self.vocabulary.subject(word))

    def _piece(self, tokens: list[str], start: int, name: Name | None, place: Piece | None) -> Piece:
        """The longest piece that begins with this token."""
        if not WORD.fullmatch(tokens[start]):
            return Piece(start, start + 1, "mark", tokens[start])
        found = [
            self._thing(tokens, name) if name else place,
            self._phrase(tokens, start),
            self._plain_ground(tokens, start),
        ]
        word = Piece(start, start + 1, "word", ALONG if self._leads_on(tokens, start + 1) else tokens[start])
        return max((piece for piece in found if piece), key=lambda piece: piece.stop, default=word)

    def _name(self, tokens: list[str], start: int, last: Name | None) -> Name | None:
        """A subject's name, but not "picture" of "a picture of a panda"."""
        name = self.vocabulary.name_at(tokens, start, last)
        of = name and tokens[name.stop : name.stop + 1] == ["of"]
        if of and tokens[start] in PICTURES | NUMBERS.keys():
            return None
        return None if name and name.stop == start + 1 and self._is_sort(tokens, start) else name

    def _thing(self, tokens: list[str], name: Name) -> Piece:
        words = " ".join(tokens[name.start : name.stop])
        written, many = self.vocabulary.written(words, name.subject)
        return Piece(name.start, name.stop, "thing", name.subject, written, many, many or written == words)

    def _phrase(self, tokens: list[str], start: int) -> Piece | None:
        """A motion, a relation, a scenery or a filler in words of the model's captions."""
        for stop in range(min(start + self._longest, len(tokens)), start, -1):
            found = self._phrases.get(tuple(tokens[start:stop]))
            if not found or found.kind == "ground" and self._goes_on(tokens, stop):
                continue  # "on a beach ball", "on a city street"
            if found.kind != "motion" or not self._leads_on(tokens, stop):
                return found._replace(start=start, stop=stop)
        return None

    def _leads_on(self, tokens: list[str], stop: int) -> bool:
        """Whether a motion that ends here is along a scenery: "going down the long street"."""
        if tokens[stop - 1] not in ("up", "down"):
            return False
        after = tokens[stop : stop + REACH]
        noun = next((i for i, token in enumerate(after) if token in self._places), None)
        return noun is not None and not any(map(self._is_said, after[:noun]))

    def _is_said(self, token: str) -> bool:
        """Whether a token is no mere adjective or article of the noun after it."""
        plain = token in ARTICLES or token in SHADES or not self.vocabulary.means_other(token)
        return not plain or not WORD.fullmatch(token)

    def _goes_on(self, tokens: list[str], stop: int) -> bool:
        """Whether the noun that ends here is a part of a longer name, or says what sort the next noun is."""
        name = self.vocabulary.name_at(tokens, stop - 1)
        if name and name.stop > stop:
            return True
        if stop == len(tokens) or tokens[stop] in VERBS or tokens[stop] in GAITS or is_doing(tokens[stop]):
            return False  # "over the mountains flies an eagle"
        return bool(tokens[stop] in self.vocabulary.places or self.vocabulary.name_at(tokens, stop))

    def _is_sort(self, tokens: list[str], start: int, since: int = 0) -> bool:
        """Whether the noun of a place, such as "snow", only says what sort another noun is."""
        word, before = tokens[start], "".join(tokens[start - 1 : start]) if start else ""
        if word in self.vocabulary.where and before in self.vocabulary.places:
            return True  # "on a forest path"
        if word in SHADES and not self.vocabulary.colours.isdisjoint(tokens[start + 1 : start + 2]):
            return True
        if (word in self._places or word == "dark") and self._goes_on(tokens, start + 1):
            return True  # "a forest elf", "a city street"
        after = "".join(tokens[start + 1 : start + 2])
        if not WORD.fullmatch(after) or self.vocabulary.means_other(after) or after in SETTINGS:
            return False
        return not after.endswith(("ing", "ly")) and self._describes(tokens, start, since)

    def _describes(self, tokens: list[str], start: int, since: int) -> bool:
        """Whether a noun describes the unknown word after it: "next to a garden gnome", "in a space suit".

        "Snow", "space" and "ice" have no article of their own. A garden is a place only after a word such as
        "in", but the word after it may also be a verb: "the forest burns".
        """
        word, article, after = tokens[start], tokens[start - 1] if start else "", tokens[start + 1]
        phrases = self._places.get(word, [])
        if any(" a " in phrase for phrase in phrases):
            verb = after.endswith("ed") or article in ARTICLES and after.endswith("s")
            return start > 0 and not verb and placing(tokens, start, since) not in PLACED
        bare = phrases or word in WHERE and not self._goes_on(tokens, start + 1)
        return bool(bare) and article in ("a", "an") and not after.endswith("s")

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
        stops = range(min(start + self._longest, len(tokens)), start, -1)
        stop = next((stop for stop in stops if " ".join(tokens[start:stop]) in self._places), start)
        if start in (0, stop) or self._is_sort(tokens, stop - 1, since):
            return None
        phrases = self._places[" ".join(tokens[start:stop])]
        before = placing(tokens, start, since)
        same = next((phrase for phrase in phrases if phrase.split()[0] == before), None)
        known = self.vocabulary.name_at(tokens, start) or tokens[start] in self.vocabulary.where
        if not same and before not in PLACED and known:
            return None
        others = [phrase for phrase in phrases if not phrase.startswith("under")]
        return Piece(start, stop, "ground", same or (others or phrases)[0])

    # ---- whether a prompt is of the grammar ----

    def _is_taught(self, pieces: Sequence[Piece]) -> bool:
        """Whether the model was taught sentences like this."""
        kinds = [piece.kind for piece in pieces]
        places = [i for i, kind in enumerate(kinds) if kind == "thing"]
        named = [pieces[i].value for i in places]
        firsts = [i for n, i in enumerate(places) if named[n] not in named[:n]]
        if not {"ground", "motion", "relation"}.isdisjoint(kinds[: places[0]]) or kinds.count("ground") > 1:
            return False
        if len(firsts) > TOGETHER or not all(
            self._is_named_as_taught(pieces, i, i in firsts) for i in places
        ):
            return False
        if not _are_counted_as_taught(pieces, firsts) or any(_has_two_motions(pieces, i) for i in places):
            return False
        gaps = [pieces[a + 1 : b] for a, b in zip(firsts, firsts[1:], strict=False)]
        return all(self._fits(*pair) for pair in zip(pieces, [*pieces[1:], None], strict=True)) and all(
            self._joins(gap, len(firsts)) for gap in gaps
        )

    def _is_named_as_taught(self, pieces: Sequence[Piece], i: int, first: bool) -> bool:
        """Whether a subject in the plural has its number, and one that was named before its "the"."""
        if not first:
            return pieces[i - 1].value == "the" or pieces[i].many
        same = plural(pieces[i].name) == pieces[i].name or self.vocabulary.is_bare(pieces[i].name)
        return same or pieces[i].many == _is_numbered(pieces[:i])

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


def _is_worn(tokens: Sequence[str], start: int) -> bool:
    """Whether a name is that of what somebody has on: "in a suit", but not "in front of a suit"."""
    return bool(WEARING.search(" ".join(tokens[max(start - REACH, 0) : start + 1])))


def _is_numbered(before: Sequence[Piece]) -> bool:
    """Whether "two" or "three" stands before a subject, perhaps with a colour in between."""
    return any(piece.value in COUNTS for piece in before[-2:])


def _are_counted_as_taught(pieces: Sequence[Piece], places: Sequence[int]) -> bool:
    """Whether only one subject, or the first of two, has a number."""
    counted = [_is_numbered(pieces[:i]) for i in places]
    return not any(counted if len(counted) == TOGETHER else counted[1:])


def _has_two_motions(pieces: Sequence[Piece], i: int) -> bool:
    """Whether two motions are said of the thing at i."""
    kinds = [piece.kind for piece in pieces[i + 1 :]]
    return "thing" not in kinds and kinds.count("motion") > 1
