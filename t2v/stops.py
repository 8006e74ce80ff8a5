"""Ctrl-C and SIGTERM as exceptions, which wait while a file is written."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Terminated(KeyboardInterrupt):
    """A scheduler or launcher has sent SIGTERM."""


STOPS = {signal.SIGINT: KeyboardInterrupt, signal.SIGTERM: Terminated}
_waiting: list[type[BaseException]] = []
_held = False


@contextmanager
def stopped_once() -> Iterator[None]:
    """Let the first Ctrl-C or SIGTERM in the block raise KeyboardInterrupt or Terminated; ignore the second.

    Ctrl-C reaches a process from the terminal and again from its launcher. A signal that is ignored, as in
    the background, stays so. Python hears signals only in its main thread; in another nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.getsignal(each) for each in STOPS}
    heard = {each: handler for each, handler in before.items() if handler not in (None, signal.SIG_IGN)}
    _waiting.clear()
    for each in heard:
        signal.signal(each, _stop)
    try:
        yield
    finally:
        for each, handler in heard.items():
            signal.signal(each, handler)


@contextmanager
def held() -> Iterator[None]:
    """Keep a signal waiting until the end of the block, in which a file is written."""
    global _held
    _held = True
    try:
        yield
    finally:
        _held = False
        if _waiting:
            raise _waiting.pop()


def _stop(number: int, frame: FrameType | None) -> None:
    for each in STOPS:
        signal.signal(each, signal.SIG_IGN)
    error = STOPS[signal.Signals(number)]
    if not _held:
        raise error
    _waiting.append(error)
