"""Detect incomplete downloads: by file names, by downloaders' own files, by gaps of zeros.

Many downloaders allocate a file's full size at once, so its size proves nothing. Zeros alone are valid:
biases and the last convolution of a residual branch start as zeros, and pruned rows are zeros. A partial
file has norms whose weights are all zero, or runs of zeros that begin or end within a row.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:  # the page reads folders' identities, and never imports torch
    from torch import Tensor

# Suffixes of unfinished files, and of the control files that downloaders put next to them.
MARKERS = tuple(
    """.aria2 .aria2__temp .bc! .crdownload .download .downloading .dtapart .fdmdownload .filepart .incomplete
    .opdownload .part .partial .st .temp .tmp .xltd .xltd.cfg .!qb .!ut""".split()
)
STRIDE, PROBE = 65_536, 4_096  # bytes: PROBE bytes are checked at every STRIDE of a tensor


AGAIN = "Download it again."


def stand_in(start: bytes) -> str | None:
    """Describe, by its first bytes, what replaces a file, as a predicate; None if it may be the file."""
    if not start:
        return f"is empty (0 bytes). {AGAIN}"
    if not start.strip(b"\0"):
        return f"begins with nothing but zeros: its download was broken off. {AGAIN}"
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(b"version https://git-lfs"):
        return "is a Git LFS pointer, not the file itself: run `git lfs pull`, or download the file."
    if text.startswith((b"<!doctype", b"<html", b"<head", b"<?xml")):
        return "is an HTML page, not the file itself: perhaps of an error, or to log in."
    return None


def is_unfinished(name: str) -> bool:
    """Return whether a name is that of an unfinished download or of a downloader's control file."""
    return name.lower().endswith(MARKERS)


def unfinished(path: Path) -> str | None:
    """Explain, by its name and its neighbours', why the file at `path` can't be whole; None if it may be."""
    if is_unfinished(path.name):
        return f"{path.name} is an unfinished download. Let it finish, or download the file again."
    beside = sorted(p.name for p in path.parent.glob("*") if p.name.startswith(path.name))
    marker = next(filter(is_unfinished, beside), None)
    if marker is None:
        return None
    return f"{path.name} is an unfinished download: {marker} lies beside it. Finish it, or delete both files."


def unwritten(name: str, tensor: "Tensor") -> str | None:
    """Explain which zeros of a stored tensor look like a gap in a download; None if none do."""
    import torch

    if tensor.numel() == 0:
        return None
    data = tensor.detach().contiguous().flatten().view(torch.uint8).numpy()
    if tensor.ndim == 1:
        norm = name.endswith("weight") and tensor.numel() > 1
        return f"{name} is nothing but zeros, which no norm has" if norm and not data.any() else None
    item, row = tensor.itemsize, max(data.size // max(tensor.shape[0], 1), 1)
    if not data[:PROBE].any() and not data.max():
        return None
    for start, end in _zero_runs(data):
        first, last = -(-start // item) * item, end // item * item
        if last - first > max(row, PROBE) and (first % row or last % row):
            return f"{name} has a gap of {last - first:,} bytes of zeros"
    return None


def _zero_runs(data: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield start and end of runs of zero bytes; none of STRIDE + PROBE bytes or more is missed."""
    end = 0
    for start in (*range(0, data.size - PROBE, STRIDE), max(data.size - PROBE, 0)):
        if start >= end and not data[start : start + PROBE].any():
            end = start + _leading_zeros(data[start:])
            yield start - _leading_zeros(data[:start][::-1]), end


def _leading_zeros(data: np.ndarray) -> int:
    """Count the zero bytes at the start of `data`."""
    size = PROBE
    while size < data.size and not data[:size].max():
        size *= 2
    filled = data[:size] != 0
    return int(filled.argmax()) if filled.any() else data[:size].size
