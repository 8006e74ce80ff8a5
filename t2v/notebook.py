"""A video as HTML for notebooks: it plays in the page, above the settings that made it."""

from base64 import b64encode
from html import escape

import numpy as np

from t2v.containers import CONTAINERS
from t2v.ffmpeg import VideoError
from t2v.file_settings import Settings
from t2v.image import cropped
from t2v.measures import counted
from t2v.places import temporary_folder

MAX_INLINE = 4 * 2**20  # bytes of the MP4: a notebook's file keeps what it shows
SHRUNK = (1, 2, 4, 8)  # what the sides are divided by until the MP4 fits
WIDEST = 512  # CSS pixels


def show(frames: np.ndarray, settings: Settings) -> str | None:
    """Return HTML that plays frames uint8 (f h w 3); None if no MP4 of MAX_INLINE bytes can be made."""
    try:
        for by in SHRUNK:
            smaller = frames if by == 1 else _shrunk(frames, by)
            mp4 = _mp4(smaller, settings)
            if len(mp4) <= MAX_INLINE:
                return _html(mp4, settings, smaller.shape[2::-1][:2] if by > 1 else None)
    except VideoError:
        pass
    return None


def _shrunk(frames: np.ndarray, by: int) -> np.ndarray:
    width, height = (max(2, side // by) for side in frames.shape[2:0:-1])
    return np.stack([cropped(frame, width, height) for frame in frames])


def _mp4(frames: np.ndarray, settings: Settings) -> bytes:
    with temporary_folder() as folder:
        path = folder / "shown.mp4"
        CONTAINERS[".mp4"].write(frames, settings, path)
        return path.read_bytes()


def _html(mp4: bytes, settings: Settings, shown: tuple[int, int] | None) -> str:
    width = min(settings.size[0] * max(1, 256 // settings.size[0]), WIDEST)
    lines = [_caption(settings), *settings.notes]
    if shown:
        lines.append(f"Shown at {shown[0]}×{shown[1]}, to keep the notebook small; save() writes the whole.")
    return (
        f'<video controls loop autoplay muted playsinline width="{width}"'
        f' src="data:video/mp4;base64,{b64encode(mp4).decode()}"></video>'
        + "".join(f"<div>{escape(line)}</div>" for line in lines)
    )


def _caption(settings: Settings) -> str:
    """Return the prompt and the settings in one line."""
    width, height = settings.size
    clip = f"{counted(settings.frames, 'frame')} of {width}×{height} at {settings.fps} fps"
    request = settings.request
    if request is None:
        return clip
    how = [f"{counted(request.steps, 'step')} of {request.sampler}"] if request.steps else []
    seed = [] if request.seed is None else [f"seed {request.seed}"]
    model = [settings.model] if settings.model else []
    return f"“{request.prompt}”: {', '.join([*seed, clip, *how, *model])}"
