"""Text to video of the ModelScope family: `TextToVideo` makes a `Video` of a `Request`."""

from typing import TYPE_CHECKING, Any

from t2v.request import Request, RequestError
from t2v.source import Source
from t2v.video import Video, VideoError

if TYPE_CHECKING:
    from t2v.pipeline import TextToVideo

__all__ = ["Request", "RequestError", "Source", "TextToVideo", "Video", "VideoError"]


def __getattr__(name: str) -> Any:
    """TextToVideo brings torch, so it is imported when it is first asked for."""
    if name != "TextToVideo":
        raise AttributeError(f"module 't2v' has no attribute {name!r}")
    from t2v.pipeline import TextToVideo

    return TextToVideo
