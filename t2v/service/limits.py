"""Limits of the queue, and what is said where one is reached."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from t2v.errors import T2VError


@dataclass(frozen=True)
class Limits:
    """Limits of the queue: its places, and the seconds until a job is given up."""

    places: int = 64
    per_visitor: int = 4  # videos of one visitor that wait or are being made
    abandoned_after: float = 180.0  # long enough for a phone to wake up or a train to leave its tunnel
    deadline: float = 1800.0  # seconds of work, not of waiting
    remembered: float = 3600.0  # ended jobs; their videos live in Outputs
    reservation: float = 10.0
    keys: Mapping[str, int] = field(default_factory=dict)  # the places of each API key, by its owner's hash


class QueueFull(T2VError):
    """No place is left; the message says for whom."""


class VisitorFull(QueueFull):
    """The visitor holds all places that one visitor may."""
