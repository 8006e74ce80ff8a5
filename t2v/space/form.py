"""The form: what its components hold, and how that becomes a Request and back.

Its fields are the rows of the table of settings. Width and height are one field, and a seed has a checkbox
for a random one; the model is no setting of a video.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import urlencode

from t2v.checkpoints.catalogue import EMBEDDED_FOLDER
from t2v.checkpoints.identity import stated_digest
from t2v.checkpoints.model_names import is_embedded
from t2v.defaults import ModelDefaults
from t2v.errors import RequestError
from t2v.request import SETTINGS, Request, Setting
from t2v.service.messages import NO_FILES, Files
from t2v.service.service import Service
from t2v.space import origin, strings

ROWS: dict[str, Setting] = {name: row for name, row in SETTINGS.items() if not row.of_source}
OF_SOURCE: dict[str, Setting] = {name: row for name, row in SETTINGS.items() if row.of_source}
SAME = [name for name in ROWS if name not in ("width", "height", "seed")]  # the field is the setting
FIELDS = (*SAME, "size", "random", "seed", "model", *origin.FIELDS)
LABELS = {name: row.label for name, row in ROWS.items()} | {
    "size": strings.SIZE,
    "random": strings.RANDOM,
    "model": strings.MODEL,
    "keep": strings.KEEP,
    "strength": strings.STRENGTH,
    "rounds": SETTINGS["rounds"].label,
    "source": strings.START_FROM,
    "end": strings.END,
    "mask": strings.MASK,
}
SIZE = re.compile(r"\s*(-?\d{1,9})\s*[×xX*]\s*(-?\d{1,9})\s*")
Values = Mapping[str, Any]  # of the form's components, by the names of FIELDS


@dataclass(frozen=True)
class Filled:
    """A form that has been read: the request as given, the model's id, the files that it is made from."""

    request: Request
    model: str
    files: Files = NO_FILES


def read(values: Values) -> Filled:
    """Make a request of the form's values; RequestError only for a size that is none."""
    width, height = sides(values["size"])
    seed = None if values["random"] is True else values["seed"]
    same = {name: values[name] for name in SAME} | origin.settings(values)
    request = Request(**same, width=width, height=height, seed=seed)
    return Filled(request, values["model"], origin.files(values))


def asked(filled: Filled) -> tuple[str, Request, str, Files]:
    """What a form asks for, as `Service.validate` takes it."""
    return filled.model, filled.request, ".mp4", filled.files


def write(request: Request, model: str, *, random: bool) -> dict[str, Any]:
    """The values that make the form show these settings."""
    size = size_text(request.width, request.height) if request.width and request.height else None
    same = {name: getattr(request, name) for name in SAME}
    return same | {"size": size, "random": random, "seed": request.seed, "model": model}


def problems(service: Service, values: Values) -> dict[str, str]:
    """Every field that can't be used, with what would be right; empty where all is well.

    What `origin.missing` says is none of it: it is still to be done, and said at Generate.
    """
    model = values["model"] if values["model"] in service.choices else service.default
    native, found = service.native(model), {}
    for name in values:
        try:
            _check(name, values, native)
        except RequestError as error:
            found[name] = error.message
    try:
        found or service.validate(*asked(read(values)))
    except RequestError as error:  # sides and frames that are legal alone, and too much together
        found["size" if error.field in ("width", "height") else error.field] = error.message
    return {name: text[0].upper() + text[1:] for name, text in found.items()}


def _check(name: str, values: Values, native: ModelDefaults) -> None:
    """RequestError where one field alone is wrong."""
    if name == "size":
        width, height = sides(values[name])
        Request("any", width=width, height=height).checked(native)
    elif name in SAME or (name == "seed" and values["random"] is not True):
        Request(**{"prompt": "any", name: values[name]}).checked(native)


def sides(text: Any) -> tuple[int | None, int | None]:
    """ "256×320" -> (256, 320); empty: the model's own."""
    if text is None or text == "":
        return None, None
    match = SIZE.fullmatch(text) if isinstance(text, str) and len(text) < 40 else None
    if match is None:
        raise RequestError("size", strings.SIZE_WRONG)
    return int(match[1]), int(match[2])


def size_text(width: int, height: int) -> str:
    """(256, 320) -> "256×320"."""
    return f"{width}×{height}"


def sizes(native: ModelDefaults) -> list[str]:
    """The sizes that the model draws well, its own first."""
    return [size_text(*size) for size in native.offered]


def defaults(service: Service, model: str, prompt: str = "", way: Any = None) -> dict[str, Any]:
    """The form as the model's catalogue entry has it."""
    return restored(service, Request(prompt), model, way)


def restored(service: Service, request: Request, model: str, way: Any = None) -> dict[str, Any]:
    """The form with a request's settings, the model's own where it has none; a stated seed stays.

    `way`: what the form does with its source, which a change of it needs steps for.
    """
    native = service.native(model)
    missing = {
        name: getattr(native, name)
        for name in ROWS
        if getattr(request, name) is None and hasattr(native, name)
    }
    filled = replace(request, **missing)
    own_loop = request.loop and request.steps is None  # one whose steps are given keeps them
    least = native.least_steps(change=way in origin.CHANGES, loop=own_loop)
    filled = replace(filled, steps=max(filled.steps or 0, least))
    return write(filled, model, random=request.seed is None)


def settings_of(request: Request, source: bool = False) -> dict[str, Any]:
    """Every setting of a request that the page and the API know, by name; those of a source if asked."""
    return {name: value for name, value in asdict(request).items() if name in ROWS or source}


def link(request: Request, model: str) -> str:
    """A query string that brings every setting back."""
    weights = {"weights": embedded_digest()} if is_embedded(model) else {}
    return "?" + request.to_query() + "&" + urlencode({"model": model, **weights})


@cache
def embedded_digest() -> str:
    """The digest of the embedded model's weights."""
    return stated_digest(EMBEDDED_FOLDER)


def is_earlier(query: Mapping[str, str]) -> bool:
    """Return whether a link is of a video that other weights of the embedded model have made."""
    return (
        is_embedded(query.get("model", "")) and query.get("weights", embedded_digest()) != embedded_digest()
    )


def missing_model(service: Service, query: Mapping[str, str]) -> str:
    """The model of a link that this server hasn't; "" where it has it."""
    model = query.get("model", "")
    return "" if model in service.choices else model


def from_link(service: Service, query: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """-> the form's values for a link's query, and what was wrong with it. A wrong setting is left out."""
    model = query.get("model", service.default)
    model = model if model in service.choices else service.default
    try:
        request = Request.from_query(urlencode(dict(query)))
        checked = replace(request, prompt=request.prompt.strip() or "any").checked(service.native(model))
        return restored(service, replace(checked, prompt=request.prompt), model), ""
    except RequestError as error:
        return defaults(service, model, str(query.get("prompt", ""))[:1000]), str(error)


def named(values: Sequence[Any]) -> dict[str, Any]:
    """The form's values, in the order in which Gradio passes them, by their names."""
    return dict(zip(FIELDS, values, strict=True))
