"""The pieces of a free English sentence: names, motions, places and single words, in their plain order."""

from collections.abc import Collection, Iterable, Sequence
from typing import Literal, NamedTuple

from t2v.languages.english import AND, ARTICLES, DIRECTIONS, GAITS, NUMBERS, RELATED, STARTS

Kind = Literal["thing", "motion", "relation", "ground", "filler", "sort", "mark", "word"]
HEADING = frozenset("is are both all to towards the".split())  # before a motion or a direction


class Piece(NamedTuple):
    """Tokens of a prompt, from `start` up to `stop`, and what they say.

    A "sort" isn't told, though the model knows it, such as the noun of a scenery that only describes the next
    one: "forest" of "a forest elf".
    """

    start: int
    stop: int
    kind: Kind
    value: str  # of a thing: the subject
    name: str = ""  # of a thing: in the singular, in the words of the prompt if they were taught
    many: bool = False  # it is written in the plural
    taught: bool = True  # it is written as it was taught


def without_compounds(pieces: Sequence[Piece]) -> list[Piece]:
    """Of two names side by side only the second is a thing: a "robot dog" is a dog. More are a list."""
    kept: list[Piece] = []
    for i, piece in enumerate(pieces):
        before, after = kept[-1:], pieces[i + 1 : i + 2]
        if not (piece.kind == "thing" and after and after[0].kind == "thing"):
            kept.append(piece)
        elif len(pieces) > i + 2 and pieces[i + 2].kind == "thing" or before and before[0].kind == "mark":
            kept += [piece, Piece(piece.stop, piece.stop, "mark", ",", taught=False)]
        else:
            kept.append(Piece(piece.start, piece.stop, "word", piece.name, taught=False))
    return kept


def in_order(pieces: Sequence[Piece], colours: Collection[str]) -> list[Piece]:
    """The subject before its place: "on a table is a cake" -> "a cake is on a table"."""
    things = [i for i, piece in enumerate(pieces) if piece.kind == "thing"]
    place = _moved_in(pieces, things) or _related(pieces, things)
    if not place:
        return list(pieces)
    head = next(i for i in things if i >= place.stop)
    begin, end = _beginning(pieces, place.stop - 1, head, colours), _end(pieces, head)
    middle = [piece for piece in pieces[place.stop : begin] if piece.kind != "mark"]  # "sits"
    if any(_relates(piece) or piece.value == AND for piece in middle):
        return list(pieces)
    before, where = pieces[: place.start], pieces[place.start : place.stop]
    return [*pieces[begin:end], *middle, *before, *where, *pieces[end:]]


def _moved_in(pieces: Sequence[Piece], things: Sequence[int]) -> slice | None:
    """The scenery before the first subject, if a motion is said there too: "on the street runs a dog"."""
    first = pieces[: things[0]] if things else ()
    ground = next((i for i, piece in enumerate(first) if piece.kind == "ground"), None)
    return None if ground is None or not any(map(_moves, first)) else slice(ground, ground + 1)


def _related(pieces: Sequence[Piece], things: Sequence[int]) -> slice | None:
    """The first of two subjects, with the relation before it: "on a table" of "on a table is a cake"."""
    if len(things) < 2 or pieces[things[0]].value == pieces[things[1]].value:
        return None
    at = things[0]
    relation = next((i for i in range(at - 1, -1, -1) if _relates(pieces[i])), None)
    if relation is None or not _is_plain(pieces[relation + 1 : at]):
        return None
    return slice(relation, at + 1)


def _moves(piece: Piece) -> bool:
    return piece.kind == "motion" or piece.value in GAITS


def _relates(piece: Piece) -> bool:
    return piece.kind == "relation" or piece.kind == "word" and piece.value in RELATED


def _is_plain(before: Sequence[Piece]) -> bool:
    """Whether these words belong to the name after them, as "a red", and not "my dream a"."""
    if any(piece.kind not in ("word", "motion", "sort") or piece.value in DIRECTIONS for piece in before):
        return False
    return not any(piece.value in STARTS or piece.value in NUMBERS for piece in before[1:])


def _beginning(pieces: Sequence[Piece], after: int, head: int, colours: Collection[str]) -> int:
    """Where the phrase of the name at `head` begins: at its article, its number or its colour."""
    for i in range(head - 1, after, -1):
        if pieces[i].value in STARTS or pieces[i].value in NUMBERS:
            return i
    return head - 1 if head - 1 > after and pieces[head - 1].value in colours else head


def _end(pieces: Sequence[Piece], head: int) -> int:
    """Where the words end that say how the name at `head` moves: "a car moving to the left"."""
    end = head + 1
    for i, piece in enumerate(pieces[head + 1 :], head + 1):
        moves = _moves(piece) or piece.value in DIRECTIONS
        if not moves and piece.value not in HEADING:
            break
        end = i + 1 if moves else end
    return end


def without_articles(pieces: Iterable[Piece]) -> list[Piece | None]:
    """For each piece the next one that is no article."""
    found: list[Piece | None] = []
    after = None
    for piece in reversed(list(pieces)):
        found.append(after)
        after = after if piece.value in ARTICLES else piece
    return found[::-1]
