"""Nodes of a Ray cluster that come with the jobs and go after them, by Ray's own autoscaler."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ray_scaling import NODES

JOBS = 4
ALONE = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child")


@pytest.mark.soak
def test_the_autoscalers_nodes_come_with_the_jobs_and_go_but_for_one(tmp_path: Path):
    """A minute. In a namespace of its own: what Ray starts ends with it, and no other cluster is seen."""
    command = [*ALONE, sys.executable, "-m", "tests.ray_scaling", str(tmp_path), str(JOBS)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr[-2000:]
    *steps, stages = [json.loads(line) for line in ran.stdout.splitlines() if line[:1] in "[{"]
    print("\n".join(map(str, steps)))
    assert (steps[0]["nodes"], steps[0]["workers"]) == (0, 0)
    assert max(step["nodes"] for step in steps) == max(step["workers"] for step in steps) == NODES
    assert stages == ["done"] * JOBS and steps[-1]["nodes"] == steps[-1]["workers"] == 1
