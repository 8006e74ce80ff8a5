"""Recognise a folder of the hub's cache that is given as a model: its repository and snapshot."""

from dataclasses import dataclass
from pathlib import Path

from .errors import CheckpointError

PREFIX = "models--"  # of a repository's folder: models--owner--name


@dataclass(frozen=True)
class Cached:
    """A snapshot in the cache: its folder, its repository and its commit."""

    folder: Path
    repository: str
    commit: str


def in_cache(folder: Path) -> Cached | None:
    """Return the snapshot that a folder of the cache stands for; None for a folder elsewhere.

    The folder is a repository's, its "snapshots", or a snapshot. CheckpointError if it has no snapshot.
    """
    for path in (folder.absolute(), folder.resolve()):
        for root in (path, *path.parents[:2]):
            if root.name.startswith(PREFIX) and (root / "snapshots").is_dir():
                return _in_repository(path, root)
    return None


def _in_repository(folder: Path, root: Path) -> Cached | None:
    """Return the snapshot that `folder` stands for within the repository's folder `root`."""
    repository = root.name.removeprefix(PREFIX).replace("--", "/", 1)
    if folder.parent == root / "snapshots":
        return Cached(folder, repository, folder.name)
    if folder not in (root, root / "snapshots"):
        return None
    snapshot = _current(root)
    if snapshot is None:
        raise CheckpointError(f"{repository} has no snapshot in this cache: its download never began.")
    return Cached(snapshot, repository, snapshot.name)


def _current(root: Path) -> Path | None:
    """Return the snapshot of the branch main, else the one modified last."""
    main = root / "refs" / "main"
    commit = main.read_bytes().decode(errors="replace").strip() if main.is_file() else ""
    if commit and (root / "snapshots" / commit).is_dir():
        return root / "snapshots" / commit
    snapshots = [path for path in (root / "snapshots").iterdir() if path.is_dir()]
    return max(snapshots, key=lambda path: path.stat().st_mtime, default=None)
