"""Counts since the server began: jobs by how they ended, seconds by stage."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field


@dataclass
class Tally:
    """The counts, by the names of stages (`messages.Stage`)."""

    ended: Counter[str] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
