"""The state that a visitor's browser keeps, encrypted: the visitor's secret, and what was shown last."""

import secrets
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class VisitorState:
    """The value of the page's `gr.BrowserState`."""

    visitor: str
    job: str | None = None
    example: str | None = None

    @classmethod
    def read(cls, state: Any) -> "VisitorState":
        """The state that came from a browser, or a new visitor where it isn't one."""
        given = state if isinstance(state, dict) else {}
        visitor, job, example = (given.get(name) for name in ("visitor", "job", "example"))
        if not isinstance(visitor, str) or not 20 <= len(visitor) <= 100:
            return cls(secrets.token_urlsafe(24))
        job, example = (text if isinstance(text, str) else None for text in (job, example))
        return cls(visitor, job, example)
