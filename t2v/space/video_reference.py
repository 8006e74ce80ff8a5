"""What a video of `/v1/videos` is made from: uploads, or other videos of the same caller."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from t2v.errors import RequestError
from t2v.request import Request
from t2v.service.api_videos import ApiVideos
from t2v.service.outputs import NoSpace
from t2v.source_file import is_video
from t2v.space import strings, video_answers
from t2v.space.video_fields import FILES, Reference

FIELDS = {name: field for field, name in FILES.items()}  # what a video is made from -> its field


@dataclass(frozen=True)
class Start:
    """The files that a video is made from; `uploads` are those among them that go with its end."""

    paths: dict[str, Path] = field(default_factory=dict)
    uploads: tuple[Path, ...] = ()

    def fitting(self, request: Request) -> Request:
        """The request; a picture that nothing else is said about is the first frame, as OpenAI has it."""
        said = request.loop or request.strength is not None or request.keep is not None
        if said or self.paths.keys() != {"source"} or not self.uploads or is_video(self.paths["source"]):
            return request
        return replace(request, keep=1)

    def discard(self) -> None:
        """Delete the uploads."""
        for path in self.uploads:
            path.unlink(missing_ok=True)


def of(videos: ApiVideos, visitor: str, files: Mapping[str, Reference]) -> Start:
    """Find or write the files; RequestError by the name of a field, NoSpace."""
    start = Start()
    for name, reference in files.items():
        try:
            path = _other(videos, visitor, reference.id) if reference.id else _upload(videos, reference.data)
        except (RequestError, NoSpace) as error:
            start.discard()
            raise (
                RequestError(FIELDS[name], error.message) if isinstance(error, RequestError) else error
            ) from None
        uploads = start.uploads if reference.id else (*start.uploads, path)
        start = Start(start.paths | {name: path}, uploads)
    return start


def _other(videos: ApiVideos, visitor: str, id: str) -> Path:
    """The path of another video, which may still be under way."""
    found = videos.find(visitor, video_answers.own(id))
    if found is None or found.code:
        raise RequestError("source", strings.V1_REFERENCE_GONE.format(id=id))
    return videos.service.outputs.path(found.id, ".mp4")


def _upload(videos: ApiVideos, data: bytes) -> Path:
    outputs = videos.service.outputs
    outputs.check_space()
    path = videos.sources / secrets.token_urlsafe(16)
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        is_video(path)
        outputs.note(path)
        return path
    except RequestError as error:
        path.unlink(missing_ok=True)
        raise RequestError("source", error.message.replace(path.name, "the file")) from None
    except OSError:
        path.unlink(missing_ok=True)
        raise NoSpace(strings.V1_NO_SPACE) from None
