"""The hub's cache on this disk: a repository's commits, and the branches and tags that name them.

The layout is huggingface_hub's, so all programs share one copy: snapshots/COMMIT holds files, refs/NAME the
commit that a branch or tag named when the hub was last asked.
"""

import errno
import math
import os
import re
import shutil
import uuid
from contextlib import suppress
from pathlib import Path, PurePosixPath

from huggingface_hub import constants

from .errors import CheckpointError

SPARE_BYTES = 500_000_000  # to leave free on the disk
DEFAULT_BRANCH = "main"  # used without a revision
SHORT_COMMIT = re.compile(r"[0-9a-f]{4,40}")


class RepositoryCache:
    """The cache of one repository ("owner/name"). It need not exist."""

    def __init__(self, repository: str):
        self.repository = repository
        self.folder = Path(constants.HF_HUB_CACHE, f"models--{repository.replace('/', '--')}")

    def snapshot(self, commit: str) -> Path:
        """Return the folder of a commit's files."""
        return self.folder / "snapshots" / commit

    def find(self, revision: str | None) -> Path | None:
        """Return the snapshot of a branch, a tag or a commit, also a shortened one; None if it isn't cached.

        Without refs/main, the default is the newest snapshot that no other ref names.
        """
        name = revision or DEFAULT_BRANCH
        snapshots = {path.name: path for path in _folder(self.folder / "snapshots") if os.path.isdir(path)}
        if (commit := self._ref(name) or name) in snapshots:
            return snapshots[commit]
        if name == DEFAULT_BRANCH:
            unnamed = [snapshots[commit] for commit in snapshots.keys() - self._named()]
            return max(unnamed, key=os.path.getmtime, default=None)
        started = [commit for commit in snapshots if commit.startswith(name)]
        return snapshots[started[0]] if SHORT_COMMIT.fullmatch(name) and len(started) == 1 else None

    def remember(self, revision: str | None, commit: str) -> None:
        """Record which commit the revision names; do nothing if the cache can't be written."""
        name = revision or DEFAULT_BRANCH
        if name == commit or self._ref(name) == commit or not _plain(name):
            return
        file = self.folder / "refs" / name
        part = file.with_name(f"{uuid.uuid4().hex[:8]}.tmp")
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(commit)
            os.replace(part, file)

    def make_room(self, size: int) -> None:
        """Create the cache. OSError: it can't be written; CheckpointError: `size` bytes don't fit."""
        cache = self.folder.parent
        cache.mkdir(parents=True, exist_ok=True)
        folder = self.folder if self.folder.exists() else cache
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        free = shutil.disk_usage(cache).free
        if size + SPARE_BYTES > free:
            raise _shortage(self.repository, size, free)

    def bytes(self) -> int:
        """Return the bytes in the cache, downloads under way included."""
        total = 0
        for blob in _folder(self.folder / "blobs"):
            with suppress(OSError):  # a download has just been renamed
                total += blob.stat().st_size
        return total

    def _ref(self, name: str) -> str | None:
        """Return the commit that a ref names; None if there is no such ref, or it can't be read."""
        with suppress(OSError, ValueError):
            return (self.folder / "refs" / name).read_text().strip() if _plain(name) else None
        return None

    def _named(self) -> set[str | None]:
        """Return the commits that the refs name; None is among them if a ref can't be read."""
        refs = self.folder / "refs"
        names = (Path(where, file).relative_to(refs) for where, _, files in os.walk(refs) for file in files)
        return {self._ref(name.as_posix()) for name in names}


def _shortage(repository: str, size: int, free: int) -> CheckpointError:
    """Build the error for a full disk. Needs are rounded up, free space down, so they can't contradict it."""
    unit, name = (1e9, "GB") if size >= 1e9 else (1e6, "MB")
    step = unit / 100 if name == "GB" else unit
    digits = 2 if name == "GB" else 0
    need, spare, left = (
        f"{steps * step / unit:,.{digits}f} {name}"
        for steps in (math.ceil(size / step), math.ceil(SPARE_BYTES / step), math.floor(free / step))
    )
    return CheckpointError(
        f"{repository} needs {need} on the disk of the hub's cache, and {spare} to spare; {left} are free. "
        f"Free some space, or {elsewhere('a folder on another disk')}."
    )


def elsewhere(folder: str) -> str:
    """Explain how to move the cache: the variable to set, and those that would overrule it."""
    overruling = [name for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE") if name in os.environ]
    return f"set HF_HOME to {folder}" + (f" and unset {' and '.join(overruling)}" if overruling else "")


def _folder(path: Path) -> list[Path]:
    try:
        return list(path.iterdir())
    except OSError:
        return []


def _plain(name: str) -> bool:
    """Return whether a name, joined to a folder, stays inside it."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and not {"\\", "\0", ":"} & set(name)
