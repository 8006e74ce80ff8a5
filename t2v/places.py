"""Check that a folder can be written to; give a file a name that no other process gets."""

import errno
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from t2v.ffmpeg import VideoError

ROOM = 2**20  # free bytes without which no video is begun
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
MARK = 8  # letters
NO_NAME = (errno.ENAMETOOLONG, errno.EISDIR)


class PlaceError(VideoError):
    """No file can be written under this name, or the disk has no room for a video."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is gone after the block; PlaceError where none can be made."""
    try:
        made = TemporaryDirectory()
    except OSError:
        raise PlaceError("There is no temporary folder: set TMPDIR to one that can be written.") from None
    with made as folder:
        yield Path(folder)


def writable_folder(path: Path) -> Path:
    """Return the nearest existing folder above `path`, after a trial of writing there; or PlaceError."""
    try:
        folder = _nearest_folder(path.absolute())
        with TemporaryFile(dir=folder) as trial:
            trial.write(bytes(ROOM))
    except OSError as error:
        cause = "There is no room on the disk" if error.errno in DISK_FULL else "The name can't be a file's"
        if error.errno not in (*DISK_FULL, *NO_NAME):
            cause = "Its place is not a folder that can be written to"
        raise PlaceError(f"{cause}: {error.strerror or 'unknown error'}.") from None
    return folder


def _nearest_folder(path: Path) -> Path:
    """Return the nearest existing folder; OSError if `path`, or a folder made for it, can't have its name."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    folder = next(parent for parent in path.parents if parent.exists())
    for part in path.parts[len(folder.parts) :]:
        with suppress(FileNotFoundError):
            (folder / part).lstat()  # a name that is too long is found here
    return folder


def draft_of(path: Path) -> Path:
    """Return a new name next to `path` for the file while it is written."""
    return path.with_name(f".{_mark(path)}{secrets.token_hex(8)}.part")


def remove_drafts(paths: Iterable[Path]) -> None:
    """Delete what processes that were killed have left of these files; none may be writing them now."""
    marks: dict[Path, set[str]] = {}
    for path in paths:
        marks.setdefault(path.parent, set()).add(_mark(path))
    for folder, wanted in marks.items():
        for draft in folder.glob(".*.part"):
            if draft.name[1 : 1 + MARK] in wanted:
                with suppress(OSError):
                    draft.unlink()


def _mark(path: Path) -> str:
    """Return the part of a draft's name that says whose it is: of a hash, as the name may be long."""
    return sha256(os.fsencode(path.name)).hexdigest()[:MARK]


def claim(draft: Path, path: Path) -> bool:
    """Give a whole file the name `path` unless that is taken; -> whether it got the name."""
    try:
        os.link(draft, path)
        return True
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        return _claim_without_link(draft, path)


def _claim_without_link(draft: Path, path: Path) -> bool:
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return False
    try:
        os.replace(draft, path)
    except BaseException:
        path.unlink()
        raise
    return True
