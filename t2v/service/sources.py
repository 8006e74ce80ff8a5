"""Files that jobs are made from: uploads of visitors and earlier videos, all in the folder that is served.

A file is looked at when its job is submitted, and decoded by the worker: Pillow and ffmpeg with the limits of
`t2v.source`. It goes with the folder's sweep, as the videos do.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from t2v.errors import RequestError
from t2v.given import Given
from t2v.service import sentences
from t2v.service.messages import Files, Order
from t2v.service.outputs import THUMBNAILS, Outputs
from t2v.service.stripping import strip
from t2v.source import continues
from t2v.source_file import check_kind

MAX_PATH = 1024  # characters
SIDE = 96  # pixels of a thumbnail's longer side


def checked(outputs: Outputs, given: Mapping[str, Any], expected: Path | None = None) -> Files:
    """The paths of files in the served folder whose kind can be read; RequestError names any other.

    `expected` needn't be there yet: another job is to write it.
    """
    return Files(**{name: _checked(outputs, name, each, expected) for name, each in given.items()})


def _checked(outputs: Outputs, name: str, given: Any, expected: Path | None) -> Path | None:
    if given in (None, ""):
        return None
    path = _resolved(given)
    if path is not None and path == expected:
        return path
    if path is None or not path.is_relative_to(outputs.served) or not path.is_file():
        raise RequestError(name, sentences.SOURCE_GONE)
    try:
        check_kind(path)
    except RequestError as error:
        raise RequestError(name, error.message) from None
    return path


def _resolved(given: Any) -> Path | None:
    """The path that is given; None for what can't be one, such as a text with half a surrogate pair."""
    if not isinstance(given, str | Path) or len(str(given)) >= MAX_PATH:
        return None
    try:
        path = Path(given).resolve()
        path.stat()
    except FileNotFoundError:
        return path
    except (ValueError, OSError):
        return None
    return path


def thumbnail_path(path: Path, name: str = "source") -> Path:
    """The thumbnail of a video's source, or of the picture that it ends on, beside the video."""
    return path.with_name(path.stem + THUMBNAILS[name])


def thumbnails(path: Path) -> list[str]:
    """The names of a video's thumbnails that are there."""
    return [name for name in THUMBNAILS if thumbnail_path(path, name).is_file()]


def opened(order: Order) -> Given:
    """Strip and open the order's files, write their thumbnails; RequestError if one is damaged or gone."""
    files = order.files
    for name, path in vars(files).items():
        if path and not path.is_file():
            raise RequestError(name, sentences.SOURCE_DELETED)
        if path and path.parent != order.path.parent:  # an upload, not a video of ours
            strip(path)
    given = Given.of(files.source, files.end, files.mask)
    for name, frame in _shown(given, order).items():
        small = Image.fromarray(frame)  # without what its file said besides
        small.thumbnail((SIDE, SIDE))
        small.save(thumbnail_path(order.path, name), "JPEG", quality=80)
    return given


def _shown(given: Given, order: Order) -> dict[str, np.ndarray]:
    """The frames (h w 3) that stand for what is given: of the source, and the last picture."""
    last = -1 if continues(order.request) else 0
    source = {"source": given.source.frames[last]} if given.source else {}
    return source | ({"end": given.end.frames[0]} if given.end else {})
