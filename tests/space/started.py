"""The page as a process of its own, in an environment that a test decides."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
OURS = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "CUDA_VISIBLE_DEVICES", "SYSTEM")
STEP = "0.3"  # seconds of the fake pipeline
SMALL = {"width": 64, "height": 64}  # a sixteenth of the embedded model's size
PROMPT = {"prompt": "a red heart on white", "seed": 1, "steps": 2, "frames": 2}


def clean(**more: str) -> dict[str, str]:
    """This process's environment without what would decide a launch, and with `more`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GRADIO_") and name.lower() not in OURS and name not in OURS
    }
    return kept | {"PYTHONPATH": str(ROOT)} | more


def free_port(host: str = "127.0.0.1") -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.bind((host, 0))
        return listener.getsockname()[1]


@dataclass
class Page:
    """A started page: its process, its link, what it has said."""

    process: subprocess.Popen
    log: Path

    def said(self) -> str:
        return self.log.read_text()

    def until(self, words: str, seconds: float = 90.0) -> str:
        """Wait until it has said `words`; -> all that it said."""
        end = time.monotonic() + seconds
        while words not in self.said():
            assert self.process.poll() is None and time.monotonic() < end, self.said()
            time.sleep(0.05)
        return self.said()

    @property
    def url(self) -> str:
        return self.until("listens at ").partition("listens at ")[2].split()[0]

    def make(self, url: str | None = None, **settings: object) -> dict:
        """One video over HTTP -> its settings; the file was fetched."""
        with httpx.Client(base_url=url or self.url, trust_env=False, timeout=120) as client:
            answer = client.post("gradio_api/call/v2/generate", json=PROMPT | settings)
            assert answer.status_code == 200, answer.text
            lines = client.get(f"gradio_api/call/generate/{answer.json()['event_id']}").text.strip()
            event, data = lines.splitlines()[-2:]
            assert event == "event: complete", data + self.said()
            file, told = json.loads(data.removeprefix("data: "))
            found = client.get(f"gradio_api/file={file['path']}").content
        assert found[4:8] == b"ftyp"
        return told


@contextmanager
def started(
    folder: Path,
    *words: object,
    before: Sequence[str] = (),
    fake: bool = True,
    python: Path = Path(sys.executable),
    way: Sequence[str] = (str(ROOT / "app.py"),),
    cwd: Path = ROOT,
    **variables: str,
) -> Iterator[Page]:
    """Start the page in `folder`, with the fake or the embedded model. `before` is a command that runs it,
    `way` what Python runs."""
    outputs = [] if "--outputs" in words else ["--outputs", folder / "out"]
    backend = ["--backend", "tests.service.fakes"] if fake else []
    command = [*before, python, *way, *outputs, *backend, *words]
    log = folder / f"log-{time.monotonic_ns()}"
    variables = {"T2V_FAKE_STEP": STEP} | variables
    with log.open("w") as file:
        process = subprocess.Popen(
            list(map(str, command)), env=clean(**variables), cwd=cwd, stdout=file, stderr=file
        )
    try:
        yield Page(process, log)
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
