"""What a run reports of its steps: every one of them, and previews within their share of its time."""

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from t2v.request import Request
from t2v.service import step_reporter, worker_process
from t2v.service.messages import Order, Preview, Progress
from t2v.service.step_reporter import PREVIEW_EVERY, PREVIEW_SHARE, StepReporter
from t2v.service.worker_process import PipelineHost
from tests.common import Clock

STEPS = 2_000
ORDER = Order("an id", "a model", Request("a").validate(), Path("a.mp4"))


def run(step: float, preview: float, monkeypatch: pytest.MonkeyPatch) -> tuple[list[object], float]:
    """-> the messages of a run whose steps and previews take so many seconds, and the seconds of all"""
    clock, messages = Clock(), []

    def seen(x0: np.ndarray) -> np.ndarray:
        clock.now += preview
        return np.zeros((2, 8, 8, 3), np.uint8)

    monkeypatch.setattr(step_reporter, "time", SimpleNamespace(perf_counter=clock))
    host = PipelineHost(worker_process, "cpu", messages.append, lambda order: False)
    report = StepReporter(host, ORDER, SimpleNamespace(preview=seen, still=lambda x0: None))
    for number in range(1, STEPS + 1):
        clock.now += step
        report(number, STEPS, None)
    return messages, clock.now


def test_of_one_step_there_is_no_preview(monkeypatch: pytest.MonkeyPatch):
    """The frames themselves are the next that there is to see."""
    monkeypatch.setattr(sys.modules[__name__], "STEPS", 1)
    messages, _ = run(5.0, 0.1, monkeypatch)
    assert [message for message in messages if isinstance(message, (Preview, Progress))] == [
        Progress(ORDER.id, 1, 1)
    ]


@pytest.mark.parametrize("step", [0.01, 0.3, 5.0])
@pytest.mark.parametrize("preview", [0.0, 0.001, 0.1, 2.0])
def test_previews_have_their_share_of_the_time_and_no_more(
    step: float, preview: float, monkeypatch: pytest.MonkeyPatch
):
    messages, seconds = run(step, preview, monkeypatch)
    shown = sum(isinstance(message, Preview) for message in messages)
    assert (shown - 1) * preview <= PREVIEW_SHARE * seconds, "the first one's cost is not known before"
    apart = max(step, PREVIEW_EVERY, preview / PREVIEW_SHARE)
    assert seconds / (apart + preview + step) - 1 <= shown <= seconds / apart + 1
    assert [message.step for message in messages if isinstance(message, Progress)] == [*range(1, STEPS + 1)]
