"""Parse the name that a user gives a model: "emoji", a path, a hub id, or an address on the hub."""

import os
import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PureWindowsPath
from urllib.parse import unquote, urlsplit

from .cache_folder import PREFIX
from .catalogue import CATALOGUE, EMBEDDED, Entry, find
from .errors import CheckpointError

HOSTS = ("huggingface.co", "hf.co", "hf-mirror.com")
HUB_ID = re.compile(r"[\w][\w.-]*/[\w][\w.-]*", re.ASCII)
REVISION = re.compile(r"[\w][\w./-]*", re.ASCII)
LONGEST = 96  # characters of a hub id, the hub's own limit
VERBS = ("tree", "blob", "resolve", "raw", "commit", "commits")  # in an address, before a revision
PAGES = {"datasets": "a data set", "spaces": "a Space"}  # the hub's, by the first part of their path
OTHER_PAGES = ("papers", "collections", "docs", "blog", "posts", "learn")
LOCAL = re.compile(r"[/~\\]|[A-Za-z]:[/\\]|file:", re.IGNORECASE)  # paths that errors shorten
QUOTES = " \t\r\n\"'`<>“”‘’«»\u200b\ufeff\xa0"
MODELSCOPE_IDS = ("damo/text-to-video-synthesis", "iic/text-to-video-synthesis")
MODELSCOPE_COPY = "ali-vilab/modelscope-damo-text-to-video-synthesis"
SHOWN = 80  # characters of a name in an error


@dataclass(frozen=True)
class HubName:
    """A model on the hub: "owner/name", and a branch, tag or commit, or None."""

    repository: str
    revision: str | None = None

    def __str__(self) -> str:
        return f"{self.repository}@{self.revision}" if self.revision else self.repository


def local_path(model: str | Path) -> Path | None:
    """Return the existing file or folder that `model` names: as written, unquoted, or with %20 decoded.

    None if there is none; CheckpointError if permission is denied on the way to it.
    """
    text = str(model).strip(QUOTES)
    text = unquote(urlsplit(text).path) if text.lower().startswith("file://") else text
    for name in (str(model), text, unquote(text)):
        try:
            path = Path(name).expanduser()
            if name and path.exists():
                return path
        except PermissionError:
            raise CheckpointError(f"{shown(name)} can't be opened: permission denied.") from None
        except (OSError, ValueError, RuntimeError):  # too long, a zero in it, no such user
            continue
    return None


def is_embedded(model: str | Path) -> bool:
    """Return whether `model` names the embedded model."""
    return str(model).strip(QUOTES).casefold() == EMBEDDED


def hub_name(model: str | Path) -> HubName:
    """Parse a hub id or an address on the hub; CheckpointError says why it names no model there."""
    text = str(model).strip(QUOTES).removeprefix("git clone ").strip(QUOTES)
    host, path = _host_and_path(text)
    if host and host not in _hosts():
        raise CheckpointError(
            f"{host} is not the Hugging Face hub, the only one that t2v downloads from.{_copy(text)}"
        )
    parts = [] if not host and LOCAL.match(path) else [part for part in path.split("/") if part]
    parts = parts[1:] if parts[:1] == ["models"] else parts[2:] if parts[:2] == ["api", "models"] else parts
    if parts and (parts[0] in PAGES or parts[0] in OTHER_PAGES):
        what = PAGES.get(parts[0], "a page")
        raise CheckpointError(f"{shown(text)} is the address of {what}, not of a model.")
    if parts and parts[-1].startswith(PREFIX):  # a cache folder's name; the folder isn't on this machine
        parts = parts[-1].removeprefix(PREFIX).split("--", 1)
    name, revision = _name_and_revision(parts, strict=not host)
    if not HUB_ID.fullmatch(name) or ".." in name or len(name) > LONGEST:
        raise _no_model(text)
    if revision and (not REVISION.fullmatch(revision) or ".." in revision):
        raise CheckpointError(f"{name} can't have a revision called {revision[:SHOWN]}.")
    if name.casefold() in MODELSCOPE_IDS:
        raise CheckpointError(f"{name} is ModelScope's name of a model.{_copy(text)}")
    return HubName(_known(name), revision)


def shown(name: str) -> str:
    """Shorten a name for errors: a local path to its last part, an address without login or query."""
    host, path = _host_and_path(name)
    short = f"{host}/{path.strip('/')}" if host else PureWindowsPath(name).name if LOCAL.match(name) else name
    short = short if len(short) <= SHOWN else f"{short[: SHOWN // 2]}…{short[-SHOWN // 3 :]}"
    return short or "An empty name"


def listed(model: str | Path) -> Entry | None:
    """Return the catalogue's entry of a model, however its name is spelled and whatever its revision."""
    if is_embedded(model):
        return find(EMBEDDED)
    return None if local_path(model) else find(hub_name(model).repository)


def _hosts() -> tuple[str, ...]:
    """Return the hub's hosts and the host in HF_ENDPOINT."""
    try:
        own = urlsplit(os.environ.get("HF_ENDPOINT", "")).hostname
    except ValueError:  # it is no address; the hub's client says so
        own = None
    return (*HOSTS, own or HOSTS[0])


def _host_and_path(text: str) -> tuple[str, str]:
    """Split an address into host and path; anything else gives ("", text)."""
    if match := re.match(r"(?:ssh://)?git@([\w.-]+)[:/](.+)", text):
        return match[1].lower(), match[2].removesuffix(".git")
    if match := re.match(r"hf://(.+)", text):
        return HOSTS[0], match[1]
    match = re.match(r"(?:https?:)?//(?:[^/@]*@)?([^/?#:]+)(?::\d+)?([^?#]*)", text, re.IGNORECASE)
    if match is None:
        known = "|".join(map(re.escape, _hosts()))
        match = re.match(rf"((?:www\.)?(?:{known}))(?=[/?#]|$)([^?#]*)", text, re.IGNORECASE)
    if match is None:
        return "", text
    return match[1].lower().removeprefix("www."), unquote(match[2])


def _name_and_revision(parts: list[str], strict: bool) -> tuple[str, str | None]:
    """Split the parts of a path into "owner/name" and a revision; `strict`: drop no part that follows."""
    name, at, revision = "/".join(parts[:2]).partition("@")
    rest = parts[2:]
    if at and revision == "refs":  # refs/pr/1
        revision, rest = "/".join([revision, *rest[:2]]), rest[2:]
    if len(rest) > 1 and rest[0] in VERBS:
        revision = "/".join(rest[1:4]) if rest[1] == "refs" else rest[1]
    elif strict and rest:
        revision, name = "/".join([revision, *rest]) if at else "", name if at else "/".join(parts)
    return name.removesuffix(".git"), revision or None


def _known(name: str) -> str:
    """Return an id in the catalogue's capitalisation; other ids stay as they are."""
    ids = (each for entry in CATALOGUE.values() for each in (entry.id, *entry.aliases))
    return next((each for each in ids if each.casefold() == name.casefold()), name)


def _copy(text: str) -> str:
    return f" Its copy there is {MODELSCOPE_COPY}." if "text-to-video-synthesis" in text.lower() else ""


def _no_model(text: str) -> CheckpointError:
    names = {entry.id.rpartition("/")[2].casefold(): entry.id for entry in CATALOGUE.values()}
    near = get_close_matches(text.rpartition("/")[2].casefold(), names, n=1, cutoff=0.75)
    hint = f"is {names[near[0]]} meant?" if near else f"those known are {', '.join(CATALOGUE)}."
    return CheckpointError(
        f"{shown(text)} is no model: there is no folder of that name, and a hub id is owner/name; {hint}"
    )
