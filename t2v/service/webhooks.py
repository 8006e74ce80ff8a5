"""Webhooks: which addresses may be told of a video's end, and how the message is signed.

Only addresses of the hosts that the owner allows are taken. Signatures follow standardwebhooks.com, as the
`webhooks.unwrap` of OpenAI's library checks them. `webhook_sender` sends the messages.
"""

import base64
import hashlib
import hmac
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from t2v.errors import RequestError
from t2v.service import sentences

PREFIX = "whsec_"  # of a secret in base64
MOST_ADDRESS = 2_000  # characters
PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Origin:
    """What an address must begin with: its scheme, host and port."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, address: str) -> "Origin":
        """Read the origin of an address; a bare host stands for its https. ValueError where it has none."""
        parts = urlsplit(address if "://" in address else f"https://{address}")
        if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc:
            raise ValueError(address)
        return cls(parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme])


def checked(address: Any, allowed: Collection[Origin]) -> str:
    """Return the address of a webhook; RequestError where it isn't one of an allowed host."""
    if not allowed:
        raise RequestError("webhook", sentences.NO_WEBHOOKS)
    with suppress(ValueError):
        fits = isinstance(address, str) and len(address) <= MOST_ADDRESS and "://" in address
        if fits and address.isascii() and address.isprintable() and Origin.of(address) in allowed:
            return address
    hosts = ", ".join(sorted({origin.host for origin in allowed}))
    raise RequestError("webhook", sentences.WEBHOOK_WRONG.format(hosts=hosts))


def signed(secret: str, event: str, now: float, body: str) -> dict[str, str]:
    """The headers that prove who has sent a body, and when."""
    encoded = secret.startswith(PREFIX)
    key = base64.b64decode(secret.removeprefix(PREFIX)) if encoded else secret.encode()
    stamp = str(int(now))
    digest = hmac.new(key, f"{event}.{stamp}.{body}".encode(), hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": event, "webhook-timestamp": stamp, "webhook-signature": signature}
