"""The command line and the variables of the page: what they mean, and the sentence for what can't be."""

import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from t2v.service import devices, store
from t2v.space import address, environment, launch
from t2v.space.address import LaunchError
from tests.space.started import ROOT, started

pytestmark = pytest.mark.usefixtures("own_environment")
PROXY = "http://127.0.0.1:9"  # where nothing answers

# -- what can't be

REFUSED = {
    "port": (["--port", "70000"], "--port: must be a whole number from 0 to 65535, not 70000"),
    "a word as port": (["--port", "http"], "--port: must be a whole number"),
    "queue 0": (["--queue", "0"], "--queue: must be a whole number from 1"),
    "queue -1": (["--queue=-1"], "--queue: must be a whole number from 1"),
    "auth": (["--auth", "mepw"], "--auth: must be user:password"),
    "no user": (["--auth", ":pw"], "--auth: must be user:password"),
    "no password": (["--auth", "me:"], "--auth: must be user:password"),
    "no host": (["--host", "no.such.host.invalid"], "--host: no.such.host.invalid is no address"),
    "a long host": (["--host", "x" * 300], "is no address"),
    "another's host": (["--host", "198.51.100.7"], "--host: 198.51.100.7 is not an address of this machine"),
    "model": (["--model", "nonsense"], "--model: nonsense is no model"),
    "model's folder": (["--model", "/nowhere/model"], "--model: "),
    "unknown": (["--nonsense"], "unrecognized arguments: --nonsense"),
    "a file as outputs": (["--outputs", __file__], "can't be written"),
    "outputs in /proc": (["--outputs", "/proc/nowhere"], "--outputs: /proc/nowhere can't be written"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_mistake_is_one_sentence(case: str, tmp_path: Path):
    words, told = REFUSED[case]
    words = words if "--outputs" in words else [*words, "--outputs", str(tmp_path / "out")]
    with pytest.raises(LaunchError) as raised:
        launch.App(launch.arguments(words))
    assert told in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["GRADIO_SERVER_PORT", "GRADIO_NUM_PORTS"])
def test_a_variable_that_is_no_number_is_named(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(name, "many")
    with pytest.raises(LaunchError, match=f"{name}: must be a whole number from 0 to 65535, not many"):
        launch.App(launch.arguments([]))


def test_a_taken_port_ends_the_process_with_one_line(tmp_path: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with started(tmp_path, "--port", port) as page:
            assert page.process.wait(30) == 2
        assert page.said().splitlines() == [
            f"--port: {port} is taken by another program; choose another, or leave --port out."
        ]
        with pytest.raises(LaunchError, match="taken"):
            address.free_port("0.0.0.0", [port])
        assert address.free_port("127.0.0.1", [port, 0]) != port
        with pytest.raises(LaunchError, match="all ports from"):
            address.free_port("127.0.0.1", [port, port])


def test_a_page_for_the_network_says_where_the_network_finds_it():
    assert address.outside("127.0.0.1", 80) == address.outside("localhost", 80) == ""
    for host in ("0.0.0.0", "::"):
        url = httpx.URL(address.outside(host, 8000) or "http://[::1]:8000/")  # without IPv6 there is none
        with socket.socket(socket.AF_INET6 if ":" in url.host else socket.AF_INET) as here:
            here.bind((url.host, 0))  # an address of this machine
        assert url.port == 8000 and url.host not in ("localhost", "127.0.0.1")


def test_a_full_disk_is_one_sentence(tmp_path: Path):
    with started(tmp_path, before=["sh", "-c", '(ulimit -f 0; exec "$@") 2>&1 | cat', "sh"]) as page:
        page.process.wait(30)
    (line,) = page.said().splitlines()
    assert line.startswith(f"--outputs: {tmp_path}/out can't be written (")
    assert not (tmp_path / "out" / "secret").exists()


def test_an_encoder_that_is_not_there_is_known_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "absent"))
    with pytest.raises(
        LaunchError, match="can't start: The ffmpeg that IMAGEIO_FFMPEG_EXE names can't be run"
    ):
        launch.App(launch.arguments(["--outputs", str(tmp_path / "out")]))


def test_a_port_for_root_alone_says_so(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(address, "_bind", refuse)
    with pytest.raises(LaunchError, match="may not listen at 80; choose one from 1024"):
        address.free_port("127.0.0.1", [80])


# -- variables


def test_gradios_variables_are_the_defaults(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYSTEM", "spaces")
    assert launch.arguments([]).host == "0.0.0.0" and launch.arguments(["--host", "::1"]).host == "::1"
    monkeypatch.setenv("GRADIO_SERVER_NAME", "::")
    monkeypatch.setenv("GRADIO_SHARE", "true")
    assert launch.arguments([]).host == "::" and launch.arguments([]).share
    assert launch.arguments(["--host", "127.0.0.1"]).host == "127.0.0.1"


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [("t2v", "/t2v"), ("/t2v/", "/t2v"), ("https://a.example/t2v/", "https://a.example/t2v")],
)
def test_a_root_path_is_understood_with_and_without_slashes(
    given: str, cleaned: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GRADIO_ROOT_PATH", given)
    environment.prepare()
    assert os.environ["GRADIO_ROOT_PATH"] == cleaned


@pytest.mark.parametrize("spared", [None, "", "*", "example.org,.lan"])
def test_this_machine_is_never_asked_through_a_proxy_and_others_are(
    spared: str | None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("https_proxy", PROXY)
    monkeypatch.setenv("HTTP_PROXY", PROXY)
    if spared is not None:
        monkeypatch.setenv("NO_PROXY", spared)
    environment.prepare()
    with httpx.Client() as client:
        for url in ("http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "http://example.org"):
            through = client._transport_for_url(httpx.URL(url)) is not client._transport
            assert through == (url.endswith("example.org") and spared in (None, "")), url


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "socks://127.0.0.1:9", "gopher://x", "http://[::"])
def test_proxies_that_cannot_be_spoken_to_are_set_aside(proxy: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ALL_PROXY", proxy)
    with environment.without_unusable_proxies():
        httpx.Client().close()
    assert os.environ["ALL_PROXY"] == proxy


def test_a_gpu_that_pytorch_cannot_use_is_none(monkeypatch: pytest.MonkeyPatch):
    import torch

    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    found, reason = devices.usable()
    assert len(found) <= torch.cuda.device_count() and (found or reason)


def test_tools_of_mcp_follow_the_package_the_variable_and_the_login(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    def no_such_package(name: str) -> None:
        raise ImportError("cannot import name 'server' from 'mcp'")

    monkeypatch.setattr(launch, "find_spec", lambda name: object())
    monkeypatch.setattr(launch, "import_module", lambda name: None)
    assert launch._tools(None, None) and launch._tools(True, None)
    assert not launch._tools(False, None) and not launch._tools(None, "me:pw")
    monkeypatch.setattr(launch, "import_module", no_such_package)
    assert not launch._tools(None, None) and "cannot import" in capsys.readouterr().err
    monkeypatch.setattr(launch, "find_spec", lambda name: None)
    assert not launch._tools(None, None) and capsys.readouterr().err == ""


@pytest.mark.parametrize("case", ["locked", "a folder"])
def test_a_database_that_cannot_be_used_is_said_before_the_page_starts(
    tmp_path: Path, case: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(store, "PATIENCE", 0.05)
    if case == "a folder":
        (tmp_path / store.NAME).mkdir()
    holder = sqlite3.connect(
        ":memory:" if case == "a folder" else tmp_path / store.NAME, isolation_level=None
    )
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(LaunchError) as error:
        launch.App(
            launch.arguments(["--outputs", str(tmp_path), "--port", "0", "--backend", "tests.service.fakes"])
        )
    assert str(error.value).startswith(
        f"--outputs: {tmp_path} can't be used: {store.NAME} in the outputs folder"
    )
    assert "choose another folder" in str(error.value)
    holder.close()


def test_the_pages_process_never_imports_torch_and_gradio_checks_no_stubs(tmp_path: Path):
    """Each component's source would be parsed twice for its .pyi file, which doubles Gradio's import."""
    code = (
        "import ast, inspect, sys; from t2v.space.launch import App, arguments\n"
        "parsed, parse = [], ast.parse\n"
        "ast.parse = lambda *given, **named: parsed.append(given) or parse(*given, **named)\n"
        f"App(arguments(['--backend', 'tests.service.fakes', '--outputs', {str(tmp_path)!r}]))\n"
        "assert 'torch' not in sys.modules\n"
        "assert sum('gradio' in str(given) for given in parsed) < 10\n"
        "assert inspect.getfile(sys.modules['gradio'].Button).endswith('button.py')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
