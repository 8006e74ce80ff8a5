"""Text to video of the ModelScope family: `TextToVideo` makes a `Video` of a `Request`.

from t2v import TextToVideo

pipe = TextToVideo.from_pretrained("emoji")
pipe("a panda on a green background", seed=7).save("panda.mp4")
"""

from typing import TYPE_CHECKING, Any

from t2v.errors import T2VError
from t2v.request import Request, RequestError
from t2v.source import Source
from t2v.version import VERSION as __version__
from t2v.video import Video, VideoError

if TYPE_CHECKING:
    from t2v.pipeline import TextToVideo

__all__ = [
    "Request",
    "RequestError",
    "Source",
    "T2VError",
    "TextToVideo",
    "Video",
    "VideoError",
    "__version__",
]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    """TextToVideo brings torch, so it is imported when it is first asked for."""
    if name != "TextToVideo":
        raise AttributeError(f"module 't2v' has no attribute {name!r}")
    from t2v.pipeline import TextToVideo

    return TextToVideo
