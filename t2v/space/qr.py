"""The page's address as a QR code in a terminal, for a phone's camera."""

from io import StringIO
from typing import TextIO

WHITE_ON_BLACK, RESET = "\x1b[97;40m", "\x1b[0m"  # the terminal's own colours may be the other way round
BLOCKS = "█▀▄"  # light modules: two rows in each line
QUIET = 2  # modules of light around it


def code(address: str, stream: TextIO) -> str:
    """The lines of the code; "" without segno, and where the stream is no terminal with such characters."""
    if not stream.isatty() or not _has_blocks(stream):
        return ""
    try:
        import segno
    except ImportError:  # it comes with t2v[app], and the page works without it
        return ""
    text = StringIO()
    segno.make_qr(address, error="m").terminal(text, border=QUIET, compact=True)
    return "".join(f"{WHITE_ON_BLACK}{line}{RESET}\n" for line in text.getvalue().splitlines())


def _has_blocks(stream: TextIO) -> bool:
    try:
        BLOCKS.encode(stream.encoding or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True
