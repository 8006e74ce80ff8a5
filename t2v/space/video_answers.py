"""What `/v1/videos` says of a video, in OpenAI's shape: its status, progress and settings, and its file."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.responses import JSONResponse

from t2v.service.api_videos import ApiVideo, ApiVideos
from t2v.space import strings
from t2v.space.api_errors import ApiError

PREFIX = "video_"
ID = re.compile(rf"{PREFIX}[\w-]{{1,64}}", re.ASCII)
FRESH = {"Cache-Control": "no-store"}
LEAST_POLL, MOST_POLL = 250, 5_000  # milliseconds
PARTS = 20  # into which the time that is left is divided by asking


def public(id: str) -> str:
    """A job's id as the API has it."""
    return PREFIX + id


def own(id: str) -> str:
    """The job's id in one of the API; "", which is no job's, for anything else."""
    return id.removeprefix(PREFIX) if ID.fullmatch(id) else ""


def answer(videos: ApiVideos, video: ApiVideo) -> JSONResponse:
    """A video as JSON; while it isn't over, a header says when to ask again."""
    wait = {} if video.ended is not None else {"openai-poll-after-ms": str(_wait(videos, video))}
    return JSONResponse(shown(videos, video), headers=FRESH | wait)


def shown(videos: ApiVideos, video: ApiVideo) -> dict[str, Any]:
    """OpenAI's fields of a video, and ours: all its settings, and the notes on them."""
    status, request = _status(videos, video), video.request
    kept = int(video.ended) if video.ended is not None and not video.code else None
    return {
        "id": public(video.id),
        "object": "video",
        "created_at": int(video.created),
        "completed_at": kept,
        "expires_at": kept and kept + int(videos.service.outputs.lifetime),
        "status": status,
        "progress": _progress(videos, video, status),
        "model": video.model,
        "prompt": request.prompt,
        "seconds": f"{request.frames / request.fps:g}",
        "size": f"{request.width}x{request.height}",
        "remixed_from_video_id": None,
        "error": {"code": video.code, "message": video.problem} if video.code else None,
        "settings": asdict(request),
        "notes": list(video.notes),
    }


def file_of(videos: ApiVideos, video: ApiVideo) -> Path:
    """The file of a finished video; ApiError 404 where there is none."""
    if video.ended is None:
        raise ApiError(404, strings.V1_NOT_READY.format(id=public(video.id)), "video_not_ready")
    if video.code:
        raise ApiError(404, strings.V1_NOT_MADE.format(problem=video.problem), "video_not_made")
    record = videos.service.outputs.find(video.id)
    if record is None:
        raise ApiError(404, strings.V1_PAST_END, "video_not_found")
    return videos.service.outputs.path(record.id, record.suffix)


def _status(videos: ApiVideos, video: ApiVideo) -> str:
    if video.ended is not None:
        return "failed" if video.code else "completed"
    return "in_progress" if videos.begun(video) else "queued"


def _progress(videos: ApiVideos, video: ApiVideo, status: str) -> int:
    """Percent of the steps that are walked; 100 only with the file."""
    job = videos.service.jobs.find(video.id)
    if status == "in_progress" and job and job.steps:
        return min(99, 100 * job.step // job.steps)
    return 100 if status == "completed" else 0


def _wait(videos: ApiVideos, video: ApiVideo) -> int:
    """Milliseconds after which asking again may tell something new."""
    job = videos.service.jobs.find(video.id)
    left = videos.service.seconds_left(job) if job and not job.over else None
    return LEAST_POLL if left is None else int(min(max(1000 * left / PARTS, LEAST_POLL), MOST_POLL))
