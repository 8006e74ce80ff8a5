"""Where weights come from: the models known, finding their files, their layouts, and strict loading.

The catalogue costs nothing. What reads weights brings torch, so it is imported when it is first asked for:
the page of the Space lists the models without it.
"""

from typing import TYPE_CHECKING, Any

from .catalogue import CATALOGUE, EMBEDDED, Entry, find
from .errors import CheckpointError

if TYPE_CHECKING:
    from .doctor import diagnose, examine
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


def __getattr__(name: str) -> Any:
    """Called for names that aren't there yet."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .doctor import diagnose, examine
    from .loading import Checkpoint, load
    from .locate import locate

    globals().update(Checkpoint=Checkpoint, diagnose=diagnose, examine=examine, load=load, locate=locate)
    return globals()[name]
