"""The OpenAPI description of `/v1`, made from the table of settings."""

from typing import Any

from t2v.checks import Choice, Flag, Number, Text, Whole
from t2v.request import MAX_PROMPT, SETTINGS, Setting
from t2v.service.service import Service
from t2v.space import strings
from t2v.space.video_fields import FILES
from t2v.version import VERSION

Schema = dict[str, Any]
STATUSES = ["queued", "in_progress", "completed", "failed"]
NUMBER, SIZE = r"^-?\d{1,9}(\.\d{1,9})?$", r"^\d{1,5}x\d{1,5}$"
PICTURE = {"type": "string", "format": "binary"}
REFERENCE = {
    "type": ["object", "null"],
    "properties": {name: {"type": "string"} for name in ("image_url", "file_id")},
}
WHY = {
    "400": "A field is wrong; `param` names it.",
    "401": "The API key is missing or wrong.",
    "404": "There is no such video, file or model.",
    "413": "The body is too large.",
    "415": "The body is neither JSON nor a form.",
    "422": "The idempotency key came with another request before.",
    "429": "The key has all its videos under way.",
    "500": "The server is at fault.",
    "503": "The queue or the disk is full, or the server ends.",
}
ALWAYS = ("401", "500", "503")


def described(service: Service) -> Schema:
    """The description, with the models that this server offers."""
    return {
        "openapi": "3.1.0",
        "info": {"title": strings.TITLE, "version": VERSION, "description": strings.V1_ABOUT},
        "servers": [{"url": "/v1"}],
        "security": [{"key": []}],
        "paths": _paths(service),
        "components": {
            "schemas": {"Video": _video(), "Error": _error(), "Model": _model()},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _paths(service: Service) -> Schema:
    video, one = _json(_ref("Video")), [_path("id", "A video's id.")]
    model = [_path("id", "A model's id.")]
    return {
        "/videos": {"post": _create(service), "get": _list()},
        "/videos/{id}": {
            "get": _operation("retrieve", "Tell a video's status and progress.", video, one),
            "delete": _operation(
                "delete", "Delete a video, and stop it if it is being made.", _deleted(), one
            ),
        },
        "/videos/{id}/content": {"get": _content()},
        "/videos/{id}/cancel": {
            "post": _operation(
                "cancel", "End a video; it has failed then, with code `cancelled`.", video, one
            )
        },
        "/models": {"get": _operation("models", "List the models.", _page("Model", ends=False), [], "400")},
        "/models/{id}": {"get": _operation("model", "Tell of a model.", _json(_ref("Model")), model)},
    }


def _create(service: Service) -> Schema:
    fields = _fields(service)
    body = {
        "required": True,
        "content": {
            "application/json": {"schema": _object(fields, ["prompt"])},
            "multipart/form-data": {
                "schema": _object(fields | dict.fromkeys(FILES, PICTURE), ["prompt"]),
            },
        },
    }
    once = {"name": "Idempotency-Key", "in": "header", "description": strings.V1_ONCE}
    parameters = [
        once | {"schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}}
    ]
    wrong = ("400", "404", "413", "415", "422", "429")
    made = _operation("create", "Queue a video.", _json(_ref("Video")), parameters, *wrong)
    return made | {"requestBody": body}


def _list() -> Schema:
    parameters = [
        _query("limit", {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}),
        _query("after", {"type": "string"}),
        _query("order", {"enum": ["asc", "desc"], "default": "desc"}),
    ]
    return _operation("list", "List your videos, in pages.", _page("Video"), parameters)


def _content() -> Schema:
    variants = {"enum": ["video", "thumbnail", "spritesheet"], "default": "video"}
    parameters = [_path("id", "A video's id."), _query("variant", variants)]
    kinds = {kind: {"schema": PICTURE} for kind in ("video/mp4", "image/webp", "image/jpeg")}
    found = _operation("content", "Fetch the file, a thumbnail or a sheet of frames.", kinds, parameters)
    some = {"206": found["responses"]["200"], "416": {"description": "The file has no such range of bytes."}}
    return found | {"responses": found["responses"] | some}


def _fields(service: Service) -> Schema:
    models = ", ".join(service.choices)
    own = {
        "model": {"type": ["string", "null"], "description": f"one of {models}"},
        "seconds": {
            "type": ["string", "number", "null"],
            "pattern": NUMBER,
            "description": strings.V1_ABOUT_SECONDS,
        },
        "size": {"type": ["string", "null"], "pattern": SIZE, "description": strings.V1_ABOUT_SIZE},
        "webhook": {"type": ["string", "null"], "description": strings.V1_ABOUT_WEBHOOK},
    }
    files = {name: REFERENCE | {"description": words} for name, words in strings.V1_FILES.items()}
    return {name: _field(row) for name, row in SETTINGS.items()} | own | files


def _field(row: Setting) -> Schema:
    """A setting; a text that spells its value is as good, for forms have nothing else."""
    match row.check:
        case Text():
            kinds = ["string"] if row.check.required else ["string", "null"]
            return {"type": kinds, "description": row.words, "maxLength": MAX_PROMPT}
        case Choice(choices):
            return {"enum": [*choices, None], "description": row.words}
        case Flag():
            kind, pattern = "boolean", "^(true|false)$"
        case Whole():
            kind, pattern = "integer", r"^-?\d{1,10}$"
        case Number():
            kind, pattern = "number", NUMBER
    return {"type": [kind, "string", "null"], "pattern": pattern, "description": row.words}


def _video() -> Schema:
    whole, text, perhaps = {"type": "integer"}, {"type": "string"}, {"type": ["integer", "null"]}
    error = {"type": ["object", "null"], "properties": {"code": text, "message": text}}
    properties = {
        "id": text,
        "object": {"const": "video"},
        "created_at": whole,
        "completed_at": perhaps,
        "expires_at": perhaps,
        "status": {"enum": STATUSES},
        "progress": {"type": "integer", "minimum": 0, "maximum": 100},
        "model": text,
        "prompt": text,
        "seconds": text,
        "size": {"type": "string", "pattern": SIZE},
        "remixed_from_video_id": {"type": ["string", "null"]},
        "error": error,
        "settings": {"type": "object"},
        "notes": {"type": "array", "items": text},
    }
    return _object(properties, list(properties))


def _error() -> Schema:
    text = {"type": ["string", "null"]}
    named = {"message": {"type": "string"}, "type": {"type": "string"}, "param": text, "code": text}
    return _object({"error": _object(named, list(named))}, ["error"])


def _model() -> Schema:
    text = {"type": "string"}
    properties = {"id": text, "object": {"const": "model"}, "created": {"type": "integer"}, "owned_by": text}
    return _object(properties, list(properties))


def _deleted() -> Schema:
    properties = {"id": {"type": "string"}, "object": {"const": "video.deleted"}, "deleted": {"const": True}}
    return _json(_object(properties, list(properties)))


def _page(of: str, ends: bool = True) -> Schema:
    properties: Schema = {"object": {"const": "list"}, "data": {"type": "array", "items": _ref(of)}}
    if ends:
        text = {"type": ["string", "null"]}
        properties |= {"first_id": text, "last_id": text, "has_more": {"type": "boolean"}}
    return _json(_object(properties, list(properties)))


def _operation(name: str, words: str, content: Schema, parameters: list[Schema], *wrong: str) -> Schema:
    failed = {status: _failed(status) for status in sorted({*ALWAYS, *(wrong or ("400", "404"))})}
    answers = {"200": {"description": "Done.", "content": content}, **failed}
    return {"operationId": name, "summary": words, "parameters": parameters, "responses": answers}


def _failed(status: str) -> Schema:
    return {"description": WHY[status], "content": _json(_ref("Error"))}


def _object(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required}


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _path(name: str, words: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "description": words, "schema": {"type": "string"}}


def _query(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "schema": schema}
