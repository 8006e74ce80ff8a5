"""The page where people start it: behind proxies, on IPv6, as a user without a name, as process 1. It makes a
video, or says in a sentence why it can't."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, expect

from t2v.space import address, environment, launch, models
from t2v.space.address import LaunchError
from tests.space.conftest import Visitor, eventually
from tests.space.started import ROOT, Page, clean, free_port, started

PROXY = "http://127.0.0.1:9"  # where nothing answers


@pytest.fixture(autouse=True)
def own_environment() -> Iterator[None]:
    """A clean environment; what a launch writes into it goes back after the test."""
    kept = dict(os.environ)
    for name in kept.keys() - clean().keys():
        del os.environ[name]
    yield
    os.environ.clear()
    os.environ.update(kept)


def workers_of(page: Page) -> list[psutil.Process]:
    found = psutil.Process(page.process.pid).children(recursive=True)
    return [child for child in found if "--multiprocessing-fork" in child.cmdline()]


def end(page: Page, number: signal.Signals, process: psutil.Process | None = None) -> None:
    """Send a signal: the page ends at once, in order unless it is killed, and its workers with it."""
    workers, begun = workers_of(page), time.monotonic()
    assert workers
    (process or page.process).send_signal(number)
    code = page.process.wait(8)
    assert time.monotonic() - begun < 4.0
    assert code == (-signal.SIGKILL if number == signal.SIGKILL else 0), page.said()
    assert not psutil.wait_procs(workers, timeout=5)[1]
    assert "Traceback" not in page.said()


def test_a_companys_machine_with_a_gpu_that_pytorch_cant_use(tmp_path: Path, browser: Browser):
    """Proxies of every kind, lost certificates, Gradio's variables: a video, and each thing is said once."""
    port = str(free_port())
    surroundings = {
        "http_proxy": PROXY,
        "HTTPS_PROXY": PROXY,
        "all_proxy": "socks5://127.0.0.1:9",
        "NO_PROXY": "example.org",
        "SSL_CERT_FILE": "/nowhere/cert.pem",
        "CUDA_VISIBLE_DEVICES": "0,GPU-8c5e",
        "GRADIO_SERVER_NAME": "0.0.0.0",
        "GRADIO_SERVER_PORT": port,
        "GRADIO_DEBUG": "1",
        "GRADIO_ALLOWED_PATHS": "/",
        "GRADIO_TEMP_DIR": "/nowhere",
        "GRADIO_NODE_PORT": "many",
        "GRADIO_VIBE_MODE": "1",
    }
    with started(tmp_path, fake=False, **surroundings) as page:
        assert page.url == f"http://localhost:{port}/"
        told = page.make(f"http://127.0.0.1:{port}/")
        assert told["model"] == "emoji"
        said = page.said()
        for words in ("can't use the GPU", "SSL_CERT_FILE", "GRADIO_ALLOWED_PATHS", "GRADIO_VIBE_MODE"):
            assert said.count(words) == 1, said
        secret = httpx.get(f"http://127.0.0.1:{port}/gradio_api/file={tmp_path}/out/secret", trust_env=False)
        assert secret.status_code in (403, 404)
        kept = [worker.environ() for worker in workers_of(page)]
        assert kept and all(found["all_proxy"] == "socks5://127.0.0.1:9" for found in kept)
        assert all("example.org" in found["no_proxy"] and found["http_proxy"] == PROXY for found in kept)
        copy_on_the_network(browser, tmp_path, port)
        end(page, signal.SIGKILL)


def copy_on_the_network(browser: Browser, folder: Path, port: str) -> None:
    """Plain http at another address than localhost is no secure context: there is no navigator.clipboard."""
    other = browser.browser_type.launch(
        executable_path="/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else None,
        args=["--no-sandbox", "--host-resolver-rules=MAP page.lan 127.0.0.1"],
    )
    visitor = Visitor(other, f"http://page.lan:{port}/")
    page = visitor.page
    assert not page.evaluate("isSecureContext || !!navigator.clipboard")
    visitor.generate("a red heart on a white background")
    visitor.see("done", timeout=90)
    button = page.locator("[data-copy]")
    for _ in range(2):  # a second click finds "Copied" there
        button.click()
        expect(button).to_have_text("Copied")
    expect(button).to_have_text("Copy link")
    box = page.get_by_label("Prompt", exact=True)
    box.fill("")
    box.press("Control+v")
    link = page.locator("a.settings-link").evaluate("a => a.href")
    assert box.input_value() == link and link.startswith("http://page.lan")
    page.evaluate("document.execCommand = () => false")  # nor does the browser copy
    button.click()
    field = page.locator(".copy-by-hand")
    expect(field).to_have_value(link)
    assert field.evaluate("f => f.selectionEnd - f.selectionStart") == len(link)
    page.reload()
    visitor.see("done")
    assert visitor.problems == []
    other.close()


def test_an_ipv6_address(tmp_path: Path):
    with started(tmp_path, "--host", "[::1]", "--port", "0", http_proxy=PROXY) as page:
        assert page.url.startswith("http://[::1]:")
        page.make()
        end(page, signal.SIGINT)


def test_links_lead_to_the_page():
    assert address.link("0.0.0.0", 1) == "http://localhost:1/"
    assert address.link("::", 1) == "http://[::1]:1/"
    assert address.link("fd00::2", 1) == "http://[fd00::2]:1/"
    assert address.link("192.0.2.7", 1) == "http://192.0.2.7:1/"
    assert {address.bare(host) for host in ("", "localhost", "127.0.0.1")} == {"127.0.0.1"}
    assert address.bare("[fd00::2]") == "fd00::2"


# -- a container

NAMELESS = [
    "setpriv", "--reuid=54321", "--regid=54321", "--clear-groups",
    "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--bounding-set=-all,+dac_read_search",
    "env", "-u", "HOME", "-u", "USER", "-u", "LOGNAME", "-u", "TMPDIR",
]  # fmt: skip
READ_ONLY = """
mount --bind {out} {out} && mount -o remount,bind,ro / || exit 9
for folder in /tmp /var/tmp /dev/shm; do mount -o remount,ro $folder 2>/dev/null; done
exec "$@"
"""
WITHOUT = """
import os, runpy, sys, tempfile
tempfile._candidate_tempdir_list = lambda: ["/proc/nowhere"]
os.environ.pop("HOME", None)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def can(*command: str) -> bool:
    """Whether this machine lets us run that."""
    try:
        return subprocess.run(command, capture_output=True, timeout=20).returncode == 0
    except OSError:
        return False


def in_a_bare_container(out: Path) -> list[str]:
    """A command that runs another with only `out` writable, as a user without name and home; a stand-in where
    that takes more rights than we have."""
    script = READ_ONLY.format(out=out)
    for user in (NAMELESS, []):
        command = ["unshare", "-m", "sh", "-c", script, "sh", *user]
        if can(*command, sys.executable, "-c", ""):
            return command
    return [sys.executable, "-c", WITHOUT]


def test_a_read_only_root_without_a_temporary_folder_and_a_user_without_a_name(tmp_path: Path):
    out = tmp_path / "out"
    out.mkdir()
    out.chmod(0o777)
    before = in_a_bare_container(out)
    words = [ROOT / "app.py"] if "-c" in before[:2] else []
    with started(tmp_path, *words, "--port", "0", before=before, fake=False) as page:
        assert page.make()["model"] == "emoji"
        assert (out / "secret").stat().st_mode & 0o777 == 0o600
        end(page, signal.SIGHUP)


def test_process_1_ends_at_once_and_leaves_no_zombies(tmp_path: Path):
    """As `docker stop` does it, with a video under way and somebody watching."""
    before = ["unshare", "-fp", "--mount-proc", "--kill-child"]
    before = before if can(*before, "true") else []
    with started(tmp_path, "--port", "0", before=before) as page:
        with httpx.Client(base_url=page.url, trust_env=False) as client:
            answer = client.post("gradio_api/call/v2/generate", json={"prompt": "slow", "steps": 100})
            with client.stream("GET", f"gradio_api/call/generate/{answer.json()['event_id']}"):
                first = psutil.Process(page.process.pid)
                first = first.children()[0] if before else first
                if before:  # what the encoder of a killed worker becomes
                    entered = ["nsenter", "-t", str(first.pid), "-p", "-m", "sh", "-c", "(sleep 0.2 &)"]
                    assert can(*entered)
                    eventually(lambda: len(first.children()) == 3 and zombies(first))
                    eventually(lambda: not zombies(first))
                end(page, signal.SIGTERM, first)


def zombies(parent: psutil.Process) -> list[psutil.Process]:
    return [child for child in parent.children() if child.status() == psutil.STATUS_ZOMBIE]


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
    "model": (["--model", "nonsense"], "--model: nonsense is neither a folder"),
    "model's folder": (["--model", "/nowhere/model"], "--model: /nowhere/model is neither a folder"),
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
            assert page.process.wait(30) == 1
        assert page.said().splitlines() == [
            f"--port: {port} is taken by another program; choose another, or leave --port out."
        ]
        with pytest.raises(LaunchError, match="taken"):
            address.free_port("0.0.0.0", [port])
        assert address.free_port("127.0.0.1", [port, 0]) != port
        with pytest.raises(LaunchError, match="all ports from"):
            address.free_port("127.0.0.1", [port, port])


def test_a_full_disk_is_one_sentence(tmp_path: Path):
    with started(tmp_path, before=["sh", "-c", '(ulimit -f 0; exec "$@") 2>&1 | cat', "sh"]) as page:
        page.process.wait(30)
    (line,) = page.said().splitlines()
    assert line.startswith(f"--outputs: {tmp_path}/out can't be written (")
    assert not (tmp_path / "out" / "secret").exists()


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
    found, reason = models.usable()
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
