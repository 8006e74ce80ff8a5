"""Sources of jobs: files that visitors have uploaded, or earlier videos, all in the folder that is served.

A file is looked at when its job is submitted, and decoded by the worker: Pillow and ffmpeg with the limits of
`t2v.source`. It goes with the folder's sweep, as the videos do.
"""

from pathlib import Path
from typing import Any

from PIL import Image

from t2v.errors import RequestError
from t2v.service import sentences
from t2v.service.messages import Order
from t2v.service.outputs import THUMBNAIL, Outputs
from t2v.source import Source, check_kind, continues

MAX_PATH = 1024  # characters
SIDE = 96  # pixels of its longer side


def checked(outputs: Outputs, given: Any) -> Path:
    """Return the path of a file in the served folder whose kind can be read; RequestError for any other."""
    text = str(given) if isinstance(given, str | Path) else ""
    path = Path(text).resolve() if len(text) < MAX_PATH and "\0" not in text else outputs.served
    if not path.is_relative_to(outputs.served) or not path.is_file():
        raise RequestError("source", sentences.SOURCE_GONE)
    check_kind(path)
    return path


def thumbnail_path(path: Path) -> Path:
    """The thumbnail of a video's source, beside the video."""
    return path.with_name(path.stem + THUMBNAIL)


def started_from(order: Order) -> dict[str, Any]:
    """Open the order's source and write its thumbnail -> the pipeline's argument; RequestError if damaged."""
    if order.source is None:
        return {}
    source = Source.open(order.source)
    shown = source.frames[-1 if continues(order.request) else 0]
    image = Image.fromarray(shown)
    image.thumbnail((SIDE, SIDE))
    image.save(thumbnail_path(order.path), "JPEG", quality=80)
    return {"source": source}
