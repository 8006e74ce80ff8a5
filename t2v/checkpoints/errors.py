"""The error of this package."""

from t2v.errors import T2VError


class CheckpointError(T2VError, ValueError):
    """A model can't be loaded. The text says in a sentence or two what the file is and what to do.

    It names files by their last part only: visitors of a Space may read it.
    """
