"""The service: what it does beside the jobs."""

import logging
import os
from pathlib import Path

import pytest

from t2v.service.service import Service
from tests.waiting import eventually


def test_old_videos_are_swept_again_once_their_folder_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr("t2v.service.service.SWEEP_EVERY", 0.0)
    service = Service("tests.service.fakes", tmp_path / "outputs").start()
    try:
        served, away = service.outputs.served, tmp_path / "away"
        served.rename(away)
        with caplog.at_level(logging.WARNING, "t2v.service"):
            eventually(lambda: "out of reach for now" in caplog.text)
        old = away / "old.mp4"
        old.write_bytes(b"x")
        os.utime(old, (0, 0))
        away.rename(served)
        eventually(lambda: not (served / "old.mp4").exists())
    finally:
        service.close()
