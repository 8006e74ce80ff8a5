"""Nothing fails for want of what it doesn't need: see tests/bare_system.py for what is taken away."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from t2v.request import Request
from t2v.service.device_memory import Peak, _highest
from t2v.service.estimate import Estimates, RunCost
from t2v.service.store import Store

from .bare_system import SYSTEMS

ROOT = Path(__file__).parents[1]
CACHES = (
    "HF_HOME",
    "XDG_CACHE_HOME",
    "TORCH_HOME",
    "TRITON_CACHE_DIR",
    "TORCHINDUCTOR_CACHE_DIR",
    "MPLCONFIGDIR",
)
MB = 2**20


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what came of the work on each system."""
    folder = tmp_path_factory.mktemp("systems")
    command = [sys.executable, "-m", "tests.bare_system", str(folder)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "HF_HUB_OFFLINE": "1"}, timeout=1000, check=True)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_video_is_made_on(worked: Path, system: str):
    """By the command and by a page's worker, the same one; without the network, too."""
    said = (worked / system / "said").read_text()
    assert said.endswith("\nwhole\n"), said
    made = sorted(path.name for path in (worked / system).glob("*.mp4"))
    assert made == ["made.mp4", "one.mp4", "two.mp4"]


def test_no_library_s_cache_is_needed(tmp_path: Path):
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"} | dict.fromkeys(CACHES, "/dev/null/nowhere")
    settings = ["--frames", "1", "--steps", "1", "-o", str(tmp_path / "made.mp4")]
    command = [sys.executable, "-m", "t2v", "a panda", *settings]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0 and (tmp_path / "made.mp4").stat().st_size, done.stderr


def test_a_peak_is_of_one_run_and_not_of_the_ones_before():
    before = Peak("cpu")
    held = bytearray(400 * MB)
    held[::4096] = bytes(len(held[::4096]))
    del held
    assert before.read() > 400 * MB
    highest = before.read()
    after = Peak("cpu").read()
    assert after is None or after < highest - 300 * MB


def test_without_a_way_to_reset_it_an_older_peak_is_not_told_as_this_run_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        "t2v.service.device_memory.SELF", tmp_path / "missing"
    )  # neither clear_refs nor status
    earlier, peak = _highest(), Peak("cpu")
    assert peak.read() is None
    held = bytearray(earlier)
    held[::4096] = bytes(len(held[::4096]))
    assert peak.read() > earlier


def test_a_run_whose_peak_is_not_known_counts_for_its_seconds(tmp_path: Path):
    """And isn't taken for one that ran out of memory, also after a restart."""
    request = Request("a panda", seed=0, frames=8, width=64, height=64, steps=10, guidance=1.0).validate()
    size = {"volume": 8 * 64 * 64, "evaluations": 10}
    for estimates in (Estimates(Store(tmp_path)), Estimates(Store(tmp_path))):
        estimates.learn(RunCost("m", "d", **size, denoising=5.0, rest=1.0, peak=None))
        cost = estimates.cost("m", "d", request, memory=10**9)
        assert (cost.seconds, cost.peak, cost.fits) == (pytest.approx(6.0), None, True)
    planned = [RunCost("m", "d", **size, denoising=1.0, rest=1.0, peak=5 * MB)]
    assert estimates.cost("m", "d", request, 10**9, planned).peak == 5 * MB
