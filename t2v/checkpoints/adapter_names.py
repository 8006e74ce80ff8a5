"""Parse a model's name with adapters: `id[@revision][+adapter[:scale]]…`.

An adapter is a word of the catalogue, a path, or a file on the hub, `owner/name/path/file`. `:0.8` scales it;
`:0.8/0.3` scales its spatial and its temporal layers. An existing path wins whole, with any + and : in it.
"""

import math
import re
from pathlib import Path
from typing import NamedTuple

from .errors import CheckpointError
from .model_names import QUOTES, local_path, shown

MAX_SCALE = 10.0
MAX_ADAPTERS = 8
NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)"
SCALED = re.compile(rf"(?P<name>.+):(?P<spatial>{NUMBER})(?:/(?P<temporal>{NUMBER}))?")


class AdapterName(NamedTuple):
    """What a user writes for an adapter, and the scales of its spatial and temporal layers."""

    name: str
    spatial: float = 1.0
    temporal: float = 1.0

    def scaled(self, name: str) -> str:
        """Return `name` with these scales, as a user writes them."""
        if self.spatial != self.temporal:
            return f"{name}:{self.spatial:g}/{self.temporal:g}"
        return name if self.spatial == 1 else f"{name}:{self.spatial:g}"


def split(model: str | Path) -> tuple[str, list[AdapterName]]:
    """Split a model's name into that of the model and its adapters; CheckpointError names a wrong scale."""
    text = str(model).strip(QUOTES)
    if local_path(text):
        return str(model), []
    if "+" not in text:
        return str(model), []
    base, *rest = _pieces(text)
    if len(rest) > MAX_ADAPTERS:
        raise CheckpointError(f"{shown(base)} can have {MAX_ADAPTERS} adapters at most, not {len(rest)}.")
    if not all(piece.strip() for piece in rest):
        raise CheckpointError(f"{shown(text)}: a + stands before an adapter's name; one is missing.")
    return base, [_adapter(piece.strip()) for piece in rest]


def _pieces(text: str) -> list[str]:
    """Split at each +, but not within an existing path: the longest one counts."""
    parts = text.split("+")
    pieces = []
    while parts:
        most = next((n for n in range(len(parts), 1, -1) if _is_path("+".join(parts[:n]))), 1)
        pieces.append("+".join(parts[:most]))
        parts = parts[most:]
    return pieces


def _is_path(piece: str) -> bool:
    scaled = SCALED.fullmatch(piece.strip())
    return local_path(piece) is not None or bool(scaled and local_path(scaled["name"]))


def _adapter(piece: str) -> AdapterName:
    scaled = None if local_path(piece) else SCALED.fullmatch(piece)
    if scaled is None:
        return AdapterName(piece)
    spatial = float(scaled["spatial"])
    temporal = spatial if scaled["temporal"] is None else float(scaled["temporal"])
    for scale in (spatial, temporal):
        if not math.isfinite(scale) or abs(scale) > MAX_SCALE:
            raise CheckpointError(
                f"{shown(scaled['name'])}: a scale is a number from -{MAX_SCALE:g} to {MAX_SCALE:g}, "
                f"not {scale:g}."
            )
    return AdapterName(scaled["name"], spatial, temporal)
