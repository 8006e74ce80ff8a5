"""A finished video's latents: kept beside its file, decoded again, continued without the VAE's round trip."""

import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from t2v.ffmpeg import VideoError

SUFFIX = ".latents.safetensors"
MAX_BYTES = 2**28  # of a file that is read


@dataclass(frozen=True, eq=False)
class Latents:
    """Latents float32 (c f h w) of a video's last f frames, as its model made them.

    `model`: its name and revision. `digest`: of those frames; others have no latents.
    """

    array: np.ndarray
    model: str
    digest: str

    @classmethod
    def of(cls, array: np.ndarray, model: str, frames: np.ndarray) -> "Latents":
        """The latents of the last frames of `frames` uint8 (n h w 3)."""
        return cls(array, model, _digest(frames[len(frames) - array.shape[1] :]))

    def belong_to(self, frames: np.ndarray) -> bool:
        """Check that `frames` (n h w 3) end with the frames of these latents."""
        count = self.array.shape[1]
        return count <= len(frames) and _digest(frames[len(frames) - count :]) == self.digest


def latents_path(file: Path) -> Path:
    """The path of a video's latents: panda.latents.safetensors beside panda.mp4."""
    return file.with_suffix(SUFFIX)


def write_latents(latents: Latents, file: Path) -> Path:
    """Write latents beside the video's file; -> where. VideoError where that can't be.

    They name the file by its SHA-256: beside a file that was replaced they are ignored.
    """
    path = latents_path(file)
    draft = path.with_name(f".{secrets.token_hex(8)}.part")
    array = np.ascontiguousarray(latents.array)  # safetensors would write another order as if it were this
    facts = {"made_by": "t2v", "model": latents.model, "of": sha256(file.read_bytes()).hexdigest()}
    try:
        save_file({"latents": array}, draft, metadata={"t2v": json.dumps(facts)})
        os.replace(draft, path)
    except (OSError, SafetensorError) as error:
        raise VideoError(
            f"The latents can't be kept: {getattr(error, 'strerror', None) or 'no room'}."
        ) from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return path


def read_latents(file: Path, frames: np.ndarray) -> Latents | None:
    """Read the latents beside a video's file, whose frames are `frames`; None where there are none of it."""
    path = latents_path(file)
    with suppress(OSError, SafetensorError, ValueError, TypeError, KeyError):
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        with safe_open(path, "numpy") as opened:
            facts = json.loads((opened.metadata() or {})["t2v"])
            array = opened.get_tensor("latents")
        sound = array.dtype == np.float32 and array.ndim == 4 and 1 <= array.shape[1] <= len(frames)
        if sound and np.isfinite(array).all() and facts["of"] == sha256(file.read_bytes()).hexdigest():
            return Latents.of(array, str(facts["model"]), frames)
    return None


def _digest(frames: np.ndarray) -> str:
    return sha256(repr(frames.shape).encode() + np.ascontiguousarray(frames).tobytes()).hexdigest()
