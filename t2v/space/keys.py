"""API keys: who calls `/v1`, and how many videos a key may have under way.

A key's videos are its own: no other key sees them. Without keys everybody on this machine is let in, under
one name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest

from starlette.requests import HTTPConnection

from t2v.service.store import owner_of
from t2v.space import strings
from t2v.space.address import is_local
from t2v.space.api_errors import ApiError

ANYBODY = "/v1"  # the visitor who stands for all where there are no keys


@dataclass(frozen=True)
class Keys:
    """The keys of a server, each with its places, None for as many as a visitor has.

    `open`: without keys any is accepted. `login`: the page has one.
    """

    keys: Sequence[tuple[str, int | None]] = ()
    open: bool = False
    login: bool = False

    @classmethod
    def of(cls, keys: Sequence[tuple[str, int | None]], host: str, login: bool, shared: bool) -> "Keys":
        """The keys of a server at `host`; `shared`: through a public relay."""
        return cls(keys, not keys and not login and not shared and is_local(host), login)

    def places(self, usual: int, all: int) -> dict[str, int]:
        """The places of each key, by its owner's hash, where a visitor has `usual` and the queue `all`."""
        named = {owner_of(_visitor(key)): places or usual for key, places in self.keys}
        return named | ({owner_of(ANYBODY): all} if self.open else {})

    def visitor(self, connection: HTTPConnection) -> str:
        """Return who calls; ApiError 401 for somebody without a right key."""
        kind, _, given = connection.headers.get("authorization", "").partition(" ")
        given = given.strip() if kind.lower() == "bearer" else ""
        if self.open:
            if not given and _from_another_site(connection):
                raise ApiError(401, strings.V1_FOREIGN, "invalid_api_key")
            return ANYBODY
        if not self.keys:
            raise ApiError(401, strings.V1_LOGIN if self.login else strings.V1_CLOSED, "invalid_api_key")
        right = [key for key, _ in self.keys if compare_digest(key.encode(), given.encode())]
        if not right:
            raise ApiError(401, strings.V1_KEY if given else strings.V1_NO_KEY, "invalid_api_key")
        return _visitor(right[0])


def _visitor(key: str) -> str:
    return f"{ANYBODY} {key}"


def _from_another_site(connection: HTTPConnection) -> bool:
    """Return whether a page of another site has made the browser ask: no page may use what needs no key."""
    origin = connection.headers.get("origin", "")
    return bool(origin) and origin.partition("://")[2] != connection.headers.get("host", "")
