"""The form: what its components hold, and how that becomes a Request and back."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from t2v.request import ModelDefaults, Request, RequestError
from t2v.space import strings
from t2v.space.service import SUFFIXES, Service

FIELDS = (
    "prompt",
    "negative_prompt",
    "random",
    "seed",
    "steps",
    "guidance",
    "frames",
    "size",
    "sampler",
    "eta",
    "fps",
    "format",
    "model",
)
PLAIN = (
    "prompt",
    "negative_prompt",
    "steps",
    "guidance",
    "frames",
    "sampler",
    "eta",
    "fps",
)  # as in a Request
SIZE = re.compile(r"\s*(-?\d{1,9})\s*[×xX*]\s*(-?\d{1,9})\s*")


@dataclass(frozen=True)
class Filled:
    """A form that has been read: the request as given, the file's suffix, the model's id."""

    request: Request
    suffix: str
    model: str


def read(values: Sequence[Any]) -> Filled:
    """The form's values in the order of FIELDS; RequestError only for a size that is none."""
    form = dict(zip(FIELDS, values, strict=True))
    width, height = sides(form["size"])
    seed = None if form["random"] is True else form["seed"]
    plain = {name: form[name] for name in PLAIN}
    return Filled(Request(**plain, width=width, height=height, seed=seed), form["format"], form["model"])


def write(request: Request, suffix: str, model: str, *, random: bool) -> list[Any]:
    """The values that make the form show these settings, in the order of FIELDS."""
    size = size_text(request.width, request.height) if request.width and request.height else None
    other = {"random": random, "seed": request.seed, "size": size, "format": suffix, "model": model}
    return [(asdict(request) | other)[name] for name in FIELDS]


def problems(service: Service, values: Sequence[Any]) -> dict[str, str]:
    """Every field that can't be used, with what would be right; empty where all is well."""
    form = dict(zip(FIELDS, values, strict=True))
    model = form["model"] if form["model"] in service.choices else service.default
    native, found = service.native(model), {}
    for name, value in form.items():
        try:
            _check(name, value, form, native)
        except RequestError as error:
            found[name] = error.message
    try:
        found or service.validate(form["model"], read(values).request, form["format"])
    except RequestError as error:  # sides and frames that are legal alone, and too much together
        found["size" if error.field in ("width", "height") else error.field] = error.message
    return {name: text[0].upper() + text[1:] for name, text in found.items()}


def _check(name: str, value: Any, form: Mapping[str, Any], native: ModelDefaults) -> None:
    """RequestError where one field alone is wrong."""
    if name == "size":
        width, height = sides(value)
        Request("any", width=width, height=height).checked(native)
    elif name == "seed" and form["random"] is not True:
        Request("any", seed=value).checked(native)
    elif name in PLAIN:
        Request(**{"prompt": "any", name: value}).checked(native)


def sides(text: Any) -> tuple[int | None, int | None]:
    """ "256×320" -> (256, 320); empty: the model's own."""
    if text is None or text == "":
        return None, None
    match = SIZE.fullmatch(text) if isinstance(text, str) and len(text) < 40 else None
    if match is None:
        raise RequestError("size", strings.SIZE_WRONG)
    return int(match[1]), int(match[2])


def size_text(width: int, height: int) -> str:
    return f"{width}×{height}"


def sizes(native: ModelDefaults) -> list[str]:
    """The model's own size first, then a wide, a tall and a smaller one."""
    width, height = native.width, native.height
    options = [(width, height), (width * 3 // 2, height), (width, height * 3 // 2), (width // 2, height // 2)]
    legal = [
        tuple(max(native.min_side, side // native.multiple * native.multiple) for side in option)
        for option in options
    ]
    return [size_text(*option) for option in dict.fromkeys(legal) if max(option) <= native.max_side]


def defaults(service: Service, model: str, prompt: str = "") -> list[Any]:
    """The form as the model's catalogue entry has it."""
    native = service.native(model)
    own = {
        name: getattr(native, name)
        for name in ("frames", "width", "height", "steps", "guidance", "sampler", "fps")
    }
    return write(Request(prompt, **own), SUFFIXES[0], model, random=True)


def restored(service: Service, request: Request, model: str, suffix: str = SUFFIXES[0]) -> list[Any]:
    """The form with a request's settings, the model's own where it has none; a stated seed stays."""
    native = service.native(model)
    missing = {
        name: getattr(native, name)
        for name in asdict(request)
        if getattr(request, name) is None and hasattr(native, name)
    }
    return write(replace(request, **missing), suffix, model, random=request.seed is None)


def link(request: Request, model: str, suffix: str) -> str:
    """A query string that brings every setting back."""
    from urllib.parse import urlencode

    return "?" + request.to_query() + "&" + urlencode({"model": model, "format": suffix.lstrip(".")})


def from_link(service: Service, query: Mapping[str, str]) -> tuple[list[Any], str]:
    """-> the form's values for a link's query, and what was wrong with it. A wrong setting is left out."""
    from urllib.parse import urlencode

    model = query.get("model", service.default)
    model = model if model in service.choices else service.default
    suffix = "." + query.get("format", "mp4")
    suffix = suffix if suffix in SUFFIXES else SUFFIXES[0]
    try:
        request = Request.from_query(urlencode(dict(query)))
        checked = replace(request, prompt=request.prompt.strip() or "any").checked(service.native(model))
        return restored(service, replace(checked, prompt=request.prompt), model, suffix), ""
    except RequestError as error:
        return defaults(service, model, str(query.get("prompt", ""))[:1000]), str(error)
