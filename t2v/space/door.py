"""What stands before Gradio: the shape of a call to the API, and a place in the queue before it is accepted.

Gradio would answer a wrong shape with an empty error or a 500, and a full queue of ours only after having
accepted the call. Here both get their plain HTTP answer: 400, 404, 413, 422 or 503 with a sentence.
"""

import json
from collections.abc import Container
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from t2v.space import strings
from t2v.space.api import NAME, PARAMETERS
from t2v.space.service import Service

PREFIX = "/gradio_api"
JOIN, CALL, CALL_BY_NAME = f"{PREFIX}/queue/join", f"{PREFIX}/call/", f"{PREFIX}/call/v2/"
MAX_BODY = 256 * 1024  # bytes; prompts are 1,000 characters


class Refused(Exception):
    """The HTTP status and the sentence of an answer."""

    def __init__(self, status: int, detail: str):
        super().__init__(status, detail)
        self.status, self.detail = status, detail


class Door:
    """ASGI middleware. `endpoint`: the number that `/generate` has among the page's `functions`."""

    def __init__(self, app: ASGIApp, service: Service, endpoint: int, functions: Container[int]):
        self._app, self._service, self._endpoint, self._functions = app, service, endpoint, functions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or scope["method"] != "POST" or not path.startswith((JOIN, CALL)):
            await self._app(scope, receive, send)
            return
        try:
            body = _parse(await _read(receive))
            self._judge(path, body)
        except Refused as refused:
            await JSONResponse({"detail": refused.detail}, refused.status)(scope, receive, send)
            return
        await self._app(*_again(scope, body, receive), send)

    def _judge(self, path: str, body: Any) -> None:
        """Refused where the call can't be accepted; arguments that are left out are filled in."""
        if not isinstance(body, dict):
            raise Refused(422, strings.BODY_WRONG)
        if path.startswith(JOIN) and body.get("fn_index") != self._endpoint:
            if body.get("fn_index") not in self._functions:
                raise Refused(404, strings.NO_ENDPOINT)
            return
        if path.startswith(JOIN) or path.removeprefix(CALL).rstrip("/") == NAME:
            _check_data(body.get("data"))
            body["data"] += [None] * (len(PARAMETERS) - len(body["data"]))
        elif path.removeprefix(CALL_BY_NAME).rstrip("/") == NAME:
            _check_names(body)
        else:
            raise Refused(404, strings.NO_ENDPOINT)
        if not self._service.jobs.reserve():
            raise Refused(503, strings.QUEUE_FULL.format(places=self._service.jobs.limits.places))


def _check_data(data: Any) -> None:
    """Arguments by position."""
    if not isinstance(data, list):
        raise Refused(422, strings.DATA_WRONG)
    if not data:
        raise Refused(422, strings.PROMPT_MISSING)
    if len(data) > len(PARAMETERS):
        raise Refused(422, strings.TOO_MANY.format(count=len(PARAMETERS), names=", ".join(PARAMETERS)))
    _check_plain(dict(zip(PARAMETERS, data, strict=False)))


def _check_names(body: dict) -> None:
    """Arguments by name."""
    if "prompt" not in body:
        raise Refused(422, strings.PROMPT_MISSING)
    for name in body:
        if name not in PARAMETERS:
            raise Refused(422, strings.UNKNOWN_ARGUMENT.format(name=name[:40], names=", ".join(PARAMETERS)))
    _check_plain(body)


def _check_plain(arguments: dict) -> None:
    """No argument is an object: Gradio would take one for a file, and fetch it."""
    for name, value in arguments.items():
        if isinstance(value, (dict, list)):
            raise Refused(422, strings.NOT_PLAIN.format(name=name))


async def _read(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, strings.BODY_WRONG)
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise Refused(413, strings.BODY_LARGE.format(size=MAX_BODY // 1024))
        if not message.get("more_body"):
            return bytes(body)


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # not JSON, too deep, a number of thousands of digits
        raise Refused(400, strings.BODY_WRONG) from None


def _again(scope: Scope, body: Any, receive: Receive) -> tuple[Scope, Receive]:
    """-> a scope and a receive that give the read body once, then what the client does next."""
    data = json.dumps(body).encode()
    kept = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
    messages: list[Message] = [{"type": "http.request", "body": data, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return scope | {"headers": [*kept, (b"content-length", str(len(data)).encode())]}, replay
