"""Text files as people's editors leave them: with a byte order mark, Windows' line ends, or in UTF-16."""

from pathlib import Path

from t2v.errors import T2VError

UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # the byte order mark in UTF-16, by which a file is known


class TextError(T2VError, ValueError):
    """A file isn't text in UTF-8. The message is a predicate, to be put after the file's name."""


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, without a byte order mark, its lines ended by newlines.

    Raises TextError where it is in another encoding, OSError where it can't be read.
    """
    return decode(path.read_bytes())


def decode(data: bytes) -> str:
    """The text that the bytes of a file are, as `read_text` says."""
    if data.startswith(UTF_16) or data[:2].count(0) == 1:  # a letter and a zero: UTF-16 without its mark
        raise TextError("is text in UTF-16; save it in UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise TextError(f"is not text in UTF-8 (line {line}); save it in UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
