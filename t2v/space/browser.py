"""The state that a visitor's browser keeps, encrypted: the visitor's secret, and what was shown last."""

import secrets
from dataclasses import dataclass, replace
from typing import Any

MOST = 4  # of a group
PAGES = 50  # of the gallery, at most


@dataclass(frozen=True)
class VisitorState:
    """The value of the page's `gr.BrowserState`. A job, an example or a group is on the screen, or nothing.

    `job` may be one of `group`: then the way back to the group is shown.
    """

    visitor: str
    job: str | None = None
    example: str | None = None
    group: tuple[str, ...] = ()  # variations, shown side by side
    pages: int = 1  # of the gallery that are open
    keeps_seed: bool = False  # the seed that was asked for last was a written one
    loops: bool = False  # the form asked for a loop last, not a button
    turn: int = 0  # of the page's answers (events.py)

    @classmethod
    def read(cls, state: Any) -> "VisitorState":
        """The state that came from a browser, or a new visitor where it isn't one."""
        given = state if isinstance(state, dict) else {}
        visitor, job, example = (given.get(name) for name in ("visitor", "job", "example"))
        if not isinstance(visitor, str) or not 20 <= len(visitor) <= 100:
            return cls(secrets.token_urlsafe(24))
        job, example = (text if isinstance(text, str) else None for text in (job, example))
        group = given.get("group")
        ids = [id for id in group if isinstance(id, str)] if isinstance(group, (list, tuple)) else []
        pages = given.get("pages")
        pages = min(PAGES, max(1, pages)) if isinstance(pages, int) else 1
        turn = given.get("turn")
        turn = turn if isinstance(turn, int) else 0
        asked = given.get("keeps_seed") is True, given.get("loops") is True
        return cls(visitor, job, example, tuple(ids[:MOST]), pages, *asked, turn)

    def showing(self, job: str | None = None, example: str | None = None) -> "VisitorState":
        """The same visitor with something else on the screen; a group stays in reach of its members."""
        return replace(self, job=job, example=example, group=self.group if job in self.group else ())

    def showing_group(self, ids: tuple[str, ...] = ()) -> "VisitorState":
        """The same visitor with several jobs on the screen: these, or the group that was there."""
        return replace(self, job=None, example=None, group=ids or self.group)

    @property
    def shown(self) -> tuple[str, ...]:
        """The jobs on the screen."""
        return (self.job,) if self.job else () if self.example else self.group
