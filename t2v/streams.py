"""Print to standard streams that may be closed, full, without a reader, or unable to encode some letters."""

import os
import re
import sys
from contextlib import suppress
from typing import TextIO

from t2v.errors import T2VError

# Control characters, line ends, the direction of writing, halves of surrogate pairs: a terminal obeys them.
# Invisible letters stay: emoji and several scripts are joined by them.
CONTROLS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


class OutputError(T2VError, OSError):
    """Text for stdout is lost."""

    def __str__(self) -> str:
        return f"stdout can't be written: {self.strerror or 'unknown error'}"


def plain(text: str) -> str:
    """Escape the characters that control a terminal, whoever wrote the text."""
    return CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def prepare() -> None:
    """Open the null device for each closed stream; let the others escape letters that they can't encode.

    Otherwise the next file to be opened gets the closed stream's number, and with it what libraries print.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest free number: this one
        if name != "stdin" and getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))
        if name != "stdin" and hasattr(getattr(sys, name), "reconfigure"):
            getattr(sys, name).reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Print text to stdout; OutputError if it is lost, for example on a full disk.

    A closed stream, or one without a reader, is no error.
    """
    try:
        _write(sys.stdout, text)
    except BrokenPipeError:  # as in `t2v models | head -1`
        pass
    except OSError as error:
        raise OutputError(error.errno, error.strerror) from None


def complain(text: str) -> None:
    """Print text to stderr, if possible."""
    with suppress(OSError):
        _write(sys.stderr, text)


def _write(stream: TextIO, text: str) -> None:
    """Print and flush. A stream that has failed gets nothing more, not even at Python's exit."""
    try:
        print(text, file=stream, flush=True)
    except UnicodeEncodeError:  # a stream of a notebook or editor, without `reconfigure`
        print(text.encode("ascii", "backslashreplace").decode(), file=stream, flush=True)
    except ValueError:  # closed by the program that this one runs in
        return
    except OSError:
        _silence(stream)
        raise


def _silence(stream: TextIO) -> None:
    """Send what the stream still holds, and all that follows, to the null device."""
    with suppress(OSError, ValueError):  # not every stream has a number
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
