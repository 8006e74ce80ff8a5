"""Whether a video's file is there to its end, by the sizes that MP4, GIF and WebP state in it.

A decoder may hide the loss of the last bytes: it shows the frame before once more.
"""

from pathlib import Path
from typing import BinaryIO


def is_cut_off(path: Path) -> bool:
    """Return whether bytes are missing at the end of an MP4, GIF or WebP; False for any other file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(12)
        if start[:3] == b"GIF":
            file.seek(max(0, size - 1))
            return file.read() != b"\x3b"
        if start[:4] == b"RIFF":
            return int.from_bytes(start[4:8], "little") + 8 > size
        return start[4:8] == b"ftyp" and _boxes_end(file, size) != size


def _boxes_end(file: BinaryIO, size: int) -> int:
    """Return where the last of an MP4's outer boxes ends: each begins with its size, 4 bytes or 4 + 4 + 8."""
    place = 0
    while place < size:
        file.seek(place)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        length = int.from_bytes(head[8:16], "big") if length == 1 else length
        if length < 8:  # 0: to the end of the file
            return size if length == 0 and len(head) >= 8 else -1
        place += length
    return place
