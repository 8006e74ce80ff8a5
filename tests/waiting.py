"""Waiting in tests."""

import time
from collections.abc import Callable


def eventually(condition: Callable[[], object], timeout: float = 10.0) -> None:
    """Wait until `condition()` holds."""
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)
