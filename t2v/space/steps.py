"""The form's steps: a change of a source and a loop may need more of them than was chosen."""

from typing import Any, NamedTuple

from t2v.defaults import ModelDefaults


class Raised(NamedTuple):
    """Steps that were filled in for a change or a loop, and those that the form had before."""

    before: int
    now: int


def needed(steps: Any, least: int, raised: Raised | None) -> tuple[Any, Raised | None]:
    """-> the steps of a video that needs `least`, and what they were raised from; None where it needs none.

    What was raised is given back first, unless other steps have been chosen since.
    """
    if raised and steps == raised.now:
        steps = raised.before
    if not isinstance(steps, int) or not least:
        return steps, None
    now = max(steps, least)
    return now, Raised(steps, now)


def filled_in(native: ModelDefaults, loop: bool) -> Raised:
    """What a form's steps were raised from where a link or a finished video has filled them in."""
    least = native.least_steps(change=False, loop=loop)
    return Raised(min(native.steps, least), least)
