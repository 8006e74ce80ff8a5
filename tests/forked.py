"""Python in a process of its own that begins with torch and t2v imported: a tenth of a new one's work.

For what reads its settings from the environment once, as huggingface_hub does, which is not imported before.
"""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

SERVER = multiprocessing.get_context("forkserver")  # one for all tests of a process
READY = ["t2v.checkpoints.locate", "safetensors.torch", "filelock", "tqdm.auto", "yaml", __name__]
READY += ["httpx2", "httpcore2", "truststore"]  # what huggingface_hub begins with
SERVER.set_forkserver_preload(READY)


def run(script: str, *arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """What `python -c SCRIPT ARGUMENTS` says and returns, with these variables and no other."""
    with TemporaryDirectory() as folder:
        streams = [str(Path(folder, name)) for name in ("stdout", "stderr")]
        process = SERVER.Process(target=_run, args=(script, arguments, dict(environment), streams))
        process.start()
        process.join()
        return subprocess.CompletedProcess(
            script, process.exitcode or 0, *(Path(path).read_text() for path in streams)
        )


def _run(script: str, arguments: tuple[str, ...], environment: dict[str, str], streams: list[str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for number, path in enumerate(streams, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    sys.argv = ["-c", *arguments]
    exec(compile(script, "<string>", "exec"), {"__name__": "__main__"})
