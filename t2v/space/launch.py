"""From the command line to a listening page: arguments, routes, a hardened launch."""

import argparse
import logging
import os
from pathlib import Path

from t2v.space import strings

BACKEND = "t2v.space.models"
MAX_UPLOAD = 64 * 1_000_000  # bytes


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="app.py", description="A page that turns a sentence into a video.")
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen at; 0.0.0.0 for the whole network (default: %(default)s)")
    add("--port", type=int, help="default: the first free one from 7860")
    add("--model", help="default model: emoji, a hub id, or a folder")
    add("--queue", type=int, default=64, metavar="N", help="places in the queue (default: %(default)s)")
    add("--outputs", type=Path, default=Path("outputs"), metavar="DIR", help="where videos are kept for a day")
    add("--share", action="store_true", help="a public link through Gradio's relay")
    add("--auth", metavar="USER:PASSWORD", help="ask visitors for it")
    add("--backend", default=BACKEND, help=argparse.SUPPRESS)
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> None:
    """Serve until interrupted."""
    options = arguments(given)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if options.share:
        print(strings.SHARE_WARNING)
    app = App(options)
    try:
        app.launch()
        app.demo.block_thread()
    finally:
        app.close()


class App:
    """A service with its page."""

    def __init__(self, options: argparse.Namespace):
        os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
        from t2v.space.jobs import Limits
        from t2v.space.models import devices
        from t2v.space.outputs import Outputs
        from t2v.space.service import Service

        self.options = options
        outputs = Outputs(options.outputs)
        # Uploads and what the API returns are swept with the videos.
        os.environ["GRADIO_TEMP_DIR"] = str(outputs.served)
        self.service = Service(
            options.backend, outputs, devices=devices(), model=options.model, limits=Limits(places=options.queue)
        )
        self.service.start()  # the worker imports torch while this process imports gradio

        self.demo = build(self.service)

    def launch(self) -> str:
        """Start listening, return the address."""
        from t2v.space.layout import CSS, theme

        on_space = os.environ.get("SYSTEM") == "spaces"
        host, auth = self.options.host, self.options.auth
        _, url, _ = self.demo.launch(
            server_name="0.0.0.0" if on_space else host,
            server_port=self.options.port,
            share=self.options.share,
            auth=tuple(auth.split(":", 1)) if auth else None,
            prevent_thread_lock=True,
            quiet=True,
            show_error=False,
            enable_monitoring=False,
            strict_cors=True,
            allowed_paths=[],
            max_file_size=MAX_UPLOAD,
            ssr_mode=False,
            footer_links=["api"],
            theme=theme(),
            css=CSS,
            app_kwargs=_routes(self.service),
        )
        print(strings.LISTENING.format(title=strings.TITLE, url=url), flush=True)
        return url

    def close(self) -> None:
        self.demo.close()
        self.service.close()


def build(service):
    import gradio as gr

    from t2v.space import events, layout

    with gr.Blocks(title=strings.TITLE, analytics_enabled=False) as demo:
        page = layout.build(service)
        events.Events(page, service).connect(demo)
    return demo.queue(api_open=False, default_concurrency_limit=None)


def _routes(service) -> dict:
    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.responses import FileResponse
    from starlette.routing import Route
    from t2v.space import examples

    async def video(request: Request) -> FileResponse:
        record = service.outputs.find(Path(request.path_params["name"]).stem)
        if record is None or record.name != request.path_params["name"]:
            raise HTTPException(404)
        return FileResponse(service.outputs.path(record.id, record.suffix))

    async def example(request: Request) -> FileResponse:
        record = examples.read().get(Path(request.path_params["name"]).stem)
        if record is None or record.name != request.path_params["name"]:
            raise HTTPException(404)
        return FileResponse(examples.FOLDER / record.name)

    return {"routes": [Route("/video/{name}", video), Route("/example/{name}", example)]}
