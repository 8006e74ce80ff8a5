"""From the command line to a listening page: arguments, a hardened launch, an orderly end."""

import argparse
import gc
import logging
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

import psutil

from t2v import ffmpeg, streams
from t2v.checkpoints.errors import CheckpointError
from t2v.service import devices, logs
from t2v.service.drain import drain
from t2v.service.jobs import Limits
from t2v.service.outputs import Outputs
from t2v.service.rules import Rules
from t2v.service.service import Service
from t2v.service.store import StoreError
from t2v.space import environment, options, qr, strings
from t2v.space.address import LaunchError, bare, bracketed, free_port, link, outside
from t2v.space.cluster import workers_on

NEEDED = ("gradio", "prometheus_client")  # which the library alone doesn't bring
ICON = Path(__file__).with_name("icon.png")
MAX_UPLOAD = 64 * 1_000_000  # bytes
SESSIONS = 64  # that Gradio remembers, 90 kB each; one for every call of the API, and nothing of ours in it
LAST_ANSWERS = 0.5  # seconds for callers of the API to hear that the server is being restarted
FIRST_PORT, PORTS = 7860, 100


def arguments(given: list[str] | None = None, prog: str = "app.py") -> argparse.Namespace:
    """The options of a command line and its environment; LaunchError for what can't be used."""
    parser = options.Parser(prog=prog, description=strings.DESCRIPTION, epilog=strings.VARIABLES)
    options.add_to(parser)
    return options.settle(parser.parse_args(given))


def main(given: list[str] | None = None, prog: str = "app.py") -> int:
    """Serve until a signal ends it; -> the exit code, 2 after a sentence why the page can't start."""
    streams.prepare()
    try:
        serve(arguments(given, prog))
    except LaunchError as error:
        streams.complain(str(error))
        return 2
    return 0


def serve(chosen: argparse.Namespace) -> None:
    """Serve until a signal ends it; LaunchError, by the name that an option was given under."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise LaunchError(strings.PACKAGES_MISSING.format(names=" and ".join(missing)))
    _end_on_signals()
    logs.start(chosen.log)
    for name, meant in options.misspelt(os.environ):
        streams.complain(strings.MISSPELT.format(name=name, meant=meant))
    if chosen.share:
        print(strings.SHARE_WARNING)
    try:
        app = App(chosen)
        _run(app)
    except LaunchError as error:
        raise LaunchError(error.naming(chosen.origins)) from None


def announce(title: str, host: str, port: int) -> str:
    """Print where the page listens, for a phone as a QR code too; -> its link on this machine"""
    url = link(host, port)
    print(strings.LISTENING.format(title=title, url=url), flush=True)
    if network := outside(host, port):
        shown = qr.code(network, sys.stdout)
        print(f"{strings.LISTENING_OUTSIDE.format(url=network)}\n{shown}", end="", flush=True)
    return url


def _run(app: "App") -> None:
    try:
        app.launch()
        while True:
            time.sleep(1.0)
            reap()
    except Terminated:
        drain(app.service, app.options.grace)
        raise
    finally:
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # visitors who are cut off are no error
        app.close()
        gc.freeze()  # else the interpreter searches all objects for cycles before it ends, for seconds


def _end_on_signals() -> None:
    """Close the page properly on SIGTERM, SIGHUP or Ctrl-C, also as process 1, where they do nothing by
    default. A second signal has its default effect. What the caller ignores (`nohup`) stays ignored."""
    handled = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

    def end(given: int, _: object) -> NoReturn:
        for number in handled:
            signal.signal(number, signal.SIG_DFL)
        raise Terminated(0) if given == signal.SIGTERM else SystemExit(0)

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


class Terminated(SystemExit):
    """SIGTERM: a container or a service manager ends the server, and leaves it a while to do so."""


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
        if options.webhook_hosts and not options.webhook_secret:
            raise LaunchError(strings.WEBHOOK_SECRET_MISSING, "webhook_secret")
        environment.prepare(options.root_path)
        outputs = _outputs(options)
        environment.import_gradio()
        self._serve_videos(outputs)
        self._build()

    def _serve_videos(self, outputs: Outputs) -> None:
        """Start the service, the videos of its API, and who tells of their end."""
        from t2v.service.api_videos import ApiVideos
        from t2v.service.webhook_sender import WebhookSender
        from t2v.space.keys import Keys
        from t2v.space.video_answers import public

        options = self.options
        self.keys = Keys.of(options.keys or (), self.host, bool(options.auth), options.share)
        places = self.keys.places(options.per_visitor, options.queue)
        self.service = _service(options, outputs, places)
        self.videos = ApiVideos(self.service)
        self.service.start()  # its workers import torch while this process imports gradio
        self.webhooks = WebhookSender(self.videos, options.webhook_secret or "", public).start()

    def _build(self) -> None:
        """Make the page: its components, events, API, gate and routes."""
        import gradio as gr
        from starlette.middleware import Middleware

        from t2v.space import api, components, examples, operations, prompting, videos
        from t2v.space.events import Events
        from t2v.space.gate import RequestGate
        from t2v.space.head import PageHead, page_root
        from t2v.space.routes import routes
        from t2v.space.theme import theme

        service, folder = self.service, self.options.examples or examples.FOLDER
        title, terms = self.options.title, self.options.terms or strings.TERMS
        shown, reel = examples.read(folder), examples.reel(folder)
        with gr.Blocks(title=title, analytics_enabled=False) as demo:
            page = components.build(service, shown, reel, title, terms)
            Events(page, service).connect(demo)
            endpoint = api.offer(service, demo)
        demo.queue(api_open=False, default_concurrency_limit=None)
        v1 = videos.route(self.videos, self.keys, self.options.webhook_hosts or ())
        gate = Middleware(RequestGate, service=service, endpoint=endpoint, functions=demo.fns)
        head = Middleware(PageHead, title=title, root=page_root)
        app = {
            "routes": [*routes(service, page.examples, folder), *operations.routes(service), v1],
            "middleware": [head, gate],
        }
        for vocabulary in filter(None, (choice.vocabulary for choice in service.choices.values())):
            Thread(target=prompting.prepare, args=(vocabulary,), daemon=True).start()
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
        return announce(self.options.title, self.host, port)

    def _serve(self, port: int) -> None:
        options = self.options
        self.demo.launch(
            server_name=bracketed(self.host),
            server_port=port,
            share=options.share,
            auth=list(options.auth) if options.auth else None,
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
            favicon_path=str(ICON),
            pwa=True,
            mcp_server=_tools(self._wanted, options.auth),
            **self._app_options,
        )

    def close(self) -> None:
        """End the workers, then the page; visitors who are still connected are cut off."""
        self.webhooks.close()
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


def _service(options: argparse.Namespace, outputs: Outputs, keys: Mapping[str, int]) -> Service:
    """The service that the options ask for. `keys`: the places of each API key, by its owner's hash."""
    cluster = workers_on(options)
    devices = list(options.device) if cluster else _devices(options.device)
    placement = {"where": "cpu" if devices == list(options.device) == ["cpu"] else None}
    placement |= {"dtype": None if options.dtype == "auto" else options.dtype, "memory": options.memory}
    limits = Limits(options.queue, options.per_visitor, deadline=options.deadline, keys=keys)
    rules = Rules(options.max_frames, options.max_steps, options.max_side, options.blocklist or ())
    try:
        with _usable(outputs.folder):
            return Service(
                options.backend,
                outputs,
                devices=devices,
                model=options.model,
                models=options.models or (),
                limits=limits,
                rules=rules,
                placement={name: value for name, value in placement.items() if value not in (None, "auto")},
                mark=options.mark or "",
                adapters=options.adapters,
                cluster=cluster,
            )
    except CheckpointError as error:
        named = options.model and options.model in str(error)
        raise LaunchError(str(error), "model" if named or not options.models else "models") from None


def _outputs(options: argparse.Namespace) -> Outputs:
    folder = options.outputs
    with _usable(folder):
        outputs = Outputs(folder, lifetime=options.lifetime, quota=options.quota)
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
        raise LaunchError(strings.OUTPUTS_REFUSED.format(folder=folder, reason=error), "outputs") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise LaunchError(strings.OUTPUTS_UNUSABLE.format(folder=folder, reason=reason), "outputs") from None


def _devices(wanted: Sequence[str]) -> list[str]:
    """-> the devices to work on: those that are `wanted`, else those that work, the CPU if no GPU does.
    LaunchError where a wanted one can't be used."""
    seeming = devices.seeming()
    if wanted == ("cpu",):
        os.environ["CUDA_VISIBLE_DEVICES"] = ""  # for the workers
    if os.environ.get("SPACES_ZERO_GPU") or wanted == ("cpu",) or (seeming == ["cpu"] and not wanted):
        return ["cpu"] if wanted == ("cpu",) else seeming
    if wanted:
        for device in wanted:
            if reason := devices.refusal(device):
                raise LaunchError(strings.DEVICE_MISSING.format(device=device, reason=reason), "device")
        return list(wanted)
    usable, reason = devices.usable()
    if usable:
        return usable
    print(strings.GPU_UNUSABLE.format(reason=reason), file=sys.stderr, flush=True)
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    return ["cpu"]


def _tools(wanted: bool | None, auth: Any) -> bool:
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
