"""Download from the Hugging Face hub: only the files asked for, of one commit, each checked by its hash.

huggingface_hub resumes, shows progress, and honours HF_ENDPOINT, HF_HUB_OFFLINE, HF_TOKEN and its cache.
"""

import errno
import hashlib
import logging
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath

from .errors import CheckpointError

try:
    import huggingface_hub
    from huggingface_hub import constants
    from huggingface_hub.errors import (
        FileMetadataError,
        GatedRepoError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )
    from huggingface_hub.hf_api import RepoSibling
except ValueError as error:  # huggingface_hub reads its variables at import
    raise CheckpointError(
        f"A variable of the hub is wrong ({error}): HF_ENDPOINT must be a web address, "
        "HF_HUB_DOWNLOAD_TIMEOUT and HF_HUB_ETAG_TIMEOUT whole numbers of seconds."
    ) from None

from .hub_cache import RepositoryCache
from .hub_errors import cause, final, reason

log = logging.getLogger("t2v.hub")


class DownloadError(CheckpointError):
    """A download failed because of the hub, the network or the disk."""


class Snapshot:
    """A commit of a repository: its `commit`, the names in its `listing`, and `fetch`.

    If the hub doesn't answer, it is the commit last seen, with the files in the cache; `note` then says why,
    in a sentence.
    """

    def __init__(self, repository: str, revision: str | None = None):
        self.repository, self.revision, self.note = repository, revision, ""
        self._cache = RepositoryCache(repository)
        self._folder: Path | None = None  # in the cache, where the hub gave no answer
        try:
            self.commit, self._files = _ask(repository, revision)
            self.listing = frozenset(self._files)
        except Exception as error:  # no answer takes many forms, from name resolution to a proxy's page
            self._use(*self._cached_folder(error))

    def fetch(self, names: Iterable[str]) -> Path:
        """Download the files that the cache lacks; -> the folder that holds all of them."""
        names = list(names)
        folder = self._folder or self._fetch(names)
        for name in names:
            if not os.access(folder / name, os.R_OK):
                why = reason(PermissionError(errno.EACCES, name))
                raise CheckpointError(f"{PurePosixPath(name).name} of {self.repository} is no use: {why}.")
        return folder

    def _fetch(self, names: list[str]) -> Path:
        """Download what is missing of a snapshot that the hub has listed."""
        if not names:
            raise CheckpointError(f"{self.repository} holds no text-to-video model that t2v can load.")
        missing = [name for name in names if not self._is_cached(name)]
        if missing:
            self._make_room(sum(self._files[name].size or 0 for name in missing))
        for name in missing:
            self._download(name)
        return self._cache.snapshot(self.commit)

    def fall_back(self, error: DownloadError) -> bool:
        """Use the revision's earlier commit in the cache instead; -> False if there is none."""
        folder = self._cache.find(self.revision)
        if self._folder or folder is None or folder.name == self.commit:
            return False
        log.warning("%s The commit before, %s, is in the cache and used.", error, folder.name[:12])
        self._use(folder, f"Only the commit before was looked at. {error}")
        return True

    def remember(self) -> None:
        """Record in the cache that the revision names this commit, once all its files are there."""
        if not self._folder:
            self._cache.remember(self.revision, self.commit)

    def _use(self, folder: Path, note: str) -> None:
        """Take the commit and its listing from a folder of the cache."""
        self._folder, self.note, self.commit, self._files = folder, note, folder.name, {}
        paths = (path for path in folder.rglob("*") if path.is_file())
        self.listing = frozenset(path.relative_to(folder).as_posix() for path in paths)

    def _is_cached(self, name: str) -> bool:
        """Return whether a file is cached in the size that the hub states; a copy may have been cut off."""
        path, size = self._cache.snapshot(self.commit) / name, self._files[name].size
        return os.path.isfile(path) and size in (None, os.path.getsize(path))

    def _make_room(self, size: int) -> None:
        try:
            self._cache.make_room(size)
        except OSError as error:
            raise DownloadError(f"{self.repository} could not be downloaded: {reason(error)}.") from None

    def _download(self, name: str) -> None:
        """Download one file; try once more if the connection breaks or the hash is wrong."""
        for again in (False, True):
            try:
                path = huggingface_hub.hf_hub_download(
                    self.repository, name, revision=self.commit, force_download=again
                )
                if _verified(Path(path), self._files[name]):
                    return
                why = "it arrived damaged twice: its hash is not the one that the hub states"
            except Exception as error:
                why = reason(error)
                if final(error):
                    break
        file = PurePosixPath(name).name
        raise DownloadError(f"{file} of {self.repository} could not be downloaded: {why}.")

    def _cached_folder(self, error: Exception) -> tuple[Path, str]:
        """Find the revision in the cache; -> its folder, and a sentence that says why it is used."""
        why = _other_kind(self.repository, error) or reason(error, self.revision)
        folder = self._cache.find(self.revision)
        if folder is None:
            name = f"{self.repository}@{self.revision}" if self.revision else self.repository
            raise CheckpointError(f"{name} is not in the cache, and {why}.") from None
        if not isinstance(cause(error), OfflineModeIsEnabled):
            log.warning("%s: %s. Its copy in the cache is used.", self.repository, why)
        return folder, f"Only its copy in the cache was looked at: {why}."


def _ask(repository: str, revision: str | None) -> tuple[str, dict[str, RepoSibling]]:
    """Ask the hub for the commit of a revision, and its files by name."""
    try:
        info = huggingface_hub.HfApi().model_info(
            repository, revision=revision, files_metadata=True, timeout=constants.HF_HUB_DOWNLOAD_TIMEOUT
        )
        if info.sha is None or info.siblings is None:
            raise FileMetadataError
        return info.sha, {file.rfilename: file for file in info.siblings}
    except (TypeError, KeyError, AttributeError):  # JSON of another structure
        raise FileMetadataError from None


def _other_kind(repository: str, error: Exception) -> str:
    """Explain, in a clause, that a name belongs to a dataset or a Space; "" if it doesn't."""
    if isinstance(error, RepositoryNotFoundError) and not isinstance(error, GatedRepoError):
        for kind in ("dataset", "space"):
            with suppress(Exception):
                huggingface_hub.HfApi().repo_info(
                    repository, repo_type=kind, timeout=constants.HF_HUB_DOWNLOAD_TIMEOUT
                )
                return f"on the hub it is a {kind}, not a model"
    return ""


def _verified(path: Path, file: RepoSibling) -> bool:
    """Return whether a file matches the hub's hash; delete it if not."""
    if _matches(path, file):
        return True
    path.resolve().unlink()  # the blob, which the snapshot only links to
    path.unlink(missing_ok=True)
    return False


def _matches(path: Path, file: RepoSibling) -> bool:
    """Compare a large file's SHA-256, or a small one's git blob hash, with the hub's, if it states one."""
    if file.lfs:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == file.lfs.sha256
    data = path.read_bytes()
    return file.blob_id is None or hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest() == file.blob_id


def cached_bytes(repository: str) -> int:
    """Return the bytes of a repository in the cache, downloads under way included."""
    return RepositoryCache(repository).bytes()
