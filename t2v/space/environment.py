"""The environment of a launch: Gradio's variables, proxies, certificates, the temporary folder."""

import importlib
import inspect
import os
import ssl
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

from t2v.space import strings
from t2v.space.address import LaunchError

HERE = ("localhost", "127.0.0.1", "::1")
PROXIES = ("http_proxy", "https_proxy", "all_proxy")
CERTIFICATES = {"SSL_CERT_FILE": "cafile", "SSL_CERT_DIR": "capath"}
READ_HERE = {  # by `launch`, which gives Gradio what follows from them
    "GRADIO_SERVER_NAME",
    "GRADIO_SERVER_PORT",
    "GRADIO_NUM_PORTS",
    "GRADIO_SHARE",
    "GRADIO_MCP_SERVER",
    "GRADIO_DEBUG",  # keeps the page running, as we do anyway
}
READ_BY_GRADIO = {
    "GRADIO_ROOT_PATH",
    "GRADIO_ANALYTICS_ENABLED",
    "GRADIO_BLOCKED_PATHS",
    "GRADIO_HEARTBEAT_INTERVAL",
    "GRADIO_RUN_HISTORY",
    "GRADIO_SHARE_SERVER_ADDRESS",
}


def flag(name: str) -> bool | None:
    """Read a variable that says yes or no; None where it isn't set."""
    value = os.environ.get(name, "").strip().lower()
    return value in ("1", "true", "yes", "on") if value else None


def number(name: str, default: int, most: int) -> int:
    """Read a variable that is a whole number from 0 to `most`; LaunchError for anything else."""
    value = os.environ.get(name, "").strip() or str(default)
    if not value.isdecimal() or len(value) > 9 or int(value) > most:
        raise LaunchError(strings.VARIABLE_WRONG.format(name=name, most=most, value=value[:40]))
    return int(value)


def prepare(root_path: str | None = None) -> None:
    """Remove what would break Gradio when it is imported, and name its variables that are not used."""
    if root_path:
        os.environ["GRADIO_ROOT_PATH"] = root_path
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("MPLBACKEND", "agg")  # Gradio asks Matplotlib at each event: else it tries screens
    given = {name for name in os.environ if name.startswith("GRADIO_")}
    if unused := sorted(given - READ_HERE - READ_BY_GRADIO):
        _say(strings.VARIABLES_UNUSED.format(names=", ".join(unused)))
    for name in given - READ_BY_GRADIO:
        del os.environ[name]
    if root := os.environ.get("GRADIO_ROOT_PATH", "").strip(" /"):
        os.environ["GRADIO_ROOT_PATH"] = root if "://" in root else f"/{root}"
    _drop_missing_certificates()
    _spare_localhost()


def _drop_missing_certificates() -> None:
    """Remove paths of certificates that can't be read: with one, the import of Gradio fails."""
    for name, kind in CERTIFICATES.items():
        if value := os.environ.get(name):
            place: dict[str, Any] = {kind: value}
            try:
                ssl.create_default_context(**place)
            except (OSError, ssl.SSLError):
                _say(strings.CERTIFICATES_UNUSABLE.format(name=name))
                del os.environ[name]


def _spare_localhost() -> None:
    """Except this machine from the use of proxies; all other hosts are still asked through them."""
    if any(os.environ.get(name) or os.environ.get(name.upper()) for name in PROXIES):
        spared = os.environ.get("no_proxy", os.environ.get("NO_PROXY", ""))
        names = [name.strip() for name in spared.split(",") if name.strip()]
        if "*" not in names:
            spared = ",".join(dict.fromkeys([*names, *HERE]))
        os.environ["no_proxy"] = os.environ["NO_PROXY"] = spared


def import_gradio() -> None:
    """Begin to import Gradio while the caller goes on. It makes clients of httpx, which proxies can break."""
    with without_unusable_proxies() as taken:
        if taken:
            _import_gradio()
    Thread(target=_import_gradio, daemon=True).start()


def _import_gradio() -> None:
    """Import it without its check of each component's .pyi file, half of the work. It makes none of a class
    that comes from no file."""
    module: Any = inspect
    find = inspect.getfile

    def unless_of_gradio(thing: Any) -> str:
        if isinstance(thing, type) and thing.__module__.startswith("gradio."):
            raise OSError
        return find(thing)

    module.getfile = unless_of_gradio
    try:
        importlib.import_module("gradio")
    finally:
        module.getfile = find
    with suppress(Exception):  # where it is installed, Gradio's first event would wait for it
        importlib.import_module("matplotlib")


@contextmanager
def without_unusable_proxies() -> Iterator[dict[str, str]]:
    """Remove proxies with which httpx would refuse every request; -> those. They are set again afterwards."""
    import httpx

    taken = {}
    try:
        httpx.Client().close()
    except Exception:  # SOCKS without its package, an unknown scheme, no address
        names = [name for name in os.environ if name.lower() in PROXIES]
        taken = {name: os.environ.pop(name) for name in names}
    try:
        yield taken
    finally:
        os.environ.update(taken)


def find_temporary_folder(spare: Path) -> None:
    """Use `spare` as the temporary folder of all processes where no other can be written."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        spare.mkdir(mode=0o700, exist_ok=True)
        with suppress(OSError):
            for left in spare.iterdir():
                left.unlink()
        tempfile.tempdir = os.environ["TMPDIR"] = str(spare)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
