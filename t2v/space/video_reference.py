"""What a video of `/v1/videos` starts from: an upload, or an earlier video of the same caller."""

import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from t2v.errors import RequestError
from t2v.request import Request
from t2v.service.api_videos import ApiVideos
from t2v.service.outputs import NoSpace
from t2v.source import is_video
from t2v.space import strings, video_answers
from t2v.space.video_fields import Reference


@dataclass(frozen=True)
class Start:
    """The file that a video starts from, if any; `upload` is its name among the sources, if it is one."""

    path: Path | None = None
    upload: str = ""
    still: bool = False

    def fitting(self, request: Request) -> Request:
        """The request; a picture that nothing else is said about is the first frame, as OpenAI has it."""
        said = request.strength is not None or request.keep is not None
        return replace(request, keep=1) if self.still and not said else request


def of(videos: ApiVideos, visitor: str, reference: Reference | None) -> Start:
    """Find or write the file; RequestError, NoSpace."""
    if reference is None:
        return Start()
    return _earlier(videos, visitor, reference.id) if reference.id else _uploaded(videos, reference.data)


def _earlier(videos: ApiVideos, visitor: str, id: str) -> Start:
    found = videos.find(visitor, video_answers.own(id))
    if found is None or found.code:
        raise RequestError("input_reference", strings.V1_REFERENCE_GONE.format(id=id))
    return Start(videos.service.outputs.path(found.id, ".mp4"))


def _uploaded(videos: ApiVideos, data: bytes) -> Start:
    outputs = videos.service.outputs
    outputs.check_space()
    path = videos.sources / secrets.token_urlsafe(16)
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        start = Start(path, path.name, still=not is_video(path))
        outputs.note(path)
        return start
    except RequestError as error:
        path.unlink(missing_ok=True)
        raise RequestError("input_reference", error.message.replace(path.name, "the file")) from None
    except OSError:
        path.unlink(missing_ok=True)
        raise NoSpace(strings.V1_NO_SPACE) from None
