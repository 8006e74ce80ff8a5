"""ASGI middleware that checks a request before Gradio sees it: login, shape of a call, place in the queue.

Without a login only the login page is answered: Gradio itself leaves some routes open, and knows nothing of
ours. Gradio would answer a wrong shape with an empty error or a 500, and a full queue of ours only after
having accepted the call: here both get their plain HTTP answer, 400, 404, 413, 422 or 503 with a sentence.
"""

import json
import re
from base64 import b64decode
from collections.abc import Container
from hmac import compare_digest
from typing import Any
from urllib.parse import urlsplit

from gradio.data_classes import PredictBody
from pydantic import ValidationError
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from t2v.elsewhere import hint
from t2v.json_limits import MAX_DEPTH, depth
from t2v.service import sentences
from t2v.service.service import Service
from t2v.space import strings
from t2v.space.api import FILES, NAME, PARAMETERS

CALL = re.compile(r"/gradio_api/(?:(?P<join>queue/join)|call/(?P<named>v2/)?(?P<endpoint>[^/]+)/?)")
ROOT = re.compile(r"(https?://[^/?#]+)?(/[\w.~%-]+)*/?")
METRICS = "/metrics"
MAX_BODY = 256 * 1024  # bytes; prompts are 1,000 characters
LOGIN_PAGE = re.compile(  # what it consists of, what Gradio asks itself at its start, and what API keys guard
    r"(?s:/v1/.*)|/|/login/?|/logout|/(assets|static|svelte)/.*|/health(/ready)?|/favicon\.ico|/manifest\.json"
    r"|/pwa_icon.*|/robots\.txt"
    r"|(/gradio_api)?/theme\.css|/gradio_api/(user|token|login_check|app_id|startup-events)/?"
)


class Refused(Exception):
    """The HTTP status and the sentence of an answer."""

    def __init__(self, status: int, detail: Any):
        super().__init__(status, detail)
        self.status, self.detail = status, detail


class RequestGate:
    """ASGI middleware. `endpoint`: the number that `/generate` has among the page's `functions`."""

    def __init__(self, app: ASGIApp, service: Service, endpoint: int, functions: Container[int]):
        self._app, self._service, self._endpoint, self._functions = app, service, endpoint, functions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope = _rooted(scope)
        path = route_path(scope)
        try:
            if not LOGIN_PAGE.fullmatch(path) and not _let_in(scope):
                raise Refused(401, {"error": strings.LOGIN_FIRST, "auth_message": None})
            if scope.get("method") == "POST" and (call := CALL.fullmatch(path)):
                await self._queue(call, scope, receive, send)
            else:
                await self._app(scope, receive, send)
        except Refused as refused:
            await _refuse(refused, scope, receive, send)

    async def _queue(self, call: re.Match, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on. A call of `/generate` gets a place, and loses it if Gradio refuses the call."""
        body = _parse(await _read(receive))
        if not self._judge(call, body):
            await self._app(*_again(scope, body, receive), send)
            return
        if not self._service.jobs.reserve():
            raise Refused(503, sentences.QUEUE_FULL.format(places=self._service.jobs.limits.places))
        accepted = False

        async def watched(message: Message) -> None:
            nonlocal accepted
            accepted = accepted or message.get("status") == 200
            await send(message)

        try:
            await self._app(*_again(scope, body, receive), watched)
        finally:
            if not accepted:
                self._service.jobs.release()

    def _judge(self, call: re.Match, body: Any) -> bool:
        """Return whether the call makes a video, so that it needs a place; fill in the arguments left out.
        Raises Refused if the call can't be accepted."""
        if not isinstance(body, dict):
            raise Refused(422, strings.BODY_WRONG)
        if call["join"]:
            return self._judge_join(body)
        if call["endpoint"] != NAME:
            raise Refused(404, strings.NO_ENDPOINT)
        if call["named"]:
            _check_names(body)
        else:
            _fill(body)
        return True

    def _judge_join(self, body: dict) -> bool:
        """Return whether the call is of `/generate`; the page's own events join too, and need no place."""
        if type(body.get("fn_index")) is not int or body["fn_index"] not in self._functions:
            raise Refused(404, strings.NO_ENDPOINT)
        if body["fn_index"] != self._endpoint:
            return False
        if body.get("session_hash") is None:
            raise Refused(400, strings.NO_SESSION)
        _fill(body)
        return True


def route_path(scope: Scope) -> str:
    """The path as the routes have it: what a proxy left of its prefix is taken off."""
    path, root = scope["path"], scope.get("root_path", "")
    return path[len(root) :] or "/" if root and f"{path}/".startswith(f"{root}/") else path


def _rooted(scope: Scope) -> Scope:
    """The scope with a root path that can be compared: Gradio's may be a whole address. Where none is set, a
    proxy may name it."""
    root = scope.get("root_path") or HTTPConnection(scope).headers.get("x-forwarded-prefix", "")
    path = urlsplit(root).path.rstrip("/") if ROOT.fullmatch(root) else ""
    return {**scope, "root_path": path}


def _let_in(scope: Scope) -> bool:
    """Return whether the visitor may enter: there is no login, or the visitor has logged in."""
    gradio = scope["app"]
    if gradio.auth is None or (route_path(scope) == METRICS and _knows_password(scope)):
        return True
    cookies = HTTPConnection(scope).cookies
    names = f"access-token-{gradio.cookie_id}", f"access-token-unsecure-{gradio.cookie_id}"
    return any(cookies.get(name) in gradio.tokens for name in names)


def _knows_password(scope: Scope) -> bool:
    """Return whether a request brings an account and its password along (HTTP Basic), as Prometheus does."""
    kind, _, given = HTTPConnection(scope).headers.get("authorization", "").partition(" ")
    try:
        user, _, password = b64decode(given.strip(), validate=True).decode().partition(":")
    except ValueError:
        return False
    right = scope["app"].auth.get(user)
    return kind.lower() == "basic" and right is not None and compare_digest(right.encode(), password.encode())


async def _refuse(refused: Refused, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    answer = JSONResponse({"detail": refused.detail}, refused.status)
    await answer(scope, receive, send)


def _fill(body: dict) -> None:
    """Check the arguments by position, and the fields that Gradio requires; add missing arguments as None."""
    _check_data(body.get("data"))
    try:
        PredictBody.model_validate(body)
    except ValidationError as error:
        name = ".".join(map(str, error.errors()[0]["loc"]))
        raise Refused(422, strings.BODY_FIELD_WRONG.format(name=name[:40])) from None
    body["data"] += [None] * (len(PARAMETERS) - len(body["data"]))


def _check_data(data: Any) -> None:
    """Arguments by position."""
    if not isinstance(data, list):
        raise Refused(422, strings.DATA_WRONG)
    if not data:
        raise Refused(422, strings.PROMPT_MISSING)
    if len(data) > len(PARAMETERS):
        raise Refused(422, strings.TOO_MANY.format(count=len(PARAMETERS), names=", ".join(PARAMETERS)))
    for place, name in list(enumerate(PARAMETERS))[: len(data)]:
        if name in FILES:
            data[place] = _path(name, data[place])
    _check_plain(dict(zip(PARAMETERS, data, strict=False)))


def _check_names(body: dict) -> None:
    """Arguments by name."""
    if "prompt" not in body:
        raise Refused(422, strings.PROMPT_MISSING)
    for name in body:
        if name not in PARAMETERS:
            raise Refused(
                422, strings.UNKNOWN_ARGUMENT.format(name=name[:40], hint=hint(name[:40], PARAMETERS))
            )
    body |= {name: _path(name, body.get(name)) for name in FILES}
    _check_plain(body)


def _path(name: str, file: Any) -> Any:
    """The path of an uploaded file, as Gradio's clients send it; other values as they are."""
    if not isinstance(file, dict):
        return file
    path = file.get("path")
    if not isinstance(path, str) or file.get("meta") != {"_type": "gradio.FileData"}:
        raise Refused(422, strings.NOT_A_FILE.format(name=name))
    return path


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
        text = body.decode(json.detect_encoding(body), "surrogatepass")
        if depth(text) <= MAX_DEPTH:
            return json.loads(text)
    except ValueError:  # not JSON, a number of thousands of digits
        pass
    raise Refused(400, strings.BODY_WRONG)


def _again(scope: Scope, body: Any, receive: Receive) -> tuple[Scope, Receive]:
    """Return a scope and a receive for the app: the receive gives `body`, which was read already, then what
    the client sends next; the scope's content-length is the new body's."""
    data = json.dumps(body).encode()
    kept = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
    messages: list[Message] = [{"type": "http.request", "body": data, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    headers = [*kept, (b"content-length", str(len(data)).encode())]
    return {**scope, "headers": headers}, replay
