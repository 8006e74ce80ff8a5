"""Encode and decode MP4 with imageio-ffmpeg's binary, a subprocess with limits on formats, memory and time.

The binary stays off PATH: gradio would find it there, look for an ffprobe next to it, and fail. A file to
be decoded may come from anybody, so its container is never guessed (a playlist named .mp4 would make the
decoder read other files), and the decoder's memory, time and frame size are bounded.
"""

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from threading import Timer
from types import ModuleType
from typing import IO, Any

import imageio_ffmpeg
import numpy as np

from t2v.errors import T2VError
from t2v.ffmpeg_output import parse_tags, ppm_frames
from t2v.machine import quota_threads

resource: ModuleType | None
try:
    import resource
except ImportError:  # Windows: there the time and frame limits have to do
    resource = None

CRF = 10  # ModelScope's
PRESET = "veryfast"  # at this quality neither larger nor worse than "medium", in a third of the time
SECONDS = 300  # for one encoding or decoding
TRIAL = 30  # seconds for a run that does nothing
TRIAL_COLOUR = (230, 40, 60)  # which a wrong label turns into (214 18 61)
VARIABLE = "IMAGEIO_FFMPEG_EXE"  # names another binary
MEMORY = 2**31  # bytes of address space a decoder gets
MAX_PIXELS = 2**23  # of one frame; 4096×2048
MAX_SIDE = 2**14  # pixels of a frame that is scaled
MAX_TAGS = 2**18  # bytes
ADDRESSES = re.compile(r"^(\[[^]]*\]\s*)+|(file:)?(/|[A-Za-z]:\\)\S*")  # and paths, in ffmpeg's messages
DAMAGED = "The file is damaged, or holds no video that can be read here."
CODECS = "h264,hevc,mpeg4,vp8,vp9,av1,libdav1d"
CLIP_FORMATS = "mov,matroska,avi,gif,mpegts,mpeg,asf,flv"  # for training clips: none refers to other files
CUT_OFF = re.compile("prematurely|partial file|truncated|decode failed")  # ffmpeg says so, and goes on
MICROSECONDS = "1:1000000"
EXACT = "flags=bicubic+accurate_rnd+full_chroma_int"
# All three labels, and as a filter: -color_primaries is dropped, and browsers take half-labelled colours
# for those of standard television, which turns red (230 40 60) into (214 18 61).
LABELS = "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
OPTIONS = "-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv"  # version 4 needs these
TO_BT709 = f"scale=out_color_matrix=bt709:out_range=tv:{EXACT},format=yuv420p,{LABELS}"
SIDES = {"w": "iw*sar", "h": "ih"}  # of a frame with square pixels
TO_RGB = f"out_range=pc:{EXACT},format=rgb24"  # of a filter scale=

Process = subprocess.Popen[bytes]
_tried: set[tuple[str, ...]] = set()  # commands that have passed `check`


class VideoError(T2VError, ValueError):
    """A video can't be written or read: one sentence, without paths."""


def encode(frames: np.ndarray, fps: int, tags: dict[str, str], path: Path, crf: int = CRF) -> None:
    """Write frames uint8 (f h w 3), h and w even, as H.264 with the index first; VideoError if it fails.

    `crf`: 0 is lossless, and a quarter of the bytes remains from 10 to 28.
    """
    height, width = frames.shape[1:3]
    out = (*h264(crf), *tagged(tags), *_every_frame(), "-movflags", "+faststart", "-f", "mp4", url(path))
    run([*raw(width, height, fps), *out], path, frames.data.cast("B"))


def raw(width: int, height: int, fps: int) -> tuple[str, ...]:
    """Return input options for frames uint8 (h w 3) from a pipe."""
    size = f"{width}x{height}"
    return ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", str(fps), "-i", "pipe:0")


def h264(crf: int = CRF) -> tuple[str, ...]:
    """Return output options for H.264 in BT.709's colours."""
    threads = ("-threads", str(quota_threads() or 0))  # 0: the encoder chooses, ignoring quotas
    codec = ("-c:v", "libx264", "-profile:v", "high", "-preset", PRESET, "-crf", str(crf))
    return ("-vf", TO_BT709, *threads, *codec, *OPTIONS.split())


def tagged(tags: dict[str, str]) -> tuple[bytes | str, ...]:
    """Return output options for text tags (title, comment…)."""
    return tuple(part for name, text in tags.items() for part in ("-metadata", _argument(f"{name}={text}")))


def run(options: Sequence[str | bytes], path: Path, given: memoryview | None = None) -> None:
    """Run ffmpeg to its end, which writes `path`; VideoError if it fails. `given` goes to its stdin."""
    quiet, pipe = subprocess.DEVNULL, subprocess.PIPE
    source: dict[str, Any] = {"stdin": quiet} if given is None else {"input": given}
    with _started():
        done = subprocess.run(
            [*_ffmpeg(), "-y", *options], timeout=SECONDS, stdout=quiet, stderr=pipe, **source
        )
    if b"No space left" in done.stderr:
        raise VideoError("No space is left on the disk for the video.")
    if done.returncode:
        killed = f"ended by signal {-done.returncode}" if done.returncode < 0 else ""
        reason = _reason(done.stderr.decode(errors="replace") or killed, path)
        raise VideoError(f"The encoder stopped before the video was whole: {reason}.")


def started(options: Sequence[str | bytes]) -> Process:
    """Start ffmpeg with a pipe to its stdin. Ctrl-C in the terminal doesn't reach it."""
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = [*_ffmpeg(), "-y", *options]
    with _started():
        return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True, **quiet)


def filtered(frames: np.ndarray, fps: int, graph: str, size: tuple[int, int] | None = None) -> np.ndarray:
    """Run frames uint8 (f h w 3) through a filter graph -> frames of their size, or of `size` (width,
    height), which the graph gives; VideoError if it fails."""
    height, width = frames.shape[1:3]
    out = (*_every_frame(), "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1")
    command = [*_ffmpeg(), *raw(width, height, fps), "-vf", f"{graph},scale={TO_RGB}", *out]
    with _started():
        done = subprocess.run(command, input=frames.data.cast("B"), timeout=SECONDS, capture_output=True)
    width, height = size or (width, height)
    if done.returncode or not done.stdout or len(done.stdout) % (height * width * 3):
        reason = _reason(done.stderr.decode(errors="replace"), Path())
        raise VideoError(f"ffmpeg can't filter the video: {reason}.")
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 3)


def check(folder: Path) -> None:
    """Encode and decode small frames in `folder`, once for each binary; VideoError if they change."""
    command = _ffmpeg()
    if command in _tried:
        return
    try:
        with TemporaryDirectory(dir=folder, prefix=".") as inside:
            _try(Path(inside, "trial.mp4"))
    except VideoError as error:
        instead = f"unset {VARIABLE} or let it" if os.environ.get(VARIABLE) else f"let {VARIABLE}"
        way_out = f"For .mp4, {instead} name an ffmpeg with libx264; .gif and .webp need none."
        raise VideoError(f"{error} {way_out}") from None
    _tried.add(command)


def _try(path: Path) -> None:
    """Write two frames and read them back; VideoError unless number, size and colour are kept."""
    frames = np.full((2, 16, 16, 3), TRIAL_COLOUR, np.uint8)
    encode(frames, 8, {}, path)
    with suppress(VideoError):
        again = np.stack([*decode(path)] or [np.empty(0)])
        if again.shape == frames.shape and np.abs(again - frames.astype(int)).max() <= 4:
            return
    raise VideoError("What ffmpeg writes comes back otherwise, or can't be read back.")


def decode(
    path: Path,
    demuxer: str = "mov",
    *,
    area: int | None = None,
    first: int | None = None,
    last_seconds: int | None = None,
) -> Iterator[np.ndarray]:
    """Yield the frames uint8 (h w 3) of a video; VideoError if it is no video, or damaged.

    demuxer: "mov" for MP4 and QuickTime, "matroska" for WebM and MKV. With `area`, frames of more pixels
    are scaled down to it, and pixels that aren't square are made so. Decoding stops after `first` frames;
    with `last_seconds`, it starts that long before the end.

    Each frame comes as a PPM image, which states its own size.
    """
    start = () if last_seconds is None else ("-sseof", f"-{last_seconds}")
    stop = () if first is None else ("-frames:v", str(first))
    scale = f"scale={_sides(area)}{TO_RGB}"
    one_stream = ("-map", "0:V:0", "-vf", scale, *_every_frame(), *stop)  # V: no cover picture
    out = ("-c:v", "ppm", "-f", "image2pipe", "pipe:1")
    with _running([*_ffmpeg(), "-xerror", *start, *_untrusted(path, demuxer), *one_stream, *out]) as process:
        yield from ppm_frames(_output(process))
        if process.wait():
            raise VideoError(DAMAGED)


def copy_without_tags(path: Path, demuxer: str, copy: Path) -> None:
    """Copy a video's pictures, encoded as they are, without sound, chapters and tags; VideoError."""
    no_tags = "-map_metadata -1 -map_metadata:s:v -1 -map_chapters -1 -fflags +bitexact".split()
    out = ("-map", "0:V:0", *no_tags, "-c", "copy", "-f", "mp4" if demuxer == "mov" else "matroska")
    command = [*_ffmpeg(), "-y", "-xerror", *_untrusted(path, demuxer), *out, url(copy)]
    with _running(command) as process:
        if process.wait():
            raise VideoError(DAMAGED)


def decode_fitted(path: Path, width: int, height: int, times: Path) -> Iterator[np.ndarray]:
    """Yield the frames uint8 (height width 3) of a training clip, upright, cropped about the centre.

    It may have most containers and all codecs that ffmpeg reads, without the bounds on files of strangers.
    The frames' times go to the file `times` (see `read_times`). VideoError if anything is damaged.
    """
    aspect = width / height
    crop = f"crop='min(iw,max(1,round(ih*{aspect}/sar)))':'min(ih,max(1,round(iw*sar/{aspect})))':exact=1"
    fitted = f"{crop},scale={width}:{height}:out_range=pc:{EXACT},format=rgb24"
    one_stream = ("-map", "0:V:0", *_every_frame())
    ppm = (*one_stream, "-vf", fitted, "-c:v", "ppm", "-f", "image2pipe", "pipe:1")
    stamps = (
        *one_stream,
        "-vf",
        "scale=16:16",
        "-enc_time_base",
        MICROSECONDS,
        "-f",
        "framecrc",
        url(times),
    )
    source = ("-protocol_whitelist", "file", "-format_whitelist", CLIP_FORMATS, "-i", url(path))
    with TemporaryFile() as errors:
        command = [*_ffmpeg(), "-y", "-xerror", *source, *ppm, *stamps]
        with _started():
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
            )
        try:
            with _output(process) as images:
                yield from ppm_frames(images)
            failed = process.wait()
        finally:
            process.kill()
            process.wait()
        errors.seek(0)
        said = errors.read().decode(errors="replace")
    if failed or CUT_OFF.search(said):
        raise VideoError(f"{DAMAGED[:-1]} ({_reason(said, path)}).")


def read_times(path: Path) -> tuple[np.ndarray, float]:
    """Return when each frame begins and the last one ends, in seconds, as `decode_fitted` wrote it.

    VideoError if there are no frames.
    """
    rows = [line.split(",") for line in path.read_text().splitlines() if not line.startswith("#")]
    if not rows:
        raise VideoError("The file holds no frames.")
    begins = np.maximum.accumulate([int(row[2]) for row in rows]) / 1e6
    mean = (begins[-1] - begins[0]) / max(len(rows) - 1, 1)
    return begins, float(begins[-1] + (int(rows[-1][3]) / 1e6 or mean))


def read_tags(path: Path) -> dict[str, str]:
    """Read the text tags (title, comment…) of an MP4, without decoding a frame."""
    with _running([*_ffmpeg(), *_untrusted(path), "-f", "ffmetadata", "pipe:1"]) as process:
        text = _output(process).read(MAX_TAGS + 1)
        if len(text) > MAX_TAGS or process.wait():
            raise VideoError(DAMAGED)
    return parse_tags(text.decode(errors="replace"))


def _ffmpeg() -> tuple[str, ...]:
    try:
        return (imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-loglevel", "error")
    except RuntimeError:
        raise VideoError("imageio-ffmpeg has no encoder for this machine; install ffmpeg.") from None


def _every_frame() -> tuple[str, str]:
    """Return the option that neither repeats nor drops frames. Before version 5.1 it has another name."""
    return _sync_option(_ffmpeg()[0]), "passthrough"


@cache
def _sync_option(binary: str) -> str:
    command = [binary, "-fps_mode", "passthrough"]
    with _started():
        trial = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TRIAL)
    return "-vsync" if b"Unrecognized option" in trial.stderr else "-fps_mode"


@contextmanager
def _started() -> Iterator[None]:
    """Raise VideoError if the binary can't be started, or doesn't end."""
    name = f"The ffmpeg that {VARIABLE} names" if os.environ.get(VARIABLE) else "ffmpeg"
    try:
        yield
    except OSError as error:
        raise VideoError(f"{name} can't be run: {error.strerror or 'unknown error'}.") from None
    except subprocess.TimeoutExpired as error:
        raise VideoError(f"{name} didn't finish within {error.timeout:g} seconds.") from None


def _untrusted(path: Path, demuxer: str = "mov") -> tuple[str, ...]:
    """Return input options for files of strangers: this container, these codecs, this size, no other file."""
    bounds = ("-codec_whitelist", CODECS, "-max_pixels", str(MAX_PIXELS), "-threads", "1")
    return ("-protocol_whitelist", "file", "-f", demuxer, *bounds, "-i", url(path))


def _sides(area: int | None) -> str:
    """Return options of the filter scale: square pixels, at most `area` of them; None keeps the size."""
    if area is None:
        return ""
    scale = f"min(1,sqrt({area}/(iw*sar*ih)))"
    return "".join(f"{name}='clip(trunc({side}*{scale}),1,{MAX_SIDE})':" for name, side in SIDES.items())


def url(path: Path) -> str:
    """Return a path with its protocol: it can't be taken for an option or for another protocol."""
    return f"file:{path.absolute()}"


def _argument(text: str) -> bytes:
    """Encode in UTF-8, whatever the locale; leave out what no argument can carry."""
    return text.encode(errors="replace").replace(b"\0", b"")


def _reason(said: str, path: Path) -> str:
    """Return the first of ffmpeg's error lines, without its "[mov @ 0x55e7]" and without paths."""
    first = next((line for line in said.splitlines() if line.strip()), "")
    return ADDRESSES.sub("", first.replace(str(path), "/")).strip(" .:")[:200] or "no reason given"


@contextmanager
def _running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a decoder with bounded memory and time; kill it at the end of the block."""
    with _started():
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    timer = Timer(SECONDS, process.kill)
    try:
        timer.start()
        if resource is not None and hasattr(resource, "prlimit"):
            # From outside: a preexec_fn may deadlock where threads run. A sandbox may refuse.
            with suppress(OSError, ValueError):
                resource.prlimit(process.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
        with _output(process):
            yield process
    finally:
        timer.cancel()
        process.kill()
        process.wait()


def _output(process: subprocess.Popen[bytes]) -> IO[bytes]:
    """Return the stdout of a process that was started with a pipe for it."""
    assert process.stdout is not None
    return process.stdout
