"""Files that lie, encoders that die: one clear sentence, nothing half-written, nothing left running."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from t2v import ffmpeg, video
from t2v.video import Video, VideoError, check_saving

FRAMES = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), dtype=np.uint8)
SUFFIXES = (".mp4", ".gif", ".webp")
ROOT = Path(__file__).parents[2]


def make(path: Path, *source: str) -> Path:
    """A file that the encoder makes from a test source."""
    command = [*ffmpeg._ffmpeg(), "-f", "lavfi", "-i", *source, f"file:{path}"]
    subprocess.run(command, check=True)
    return path


def refused(path: Path) -> str:
    """The one sentence that opening the file gives."""
    with pytest.raises(VideoError) as caught:
        Video.open(path)
    message = str(caught.value)
    assert str(path.parent) not in message and "\n" not in message and message.endswith(".")
    return message


NO_VIDEOS = (
    b"", b"\0" * 48, b"<html><body>404</body></html>", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"II*\0" + b"\0" * 40,
    b"#EXTM3U\n#EXTINF:9,\nsecret.mp4\n", b"ffconcat version 1.0\nfile secret.mp4\n",
    b"\0\0\0\x20ftypisom", b"\0\0\0\x20ftyp" + b"\xff" * 4_000, b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 20,
    b"GIF89a", b"GIF89a\x10\0\x10\0\0\0\0" + b"\xff" * 99, b"RIFF\x40\0\0\0WEBPVP8X" + b"\0" * 60,
)  # fmt: skip


@pytest.mark.parametrize("content", NO_VIDEOS, ids=range(len(NO_VIDEOS)))
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_no_video_is_refused_whatever_its_name(tmp_path, content, suffix):
    (tmp_path / f"a{suffix}").write_bytes(content)
    refused(tmp_path / f"a{suffix}")


@pytest.mark.parametrize(
    "text", ["ffconcat version 1.0\nfile secret.mp4\n", "#EXTM3U\n#EXTINF:9,\nsecret.mp4\n"]
)
def test_the_decoder_itself_never_follows_a_playlist(tmp_path, text):
    Video(FRAMES).save(tmp_path / "secret.mp4")
    (tmp_path / "a.mp4").write_text(text)
    with pytest.raises(VideoError):
        list(ffmpeg.decode(tmp_path / "a.mp4"))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_truncated_file_is_refused(tmp_path, suffix):
    data = Video(FRAMES).to_bytes(suffix)
    for part in (0.2, 0.5, 0.9):
        (tmp_path / f"a{suffix}").write_bytes(data[: int(len(data) * part)])
        refused(tmp_path / f"a{suffix}")


@pytest.mark.filterwarnings("ignore:Truncated File Read")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_flipped_bytes_give_frames_or_a_sentence(tmp_path, suffix):
    data, dice = Video(FRAMES[:2]).to_bytes(suffix), random.Random(0)
    for _ in range(25):
        bad = bytearray(data)
        for place in dice.sample(range(len(bad)), 8):
            bad[place] = dice.randrange(256)
        (tmp_path / "a").write_bytes(bad)
        try:
            assert Video.open(tmp_path / "a").frames.ndim == 4
        except VideoError as error:
            assert str(error).endswith(".")


def test_sound_alone_is_no_video(tmp_path):
    refused(make(tmp_path / "a.mp4", "sine=duration=1", "-c:a", "aac"))


def test_huge_frames_are_refused_before_they_are_decoded(tmp_path):
    refused(make(tmp_path / "a.mp4", "color=size=8192x8192", "-frames:v", "1", "-preset", "ultrafast"))
    (tmp_path / "a.gif").write_bytes(b"GIF89a\xff\xff\xff\xff" + b"\0" * 99)
    assert "65535×65535" in refused(tmp_path / "a.gif")
    (tmp_path / "a.webp").write_bytes(b"RIFF\xff\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\xff\x3f\0\xff\x3f\0")
    assert "16384×16384" in refused(tmp_path / "a.webp")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_long_video_is_read_up_to_a_bound(tmp_path, suffix, monkeypatch):
    path = Video(FRAMES).save(tmp_path / f"a{suffix}")
    monkeypatch.setattr(video, "MAX_VOLUME", 7 * 32 * 32)
    assert "longer or larger" in refused(path)


def test_a_file_over_the_byte_limit_and_things_that_are_no_files_are_refused(tmp_path, monkeypatch):
    path = Video(FRAMES).save(tmp_path / "a.gif")
    monkeypatch.setattr(video, "MAX_BYTES", 100)
    assert "larger" in refused(path)
    os.mkfifo(tmp_path / "pipe.mp4")
    for name in ("pipe.mp4", "absent.mp4", "."):
        assert "no such file" in refused(tmp_path / name)


def test_a_decoder_that_hangs_is_ended(tmp_path, monkeypatch):
    path = Video(FRAMES).save(tmp_path / "a.mp4")
    monkeypatch.setattr(ffmpeg, "SECONDS", 0.2)
    monkeypatch.setattr(ffmpeg, "_ffmpeg", lambda: (sys.executable, "-c", "import time; time.sleep(60)"))
    refused(path)


BROKEN_ENCODERS = {
    "killed after 48 bytes": "open(out, 'wb').write(bytes(48)); os.kill(os.getpid(), 9)",
    "content with nothing": "pass",
    "content with 0 bytes": "open(out, 'wb').close()",
    "content with 48 bytes": "open(out, 'wb').write(bytes(48))",
    "deaf": "sys.stdin.close(); sys.exit(1)",
}


@pytest.mark.parametrize("deed", BROKEN_ENCODERS.values(), ids=BROKEN_ENCODERS)
def test_a_broken_encoder_leaves_no_file(tmp_path, monkeypatch, deed):
    script = f"import os, sys; out = sys.argv[-1].removeprefix('file:'); {deed}"
    monkeypatch.chdir(tmp_path)  # the checking decoder is broken too
    monkeypatch.setattr(ffmpeg, "_ffmpeg", lambda: (sys.executable, "-c", script))
    with pytest.raises(VideoError):
        Video(FRAMES).save(tmp_path / "new" / "a.mp4")
    assert not list((tmp_path / "new").iterdir())


REAL = ffmpeg._ffmpeg()[0]
WITHOUT_X264 = f"""#!/bin/sh
case "$*" in *libx264*)
    echo "[vost#0:0 @ 0x5f] Unknown encoder 'libx264'" >&2; echo "Error opening {ROOT}/a b.mp4" >&2; exit 8
esac
exec '{REAL}' "$@"
"""
OTHER_COLOURS = f"""#!/bin/sh
for word; do shift; case "$word" in -color*) word=-metadata;; bt709|tv) word=a=b;; setparams*|*,setparams*) \\
    word=$(echo "$word" | sed 's/,setparams.*/,setparams=colorspace=smpte170m/');; esac; set -- "$@" "$word"
done
exec '{REAL}' "$@"
"""
OLD = f"""#!/bin/sh
case "$*" in *fps_mode*) echo "Unrecognized option 'fps_mode'." >&2; exit 1;; esac
for word; do shift; [ "$word" = -vsync ] && word=-fps_mode; set -- "$@" "$word"; done
exec '{REAL}' "$@"
"""
UNFIT = {  # a program in ffmpeg's place -> what is said of it
    "without the encoder": (WITHOUT_X264, "Unknown encoder 'libx264'"),
    "no program": ("hello", "Exec format error"),
    "for another processor": ("\x7fELF\2\1\1" + "\0" * 11 + "\0\0" + "\0" * 99, "Exec format error"),
    "does nothing": ("#!/bin/sh\nexit 0", "can't be read back"),
    "changes colours": (OTHER_COLOURS, "comes back otherwise"),
    "dies": ("#!/bin/sh\nkill -9 $$", "signal 9"),
    "never ends": ("#!/bin/sh\nexec sleep 60", "within 0.5 seconds"),
    "lacks a library": (
        '#!/bin/sh\necho "$0: libx264.so.164: cannot open" >&2; exit 127',
        "libx264.so.164: cannot open",
    ),
}


@pytest.mark.parametrize(("content", "words"), UNFIT.values(), ids=UNFIT)
def test_an_unfit_encoder_is_known_before_the_work(tmp_path, monkeypatch, replaced, content, words):
    replaced(content)
    monkeypatch.setattr(ffmpeg, "TRIAL", 0.5)
    monkeypatch.setattr(ffmpeg, "SECONDS", 5)
    with pytest.raises(VideoError) as caught:
        check_saving(tmp_path / "new" / "a.mp4")
    message = str(caught.value)
    assert words in message and "IMAGEIO_FFMPEG_EXE" in message and "/" not in message
    assert "\n" not in message and os.listdir(tmp_path) == ["bin"]
    check_saving(tmp_path / "a.gif")  # which needs none
    assert len(Video.open(Video(FRAMES).save(tmp_path / "a.webp")).frames) == 8


@pytest.mark.parametrize("name", ["absent", "a folder", "not executable"])
def test_a_variable_that_names_no_program_is_named(tmp_path, replaced, name):
    file = replaced("#!/bin/sh\n")
    file.chmod(0o644)
    if name != "not executable":
        file.unlink()
    if name == "a folder":
        file.mkdir()
    with pytest.raises(VideoError, match="IMAGEIO_FFMPEG_EXE names can't be run: "):
        check_saving(tmp_path / "a.mp4")


def test_an_old_ffmpeg_does(tmp_path, replaced):
    new = Video(FRAMES).to_bytes()
    replaced(OLD)
    ffmpeg._sync_option.cache_clear()
    check_saving(tmp_path / "a.mp4")
    assert Video(FRAMES).save(tmp_path / "a.mp4").read_bytes() == new
    assert len(Video.open(tmp_path / "a.mp4").frames) == 8


def test_one_trial_is_enough_for_a_binary(tmp_path, replaced):
    log = tmp_path / "log"
    replaced(f"#!/bin/sh\necho >> '{log}'\nexec '{REAL}' \"$@\"")
    check_saving(tmp_path / "a.mp4")
    runs = len(log.read_text())
    check_saving(tmp_path / "b.mp4")
    assert len(log.read_text()) == runs <= 3


def test_the_encoders_words_are_passed_on(tmp_path, replaced):
    replaced(WITHOUT_X264)
    with pytest.raises(VideoError, match="whole: Unknown encoder 'libx264'.$"):
        Video(FRAMES).save(tmp_path / "a.mp4")


def test_a_video_that_lacks_frames_is_not_kept_and_the_old_file_stays(tmp_path, monkeypatch):
    old = Video(FRAMES[:2]).save(tmp_path / "a.mp4").read_bytes()
    encode = ffmpeg.encode
    monkeypatch.setattr(ffmpeg, "encode", lambda frames, *rest: encode(frames[:-1], *rest))
    with pytest.raises(VideoError, match="lacks frames"):
        Video(FRAMES).save(tmp_path / "a.mp4")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [old]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_space_is_an_error_without_a_file(tmp_path, suffix):
    code = f"""
import resource, numpy as np
from t2v.video import Video, VideoError, check_saving
frames = np.random.default_rng(0).integers(0, 256, (8, 64, 64, 3), dtype=np.uint8)
resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))
try:
    Video(frames).save({str(tmp_path / f"a{suffix}")!r})
except VideoError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.endswith(".\n"), done.stderr
    assert str(tmp_path) not in done.stdout
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_a_file_is_named_as_the_cause(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(VideoError, match="can't be written"):
        Video(FRAMES).save(tmp_path / "file" / "a.mp4")


def test_a_kill_at_any_moment_leaves_whole_files_only(tmp_path):
    code = f"""
import itertools, numpy as np
from t2v.video import Video
video = Video(np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), dtype=np.uint8))
print("ready", flush=True)
for number in itertools.count():
    video.save({str(tmp_path)!r} + f"/{{number}}.mp4")
"""
    dice, whole = random.Random(0), 0
    for _ in range(6):
        writer = subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True
        )
        with writer.stdout:
            writer.stdout.readline()
        time.sleep(dice.uniform(0.05, 0.5))
        os.killpg(writer.pid, signal.SIGKILL)
        writer.wait()
        for path in tmp_path.glob("*.mp4"):
            assert len(Video.open(path).frames) == 8
            path.unlink()
            whole += 1
    assert whole
