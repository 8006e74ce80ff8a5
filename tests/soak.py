"""How many cases the fuzzing tests try, and from which seed: another one each day, or that of T2V_FUZZ.

The usual number of cases, times T2V_SOAK for a long run (`make soak`). pytest prints the seed at its start.
"""

import os
import random
import time

DAY = 86_400


def times(cases: int, usual: int | None = None) -> int:
    """`cases`, as many times as T2V_SOAK says; without it once, or the `usual` number of slow ones."""
    asked = os.environ.get("T2V_SOAK")
    return cases * int(asked) if asked else usual or cases


def seed() -> int:
    """The seed of this run: T2V_FUZZ, else the number of the day."""
    return int(os.environ.get("T2V_FUZZ", time.time() // DAY))


def chance(name: str) -> random.Random:
    """Random numbers for the test of this name."""
    return random.Random(f"{name} {seed()}")
