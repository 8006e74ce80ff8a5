"""Shards: a batch in n parts, for machines that know nothing of each other.

Part i has the videos i, i + n, i + 2n, …; so the parts are disjoint, together they are whole, and no part
has more than one video more than another.
"""

import os
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

from t2v.errors import UsageError

ARRAY = ("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT")
TASKS = ("SLURM_PROCID", "SLURM_NTASKS")
INDEXED = ("JOB_COMPLETION_INDEX", "JOB_COMPLETIONS")
WRITTEN = re.compile(r"(\d{1,9})/(\d{1,9})", re.ASCII)
Kind = TypeVar("Kind")


class Shard(NamedTuple):
    """Part `part`, from 1, of `parts`."""

    part: int = 1
    parts: int = 1

    def of(self, all: Sequence[Kind]) -> list[Kind]:
        """Return this part's share."""
        return list(all[self.part - 1 :: self.parts])


def shard_of(text: str | None, variables: Mapping[str, str] | None = None) -> Shard:
    """Return the shard that --shard says: "2/8", or "auto" for the scheduler's variables; the whole for None.

    "auto" reads those of a Slurm array, of `srun`'s tasks, or of an Indexed Job of Kubernetes whose
    manifest sets JOB_COMPLETIONS to its number of completions. UsageError says what is missing or wrong.
    """
    if text is None:
        return Shard()
    if text == "auto":
        return _scheduled(os.environ if variables is None else variables)
    found = WRITTEN.fullmatch(text)
    number, count = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= number <= count:
        raise UsageError(
            f"--shard: must be auto, or a part and the number of parts such as 1/8, not {text!r}"
        )
    return Shard(number, count)


def _scheduled(variables: Mapping[str, str]) -> Shard:
    if "JOB_COMPLETION_INDEX" in variables:
        return _checked(INDEXED, variables)
    if "SLURM_ARRAY_TASK_ID" in variables:
        first = _whole(variables.get("SLURM_ARRAY_TASK_MIN", "0"))
        return _checked(ARRAY, variables, first, _whole(variables.get("SLURM_ARRAY_TASK_STEP", "1")))
    if "SLURM_PROCID" in variables:
        return _checked(TASKS, variables)
    raise UsageError(
        f"--shard auto: no scheduler has set {ARRAY[0]}, {TASKS[0]} or {INDEXED[0]};"
        " say the part, such as 1/8"
    )


def _checked(names: tuple[str, str], variables: Mapping[str, str], first: int = 0, step: int = 1) -> Shard:
    """Return the shard of two variables: a number, counted from `first` by `step`, and how many there are."""
    number, count = (_whole(variables.get(name, "")) for name in names)
    index, rest = divmod(number - first, step) if step > 0 else (-1, 0)
    if not 0 <= index < count or rest or number < 0:
        said = ", ".join(f"{name}={variables[name]}" if name in variables else f"no {name}" for name in names)
        raise UsageError(f"--shard auto: {said} say no part of a whole; say the part, such as 1/8")
    return Shard(index + 1, count)


def _whole(text: str) -> int:
    """Parse a whole number of at most nine digits; -1 for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
