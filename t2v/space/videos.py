"""`/v1`: videos in OpenAI's shape, on the same queue and under the same limits as the page.

    POST   /v1/videos               queue a video, from JSON or a form
    GET    /v1/videos               list them, in pages
    GET    /v1/videos/{id}          its status and progress
    GET    /v1/videos/{id}/content  its file, a thumbnail or a sheet of frames
    POST   /v1/videos/{id}/cancel   end it; it has failed then, with the code `cancelled`
    DELETE /v1/videos/{id}          delete it
    GET    /v1/models, /v1/models/{id}, /v1/openapi.json

`video_fields` reads a new video's fields, `keys` knows who calls, `openapi` describes it all.
"""

import asyncio
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NoReturn

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Match, NoMatchFound, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from t2v.errors import RequestError, T2VError
from t2v.service import webhooks
from t2v.service.api_videos import ApiVideo, ApiVideos, Wanted
from t2v.service.jobs import Job
from t2v.space import api_errors, openapi, stills, strings, video_answers, video_fields, video_reference
from t2v.space.api_errors import ApiError
from t2v.space.gate import route_path
from t2v.space.keys import Keys
from t2v.space.video_answers import FRESH, public
from t2v.space.video_fields import Asked
from t2v.space.video_reference import FIELDS
from t2v.video import VideoError

MOST_LISTED, LISTED = 100, 20
MOST_KEY = 255  # letters of an idempotency key
KEY = re.compile(rf"[ -~]{{1,{MOST_KEY}}}")
VARIANTS = ("video", "thumbnail", "spritesheet")
OWNER = "t2v"  # of the models
CACHED = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}


class Beneath(BaseRoute):
    """Hands all that lies beneath a path to an app, whatever its letters and what a proxy kept before it."""

    def __init__(self, path: str, app: ASGIApp):
        self.path, self._app = path, app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether a request is for the app."""
        fits = scope["type"] == "http" and route_path(scope).startswith(f"{self.path}/")
        return (Match.FULL if fits else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, which the app sees without the path."""
        rest = route_path(scope).removeprefix(self.path)
        await self._app({**scope, "path": rest, "root_path": ""}, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> NoReturn:
        """Say that no route beneath has a name."""
        raise NoMatchFound(name, path_params)


def route(videos: ApiVideos, keys: Keys, hooks: Collection[webhooks.Origin] = ()) -> BaseRoute:
    """All of `/v1`; `hooks` are the places that webhooks may go to."""
    given = V1(videos, keys, frozenset(hooks))
    routes = [
        Route("/videos", given.create, methods=["POST"]),
        Route("/videos", given.list, methods=["GET"]),
        Route("/videos/{id}", given.retrieve, methods=["GET"]),
        Route("/videos/{id}", given.delete, methods=["DELETE"]),
        Route("/videos/{id}/content", given.content, methods=["GET"]),
        Route("/videos/{id}/cancel", given.cancel, methods=["POST"]),
        Route("/models", given.models, methods=["GET"]),
        Route("/models/{id:path}", given.model, methods=["GET"]),
        Route("/openapi.json", given.description, methods=["GET"]),
    ]
    known = (ApiError, T2VError, HTTPException, ClientDisconnect, Exception)
    app = Starlette(routes=routes, exception_handlers={kind: api_errors.shown for kind in known})
    app.router.redirect_slashes = False
    return Beneath("/v1", app)


@dataclass(frozen=True)
class V1:
    """The answers of the routes."""

    videos: ApiVideos
    keys: Keys
    hooks: Collection[webhooks.Origin]

    async def create(self, http: Request) -> Response:
        """Queue a video. A repeated idempotency key gives the video that it gave before."""
        visitor = self.keys.visitor(http)
        key = http.headers.get("idempotency-key")
        if key is not None and not KEY.fullmatch(key):
            raise ApiError(400, strings.V1_IDEMPOTENCY.format(most=MOST_KEY), "invalid_idempotency_key")
        asked = await video_fields.read(http)
        video, job = await asyncio.to_thread(self._create, visitor, asked, key)
        if job:
            self.videos.service.work_here(job)
        return await self._answer(video)

    async def list(self, http: Request) -> Response:
        """A page of the caller's videos, the newest first."""
        visitor, query = self.keys.visitor(http), http.query_params
        limit, order = _limit(query.get("limit", str(LISTED))), query.get("order", "desc")
        if order not in ("asc", "desc"):
            raise ApiError(400, f"order: {strings.V1_ORDER}", field="order")
        after = await self._own(visitor, query["after"]) if query.get("after") else None
        found, more = await asyncio.to_thread(self.videos.page, visitor, limit, after, order == "desc")
        data = [await asyncio.to_thread(video_answers.shown, self.videos, video) for video in found]
        ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {}
        empty = {"first_id": None, "last_id": None}
        return JSONResponse(
            {"object": "list", "data": data, **empty, **ends, "has_more": more}, headers=FRESH
        )

    async def retrieve(self, http: Request) -> Response:
        """A video's status; the header says when to ask again."""
        return await self._answer(await self._asked_for(http))

    async def delete(self, http: Request) -> Response:
        """Delete a video; one that is being made is stopped."""
        visitor, video = self.keys.visitor(http), await self._asked_for(http)
        await asyncio.to_thread(self.videos.delete, visitor, video)
        return JSONResponse({"id": public(video.id), "object": "video.deleted", "deleted": True})

    async def cancel(self, http: Request) -> Response:
        """End a video; one that is over stays as it is."""
        visitor, video = self.keys.visitor(http), await self._asked_for(http)
        return await self._answer(await asyncio.to_thread(self.videos.cancel, visitor, video))

    async def content(self, http: Request) -> Response:
        """The file of a video, its middle frame, or some of its frames."""
        video, variant = await self._asked_for(http), http.query_params.get("variant", "video")
        if variant not in VARIANTS:
            raise ApiError(400, f"variant: {strings.V1_VARIANT}", field="variant")
        path = video_answers.file_of(self.videos, video)
        try:
            if variant == "thumbnail":
                return _picture(await asyncio.to_thread(stills.poster, path), "image/webp")
            if variant == "spritesheet":
                return _picture(await asyncio.to_thread(stills.sheet, path), "image/jpeg")
        except (VideoError, OSError):
            raise ApiError(404, strings.V1_PAST_END, "video_not_found") from None
        return FileResponse(path, filename=public(path.name), headers=CACHED)

    async def models(self, http: Request) -> Response:
        """The models to choose from."""
        self.keys.visitor(http)
        return JSONResponse({"object": "list", "data": list(map(_model, self.videos.service.choices))})

    async def model(self, http: Request) -> Response:
        """One of the models, perhaps with an adapter."""
        self.keys.visitor(http)
        return JSONResponse(_model(self.videos.service.chosen(http.path_params["id"])))

    async def description(self, http: Request) -> Response:
        """This API as OpenAPI describes it."""
        self.keys.visitor(http)
        return JSONResponse(openapi.described(self.videos.service))

    async def _asked_for(self, http: Request) -> ApiVideo:
        return await self._own(self.keys.visitor(http), http.path_params["id"])

    async def _own(self, visitor: str, id: str) -> ApiVideo:
        """The caller's own video; ApiError 404 for any other."""
        own = video_answers.own(id)
        if found := await asyncio.to_thread(self.videos.find, visitor, own):
            return found
        raise ApiError(404, strings.V1_NO_VIDEO.format(id=video_fields.shown(id)), "video_not_found")

    async def _answer(self, video: ApiVideo) -> Response:
        return await asyncio.to_thread(video_answers.answer, self.videos, video)

    def _create(self, visitor: str, asked: Asked, key: str | None) -> tuple[ApiVideo, Job | None]:
        service = self.videos.service
        hook = webhooks.checked(asked.webhook, self.hooks) if asked.webhook is not None else ""
        model = service.chosen(asked.model)
        request = asked.timed(service.native(model))
        start = video_reference.of(self.videos, visitor, asked.files)
        try:
            wanted = Wanted(
                model, start.fitting(request), start.paths, start.uploads, hook, key, asked.digest
            )
            return self.videos.create(visitor, wanted)
        except RequestError as error:
            raise RequestError(FIELDS.get(error.field, error.field), error.message) from None


def _limit(text: str) -> int:
    if text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= MOST_LISTED:
        return int(text)
    raise ApiError(400, f"limit: {strings.V1_LIMIT.format(most=MOST_LISTED)}", field="limit")


def _model(id: str) -> dict[str, Any]:
    return {"id": id, "object": "model", "created": 0, "owned_by": OWNER}


def _picture(data: bytes, kind: str) -> Response:
    return Response(data, media_type=kind, headers=CACHED)
