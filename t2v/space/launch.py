"""From the command line to a listening page: arguments, routes, a hardened launch."""

import argparse
import logging
import os
from importlib.util import find_spec
from pathlib import Path

from t2v.space import strings
from t2v.space.examples import FOLDER
from t2v.space.jobs import Limits
from t2v.space.models import devices
from t2v.space.outputs import Outputs
from t2v.space.service import Service

BACKEND = "t2v.space.models"
MAX_UPLOAD = 64 * 1_000_000  # bytes
SESSIONS = 64  # that Gradio remembers, 90 kB each; one for every call of the API, and nothing of ours in it


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="app.py", description="A page that turns a sentence into a video.")
    add = parser.add_argument
    add(
        "--host",
        default="127.0.0.1",
        help="address to listen at; 0.0.0.0 for the whole network (default: %(default)s)",
    )
    add("--port", type=int, help="default: the first free one from 7860")
    add("--model", help="default model: emoji, a hub id, or a folder")
    add("--queue", type=int, default=64, metavar="N", help="places in the queue (default: %(default)s)")
    add(
        "--outputs", type=Path, default=Path("outputs"), metavar="DIR", help="where videos are kept for a day"
    )
    add("--share", action="store_true", help="a public link through Gradio's relay")
    add("--auth", metavar="USER:PASSWORD", help="ask visitors for it")
    add("--backend", default=BACKEND, help=argparse.SUPPRESS)
    add("--examples", type=Path, default=FOLDER, help=argparse.SUPPRESS)
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> None:
    """Serve until interrupted."""
    options = arguments(given)
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
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
        outputs = Outputs(options.outputs)
        os.environ["GRADIO_TEMP_DIR"] = str(outputs.served)  # so that uploads are swept with the videos
        self.options = options
        self.service = Service(
            options.backend,
            outputs,
            devices=devices(),
            model=options.model,
            limits=Limits(places=options.queue),
        )
        self.service.start()  # its workers import torch while this process imports gradio
        from t2v.space import page

        self.demo, self._app_options = page.build(self.service, options.examples)

    def launch(self) -> str:
        """Start listening; -> the address."""
        options = self.options
        _, url, _ = self.demo.launch(
            server_name="0.0.0.0" if os.environ.get("SYSTEM") == "spaces" else options.host,
            server_port=options.port,
            share=options.share,
            auth=tuple(options.auth.split(":", 1)) if options.auth else None,
            prevent_thread_lock=True,
            quiet=True,
            show_error=False,
            enable_monitoring=False,
            strict_cors=True,
            allowed_paths=[],
            max_file_size=MAX_UPLOAD,
            ssr_mode=False,
            state_session_capacity=SESSIONS,
            footer_links=["api"],
            mcp_server=find_spec("mcp") is not None,
            **self._app_options,
        )
        print(strings.LISTENING.format(title=strings.TITLE, url=url), flush=True)
        return url

    def close(self) -> None:
        self.demo.close()
        self.service.close()
