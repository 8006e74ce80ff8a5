"""The content that a caption fixes: its subjects, what each does, how they stand, before what."""

from dataclasses import dataclass

from training.layout import AND


@dataclass(frozen=True)
class Entity:
    """A subject of a caption: its number among all, how many of it, in which colour; tint "": its own."""

    subject: int
    motion: str = "still"
    tint: str = ""
    count: int = 1


@dataclass(frozen=True)
class Content:
    """The content that one caption fixes. `relation`: of the first entity to the second, or "and".

    `scenery`: its number among all, −1 for a plain background.
    """

    entities: tuple[Entity, ...]
    background: str = "white"
    scenery: int = -1
    relation: str = AND
    named: bool = True  # the caption names the background


def single(subject: int, background: str, motion: str, tint: str = "") -> Content:
    """One subject on a plain background."""
    return Content((Entity(subject, motion, tint),), background)
