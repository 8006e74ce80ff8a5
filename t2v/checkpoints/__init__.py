"""Where weights come from: the models known, finding their files, their layouts, and strict loading."""

from .catalogue import CATALOGUE, EMBEDDED, Entry, find
from .doctor import diagnose, examine
from .errors import CheckpointError
from .loading import Checkpoint, load
from .locate import locate

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
    "locate",
]
