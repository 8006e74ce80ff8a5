"""Recognise which known model a folder is a copy of, also renamed, or was fine-tuned from."""

import re
from collections.abc import Iterator
from pathlib import Path

from .catalogue import Entry, recognise
from .configs import Config

MAX_TEXT = 100_000  # bytes of a README or of git's config
HEADING = re.compile(r"^# (.*)", re.MULTILINE)
DIGEST = re.compile(r"[0-9a-f]{16}")
REMOTE = re.compile(r"^\s*url\s*=\s*(\S+)", re.MULTILINE)


def same_model(name: str, folder: Path) -> Entry | None:
    """Return the known model that a folder seems to be a copy of: by its name, git remote or model card."""
    return recognise(_hints(name, folder))


def origin(folder: Path) -> Entry | None:
    """Return the known model that a diffusers folder was loaded from before it was saved."""
    files = (folder / "unet" / "config.json", folder / "model_index.json")
    paths = (Config.read(file).get("_name_or_path") for file in files if file.is_file())
    return recognise(path for path in paths if isinstance(path, str))


def stated_digest(folder: Path) -> str:
    """Return the digest of its weights that a folder's t2v.json states; "" if it states none."""
    file = folder / "t2v.json"
    digest = Config.read(file).get("digest", "") if file.is_file() else ""
    return digest if isinstance(digest, str) and DIGEST.fullmatch(digest) else ""


def _hints(name: str, folder: Path) -> Iterator[str]:
    yield from (name, folder.name)
    yield from REMOTE.findall(_text(folder / ".git" / "config"))
    yield from HEADING.findall(_text(folder / "README.md"))[:1]


def _text(file: Path) -> str:
    if not file.is_file() or file.stat().st_size > MAX_TEXT:
        return ""
    return file.read_text(encoding="utf-8", errors="replace")
