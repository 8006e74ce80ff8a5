"""The requests of a command line: its prompts, those of a file, and several seeds of each."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from t2v.arguments import settings_of
from t2v.batch import process_rank
from t2v.checkpoints import EMBEDDED
from t2v.checkpoints.model_names import listed
from t2v.checks import Seed, Whole
from t2v.defaults import ModelDefaults
from t2v.errors import RequestError, T2VError, UsageError
from t2v.request import Request
from t2v.texts import TextError, decode

MAX_NUMBER = 1_000  # videos of one prompt
NUMBER, SEED = Whole(1, MAX_NUMBER), Seed()


def requests_of(args: argparse.Namespace) -> list[Request]:
    """Return the checked requests of a command line, in its order; UsageError or RequestError.

    What the catalogue says of the model is checked as well, so that no weights are loaded for nothing.
    """
    given, count = settings_of(args), NUMBER("-n", args.number, ModelDefaults()) or 1
    check = partial(_checked, model=_known(args.model), there=there(args))
    prompts = list(_prompts(args))
    return [
        each for where, prompt in prompts for each in _several(check(Request(prompt, **given), where), count)
    ]


def there(args: argparse.Namespace) -> tuple[bool, bool, bool]:
    """Return whether there are a source, a last picture and a mask, as `Request.validate` takes them."""
    return args.source is not None, args.end is not None, args.mask is not None


def _several(request: Request, count: int) -> list[Request]:
    """Return `count` requests, their seeds counting up or all random."""
    seeds = [None] * count if request.seed is None else range(request.seed, request.seed + count)
    return [replace(request, seed=SEED("seed", seed, ModelDefaults())) for seed in seeds]


def _checked(request: Request, where: str, model: ModelDefaults | None, there: tuple[bool, ...]) -> Request:
    try:
        if model:
            request.validate(model, *there)
        return request.checked()
    except RequestError as error:
        place = where if error.field == "prompt" else ""
        raise RequestError(f"{place}{error.field}", error.message) from None


def _known(model: str | None) -> ModelDefaults | None:
    """Return the defaults and limits of a model of the catalogue, None for another: loading it will tell."""
    try:
        entry = listed(EMBEDDED if model is None else model)
    except T2VError:
        return None
    return entry.native if entry else None


def _prompts(args: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Yield (where it stands, prompt) for each prompt; "" stands for the command line itself."""
    yield from (("", prompt) for prompt in args.prompts or ())
    if args.file is not None:
        for number, line in enumerate(_read_lines(args.file), 1):
            if line.strip() and not line.lstrip().startswith("#"):
                yield f"line {number}: ", line


def _read_lines(file: str) -> list[str]:
    """Read lines of UTF-8 text, split at newlines only, not at all that Unicode counts as line ends."""
    if file == "-" and process_rank().size > 1:
        raise UsageError("--prompts -: several processes can't share stdin; give a file")
    try:
        return decode(_read_stdin() if file == "-" else Path(file).read_bytes()).split("\n")
    except OSError as error:
        raise UsageError(f"--prompts {file}: {error.strerror}") from None
    except TextError as error:
        raise UsageError(f"--prompts {file}: {error}") from None


def _read_stdin() -> bytes:
    """Read stdin as bytes: its encoding is the terminal's, not the text's."""
    if sys.stdin is None or sys.stdin.closed:
        raise UsageError("--prompts -: there is no stdin; give a file")
    bytes_of = getattr(sys.stdin, "buffer", None)
    return bytes_of.read() if bytes_of else sys.stdin.read().encode(errors="surrogatepass")
