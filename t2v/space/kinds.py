"""Kinds of options: each reads the text of a flag or a variable; ValueError says what would be right."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from t2v.service.webhooks import PREFIX, Origin
from t2v.space import strings
from t2v.texts import TextError, read_text

DTYPES = ("auto", "float32", "float16", "bfloat16")
MEMORY = ("auto", "fast", "balanced", "low", "minimal")
YES, NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0")
TIME = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*(s|sec|m|min|h|d)?")
SECONDS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, None: 1}
SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,3})?)\s*(B|kB|KB|MB|GB|TB)?")
BYTES = {"B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, None: 1}
ROOT_PATH = re.compile(r"(https?://[^/?#\s]+)?(/?[\w.~%-]+(/[\w.~%-]+)*)?/?")
DEVICE = re.compile(r"cpu|mps|xpu|cuda(:\d{1,3})?(,cuda:\d{1,3}){0,7}")
CLUSTER = re.compile(r"auto|(ray://)?[^\s/]+:[0-9]{1,5}")
LEAST_QUOTA = 10**6  # bytes: one video
MOST_MARK = 40  # characters
LAST_LATIN = 0xFF
KEY = re.compile(r"[\w.~+/=-]{8,200}", re.ASCII)
MOST_PLACES = 100_000  # of a key
LEAST_SECRET = 16


@dataclass(frozen=True)
class Count:
    """A whole number from `least` to `most`."""

    most: int
    least: int = 1

    def __call__(self, text: str) -> int:
        if not _is_number(text) or not self.least <= int(text) <= self.most:
            raise ValueError(strings.COUNT_WRONG.format(least=self.least, most=self.most, value=_shown(text)))
        return int(text)


@dataclass(frozen=True)
class Word:
    """One of a few words."""

    words: Sequence[str]

    def __call__(self, text: str) -> str:
        word = text.strip().lower()
        if word not in self.words:
            raise ValueError(strings.WORD_WRONG.format(words=", ".join(self.words), value=_shown(text)))
        return word


def text(given: str) -> str:
    return " ".join(given.split())


def mark(given: str) -> str:
    """A text of at most MOST_MARK Latin letters: the font that Pillow brings has no others."""
    if max(map(ord, given), default=0) > LAST_LATIN:
        raise ValueError(strings.NOT_LATIN)
    if len(shown := text(given)) > MOST_MARK:
        raise ValueError(strings.TEXT_LONG.format(most=MOST_MARK, count=len(shown)))
    return shown


def names(given: str) -> tuple[str, ...]:
    """Names between commas, each once."""
    found = tuple(dict.fromkeys(filter(None, map(str.strip, given.split(",")))))
    if not found:
        raise ValueError(strings.NAMES_WRONG)
    return found


def port(given: str) -> int:
    """A port; 0 stands for any."""
    if not _is_number(given) or int(given) > 65535:
        raise ValueError(strings.PORT_WRONG.format(value=_shown(given)))
    return int(given)


def yes_or_no(given: str) -> bool:
    word = given.strip().lower()
    if word not in YES + NO:
        raise ValueError(strings.YES_WRONG.format(value=_shown(given)))
    return word in YES


def root_path(given: str) -> str:
    """A path such as /t2v, or an address with one."""
    if not ROOT_PATH.fullmatch(given.strip()):
        raise ValueError(strings.ROOT_WRONG.format(value=_shown(given)))
    return given.strip()


def accounts(given: str) -> tuple[tuple[str, str], ...]:
    """User and password for each line. Passwords are never repeated in an error."""
    found = []
    for line in filter(None, map(str.strip, given.split("\n"))):
        user, _, password = line.partition(":")
        if not user.strip() or not password:
            raise ValueError(strings.AUTH_WRONG)
        found.append((user.strip(), password))  # Gradio strips the name that a visitor gives
    return tuple(found)


def keys(given: str) -> tuple[tuple[str, int | None], ...]:
    """API keys, one a line, each with its places if a number follows. A key is never repeated in an error."""
    found: dict[str, int | None] = {}
    for line in filter(None, map(str.strip, re.split(r"[\n,]", given))):
        key, _, places = line.partition(" ")
        if not KEY.fullmatch(key) or (places and not 1 <= _count(places) <= MOST_PLACES):
            raise ValueError(strings.KEYS_WRONG)
        found[key] = _count(places) if places else None
    if not found:
        raise ValueError(strings.KEYS_WRONG)
    return tuple(found.items())


def webhook_hosts(given: str) -> tuple[Origin, ...]:
    """The origins that webhooks may be sent to, separated by commas."""
    try:
        return tuple(map(_origin, names(given)))
    except ValueError:
        raise ValueError(strings.WEBHOOK_HOSTS_WRONG.format(value=_shown(given))) from None


def webhook_secret(given: str) -> str:
    """A secret as standard webhooks have it: whsec_ and base64, or any 16 letters or more."""
    secret = given.strip()
    try:
        key = base64.b64decode(secret[len(PREFIX) :], validate=True) if secret.startswith(PREFIX) else secret
    except ValueError:
        key = ""
    if len(key) < LEAST_SECRET:
        raise ValueError(strings.WEBHOOK_SECRET_WRONG)
    return secret


def duration(given: str) -> float:
    """Seconds: a number, with a unit or without."""
    match = TIME.fullmatch(given.strip())
    seconds = float(match[1]) * SECONDS[match[2]] if match else 0.0
    if not 1 <= seconds <= 10**9:
        raise ValueError(strings.TIME_WRONG.format(value=_shown(given)))
    return seconds


def size(given: str) -> int:
    """Bytes: a number, with a unit or without."""
    match = SIZE.fullmatch(given.strip())
    bytes = int(float(match[1]) * BYTES[match[2]]) if match else 0
    if not LEAST_QUOTA <= bytes <= 10**15:
        raise ValueError(strings.SIZE_OF_DISK_WRONG.format(value=_shown(given)))
    return bytes


def folder(given: str) -> Path:
    return Path(given.strip())


def existing_folder(given: str) -> Path:
    """A folder that is there."""
    path = Path(given.strip()).expanduser()
    if not path.is_dir():
        raise ValueError(strings.FOLDER_MISSING)
    return path


def word_list(given: str) -> tuple[str, ...]:
    """The lines of a file but empty ones and those that begin with #."""
    try:
        lines = read_text(Path(given.strip())).split("\n")
    except OSError as error:
        raise ValueError(strings.FILE_UNREADABLE.format(reason=error.strerror)) from None
    except TextError as error:
        raise ValueError(strings.FILE_UNREADABLE.format(reason=error)) from None
    return tuple(line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#"))


def devices(given: str) -> tuple[str, ...]:
    """Devices between blanks, one for a video; several, with commas, share each video. None for `auto`."""
    found = tuple(dict.fromkeys(given.lower().split()))
    if found == ("auto",):
        return ()
    if not found or not all(map(DEVICE.fullmatch, found)):
        raise ValueError(strings.DEVICE_WRONG.format(value=_shown(given)))
    return found


def cluster(given: str) -> str:
    """The address of a Ray cluster."""
    if not CLUSTER.fullmatch(given.strip()):
        raise ValueError(strings.CLUSTER_WRONG.format(value=_shown(given)))
    return given.strip()


def _origin(name: str) -> Origin:
    """ValueError where it has a path, or is none."""
    if name.count("/") != 2 * ("://" in name):
        raise ValueError(name)
    return Origin.of(name)


def _count(text: str) -> int:
    return int(text) if _is_number(text) else 0


def _is_number(text: str) -> bool:
    return text.strip().isascii() and text.strip().isdecimal() and len(text) < 10


def _shown(text: str) -> str:
    return text[:40] if text.isprintable() else repr(text)[:40]
