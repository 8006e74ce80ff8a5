"""A batch on a Ray cluster: each file once, a lost node costs what it was making, frames equal to the bit."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from t2v.video import Video
from tests.ray_nodes import Nodes, nodes

ROOT = Path(__file__).parents[1]
SMALL = "--frames 4 --size 64x64 --steps 4".split()
STARTED: list[subprocess.Popen[str]] = []


@pytest.fixture
def cluster() -> Iterator[Nodes]:
    """A cluster of two nodes on this machine; the commands that a test has started end with it."""
    with nodes(2) as made:
        yield made
    while STARTED:
        STARTED.pop().kill()


def prompts(folder: Path, videos: int) -> Path:
    path = folder / "prompts.jsonl"
    path.write_text("".join(json.dumps({"prompt": f"a panda {n}", "seed": n}) + "\n" for n in range(videos)))
    return path


def begun(file: Path, output: Path, *more: str) -> subprocess.Popen[str]:
    """Start the command with one thread."""
    command = [
        sys.executable,
        "-m",
        "t2v",
        "--prompts",
        str(file),
        *SMALL,
        "-o",
        f"{output}/",
        "--json",
        *more,
    ]
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    STARTED.append(subprocess.Popen(command, cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"}, **streams))
    return STARTED[-1]


def ended(process: subprocess.Popen[str], code: int = 0) -> tuple[list[dict], str]:
    """Wait for the command -> its lines, what it complained of"""
    out, err = process.communicate(timeout=900)
    assert process.returncode == code, err
    return [json.loads(line) for line in out.splitlines()], err


def wait_for(output: Path, files: int) -> None:
    deadline = time.monotonic() + 300
    while len(list(output.glob("*.mp4"))) < files:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def equal(one: Path, other: Path) -> None:
    names = sorted(path.name for path in one.iterdir())
    assert sorted(path.name for path in other.iterdir()) == names
    for name in names:
        assert Video.open(one / name) == Video.open(other / name), name
        assert Video.read_settings(one / name) == Video.read_settings(other / name)


@pytest.mark.soak
def test_48_videos_while_a_node_is_killed_and_one_is_added(cluster: Nodes, tmp_path: Path):
    doomed = cluster.add()
    file, start = prompts(tmp_path, 48), time.monotonic()
    process = begun(file, tmp_path / "ray", "--ray", cluster.address)
    wait_for(tmp_path / "ray", 12)
    cluster.kill(doomed)
    there = len(list((tmp_path / "ray").glob("*.mp4")))
    cluster.add()
    told, err = ended(process)
    seconds = time.monotonic() - start
    assert sorted(line["file"] for line in told) == [f"{tmp_path}/ray/{n:03}.mp4" for n in range(1, 49)]
    assert {line["status"] for line in told} == {"made"} and {line["threads"] for line in told} == {1}
    again = [line["file"][-7:] for line in told if line["begun"] > 1]
    assert len(again) <= 1 and len(re.findall(r"made again, (?!as)", err)) == len(again), err
    ended(begun(file, tmp_path / "alone"))
    equal(tmp_path / "ray", tmp_path / "alone")
    print(f"{seconds:.0f} s on 3 nodes; at the kill {there} were there; made twice: {again}; said: {err!r}")


@pytest.mark.soak
def test_a_lost_driver_is_resumed_and_a_wrong_line_costs_no_other(cluster: Nodes, tmp_path: Path):
    file, output = prompts(tmp_path, 12), tmp_path / "ray"
    process = begun(file, output, "--ray", cluster.address, "--resume")
    wait_for(output, 3)
    process.kill()
    process.wait()
    there = {path.name: path.stat().st_mtime_ns for path in output.glob("*.mp4")}
    told, _ = ended(begun(file, output, "--ray", cluster.address, "--resume"))
    assert {line["file"][-7:] for line in told if line["status"] == "kept"} == there.keys()
    assert all((output / name).stat().st_mtime_ns == when for name, when in there.items())
    assert len(list(output.iterdir())) == len(told) == 12


@pytest.mark.soak
def test_a_model_that_is_none_is_answered_in_a_line(cluster: Nodes, tmp_path: Path):
    process = begun(
        prompts(tmp_path, 3), tmp_path / "ray", "--ray", cluster.address, "--model", str(tmp_path)
    )
    told, err = ended(process, code=1)
    assert not told and err.startswith("t2v: ") and err.count("\n") == 1 and "Traceback" not in err
