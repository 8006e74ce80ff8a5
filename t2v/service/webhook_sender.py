"""Sending webhooks: a signed message for each video that has ended, to the address that its caller named.

The database is the list of what is still to be told, so a restart loses none. A message is sent again until
an answer says that it came: after seconds, minutes, then hours, until the video's lifetime is over.
"""

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

import httpx

from t2v.service.api_videos import ApiVideos
from t2v.service.store import Store, StoreError
from t2v.service.webhooks import signed

PATIENCE = 10.0  # seconds that an answer may take
WAITS = (5.0, 30.0, 120.0, 600.0, 3600.0, 21_600.0)  # seconds until the next attempt; the last one repeats
LOOK_EVERY = 5.0  # seconds
SWEEP_EVERY = 60.0  # seconds
TOGETHER = 16  # messages under way at once
GONE = 410  # the answer of a receiver that wants no more
log = logging.getLogger("t2v.service")


@dataclass(frozen=True)
class Message:
    """A message that is due: of the video with this id, as often tried before as `attempts` says."""

    id: str
    address: str
    code: str
    ended: float
    attempts: int

    @property
    def event(self) -> str:
        """Its id: the same in every attempt, so that a receiver can tell a repetition."""
        return f"evt_{hashlib.sha256(self.id.encode()).hexdigest()[:32]}"

    def body(self, shown: Callable[[str], str]) -> str:
        """The event as JSON. `shown`: a video's id as the API has it."""
        kind = "video.failed" if self.code else "video.completed"
        told = {"id": self.event, "object": "event", "created_at": int(self.ended), "type": kind}
        return json.dumps(told | {"data": {"id": shown(self.id)}})


class WebhookSender:
    """Tells the ends of videos, in a thread of its own, and forgets videos whose lifetime is over."""

    def __init__(self, videos: ApiVideos, secret: str, shown: Callable[[str], str] = str):
        self._videos, self._secret, self._shown = videos, secret, shown
        self._store: Store = videos.service.outputs.store
        self._work, self._closing = Event(), Event()
        self._thread = Thread(target=self._run, daemon=True)
        videos.heard = self._work.set

    def start(self) -> "WebhookSender":
        """Start the thread."""
        self._thread.start()
        return self

    def close(self) -> None:
        """End the thread; what it hasn't told yet is told by the next server."""
        self._closing.set()
        self._work.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2)

    def _run(self) -> None:
        swept = 0.0
        while not self._closing.is_set():
            self._work.wait(LOOK_EVERY)
            self._work.clear()
            try:
                if due := self._due():
                    asyncio.run(self._tell_all(due))
                if time.monotonic() - swept > SWEEP_EVERY:
                    self._videos.sweep()
                    swept = time.monotonic()
            except StoreError as error:
                log.warning("%s", error)
            except Exception:
                log.exception("telling of finished videos failed")

    def _due(self) -> list[Message]:
        """Messages that are due, now taken by this server: another one looks at them only after a while."""
        if not self._secret:
            return []
        now = self._videos.clock()
        query = "SELECT id, webhook, code, ended, attempts FROM videos WHERE due <= ? ORDER BY due LIMIT ?"
        found = [Message(*row) for row in self._store.read(query, now, TOGETHER)]
        for message in found:
            due = now + WAITS[min(message.attempts, len(WAITS) - 1)] + 2 * PATIENCE
            change = "UPDATE videos SET due = ?, attempts = attempts + 1 WHERE id = ?"
            self._store.write(change, due, message.id)
        return found

    async def _tell_all(self, due: Collection[Message]) -> None:
        options: dict[str, Any] = {"follow_redirects": False, "timeout": PATIENCE}
        async with httpx.AsyncClient(**options) as client:
            await asyncio.gather(*(self._tell(client, message) for message in due))
        if len(due) == TOGETHER:  # there may be more
            self._work.set()

    async def _tell(self, client: httpx.AsyncClient, message: Message) -> None:
        """Send a message, and note when to send it again, or never."""
        status = await self._answer(client, message)
        if 200 <= status < 300 or status == GONE:
            self._store.write("UPDATE videos SET due = NULL WHERE id = ?", message.id)
            return
        wait = WAITS[min(message.attempts, len(WAITS) - 1)]
        log.warning("a webhook was answered with %s; it is sent again in %g s", status or "nothing", wait)
        self._store.write("UPDATE videos SET due = ? WHERE id = ?", self._videos.clock() + wait, message.id)

    async def _answer(self, client: httpx.AsyncClient, message: Message) -> int:
        """Send a message -> the status of the answer, whose body isn't read; 0 without an answer."""
        body = message.body(self._shown)
        headers = signed(self._secret, message.event, self._videos.clock(), body)
        headers["content-type"] = "application/json"
        try:
            async with asyncio.timeout(PATIENCE):
                async with client.stream("POST", message.address, content=body, headers=headers) as answer:
                    return answer.status_code
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError):
            return 0
