"""Whether a file is the video that an item asks for, so that a batch that goes on need not make it again."""

from pathlib import Path
from typing import NamedTuple

from t2v.checkpoints import EMBEDDED
from t2v.checkpoints.recorded_name import recorded_name
from t2v.defaults import ModelDefaults
from t2v.ends import is_cut_off
from t2v.errors import UsageError
from t2v.file_settings import Settings
from t2v.prompts import Item, listed_defaults
from t2v.request import SETTINGS
from t2v.streams import plain
from t2v.video import Video, VideoError


class Model(NamedTuple):
    """The name that a model's videos record, its defaults and its limits."""

    name: str
    native: ModelDefaults

    @classmethod
    def of(cls, model: str | None) -> "Model":
        """Find both without loading the weights; CheckpointError if there is no such model."""
        native = listed_defaults(model)
        if native is None:
            from t2v.runtime import sizes_of  # imports torch

            native = sizes_of(model or EMBEDDED)[1]
        return cls(recorded_name(model or EMBEDDED), native)


def already_made(path: Path, item: Item, model: Model) -> Settings | None:
    """Return the settings of a whole file that is this video already; None if it is to be made.

    A file that doesn't open, or lacks frames, is to be made again. UsageError if the file is another video.
    """
    if not path.exists() or is_cut_off(path):
        return None
    try:
        video = Video.open(path)
        recorded = Video.read_settings(path)
    except VideoError:
        return None
    if recorded is not None and recorded.frames != len(video.frames):
        return None
    if why := difference(recorded, item, model):
        raise UsageError(
            f"--resume: {plain(str(path))} is another video ({why}): move it away, or give another folder"
        )
    return recorded


def difference(recorded: Settings | None, item: Item, model: Model) -> str:
    """Return the first thing in which a file's settings differ from those of an item; "" if in nothing."""
    if recorded is None or recorded.request is None:
        return "it holds no settings of t2v"
    wanted = item.complete(model.native)
    for name in SETTINGS:
        there, here = getattr(recorded.request, name), getattr(wanted, name)
        if there not in (None, here) and not (name == "seed" and item.request.seed is None):
            return f"{name}: {plain(str(there)):.40} there, {plain(str(here)):.40} now"
    if recorded.model != model.name:
        return f"model: {plain(recorded.model)} there, {model.name} now"
    if recorded.source != (item.given().digest if any(item.paths) else ""):
        return "source: another one"
    return ""
