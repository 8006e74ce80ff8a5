"""Read text files of any editor: byte order marks and Windows' line ends are removed, UTF-16 is refused."""

from pathlib import Path

from t2v.errors import T2VError

UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # byte order marks of UTF-16


class TextError(T2VError, ValueError):
    """A file isn't text in UTF-8. The message is a predicate, to follow the file's name."""


def read_text(path: Path) -> str:
    """Read a file in UTF-8, without its byte order mark, with newlines as line ends.

    TextError if it is in another encoding, OSError if it can't be read.
    """
    return decode(path.read_bytes())


def decode(data: bytes) -> str:
    """Decode the bytes of a file as `read_text` does."""
    if data.startswith(UTF_16) or data[:2].count(0) == 1:  # a letter and a zero: UTF-16 without its mark
        raise TextError("is text in UTF-16; save it in UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise TextError(f"is not text in UTF-8 (line {line}); save it in UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
