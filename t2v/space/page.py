"""The whole page: layout, events, the API, the door before them, and the routes of the videos."""

from pathlib import Path
from typing import Any

import gradio as gr
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

from t2v.space import api, examples, layout, strings
from t2v.space.door import Door
from t2v.space.events import Events
from t2v.space.service import Service
from t2v.space.theme import theme


def build(service: Service, folder: Path = examples.FOLDER) -> tuple[gr.Blocks, dict[str, Any]]:
    """-> the page with the examples of `folder`, and what `launch` needs beside what the caller decides."""
    with gr.Blocks(title=strings.TITLE, analytics_enabled=False) as demo:
        page = layout.build(service, examples.read(folder))
        Events(page, service).connect(demo)
        endpoint = api.offer(service, demo)
    demo.queue(api_open=False, default_concurrency_limit=None)
    door = Middleware(Door, service=service, endpoint=endpoint, functions=demo.fns)
    app = {"routes": _routes(service, page, folder), "middleware": [door]}
    return demo, {"theme": theme(), "css": layout.CSS, "app_kwargs": app}


def _routes(service: Service, page: layout.Page, folder: Path) -> list[Route]:
    """Videos by their unguessable names, and the examples. Names are looked up, never joined to a path."""

    async def video(request: Request) -> FileResponse:
        name = request.path_params["name"]
        record = service.outputs.find(name.partition(".")[0])
        if record is None or record.name != name:
            raise HTTPException(404, strings.GONE)
        return FileResponse(service.outputs.path(record.id, record.suffix), headers=CACHED)

    async def example(request: Request) -> FileResponse:
        name = request.path_params["name"]
        record = page.examples.get(name.partition(".")[0])
        if record is None or record.name != name:
            raise HTTPException(404)
        return FileResponse(folder / record.name, headers=CACHED)

    return [Route("/video/{name}", video), Route("/example/{name}", example)]


CACHED = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
