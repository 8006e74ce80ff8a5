"""From the command line to a listening page: arguments, a hardened launch, an orderly end."""

import argparse
import gc
import logging
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import psutil

from t2v import ffmpeg, streams
from t2v.checkpoints.errors import CheckpointError
from t2v.service import backend
from t2v.service.jobs import Limits
from t2v.service.outputs import Outputs
from t2v.service.service import Service
from t2v.service.store import StoreError
from t2v.space import environment, strings
from t2v.space.address import LaunchError, bare, bracketed, free_port, link
from t2v.space.examples import FOLDER

BACKEND = "t2v.service.backend"
MAX_UPLOAD = 64 * 1_000_000  # bytes
SESSIONS = 64  # that Gradio remembers, 90 kB each; one for every call of the API, and nothing of ours in it
LAST_ANSWERS = 0.5  # seconds for callers of the API to hear that the server is being restarted
FIRST_PORT, PORTS = 7860, 100


class Parser(argparse.ArgumentParser):
    """A parser that refuses an argument in one sentence."""

    def error(self, message: str) -> NoReturn:
        raise LaunchError(f"{self.prog}: {message.removeprefix('argument ')} (--help lists the options)")


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """The options; what is left out comes from Gradio's variables."""
    parser = Parser(prog="app.py", description="A page that turns a sentence into a video.")
    add = parser.add_argument
    space = os.environ.get("SYSTEM") == "spaces"
    host = os.environ.get("GRADIO_SERVER_NAME") or ("0.0.0.0" if space else "127.0.0.1")
    add(
        "--host",
        default=host,
        help="address to listen at; 0.0.0.0 for the whole network (default: %(default)s)",
    )
    add("--port", type=_port, help=f"default: the first free one from {FIRST_PORT}; 0: any")
    add("--model", help="default model: emoji, a hub id, or a folder")
    add("--queue", type=_places, default=64, metavar="N", help="places in the queue (default: %(default)s)")
    add(
        "--outputs", type=Path, default=Path("outputs"), metavar="DIR", help="where videos are kept for a day"
    )
    shared = bool(environment.flag("GRADIO_SHARE"))
    add("--share", action="store_true", default=shared, help="a public link through Gradio's relay")
    add("--auth", type=_account, metavar="USER:PASSWORD", help="ask visitors for it")
    add("--backend", default=BACKEND, help=argparse.SUPPRESS)
    add("--examples", type=Path, default=FOLDER, help=argparse.SUPPRESS)
    return parser.parse_args(given)


def _port(text: str) -> int:
    if not text.isdecimal() or len(text) > 5 or int(text) > 65535:
        raise argparse.ArgumentTypeError(strings.PORT_WRONG.format(value=text[:40]))
    return int(text)


def _places(text: str) -> int:
    if not text.isdecimal() or len(text) > 6 or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError(strings.QUEUE_WRONG.format(value=text[:40]))
    return int(text)


def _account(text: str) -> str:
    user, _, password = text.partition(":")
    if not user.strip() or not password:
        raise argparse.ArgumentTypeError(strings.AUTH_WRONG)
    return f"{user.strip()}:{password}"  # Gradio strips the name that a visitor gives


def main(given: list[str] | None = None) -> None:
    """Serve until a signal ends it. SystemExit with a sentence where the page can't start."""
    streams.prepare()
    _end_on_signals()
    options = arguments(given)
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    if options.share:
        print(strings.SHARE_WARNING)
    app = App(options)
    try:
        app.launch()
        while True:
            time.sleep(1.0)
            reap()
    finally:
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # visitors who are cut off are no error
        app.close()
        gc.freeze()  # else the interpreter searches all objects for cycles before it ends, for seconds


def _end_on_signals() -> None:
    """Close the page properly on SIGTERM, SIGHUP or Ctrl-C, also as process 1, where they do nothing by
    default. A second signal has its default effect. What the caller ignores (`nohup`) stays ignored."""
    handled = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

    def end(*_: object) -> NoReturn:
        for number in handled:
            signal.signal(number, signal.SIG_DFL)
        raise SystemExit(0)

    for number in handled:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, end)


def reap() -> None:
    """As process 1 of a container: take orphans that have ended, such as a killed worker's encoder, off the
    process table."""
    if os.getpid() != 1:
        return
    ours = {process.pid for process in multiprocessing.active_children()}
    for child in psutil.Process().children():
        try:
            if child.pid not in ours and child.status() == psutil.STATUS_ZOMBIE:
                os.waitpid(child.pid, os.WNOHANG)
        except (psutil.Error, OSError):  # somebody else has waited for it
            continue


class App:
    """A service with its page."""

    def __init__(self, options: argparse.Namespace):
        self.options, self.host = options, bare(options.host)
        start = environment.number("GRADIO_SERVER_PORT", FIRST_PORT, most=65535)
        count = max(1, environment.number("GRADIO_NUM_PORTS", PORTS, most=65535))
        some = range(start, min(start + count, 65536))
        self._ports = some if options.port is None else [options.port]
        self._wanted = environment.flag("GRADIO_MCP_SERVER")
        free_port(self.host, self._ports)
        environment.prepare()
        outputs = _outputs(options.outputs)
        environment.import_gradio()
        found, model = _devices(options.model)
        limits = Limits(places=options.queue)
        try:
            with _usable(outputs.folder):
                self.service = Service(options.backend, outputs, devices=found, model=model, limits=limits)
        except CheckpointError as error:
            raise LaunchError(f"--model: {error}") from None
        self.service.start()  # its workers import torch while this process imports gradio
        self._build()

    def _build(self) -> None:
        """Make the page: its components, events, API, gate and routes."""
        import gradio as gr
        from starlette.middleware import Middleware

        from t2v.space import api, components, examples
        from t2v.space.events import Events
        from t2v.space.gate import RequestGate
        from t2v.space.routes import routes
        from t2v.space.theme import theme

        service, folder = self.service, self.options.examples
        with gr.Blocks(title=strings.TITLE, analytics_enabled=False) as demo:
            page = components.build(service, examples.read(folder))
            Events(page, service).connect(demo)
            endpoint = api.offer(service, demo)
        demo.queue(api_open=False, default_concurrency_limit=None)
        gate = Middleware(RequestGate, service=service, endpoint=endpoint, functions=demo.fns)
        app = {"routes": routes(service, page.examples, folder), "middleware": [gate]}
        self.demo = demo
        self._app_options = {"theme": theme(), "css": components.CSS, "app_kwargs": app}

    def launch(self) -> str:
        """Start listening; -> the address."""
        port = free_port(self.host, self._ports)
        try:
            with environment.without_unusable_proxies():
                self._serve(port)
        except Exception as error:
            logging.getLogger("t2v.space").debug("launching failed", exc_info=error)
            raise LaunchError(strings.LAUNCH_FAILED.format(reason=error)) from None
        url = link(self.host, port)
        print(strings.LISTENING.format(title=strings.TITLE, url=url), flush=True)
        return url

    def _serve(self, port: int) -> None:
        options = self.options
        self.demo.launch(
            server_name=bracketed(self.host),
            server_port=port,
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
            num_workers=0,
            state_session_capacity=SESSIONS,
            footer_links=["api"],
            mcp_server=_tools(self._wanted, options.auth),
            **self._app_options,
        )

    def close(self) -> None:
        """End the workers, then the page; visitors who are still connected are cut off."""
        self.service.close()
        if server := getattr(self.demo, "server", None):
            _cut_off(server)
        self.demo.close(verbose=False)


def _cut_off(server: Any) -> None:
    """End the HTTP server, and its connections by force.

    A page that is cut off waits for the next server, and then loads itself anew and finds its job. One that
    Gradio can still tell that the server has stopped gives up.
    """
    server.config.timeout_graceful_shutdown = 1  # seconds
    server.should_exit = True  # it takes no new connections
    time.sleep(LAST_ANSWERS)
    for connection in list(server.server_state.connections):
        with suppress(RuntimeError):  # the loop has ended already
            connection.loop.call_soon_threadsafe(connection.transport.abort)
    server.close()


def _outputs(folder: Path) -> Outputs:
    with _usable(folder):
        outputs = Outputs(folder)
        environment.find_temporary_folder(outputs.folder / "temporary")
    try:
        ffmpeg.check(outputs.folder)
    except ffmpeg.VideoError as error:
        raise LaunchError(strings.LAUNCH_FAILED.format(reason=error)) from None
    os.environ["GRADIO_TEMP_DIR"] = str(outputs.served)  # so that uploads are swept with the videos
    return outputs


@contextmanager
def _usable(folder: Path) -> Iterator[None]:
    """Raise LaunchError if the block fails because the outputs folder or its database can't be used."""
    try:
        yield
    except StoreError as error:
        raise LaunchError(strings.OUTPUTS_REFUSED.format(folder=folder, reason=error)) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise LaunchError(strings.OUTPUTS_UNUSABLE.format(folder=folder, reason=reason)) from None


def _devices(model: str | None) -> tuple[list[str], str | None]:
    """-> the devices that work, the CPU if no GPU does; and `model`"""
    seeming = backend.devices()
    if seeming == ["cpu"] or os.environ.get("SPACES_ZERO_GPU"):
        return seeming, model
    usable, reason = backend.usable()
    if usable:
        return usable, model
    print(strings.GPU_UNUSABLE.format(reason=reason), file=sys.stderr, flush=True)
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # for the workers
    return ["cpu"], model


def _tools(wanted: bool | None, auth: str | None) -> bool:
    """Return whether to offer `/generate` as a tool for language models: only with `mcp`, without a login."""
    if wanted is False or not (wanted or find_spec("mcp")):
        return False
    try:
        import_module("gradio.mcp")
    except Exception as error:
        reason = " ".join(str(error).split())
        print(strings.MCP_UNUSABLE.format(reason=reason[:200]), file=sys.stderr, flush=True)
        return False
    if auth:
        print(strings.MCP_OPEN, file=sys.stderr, flush=True)
    return not auth
