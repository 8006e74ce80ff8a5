"""Where weights come from: the models known, finding their files, their layouts, and strict loading.

The catalogue costs nothing. What reads weights brings torch, so it is imported when it is first asked for:
the page of the Space lists the models without it.
"""

from importlib import import_module
from typing import Any

from .catalogue import CATALOGUE, EMBEDDED, Entry, find
from .errors import CheckpointError

__all__ = [
    "CATALOGUE",
    "EMBEDDED",
    "Checkpoint",
    "CheckpointError",
    "Entry",
    "diagnose",
    "examine",
    "find",
    "load",
]
_LATER = {"Checkpoint": "loading", "load": "loading", "diagnose": "doctor", "examine": "doctor"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_LATER[name]}", __name__), name)
