"""The settings that a video's file carries: the request and the model, device and version that made it."""

import json
from dataclasses import asdict, dataclass

from t2v.json_limits import parse_json
from t2v.request import MAX_FPS, SETTINGS, ModelDefaults, Request, RequestError

ANY = ModelDefaults(max_frames=2**31, max_steps=2**31, max_side=2**31, max_volume=2**63)


@dataclass(frozen=True)
class Settings:
    """Settings stored in a video's file: how it was made."""

    request: Request | None
    model: str
    revision: str
    version: str
    notes: tuple[str, ...]
    frames: int
    size: tuple[int, int]  # width, height; an MP4's own is even
    device: str = ""  # "cpu", "cuda", or those of one video, "cuda:0,cuda:1"
    dtype: str = ""
    memory: str = ""  # the rung; like `threads`, it changes how sums are formed, and so the last bits
    threads: int = 0  # of the processor, where it was the device
    source: str = ""  # the digest of the frames that it started from
    smoothed: int = 0  # frames a second after motion interpolation; 0: the frames are as they were made
    adapters: tuple[str, ...] = ()  # of each its name, with the scale, and its file's digest

    @property
    def fps(self) -> int:
        """Frames a second."""
        return self.smoothed or (self.request and self.request.fps) or ModelDefaults.fps

    def to_json(self) -> str:
        """Return one line of ASCII JSON."""
        return json.dumps({"made_by": "t2v"} | asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Settings | None":
        """Parse the settings in a comment; None if the comment is something else."""
        try:
            given = parse_json(text)
            known = {name: value for name, value in (given["request"] or {}).items() if name in SETTINGS}
            request = Request(**known).checked(ANY) if known else None
            model, revision, version = (str(given[name]) for name in ("model", "revision", "version"))
            frames, width, height = map(int, (given["frames"], *given["size"]))
            device, dtype, memory = (str(given.get(name, "")) for name in ("device", "dtype", "memory"))
            size, threads = (width, height), int(given.get("threads", 0))
            notes, source = tuple(map(str, given["notes"])), str(given.get("source", ""))
            made, smoothed = (model, revision, version, notes), int(given.get("smoothed", 0))
            if not 0 <= smoothed <= MAX_FPS:
                return None
            more = source, smoothed, tuple(map(str, given.get("adapters", ())))
            return cls(request, *made, frames, size, device, dtype, memory, threads, *more)
        except (RequestError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
            return None  # any text at all may stand in a comment, JSON of any shape included
