"""The page's own routes: videos by their unguessable names, the examples, and other versions of both."""

import asyncio
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

from t2v.service.files import ENDINGS, FilesBusy
from t2v.service.outputs import NoSpace, Record
from t2v.service.service import Service
from t2v.space import strings
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
        return await answer(service.outputs.path(record.id, record.suffix), name)

    async def example(request: Request) -> FileResponse:
        name = request.path_params["name"]
        record = examples.get(name.partition(".")[0])
        if record is None:
            raise HTTPException(404)
        return await answer(folder / record.name, name, EXAMPLES)

    return [Route("/video/{name}", video), Route("/example/{name}", example)]
