"""Who a visitor is: a secret that their browser keeps, encrypted, with what it showed last."""

import secrets
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Kept:
    """What a visitor's browser keeps."""

    visitor: str
    job: str | None = None
    example: str | None = None

    @classmethod
    def read(cls, state: Any) -> "Kept":
        """The state that came from a browser, or a new visitor where it isn't one."""
        given = state if isinstance(state, dict) else {}
        visitor, job, example = (given.get(name) for name in ("visitor", "job", "example"))
        if not isinstance(visitor, str) or not 20 <= len(visitor) <= 100:
            return cls(secrets.token_urlsafe(24))
        return cls(
            visitor, job if isinstance(job, str) else None, example if isinstance(example, str) else None
        )
