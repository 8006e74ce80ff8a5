"""Read a file of prompts: text with a prompt a line, JSON lines or CSV with any setting a line.

A `Line` has the settings as they were written, and where they stand, for errors.
"""

import csv
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from t2v.checks import show
from t2v.elsewhere import hint
from t2v.errors import RequestError, UsageError
from t2v.given import Given
from t2v.json_limits import parse_json
from t2v.request import SETTINGS
from t2v.texts import TextError, decode

JSON_LINES, TABLES = (".jsonl", ".ndjson", ".json"), (".csv", ".tsv")
SEPARATORS = ",;\t"
PLACES = {"source": "source", "from": "source", "end": "end", "mask": "mask"}  # key -> what it gives
KEYS = (*SETTINGS, *PLACES, "output")


class Paths(NamedTuple):
    """The files that a video is given besides its prompt; None where it is given none."""

    source: str | None = None
    end: str | None = None
    mask: str | None = None

    @property
    def there(self) -> tuple[bool, bool, bool]:
        """Which of source, end and mask are given, as `Request.validate` takes it."""
        return self.source is not None, self.end is not None, self.mask is not None

    def open(self) -> Given:
        """Open the files; RequestError says what is wrong with one."""
        return Given.of(*self)


class Line(NamedTuple):
    """A line of a file: `where` it stands, its settings by name, its files, the name of its video or None.

    `where` is "" for a prompt of the command line.
    """

    where: str
    settings: Mapping[str, Any]
    paths: Paths = Paths()
    output: str | None = None


def lines_of(file: str) -> Iterator[Line | RequestError]:
    """Yield the lines of a file, or of stdin for "-"; for a wrong line the error that names it.

    The file's suffix says its kind; stdin that begins with { has JSON lines. UsageError for a file that
    can't be read.
    """
    text, name = _read(file), "stdin" if file == "-" else Path(file).name
    suffix = Path(file).suffix.lower()
    if suffix in TABLES:
        yield from _table(text, name)
        return
    as_json = suffix in JSON_LINES or (file == "-" and text.lstrip().startswith("{"))
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            where = f"{name}, line {number}"
            yield _or_error(_of_json, where, line) if as_json else Line(where, {"prompt": line})


def placed(where: str, error: RequestError) -> RequestError:
    """Return the error with the place where the wrong setting stands before its name."""
    return RequestError(f"{where}: {error.field}" if where else error.field, error.message)


def _read(file: str) -> str:
    """Read text in UTF-8. Only newlines end lines, not all that Unicode counts as line ends."""
    try:
        return decode(_stdin() if file == "-" else Path(file).read_bytes())
    except OSError as error:
        raise UsageError(f"--prompts {file}: {error.strerror}") from None
    except TextError as error:
        raise UsageError(f"--prompts {file}: {error}") from None


def _stdin() -> bytes:
    """Read stdin as bytes: its encoding is the terminal's, not the text's."""
    if sys.stdin is None or sys.stdin.closed:
        raise UsageError("--prompts -: there is no stdin; give a file")
    bytes_of = getattr(sys.stdin, "buffer", None)
    return bytes_of.read() if bytes_of else sys.stdin.read().encode(errors="surrogatepass")


def _of_json(where: str, text: str) -> Line:
    try:
        given = parse_json(text)
    except RequestError:
        raise RequestError(where, 'is not valid JSON, such as {"prompt": "a panda", "seed": 7}') from None
    if not isinstance(given, dict):
        raise RequestError(where, f'must be an object, such as {{"prompt": "a panda"}}, not {text:.20}')
    return _line(where, given)


def _or_error(read: Callable[..., Line], *given: Any) -> Line | RequestError:
    try:
        return read(*given)
    except RequestError as error:
        return error


def _table(text: str, name: str) -> Iterator[Line | RequestError]:
    """Yield the rows of a CSV, whose first row names the settings; a row may have several lines."""
    separator = max(SEPARATORS, key=text.lstrip("\n").partition("\n")[0].count)
    rows = csv.reader(StringIO(text, newline="\n"), delimiter=separator, strict=True)
    header: Sequence[str] = ()
    begins = 1
    try:
        for row in rows:
            where, begins = f"{name}, line {begins}", rows.line_num + 1
            if not any(map(str.strip, row)):
                continue
            if header:
                yield _or_error(_row, where, header, row)
            else:
                header = [_known(where, cell) for cell in row]
    except RequestError as error:
        yield error
    except csv.Error as error:
        yield RequestError(f"{name}, line {begins}", f"is not valid CSV: {error}")


def _row(where: str, header: Sequence[str], row: Sequence[str]) -> Line:
    if len(row) > len(header):
        raise RequestError(where, f"has {len(row)} cells, and the first row names {len(header)}")
    cells = {key: cell.strip() for key, cell in zip(header, row, strict=False) if cell.strip()}
    try:
        parsed = {
            key: SETTINGS[key].check.parse(key, c) if key in SETTINGS else c for key, c in cells.items()
        }
    except RequestError as error:
        raise placed(where, error) from None
    return _line(where, parsed)


def _known(where: str, name: str) -> str:
    """Return the key that a name stands for; RequestError if it is none."""
    key = name.strip().replace("-", "_")
    if key not in KEYS:
        shown = key[:40] if key.isprintable() and key else show(name)
        raise RequestError(f"{where}: {shown}", f"is not a setting; {hint(key, KEYS)}")
    return key


def _line(where: str, given: Mapping[str, Any]) -> Line:
    given = {_known(where, key): value for key, value in given.items() if value is not None}
    settings = {key: value for key, value in given.items() if key in SETTINGS}
    files = {key: _file(f"{where}: {key}", value) for key, value in given.items() if key not in SETTINGS}
    if "prompt" not in settings:
        raise RequestError(f"{where}: prompt", "is missing: say what the video should show")
    if len(files.keys() & {"source", "from"}) == 2:
        raise RequestError(f"{where}: from", "is given twice: it is the same as source")
    output = files.pop("output", None)
    return Line(where, settings, Paths(**{PLACES[key]: file for key, file in files.items()}), output)


def _file(field: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise RequestError(field, f"must be the name of a file, not {show(value)}")
    return value
