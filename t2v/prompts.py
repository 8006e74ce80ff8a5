"""The videos that a command line asks for: its prompts, the lines of a file, and several seeds of each."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from t2v.arguments import settings_of
from t2v.batch import process_rank
from t2v.checkpoints import EMBEDDED
from t2v.checkpoints.model_names import listed
from t2v.checks import Seed, Whole
from t2v.defaults import ModelDefaults
from t2v.errors import RequestError, T2VError, UsageError
from t2v.given import Given
from t2v.lines import Line, Paths, lines_of, placed
from t2v.request import Complete, Request
from t2v.source import Source, continues

MAX_NUMBER = 1_000  # videos of one prompt
NUMBER, SEED = Whole(1, MAX_NUMBER), Seed()
SHOWN_LINES = 5  # wrong lines that an error names


class Item(NamedTuple):
    """A video of a command line: its checked request, its files, and the name of its own, or None.

    `where` it stands in a file, "" for a prompt of the command line; `number`, from 1, among all.
    """

    number: int
    where: str
    request: Request
    paths: Paths = Paths()
    output: str | None = None

    def complete(self, model: ModelDefaults) -> Complete:
        """Complete the request; RequestError names its line and what the model can't have."""
        try:
            return self.request.validate(model, *self.paths.there)
        except RequestError as error:
            raise placed(self.where, error) from None

    def given(self) -> Given:
        """Open the files; RequestError names the line."""
        try:
            return opened(self.paths)
        except RequestError as error:
            raise placed(self.where, error) from None


@lru_cache(maxsize=2)
def opened(paths: Paths) -> Given:
    """Open what a video is given; neighbours often are given the same."""
    return paths.open()


def items_of(args: argparse.Namespace) -> list[Item]:
    """Return the videos of a command line, in its order; UsageError or RequestError.

    What the catalogue says of the model is checked as well, so that no weights are loaded for nothing. All
    lines of a file are read before an error tells of the first wrong one, and names the next.
    """
    count, model = NUMBER("-n", args.number, ModelDefaults()) or 1, listed_defaults(args.model)
    base = settings_of(args)
    Request("a video", **base).checked(model or ModelDefaults())  # what is wrong here is no line's fault
    own, found, wrong = Paths(args.source, args.end, args.mask), list[Item](), list[RequestError]()
    for line in _lines(args):
        try:
            if isinstance(line, RequestError):
                raise line
            paths = line.paths if any(line.paths) else own
            request = _checked(Request(**base | dict(line.settings)), line, model, paths)
            for each in _several(request, count):
                found.append(Item(len(found) + 1, line.where, each, paths, line.output))
        except RequestError as error:
            wrong.append(error)
    if wrong:
        raise _first(wrong)
    return found


def check_sources(items: Sequence[Item], model: ModelDefaults | None) -> None:
    """Open every file that the videos start from; RequestError names the first that can't be used."""
    seen = set()
    for item in items:
        if any(item.paths) and (item.paths, item.request.keep) not in seen:
            seen.add((item.paths, item.request.keep))
            source = item.given().source
            complete = item.complete(model) if model else None  # of another model loading tells
            if source and complete and continues(complete):
                _long_enough(item, source, complete.keep)


def listed_defaults(model: str | None) -> ModelDefaults | None:
    """Return the defaults and limits of a model of the catalogue, None for another: loading it will tell."""
    try:
        entry = listed(EMBEDDED if model is None else model)
    except T2VError:
        return None
    return entry.native if entry else None


def _long_enough(item: Item, source: Source, keep: int) -> None:
    try:
        source.tail(keep)
    except RequestError as error:
        raise placed(item.where, error) from None


def _several(request: Request, count: int) -> list[Request]:
    """Return `count` requests, their seeds counting up or all random."""
    seeds = [None] * count if request.seed is None else range(request.seed, request.seed + count)
    return [replace(request, seed=SEED("seed", seed, ModelDefaults())) for seed in seeds]


def _checked(request: Request, line: Line, model: ModelDefaults | None, paths: Paths) -> Request:
    try:
        if model:
            request.validate(model, *paths.there)
        request.check_source(*paths.there)
        return request.checked()
    except RequestError as error:
        raise placed(line.where, error) from None


def _first(wrong: Sequence[RequestError]) -> RequestError:
    """Return the first error, with the lines of the next."""
    first, *others = wrong
    if not others:
        return first
    lines = ", ".join(error.field.partition(":")[0].rpartition(" ")[2] for error in others[:SHOWN_LINES])
    more = ", …" if len(others) > SHOWN_LINES else ""
    what = "more is wrong: line" if len(others) == 1 else "more are wrong: lines"
    return RequestError(first.field, f"{first.message} ({len(others)} {what} {lines}{more})")


def _lines(args: argparse.Namespace) -> Iterator[Line | RequestError]:
    """Yield the prompts of the command line, then the lines of its file."""
    yield from (Line("", {"prompt": prompt}) for prompt in args.prompts or ())
    if args.file == "-" and process_rank().size > 1:
        raise UsageError("--prompts -: several processes can't share stdin; give a file")
    if args.file is not None:
        yield from lines_of(args.file)
