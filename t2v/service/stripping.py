"""Uploads without what their files say besides the pictures: places, devices, names, dates, sound."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from PIL import Image

from t2v import ffmpeg
from t2v.errors import T2VError
from t2v.source import Source
from t2v.source_file import demuxer_of
from t2v.video import Video


def strip(path: Path) -> None:
    """Replace a picture or a video by its frames alone, which stay the same to the bit.

    A video made here keeps its settings, an animation (GIF, WebP) what it says. A file that can't be read
    stays as it is: opening it says why.
    """
    draft = path.with_name(f".{secrets.token_hex(8)}.draft")
    try:
        with suppress(T2VError, OSError):
            if _copied(path, draft):
                os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _copied(path: Path, draft: Path) -> bool:
    """Write the frames of a picture or a video to `draft`; False where the file may stay."""
    demuxer = demuxer_of(path)
    if demuxer:
        if demuxer == "mov" and Video.read_settings(path):
            return False
        ffmpeg.copy_without_tags(path, demuxer, draft)
        return True
    frames = Source.open(path).frames
    if len(frames) == 1:
        Image.fromarray(frames[0]).save(draft, "PNG", compress_level=1)
    return len(frames) == 1
