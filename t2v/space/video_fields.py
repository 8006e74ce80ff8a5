"""The fields of a new video in `/v1/videos`: OpenAI's own, and every setting of ours by its name.

A field means the same in JSON and in a form, where all values are texts: "8" is 8 there and here.
"""

import asyncio
import base64
import binascii
import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request as HttpRequest
from starlette.types import Message

from t2v.checks import Choice, Flag, Text, show
from t2v.defaults import ModelDefaults
from t2v.elsewhere import hint
from t2v.errors import RequestError
from t2v.request import SETTINGS, Request, Setting
from t2v.space import form, strings, video_answers
from t2v.space.api_errors import ApiError

FILES = {"input_reference": "source", "end": "end", "mask": "mask"}  # a field -> what a video is made from
OWN = ("model", "seconds", "size", *FILES, "webhook")  # besides the settings
SAME = {
    "num_frames": "frames",
    "num_inference_steps": "steps",
    "guidance_scale": "guidance",
}  # other servers'
FIELDS = (*SETTINGS, *OWN)
MB = 1_000_000
MOST_BODY = 64 * MB  # bytes of a form with a file
MOST_JSON = 24 * MB  # bytes; a picture may be in it
MOST_FIELDS = 64
MOST_DIGITS = 100
NESTED = re.compile(rf"({'|'.join(FILES)})\[(\w{{1,20}})\]")  # as forms spell a field of an object
DATA = re.compile(r"data:(?:image|video)/[\w.+-]{1,40};base64,")


@dataclass(frozen=True)
class Reference:
    """What a video is made from: the bytes of a file, or the id of another video."""

    data: bytes = b""
    id: str = ""

    @property
    def digest(self) -> str:
        """The same for the same file or video."""
        return self.id or hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Asked:
    """The fields as they were given; `seconds` in the place of frames."""

    request: Request
    model: Any = None
    seconds: float | None = None
    files: Mapping[str, Reference] = field(default_factory=dict)  # by the names of the service
    webhook: Any = None

    @property
    def digest(self) -> str:
        """The same for two requests that ask for the same."""
        files = sorted((name, file.digest) for name, file in self.files.items())
        told = [repr(self.request), self.model, self.seconds, files, self.webhook]
        return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()

    def timed(self, native: ModelDefaults) -> Request:
        """The request with the frames that its seconds are, at its own or the model's frames a second."""
        if self.seconds is None:
            return self.request
        fps = self.request.checked(native).fps or native.fps
        frames = max(1, round(self.seconds * fps))
        timed = replace(self.request, frames=frames)
        try:
            timed.checked(native)
        except RequestError as error:
            if error.field != "frames":
                raise
            long = strings.V1_SECONDS_LONG
            text = long.format(seconds=self.seconds, fps=fps, frames=frames, message=error.message)
            raise RequestError("seconds", text) from None
        return timed


async def read(http: HttpRequest) -> Asked:
    """Read a request's body; ApiError, RequestError."""
    kind = http.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return asked(await _form(_bounded(http, MOST_BODY)))
    if kind in ("application/json", ""):
        body = await _bounded(http, MOST_JSON).body()
        return await asyncio.to_thread(lambda: asked(_json(body)))  # a picture in it takes a while
    raise ApiError(415, strings.V1_BODY_TYPE, "unsupported_media_type")


def asked(fields: Mapping[str, Any]) -> Asked:
    """Read the fields of a body; RequestError names a wrong one."""
    given = {SAME.get(name, name): value for name, value in fields.items()}
    if len(given) < len(fields):
        raise RequestError(next(name for name in fields if SAME.get(name) in fields), strings.V1_TWICE)
    for name in given:
        if name not in FIELDS:
            raise RequestError(shown(name), strings.V1_FIELD.format(hint=hint(shown(name), FIELDS)))
    settings = {name: _value(row, given[name]) for name, row in SETTINGS.items() if name in given}
    seconds = _seconds(given.get("seconds"))
    if seconds is not None and settings.get("frames") is not None:
        raise RequestError("seconds", strings.V1_SECONDS_FRAMES)
    settings |= _sides(given.get("size"), settings)
    read = {name: _reference(field, given.get(field)) for field, name in FILES.items()}
    files = {name: file for name, file in read.items() if file}
    return Asked(
        Request.from_dict(settings), given.get("model"), seconds, files, given.get("webhook") or None
    )


def _value(row: Setting, given: Any) -> Any:
    """The value of a setting, of a text where it is a number or a flag; an empty one isn't given."""
    if isinstance(given, (dict, list, bytes)):
        raise RequestError(row.name, strings.V1_TEXT)
    if not isinstance(given, str) or isinstance(row.check, (Text, Choice)):
        return given
    if not given.strip():
        return None if row.default is None else row.default
    return row.check.parse(row.name, given.strip()) if isinstance(row.check, Flag) else _number(given)


def _number(text: str) -> Any:
    """The number that a text spells, else the text, which the setting's check refuses."""
    for kind in (int, float) if len(text) <= MOST_DIGITS else ():
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _seconds(given: Any) -> float | None:
    """The seconds of a video, of a number or the text of one."""
    if given is None or given == "":
        return None
    number = _number(given) if isinstance(given, str) else given
    try:
        if not isinstance(number, (bool, str)) and 0 < number < math.inf:
            return min(float(number), 1e9)
    except (TypeError, OverflowError):
        pass
    raise RequestError("seconds", strings.V1_SECONDS.format(value=show(given)))


def _sides(size: Any, settings: Mapping[str, Any]) -> dict[str, int]:
    """Width and height of a size such as 256x256."""
    width, height = form.sides(size)
    if width is None or height is None:
        return {}
    if settings.get("width") is not None or settings.get("height") is not None:
        raise RequestError("size", strings.V1_SIZE_SIDES)
    return {"width": width, "height": height}


def _reference(name: str, given: Any) -> Reference | None:
    """What a video is made from: a file's bytes, OpenAI's object, or one of its texts alone."""
    if isinstance(given, dict):
        named = [value for key, value in given.items() if key in ("image_url", "file_id") and value]
        given = named[0] if len(named) == 1 and len(given) <= 2 else given
    if given is None or given == "":
        return None
    if isinstance(given, bytes) and given:
        return Reference(given)
    if not isinstance(given, str):
        raise RequestError(name, strings.V1_REFERENCE if given != b"" else strings.V1_EMPTY)
    if video_answers.own(given):
        return Reference(id=given)
    if match := DATA.match(given):
        try:
            return Reference(base64.b64decode(given[match.end() :], validate=True))
        except (binascii.Error, ValueError):
            pass
    kind = strings.V1_NO_FETCH if "://" in given[:20] or match else strings.V1_REFERENCE
    raise RequestError(name, kind)


async def _form(http: HttpRequest) -> dict[str, Any]:
    """The fields of a form, a file as its bytes; RequestError for one that comes twice."""
    fields: dict[str, Any] = {}
    limits = {"max_files": len(FILES), "max_fields": MOST_FIELDS, "max_part_size": MOST_JSON}
    async with http.form(**limits) as given:
        for name, value in given.multi_items():
            nested = NESTED.fullmatch(name)
            if name in fields:
                raise RequestError(shown(name), strings.V1_TWICE)
            if isinstance(value, UploadFile):
                fields[name] = await value.read()
            elif nested:
                fields[nested[1]] = _merged(nested[1], fields.get(nested[1], {}), nested[2], value)
            else:
                fields[name] = value
    return fields


def _merged(name: str, so_far: Any, key: str, value: str) -> dict[str, str]:
    if not isinstance(so_far, dict) or key in so_far:
        raise RequestError(name, strings.V1_TWICE)
    return so_far | {key: value}


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body.decode(json.detect_encoding(body), "surrogatepass"))
    except (ValueError, RecursionError):  # not JSON, a number of thousands of digits, thousands of brackets
        found = None
    if not isinstance(found, dict):
        raise ApiError(400, strings.V1_BODY, "invalid_json")
    return found


def _bounded(http: HttpRequest, most: int) -> HttpRequest:
    """The request, whose body raises ApiError beyond so many bytes."""
    got = 0

    async def receive() -> Message:
        nonlocal got
        message = await http.receive()
        got += len(message.get("body", b""))
        if got > most:
            raise ApiError(413, strings.V1_LARGE.format(size=most // MB))
        return message

    return HttpRequest(http.scope, receive)


def shown(name: str) -> str:
    """A name that may be anything, fit for an answer."""
    return name[:40].encode(errors="replace").decode()
