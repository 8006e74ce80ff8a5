"""Whatever the host program has set of torch: a seed's video stays the same, and so does the host's state."""

import os
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path

import pytest
import torch

from t2v import TextToVideo
from t2v.torch_state import OwnState

from . import forked
from .host_state import INN, SETTINGS

ROOT = Path(__file__).parents[1]


@cache
def digests(folder: Path, setting: str) -> list[str]:
    """What a new process makes where `setting` holds while loading, while calling, and all the time."""
    script = "import sys; from tests import host_state; host_state.main(*sys.argv[1:])"
    done = forked.run(script, setting, str(folder), environment=os.environ)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_video_is_the_same_whatever_the_program_has_set(folder: Path, setting: str):
    expected = digests(folder, "nothing")[0]
    assert digests(folder, setting) == [expected] * 3


def test_what_the_program_sets_while_nothing_runs_is_given_back_after_an_error():
    torch.set_float32_matmul_precision("high")
    try:
        with pytest.raises(KeyError), OwnState():
            assert torch.get_float32_matmul_precision() == "highest"
            raise KeyError
        assert torch.get_float32_matmul_precision() == "high"
    finally:
        torch.set_float32_matmul_precision("highest")


def test_two_threads_share_the_switches_and_the_last_gives_them_back():
    torch.set_float32_matmul_precision("medium")
    entered, leave = threading.Event(), threading.Event()

    def other() -> None:
        with OwnState():
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    try:
        with OwnState():
            thread.start()
            assert entered.wait(10)
        assert torch.get_float32_matmul_precision() == "highest"
        leave.set()
        thread.join()
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        leave.set()
        torch.set_float32_matmul_precision("highest")


def test_the_defaults_are_pytorch_s_own():
    code = "from t2v.torch_state import SWITCHES; print([s for s in SWITCHES if s.read() != s.default])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n", done.stderr


def test_what_on_step_computes_can_have_gradients(folder: Path):
    pipe, found = TextToVideo.from_pretrained(folder, "cpu", "float32"), []

    def learn(step: int, steps: int, x0: torch.Tensor) -> None:
        weight = torch.ones((), requires_grad=True)
        (weight * x0).square().sum().backward()
        found.append(weight.grad)

    pipe(INN, on_step=learn)
    assert len(found) == INN.steps and all(grad > 0 for grad in found)
