"""The page's own routes: videos by their unguessable names, and the examples."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

from t2v.service.outputs import Record
from t2v.service.service import Service
from t2v.space import strings

CACHED = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}


def routes(service: Service, examples: dict[str, Record], folder: Path) -> list[Route]:
    """The routes; `folder` holds the examples. Names are looked up, never joined to a path."""

    async def video(request: Request) -> FileResponse:
        name = request.path_params["name"]
        record = service.outputs.find(name.partition(".")[0])
        if record is None or record.name != name:
            raise HTTPException(404, strings.GONE)
        return FileResponse(service.outputs.path(record.id, record.suffix), headers=CACHED)

    async def example(request: Request) -> FileResponse:
        name = request.path_params["name"]
        record = examples.get(name.partition(".")[0])
        if record is None or record.name != name:
            raise HTTPException(404)
        return FileResponse(folder / record.name, headers=CACHED)

    return [Route("/video/{name}", video), Route("/example/{name}", example)]
