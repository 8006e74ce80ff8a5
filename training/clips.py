"""Read a folder of captioned clips for fine-tuning, whatever camera, phone or page they came from.

Each video has a text file of the same name with its caption; one that t2v made needs none, as it carries its
prompt, and the page's folder, outputs, is read as it is. A clip is decoded once, frame by frame, and only
frames of the model's size are kept, so memory depends neither on its length nor on its size.
"""

import codecs
import mimetypes
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image, ImageOps
from tqdm import tqdm

from t2v import Video, ffmpeg
from t2v.defaults import ModelDefaults
from t2v.errors import T2VError
from t2v.video import VideoError

SUFFIXES = tuple(".mp4 .m4v .mov .3gp .mkv .webm .avi .gif .webp .ts .mts .m2ts .mpg .mpeg .wmv .flv".split())
ALL_SUFFIXES = ", ".join(SUFFIXES)
STRANGE = f"{{}} has a caption, but is of no kind that is read ({ALL_SUFFIXES}): convert it."
CONVERT = 'If it plays elsewhere, convert it (ffmpeg -i "{}" new.mp4); else take it out of the folder.'
MAX_CAPTION = 2**16  # bytes
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
SPARE = 8  # frames kept while decoding for each frame chosen at the end
TOLERANCE = 1e-5  # seconds; the times of frames are rounded
SHOWN = 5  # errors of one folder


class ClipError(T2VError, ValueError):
    """A folder of clips that can't be used: a sentence for each wrong file, with the way out."""


def read_clips(folder: Path, native: ModelDefaults = ModelDefaults()) -> list[tuple[Video, str]]:
    """Each video of `folder` with its caption, as `each_clip` gives them. ClipError."""
    return list(each_clip(folder, native))


def each_clip(folder: Path, native: ModelDefaults) -> Iterator[tuple[Video, str]]:
    """The videos of `folder`, brought to the frames and size of `native`, and their captions.

    ClipError: at once for what `find_clips` finds; at the end, for all together, if videos can't be read.
    """
    errors = []
    for path, caption in tqdm(find_clips(folder), desc="reading clips", disable=None):
        try:
            yield Video(read_clip(path, native)), caption
        except VideoError as error:
            errors.append(f"{path.name} can't be used: {error} {CONVERT.format(path.name)}")
    _check(errors)


def find_clips(folder: Path) -> list[tuple[Path, str]]:
    """The videos of `folder` by name, each with its caption, none decoded yet. ClipError.

    Subfolders, hidden files and what is no video are passed over.
    """
    files = _visible_files(_served(Path(folder)))
    videos = [path for path in files if path.suffix.lower() in SUFFIXES]
    texts = {_key(path): path for path in files if path.suffix.lower() == ".txt"}
    known = {_key(path) for path in videos}
    strange = [path.name for path in files if _is_media(path) and _key(path) in texts.keys() - known]
    _check([STRANGE.format(name) for name in strange])
    if not videos:
        raise ClipError(f"{folder} has no videos ({ALL_SUFFIXES}){_deeper(Path(folder))}.")
    captions = {path: _caption_or_error(path, texts.get(_key(path))) for path in videos}
    if missing := [path.name for path, caption in captions.items() if caption is None]:
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        raise ClipError(f"without a caption (a .txt of the same name): {', '.join(missing[:SHOWN])}{more}")
    _check([caption for caption in captions.values() if isinstance(caption, ClipError)])
    return [(path, str(caption)) for path, caption in captions.items()]


def read_caption(path: Path) -> str:
    """A caption in UTF-8, or in UTF-16 with a byte order mark, as one line. ClipError names the file."""
    try:
        if path.stat().st_size > MAX_CAPTION:
            raise ClipError(f"{path.name} is too long for a caption: write one or two sentences.")
        data = path.read_bytes()
        encoding = next((name for mark, name in MARKS.items() if data.startswith(mark)), "utf-8")
        text = data.decode(encoding)
    except OSError as error:
        raise ClipError(f"{path.name} can't be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ClipError(f"{path.name} is no text in UTF-8: save it again as UTF-8.")
    if not (caption := " ".join(text.split())):
        raise ClipError(f"{path.name} is empty: write in it what the clip shows.")
    return caption


def recorded_prompt(path: Path) -> str | None:
    """The prompt that a video made by t2v carries; None in any other file."""
    try:
        settings = Video.read_settings(path)
    except VideoError:
        return None
    return settings.request.prompt if settings and settings.request else None


def read_clip(path: Path, native: ModelDefaults) -> np.ndarray:
    """Frames uint8 (f h w 3), as many and as large as `native`'s, evenly spaced in time. VideoError."""
    if not path.is_file():  # opening a pipe might never end
        raise VideoError("There is no such file.")
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise VideoError(f"It can't be read: {error.strerror}.") from None
    if not head:
        raise VideoError("It is empty.")
    webp = head[:4] == b"RIFF" and head[8:] == b"WEBP"
    frames, times, end = (_read_webp if webp else _read_video)(path, native)
    return np.stack([frames[i] for i in shown(times, end, native.frames)])


def shown(times: np.ndarray, end: float, count: int) -> np.ndarray:
    """Indices of the frames visible at `count` evenly spaced moments; frame i is visible from times[i] on."""
    moments = np.linspace(times[0], end, count) + TOLERANCE
    return np.clip(np.searchsorted(times, moments, side="right") - 1, 0, len(times) - 1)


def thinned(frames: Iterable[np.ndarray], most: int) -> tuple[list[np.ndarray], int]:
    """Keep every frame, every second, fourth … so that at most `most` (even) remain -> them, the step"""
    kept, step = [], 1
    for index, frame in enumerate(frames):
        if index % step == 0:
            kept.append(frame)
        if len(kept) > most:
            kept, step = kept[::2], 2 * step
    return kept, step


def _read_video(path: Path, native: ModelDefaults) -> tuple[list[np.ndarray], np.ndarray, float]:
    """Decode by ffmpeg -> frames (h w 3), their times, and the end of the last, in seconds."""
    with TemporaryDirectory() as folder:
        times = Path(folder, "times")
        decoded = ffmpeg.decode_fitted(path, native.width, native.height, times)
        frames, step = thinned(decoded, SPARE * native.frames)
        begins, end = ffmpeg.read_times(times)
    return frames, begins[: len(frames) * step : step], end


def _read_webp(path: Path, native: ModelDefaults) -> tuple[list[np.ndarray], np.ndarray, float]:
    """Decode as `_read_video` does, by Pillow: few builds of ffmpeg read an animated WebP."""
    begins, end = [], 0.0

    def decoded(image: Image.Image) -> Iterable[np.ndarray]:
        nonlocal end
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            begins.append(end)
            end += max(image.info.get("duration", 0), 1) / 1000
            frame = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
            yield np.asarray(ImageOps.fit(frame.convert("RGB"), (native.width, native.height)))

    try:
        with Image.open(path, formats=("WEBP",)) as image:
            frames, step = thinned(decoded(image), SPARE * native.frames)
    except Exception as error:  # Pillow's decoders raise nearly anything at bytes that lie
        raise VideoError(f"It is damaged ({error}).") from None
    return frames, np.array(begins[::step]), end


def _key(path: Path) -> str:
    """The name shared by clip and caption, whatever the system's form of capitals and accents."""
    return unicodedata.normalize("NFC", path.stem).casefold()


def _visible_files(folder: Path) -> list[Path]:
    """The folder's files without hidden ones, such as a Mac's ._ball.mp4, by name."""
    try:
        return [path for path in sorted(folder.iterdir()) if path.name[0] != "." and not path.is_dir()]
    except OSError as error:
        raise ClipError(f"The folder of clips, {folder}, can't be read: {error.strerror}.") from None


def _is_media(path: Path) -> bool:
    """True if the name is a video's or a picture's."""
    return (mimetypes.guess_type(path.name)[0] or "").partition("/")[0] in ("video", "image")


def _caption_or_error(video: Path, text: Path | None) -> str | ClipError | None:
    """The caption in `text`, or, without one, the prompt that the video carries, if it does."""
    try:
        return read_caption(text) if text else recorded_prompt(video)
    except ClipError as error:
        return error


def _served(folder: Path) -> Path:
    """The folder of the videos: in one that the page keeps its outputs in, a subfolder of it."""
    return folder / "served" if (folder / "t2v.sqlite3").is_file() else folder


def _deeper(folder: Path) -> str:
    """The end of an error message: a subfolder that has videos, if there is one."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and any(file.suffix.lower() in SUFFIXES for file in path.iterdir()):
            return f"; its subfolder {path.name} has: give that, subfolders aren't read"
    return ""


def _check(errors: list) -> None:
    """Raise ClipError with the first SHOWN errors, one a line, if there are any."""
    if errors:
        more = [f"… and {len(errors) - SHOWN} more"] if len(errors) > SHOWN else []
        raise ClipError("\n".join([str(error) for error in errors[:SHOWN]] + more))
