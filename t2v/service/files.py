"""Work on finished videos outside the queue: other formats, more frames a second, videos from elsewhere.

What is made lies with the videos, counts in their quota, and goes when its video goes. One file is made at a
time: decoding and encoding take memory and time that the jobs need.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import BoundedSemaphore, Lock

from t2v.errors import T2VError
from t2v.interpolation import SMOOTH
from t2v.request import Request
from t2v.service import sentences
from t2v.service.outputs import SUFFIXES, Outputs, Record
from t2v.service.store import owner_of
from t2v.video import Video

WAITING = 16  # visitors who may wait for a file at once
NOTES, NOTE, NAME = 8, 500, 200  # notes, characters of a note and of a model's name kept of a stranger's file
LARGER = "larger"
CHANGES = ("", f".{SMOOTH}", f".{LARGER}", f".{LARGER}.{SMOOTH}", f".{SMOOTH}.{LARGER}")
ENDINGS = tuple(change + suffix for change in CHANGES for suffix in SUFFIXES)  # of versions' names


class FilesBusy(T2VError):
    """Too many visitors wait for files already."""


class VideoFiles:
    """Versions of the videos in `outputs`, and videos that visitors bring."""

    def __init__(self, outputs: Outputs):
        self._outputs, self._making, self._places = outputs, Lock(), BoundedSemaphore(WAITING)

    def version(self, video: Path, ending: str, folder: str = "") -> Path:
        """The path of a video's version; `ending` is one of ENDINGS, `folder` keeps names of others apart.

        FilesBusy, NoSpace, VideoError; FileNotFoundError: the video was deleted meanwhile.
        """
        if ending == video.suffix:
            return video
        path = self._outputs.versions / folder / (video.stem + ending)
        if not path.exists():
            with self._turn():
                if not path.exists():
                    self._make(video, ending, path)
        return path

    def bring(self, visitor: str, path: Path) -> Record | None:
        """Put a copy of a video made elsewhere among the visitor's; None for one without our settings.

        FilesBusy, NoSpace, VideoError.
        """
        settings = Video.read_settings(path)
        if settings is None or settings.request is None:
            return None
        with self._turn():
            video = Video.open(path)
            id = secrets.token_urlsafe(16)
            video.save(self._outputs.path(id, SUFFIXES[0]))
        notes = tuple(note[:NOTE] for note in settings.notes[:NOTES])
        request, made = _fitting(settings.request, video), self._outputs.clock()
        whose = (id, owner_of(visitor), settings.model[:NAME])
        record = Record(*whose, request, SUFFIXES[0], made, 0.0, notes)
        self._outputs.add(record)
        return record

    def _make(self, video: Path, ending: str, path: Path) -> None:
        made, changes = Video.open(video), ending.split(".")
        made = made.larger() if LARGER in changes else made
        (made.smoother(SMOOTH) if str(SMOOTH) in changes else made).save(path)
        if not video.exists():  # its visitor has deleted it, and wants nothing of it to stay
            path.unlink(missing_ok=True)
            raise FileNotFoundError(video)
        self._outputs.note(path)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait until nobody else makes a file; FilesBusy where too many wait, NoSpace."""
        if not self._places.acquire(blocking=False):
            raise FilesBusy(sentences.FILES_BUSY)
        try:
            with self._making:
                self._outputs.check_space()
                yield
        finally:
            self._places.release()


def _fitting(request: Request, video: Video) -> Request:
    """The request with the size of the frames: those of a file from elsewhere may have been changed."""
    frames, height, width, _ = video.frames.shape
    return replace(request, frames=request.frames or frames, width=width, height=height)
