"""How many cases the fuzzing tests try: the usual number, times T2V_SOAK for a long run (`make soak`)."""

import os


def times(cases: int) -> int:
    """`cases`, as many times as T2V_SOAK says; once without it."""
    return cases * int(os.environ.get("T2V_SOAK", "1"))
