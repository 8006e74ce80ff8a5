"""The decoder's bounds, for files from anybody: which codecs, which other files, how much memory."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from t2v import RequestError, Source, ffmpeg
from t2v.video import VideoError

from .test_media import REAL, make

UNUSUAL = ("mjpeg", "png", "mpeg2video", "ffv1")
RECORDING = f"""#!{sys.executable}
import resource, sys, time
end = time.monotonic() + 20
bounded = "-i" in sys.argv and "framecrc" not in sys.argv  # one's own clips may take what they need
while bounded and resource.getrlimit(resource.RLIMIT_AS)[0] != {ffmpeg.MEMORY} and time.monotonic() < end:
    time.sleep(0.01)  # the limit is set from outside
with open(LOG, "a") as log:
    print((sys.argv[1:], resource.getrlimit(resource.RLIMIT_AS)[0]), file=log)
"""


@pytest.mark.parametrize("codec", UNUSUAL)
def test_an_unusual_codec_is_refused_though_ffmpeg_reads_it(tmp_path: Path, codec: str):
    """Every decoder is a risk: those of the codecs that people have are enough."""
    path = make(tmp_path / "a.mkv", "testsrc2=size=32x32:duration=0.5", "-c:v", codec)
    raw = (REAL, "-v", "error", "-i", path, "-f", "rawvideo", "-")
    assert subprocess.run(raw, capture_output=True, check=True).stdout
    with pytest.raises(VideoError):
        list(ffmpeg.decode(path, "matroska"))
    with pytest.raises(RequestError, match="a.mkv"):
        Source.open(path)


@pytest.fixture
def commands(tmp_path: Path, replaced) -> "Commands":
    log = tmp_path / "log"
    replaced(RECORDING.replace("LOG", repr(str(log))))
    return Commands(log)


class Commands:
    """What a program in ffmpeg's place was called with, and what memory it had."""

    def __init__(self, log: Path):
        self._log = log

    def reading(self) -> list[tuple[list[str], int]]:
        """Of the calls that read a file: arguments, and bytes of address space."""
        return [call for call in map(ast.literal_eval, self._log.read_text().splitlines()) if "-i" in call[0]]


def test_a_decoder_has_bounded_memory(tmp_path: Path, commands: Commands):
    list(ffmpeg.decode(tmp_path / "a.mp4")), ffmpeg.read_tags(tmp_path / "a.mp4")
    assert [limit for _, limit in commands.reading()] == [ffmpeg.MEMORY] * 2


def test_a_decoder_reads_no_file_but_the_one_it_is_given(tmp_path: Path, commands: Commands):
    """Whatever a container refers to: no protocol but the file system's, no container but those named."""
    path = tmp_path / "a.mp4"
    list(ffmpeg.decode(path)), ffmpeg.read_tags(path)
    list(ffmpeg.decode_fitted(path, 16, 16, tmp_path / "times"))
    assert len(commands.reading()) == 3
    for command, _ in commands.reading():
        options = command[: command.index("-i")]
        assert options[options.index("-protocol_whitelist") + 1] == "file"
        assert "-f" in options or "-format_whitelist" in options
        assert command.count("-i") == 1 and command[command.index("-i") + 1] == f"file:{path}"
