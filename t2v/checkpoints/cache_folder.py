"""A folder of the hub's cache, given as a model: the repository that it is of, and its snapshot."""

from dataclasses import dataclass
from pathlib import Path

from .errors import CheckpointError

PREFIX = "models--"  # of a repository's folder: models--owner--name


@dataclass(frozen=True)
class Cached:
    """A snapshot in the cache: its folder, the repository and the commit that it is of."""

    folder: Path
    repository: str
    commit: str


def in_cache(folder: Path) -> Cached | None:
    """The snapshot that a folder of the cache stands for; None for a folder that isn't of the cache.

    The folder is a repository's, its "snapshots", or a snapshot. CheckpointError if it has no snapshot.
    """
    folder = folder.absolute()
    for root in (folder, *folder.parents[:2]):
        if root.name.startswith(PREFIX) and (root / "snapshots").is_dir():
            break
    else:
        return None
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
    """The snapshot of the branch main, else the one last written."""
    main = root / "refs" / "main"
    if (
        main.is_file()
        and (named := root / "snapshots" / main.read_bytes().decode(errors="replace").strip()).is_dir()
    ):
        return named
    snapshots = [path for path in (root / "snapshots").iterdir() if path.is_dir()]
    return max(snapshots, key=lambda path: path.stat().st_mtime, default=None)
