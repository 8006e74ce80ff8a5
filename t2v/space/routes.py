"""The page's own routes: videos by their unguessable names, the examples, other versions and
pictures of both, and the words that a model knows."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from t2v.service.files import ENDINGS, FilesBusy
from t2v.service.outputs import NoSpace, Record
from t2v.service.service import Service
from t2v.service.sources import thumbnail_path
from t2v.space import links, prompting, stills, strings
from t2v.space.examples import REEL
from t2v.video import VideoError

CACHED = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
EXAMPLES = "examples"  # the folder of their versions


def routes(service: Service, examples: dict[str, Record], folder: Path) -> list[Route]:
    """The routes; `folder` holds the examples. Names are looked up, never joined to a path."""

    async def answer(path: Path, name: str, of: str = "") -> FileResponse:
        """The file, or the version of it that the name asks for."""
        ending = name[len(path.stem) :]
        if ending not in ENDINGS:
            raise HTTPException(404)
        try:
            found = await asyncio.to_thread(service.files.version, path, ending, of)
        except FileNotFoundError:
            raise HTTPException(404, strings.GONE) from None
        except (FilesBusy, NoSpace, VideoError) as error:
            raise HTTPException(503, str(error)) from None
        return FileResponse(found, headers=CACHED)

    async def video(request: Request) -> FileResponse:
        name = request.path_params["name"]
        record = service.outputs.find(name.partition(".")[0])
        if record is None:
            raise HTTPException(404, strings.GONE)
        path = service.outputs.path(record.id, record.suffix)
        small = thumbnail_path(path)
        if name == small.name and small.is_file():
            return FileResponse(small, headers=CACHED)
        return await answer(path, name)

    async def example(request: Request) -> FileResponse:
        name = request.path_params["name"]
        record = examples.get(name.partition(".")[0])
        if record is None:
            raise HTTPException(404)
        return await answer(folder / record.name, name, EXAMPLES)

    def file_of(id: str) -> Path | None:
        """The file of a video or an example."""
        if record := examples.get(id):
            return folder / record.name
        record = service.outputs.find(id)
        return service.outputs.path(record.id, record.suffix) if record else None

    async def still(request: Request) -> Response:
        path = file_of(request.path_params["name"].removesuffix(".webp"))
        return await _picture(stills.poster, path, "image/webp")

    async def preview(request: Request) -> Response:
        made = links.made(service, dict(request.query_params))
        some = [folder / record.name for record in list(examples.values())[:3]]
        paths = [service.outputs.path(made.id, made.suffix)] if made else some
        return await _picture(stills.card, tuple(paths) or None, "image/jpeg")

    async def words(request: Request) -> Response:
        choice = service.choices.get(request.query_params.get("model", service.default))
        if choice is None or choice.vocabulary is None:
            raise HTTPException(404)
        return JSONResponse(prompting.words(choice.vocabulary), headers=CACHED)

    async def reel(request: Request) -> FileResponse:
        if not (folder / REEL).exists():
            raise HTTPException(404)
        return FileResponse(folder / REEL, headers=CACHED)

    return [
        Route("/video/{name}", video),
        Route(f"/example/{REEL}", reel),
        Route("/example/{name}", example),
        Route("/still/{name}", still),
        Route("/preview.jpg", preview),
        Route("/words.json", words),
    ]


async def _picture(make: Callable[[Any], bytes], of: Any, kind: str) -> Response:
    """A picture that `make` makes of a file or files; 404 without them."""
    if of is None:
        raise HTTPException(404, strings.GONE)
    try:
        return Response(await asyncio.to_thread(make, of), media_type=kind, headers=CACHED)
    except (OSError, VideoError):
        raise HTTPException(404, strings.GONE) from None
