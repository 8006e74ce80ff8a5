"""Downloads from the Hugging Face hub: only the files asked for, of one commit, each checked by its hash.

huggingface_hub resumes, shows progress, and honours HF_ENDPOINT, HF_HUB_OFFLINE, HF_TOKEN and its cache.
"""

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import huggingface_hub
from huggingface_hub import constants
from huggingface_hub.errors import (
    CacheNotFound,
    GatedRepoError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import RepoSibling

from .errors import CheckpointError

SPARE = 500_000_000  # bytes to leave free on the disk


class Snapshot:
    """One commit of a repository: its `commit`, the names in its `listing`, and `fetch`.

    Where the hub can't be reached it is the commit last seen, as far as it is in the cache.
    """

    def __init__(self, repository: str, revision: str | None = None):
        self.repository, self.revision = repository, revision
        try:
            info = huggingface_hub.HfApi().model_info(repository, revision=revision, files_metadata=True)
        except (GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError) as error:
            raise self._refused(error) from None
        except Exception:  # to have no network takes many forms, from name resolution to a proxy's page
            self._cache = self._cached_folder()
            self.commit, self._files = self._cache.name, {}
            self.listing = frozenset(
                p.relative_to(self._cache).as_posix() for p in self._cache.rglob("*") if p.is_file()
            )
        else:
            self._cache, self.commit = None, info.sha
            self._files = {file.rfilename: file for file in info.siblings}
            self.listing = frozenset(self._files)

    def fetch(self, names: Iterable[str]) -> Path:
        """Downloads those of the files that the cache lacks; -> the folder that has them."""
        names = list(names)
        if self._cache:
            return self._cache
        missing = [name for name in names if self._cached(name) is None]
        self._check_room(sum(self._files[name].size or 0 for name in missing))
        for name in missing:
            self._download(name)
        if not names:
            raise CheckpointError(f"{self.repository} holds no text-to-video model that t2v can load.")
        return self._cached(names[0]).parents[len(PurePosixPath(names[0]).parts) - 1]

    def _cached(self, name: str) -> Path | None:
        path = huggingface_hub.try_to_load_from_cache(self.repository, name, revision=self.commit)
        return Path(path) if isinstance(path, str) else None

    def _download(self, name: str) -> None:
        """One file; if it arrives broken or damaged it is deleted and fetched once more."""
        why = ""
        for again in (False, True):
            try:
                path = Path(
                    huggingface_hub.hf_hub_download(
                        self.repository, name, revision=self.commit, force_download=again
                    )
                )
            except Exception as error:
                why = f"the connection failed ({type(error).__name__})"
                continue
            if _matches(path, self._files[name]):
                return
            path.resolve().unlink()  # the blob, which the snapshot only links to
            path.unlink(missing_ok=True)
            why = "it arrived damaged: its hash is not the one that the hub states"
        raise CheckpointError(
            f"{PurePosixPath(name).name} of {self.repository} could not be downloaded: twice {why}."
        )

    def _check_room(self, size: int) -> None:
        cache = Path(constants.HF_HUB_CACHE)
        cache.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(cache).free
        if size and size + SPARE > free:
            text = (
                f"{self.repository} needs {size / 1e9:.1f} GB on the disk, and {free / 1e9:.1f} GB are free."
            )
            raise CheckpointError(text)

    def _cached_folder(self) -> Path:
        """The snapshot last written, of the revision asked for if there was one."""
        try:
            repositories = huggingface_hub.scan_cache_dir().repos
        except CacheNotFound:
            repositories = ()
        snapshots = [
            snapshot
            for repository in repositories
            for snapshot in repository.revisions
            if repository.repo_id == self.repository
            and self.revision in (None, snapshot.commit_hash, *snapshot.refs)
        ]
        if not snapshots:
            why = "is not in the cache, and the hub can't be reached (or HF_HUB_OFFLINE is set)"
            raise CheckpointError(f"{self.repository} {why}.")
        return max(snapshots, key=lambda snapshot: snapshot.last_modified).snapshot_path

    def _refused(self, error: Exception) -> CheckpointError:
        if isinstance(error, GatedRepoError):
            why = "asks visitors to accept its terms: do so on its page on the hub, then set HF_TOKEN"
        elif isinstance(error, RevisionNotFoundError):
            why = f"has no revision {self.revision}"
        else:
            why = "was not found on the hub; a private model needs HF_TOKEN"
        return CheckpointError(f"{self.repository} {why}.")


def _matches(path: Path, file: RepoSibling) -> bool:
    """Whether a file is what the hub says: it has a large one's SHA-256, a small one's git blob hash."""
    if file.lfs:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == file.lfs.sha256
    data = path.read_bytes()
    return file.blob_id is None or hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest() == file.blob_id


def cached_bytes(repository: str) -> int:
    """How much of a repository is in the cache, downloads under way included."""
    blobs = Path(constants.HF_HUB_CACHE, f"models--{repository.replace('/', '--')}", "blobs")
    return sum(path.stat().st_size for path in blobs.glob("*") if path.exists())
