"""An MP4 that plays while it grows: its fragments, of a second each, are whole at any time."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from t2v import ffmpeg, provenance
from t2v.ffmpeg import VideoError
from t2v.file_settings import Settings

FRAGMENTS = ("-movflags", "+frag_keyframe+empty_moov+default_base_moof", "-flush_packets", "1")


class GrowingFile:
    """A file of frames (h w 3) of one size, `fps` a second; VideoError where it can't be written.

    On leaving the block, also by an error or Ctrl-C, it becomes an ordinary MP4 with the `settings` of so
    many frames. If the process is killed, the fragments that are there still play.
    """

    def __init__(self, path: Path, fps: int, settings: Callable[[int], Settings]):
        self.path, self.fps, self.frames, self._settings = path, fps, 0, settings
        self._process: ffmpeg.Process | None = None

    def __enter__(self) -> Self:
        return self

    def write(self, frames: np.ndarray) -> None:
        """Append frames uint8 (f h w 3)."""
        height, width = frames.shape[1:3]
        even = np.pad(frames, ((0, 0), (0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        if self._process is None:
            self._process = self._start(*even.shape[1:3])
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(even.data.cast("B"))
            self._process.stdin.flush()
        except OSError:
            raise VideoError("The encoder stopped: is there room on the disk?") from None
        self.frames += len(frames)

    def _start(self, height: int, width: int) -> ffmpeg.Process:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        at_once = ("-tune", "zerolatency", "-g", str(self.fps))  # a fragment begins at each key frame
        out = (*FRAGMENTS, "-f", "mp4", ffmpeg.url(self.path))
        return ffmpeg.started([*ffmpeg.raw(width, height, self.fps), *ffmpeg.h264(), *at_once, *out])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is None:
            return
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        self._process.wait(ffmpeg.SECONDS)
        self._finish()

    def _finish(self) -> None:
        """Write the fragments again as an ordinary MP4 with its settings, without encoding anew."""
        settings = self._settings(self.frames)
        title = {"title": settings.request.prompt} if settings.request else {}
        tags = ffmpeg.tagged(title | {"comment": settings.to_json()})
        draft = self.path.with_name(f".{secrets.token_hex(8)}.part")
        source = ("-f", "mov", "-i", ffmpeg.url(self.path))
        try:
            out = ("-movflags", "+faststart", "-f", "mp4", ffmpeg.url(draft))
            ffmpeg.run([*source, "-c", "copy", *tags, *out], draft)
            provenance.label_mp4(draft)
            os.replace(draft, self.path)
        finally:
            draft.unlink(missing_ok=True)
