"""Closed, full, deserted and narrow streams: a video that is made is a success, a failure stays one."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from t2v.cli import DONE, FAILED, MISUSED, main
from t2v.request import Request
from t2v.video import Video

ROOT = Path(__file__).parents[1]
COMMAND = """
import os, sys, types
import numpy as np
from t2v.defaults import ModelDefaults
from t2v.video import Video
class Pipeline:
    native = ModelDefaults(frames=1, width=16, height=16, steps=1, guidance=1.0)
    from_pretrained = classmethod(lambda cls, **chosen: cls())
    steps_of = lambda self, request: request.walked
    def __call__(self, request, on_step):
        on_step(1, 1, None)
        for number in (1, 2):
            try:
                os.write(number, b"a library says something\\n")
            except OSError:
                pass
        return Video(np.full((1, 16, 16, 3), 99, np.uint8), request, "fake", notes=("A note.",))
sys.modules["t2v.pipeline"] = types.SimpleNamespace(TextToVideo=Pipeline)
from t2v.cli import main
sys.exit(main())
"""
CLOSED = (">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-")
FULL = (">/dev/full", "2>/dev/full", ">/dev/full 2>&1")


def run(redirection: str, *arguments: str, **options) -> subprocess.CompletedProcess:
    """The command in a shell, its streams redirected."""
    options.setdefault("env", os.environ | {"PYTHONPATH": str(ROOT)})
    line = ["sh", "-c", f'exec "$@" {redirection}', "sh", sys.executable, "-c", COMMAND, *arguments]
    return subprocess.run(line, capture_output=True, timeout=60, **options)


@pytest.fixture
def clip(tmp_path: Path) -> str:
    request = Request("a", frames=1, width=16, height=16).validate()
    return str(Video(np.zeros((1, 16, 16, 3), np.uint8), request, "fake").save(tmp_path / "clip.gif"))


@pytest.mark.parametrize("redirection", [*CLOSED, *FULL])
def test_a_video_is_made_whatever_the_streams_are(tmp_path: Path, redirection: str):
    done = run(redirection, "a panda", "a bear", "-o", "out/", cwd=tmp_path)
    assert done.returncode == DONE, done.stderr
    assert sorted(os.listdir(tmp_path / "out")) == ["001.mp4", "002.mp4"]
    assert Video.open(tmp_path / "out" / "002.mp4").request.prompt == "a bear"  # nothing was said into it
    assert b"Traceback" not in done.stderr and b"Exception ignored" not in done.stderr


@pytest.mark.parametrize("redirection", [*CLOSED, *FULL])
def test_a_failure_stays_a_failure(tmp_path: Path, redirection: str):
    assert run(redirection, "a panda", "--steps", "ten").returncode == MISUSED
    assert run(redirection, "info", str(tmp_path / "absent.mp4")).returncode == FAILED


@pytest.mark.parametrize("arguments", [["info"], ["info", "--json"], ["--help"], ["--version"]])
def test_text_that_was_asked_for_may_be_unwanted_but_not_lost(clip: str, arguments: list[str]):
    words = [*arguments, clip] if arguments[0] == "info" else arguments
    assert run(">&-", *words).returncode == run("| true", *words).returncode == DONE
    lost = run(">/dev/full", *words)
    assert (lost.returncode, lost.stderr.count(b"\n")) == (FAILED, 1)
    assert lost.stderr == b"t2v: stdout can't be written: No space left on device\n"


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize("full", [False, True])
def test_a_pipe_that_nobody_reads_stops_no_work(tmp_path: Path, clip: str, stream: str, full: bool):
    reader, writer = os.pipe()
    if full:  # one that can't wait
        os.set_blocking(writer, False)
        with pytest.raises(BlockingIOError):
            while True:
                os.write(writer, bytes(4096))
    else:
        os.close(reader)
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | {stream: writer}
    line = [sys.executable, "-c", COMMAND, "a panda", "a bear", "-o", "out/"]
    done = subprocess.run(
        line, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=60, **streams
    )
    assert done.returncode == DONE and len(os.listdir(tmp_path / "out")) == 2
    assert b"Exception ignored" not in (done.stderr or b"")


@pytest.mark.parametrize(
    "settings",
    [
        {"PYTHONIOENCODING": "ascii:strict"},
        {"PYTHONIOENCODING": "cp1252:strict"},
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"TERM": "dumb", "COLUMNS": "0", "NO_COLOR": "1"},
    ],
    ids=str,
)
def test_a_narrow_terminal_changes_no_prompt(tmp_path: Path, settings: dict[str, str]):
    prompt = "ein Bär 🐼 \u3000 × ‍"
    env = os.environ | {"PYTHONPATH": str(ROOT)} | settings
    (tmp_path / "prompts.txt").write_bytes(prompt.encode())
    more = {"cwd": tmp_path, "env": env, "input": prompt.encode()}
    done = run("", prompt, "--prompts", "-", "--negative-prompt", "ü", "-o", "out/", **more)
    assert done.returncode == DONE and b"001.mp4: seed" in done.stdout, done.stderr
    for name in ("001.mp4", "002.mp4"):
        request = Video.read_settings(tmp_path / "out" / name).request
        assert (request.prompt, request.negative_prompt) == (prompt.strip(), "ü")
    assert run("", "info", "out/001.mp4", cwd=tmp_path, env=env).returncode == DONE


def test_a_program_without_streams(monkeypatch: pytest.MonkeyPatch, clip: str):
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    assert main(["info", clip]) == DONE
    assert main(["--steps", "0", "a"]) == MISUSED
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["--prompts", "-"]) == MISUSED
