"""The page's own routes: videos by their unguessable names, the examples, other versions and
pictures of both, and the words that a model knows."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from t2v.service.files import ENDINGS, FilesBusy
from t2v.service.outputs import NoSpace, Record
from t2v.service.service import Service
from t2v.service.sources import thumbnail_path, thumbnails
from t2v.space import links, prompting, stills, strings
from t2v.space.examples import REEL
from t2v.video import VideoError

CACHED = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
MOST_SEARCHED = 60  # characters
EXAMPLES = "examples"  # the folder of their versions


def routes(service: Service, examples: dict[str, Record], folder: Path) -> list[Route]:
    """The routes; `folder` holds the examples. Names are looked up, never joined to a path."""
    files = Files(service, examples, folder)
    return [
        Route("/video/{name}", files.video),
        Route(f"/example/{REEL}", files.reel),
        Route("/example/{name}", files.example),
        Route("/still/{name}", files.still),
        Route("/preview.jpg", files.preview),
        Route("/words.json", files.words),
    ]


@dataclass(frozen=True)
class Files:
    """The answers of the routes."""

    service: Service
    examples: dict[str, Record]
    folder: Path

    async def video(self, request: Request) -> FileResponse:
        """A video, a version of it, or a thumbnail of what it was made from."""
        name = request.path_params["name"]
        record = self.service.outputs.find(name.partition(".")[0])
        if record is None:
            raise HTTPException(404, strings.GONE)
        path = self.service.outputs.path(record.id, record.suffix)
        for small in (thumbnail_path(path, each) for each in thumbnails(path)):
            if name == small.name:
                return FileResponse(small, headers=CACHED)
        return await self._version(path, name)

    async def example(self, request: Request) -> FileResponse:
        """An example, or a version of it."""
        name = request.path_params["name"]
        record = self.examples.get(name.partition(".")[0])
        if record is None:
            raise HTTPException(404)
        return await self._version(self.folder / record.name, name, EXAMPLES)

    async def reel(self, request: Request) -> FileResponse:
        """The loop of examples that the first screen plays."""
        if not (self.folder / REEL).exists():
            raise HTTPException(404)
        return FileResponse(self.folder / REEL, headers=CACHED)

    async def still(self, request: Request) -> Response:
        """One frame of a video or of an example."""
        path = self._path(request.path_params["name"].removesuffix(".webp"))
        return await _picture(stills.poster, path, "image/webp")

    async def preview(self, request: Request) -> Response:
        """The picture of a link: of its video where that is made, else of three examples."""
        made = links.made(self.service, dict(request.query_params))
        some = [self.folder / record.name for record in list(self.examples.values())[:3]]
        paths = [self.service.outputs.path(made.id, made.suffix)] if made else some
        return await _picture(stills.card, tuple(paths) or None, "image/jpeg")

    async def words(self, request: Request) -> Response:
        """The words that a model knows; with `near`, the subjects near that text."""
        name = request.query_params.get("model", self.service.default)
        choice = self.service.choices.get(name)
        if choice is None or choice.vocabulary is None:
            raise HTTPException(404)
        if near := request.query_params.get("near", "")[:MOST_SEARCHED]:
            found = await asyncio.to_thread(prompting.near, choice.vocabulary, near)
            return JSONResponse(found, headers=CACHED)
        return JSONResponse(prompting.words(choice.vocabulary), headers=CACHED)

    async def _version(self, path: Path, name: str, of: str = "") -> FileResponse:
        """The file, or the version of it that the name asks for."""
        ending = name[len(path.stem) :]
        if ending not in ENDINGS:
            raise HTTPException(404)
        try:
            found = await asyncio.to_thread(self.service.files.version, path, ending, of)
        except FileNotFoundError:
            raise HTTPException(404, strings.GONE) from None
        except (FilesBusy, NoSpace, VideoError) as error:
            raise HTTPException(503, str(error)) from None
        return FileResponse(found, headers=CACHED)

    def _path(self, id: str) -> Path | None:
        """The file of a video or an example."""
        if record := self.examples.get(id):
            return self.folder / record.name
        found = self.service.outputs.find(id)
        return self.service.outputs.path(found.id, found.suffix) if found else None


async def _picture(make: Callable[[Any], bytes], of: Any, kind: str) -> Response:
    """A picture that `make` makes of a file or files; 404 without them."""
    if of is None:
        raise HTTPException(404, strings.GONE)
    try:
        return Response(await asyncio.to_thread(make, of), media_type=kind, headers=CACHED)
    except (OSError, VideoError):
        raise HTTPException(404, strings.GONE) from None
