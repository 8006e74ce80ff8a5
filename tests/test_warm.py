"""`t2v warm`: sizes are made twice and not kept, and a wrong one is told before any work."""

from pathlib import Path

import pytest

from t2v.cli import DONE, MISUSED, main


def test_each_size_is_made_once_and_again_and_no_file_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.chdir(tmp_path)
    assert main(["warm", "--sizes", "1x64x64", "2x64x48", "--device", "cpu"]) == DONE
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(",")[0] for line in lines] == ["1 frame of 64×64", "2 frames of 64×48"]
    assert all("from now on" in line for line in lines) and not list(tmp_path.iterdir())


@pytest.mark.parametrize("size", ["256x256", "16x256x", "axbxc", "16x100x256", "0x64x64"])
def test_a_wrong_size_is_told_before_any_video_is_made(size: str, capsys: pytest.CaptureFixture):
    assert main(["warm", "--sizes", "1x64x64", size, "--device", "cpu"]) == MISUSED
    out, err = capsys.readouterr()
    assert not out and len(err.strip().splitlines()) == 1
