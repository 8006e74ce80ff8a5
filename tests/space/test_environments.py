"""The page where people start it: behind proxies, on IPv6, as a user without a name, as process 1. It makes a
video, or says in a sentence why it can't."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, expect

from t2v.space import address
from tests.conftest import ON_THE_NETWORK
from tests.space.conftest import Visitor
from tests.space.started import ROOT, SMALL, Page, clean, free_port, started
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("own_environment")
PROXY = "http://127.0.0.1:9"  # where nothing answers


def workers_of(page: Page) -> list[psutil.Process]:
    found = psutil.Process(page.process.pid).children(recursive=True)
    return [child for child in found if "--multiprocessing-fork" in child.cmdline()]


def end(page: Page, number: signal.Signals, process: psutil.Process | None = None) -> None:
    """Send a signal: the page ends at once, in order unless it is killed, and its workers with it."""
    workers, begun = workers_of(page), time.monotonic()
    assert workers
    (process or page.process).send_signal(number)
    code = page.process.wait(30)
    assert time.monotonic() - begun < 12.0  # beside other tests; alone under 4
    assert code == (-signal.SIGKILL if number == signal.SIGKILL else 0), page.said()
    assert not psutil.wait_procs(workers, timeout=20)[1]  # one that imports torch notices afterwards
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
        "GRADIO_NODE_NUM_PORTS": "many",
        "GRADIO_VIBE_MODE": "1",
    }
    with started(tmp_path, "--max-frames", 4, fake=False, **surroundings) as page:
        assert page.url == f"http://localhost:{port}/"
        told = page.make(f"http://127.0.0.1:{port}/", **SMALL)
        assert told["model"] == "emoji"
        said = page.said()
        for words in ("can't use the GPU", "SSL_CERT_FILE", "GRADIO_ALLOWED_PATHS", "GRADIO_VIBE_MODE"):
            assert said.count(words) == 1, said
        secret = httpx.get(f"http://127.0.0.1:{port}/gradio_api/file={tmp_path}/out/secret", trust_env=False)
        assert secret.status_code in (403, 404)
        kept = [worker.environ() for worker in workers_of(page)]
        assert kept and all(found["all_proxy"] == "socks5://127.0.0.1:9" for found in kept)
        assert all("example.org" in found["no_proxy"] and found["http_proxy"] == PROXY for found in kept)
        copy_on_the_network(browser, port)
        end(page, signal.SIGKILL)


def copy_on_the_network(browser: Browser, port: str) -> None:
    """Plain http at another address than localhost is no secure context: there is no navigator.clipboard."""
    visitor = Visitor(browser, f"http://{ON_THE_NETWORK}:{port}/")
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
    assert box.input_value() == link and link.startswith(visitor.url)
    page.evaluate("document.execCommand = () => false")  # nor does the browser copy
    button.click()
    field = page.locator(".copy-by-hand")
    expect(field).to_have_value(link)
    assert field.evaluate("f => f.selectionEnd - f.selectionStart") == len(link)
    visitor.reload()
    visitor.see("done")
    assert visitor.problems == []
    visitor.context.close()


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
for folder in /tmp /var/tmp /dev/shm; do  # with bind, or the machine's own folder would be read-only too
  mountpoint -q $folder && mount -o remount,bind,ro $folder
done
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


@pytest.mark.slow
def test_a_read_only_root_without_a_temporary_folder_and_a_user_without_a_name(tmp_path: Path):
    out = tmp_path / "out"
    out.mkdir()
    out.chmod(0o777)
    before = in_a_bare_container(out)
    words = [ROOT / "app.py"] if "-c" in before[:2] else []
    with started(tmp_path, *words, "--port", "0", before=before, fake=False) as page:
        assert page.make(**SMALL)["model"] == "emoji"
        assert (out / "secret").stat().st_mode & 0o777 == 0o600
        end(page, signal.SIGHUP)
    for folder in ("/tmp", "/dev/shm"):
        assert not Path(folder).exists() or os.access(folder, os.W_OK)  # the machine's own are as before


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


def test_a_hangup_that_the_caller_ignores_stays_ignored():
    """As under `nohup`."""
    code = "import os, signal; from t2v.space import launch; launch._end_on_signals(); "
    code += "os.kill(os.getpid(), signal.SIGHUP); print('still here'); os.kill(os.getpid(), signal.SIGTERM)"
    command = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", sys.executable, "-c", code]
    done = subprocess.run(command, env=clean(), cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "still here\n", "")


def test_an_event_imports_nothing_of_matplotlibs_figures():
    """Gradio asks Matplotlib for its backend around each event; without one named, the first event of a page
    waited half a second, and all other visitors with it, until every part of it was imported."""
    program = (
        "import sys; from t2v.space import environment; environment.prepare()\n"
        "from gradio.utils import MatplotlibBackendMananger as Around\n"
        "with Around(): pass\n"
        "print('matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=clean(), cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["True", "False"], done.stderr
