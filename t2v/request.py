"""A request: every setting of one video, its range, and the one place where it is checked.

Plain data from the standard library, so the page, the API, the command line and Python all share it, and
a bad value is refused before torch is even imported.
"""

import json
import math
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from difflib import get_close_matches
from itertools import accumulate
from numbers import Integral, Real
from typing import Any
from urllib.parse import parse_qsl, urlencode

SAMPLER_NAMES = ("ddim", "dpmpp_2m", "unipc", "euler")
MULTIPLE = 8  # pixels a side of one latent covers, in nearly all models
MAX_PROMPT = 1_000  # characters; the tokenizer's time is quadratic in the length of a word
MAX_SEED = 2**32 - 1  # beyond it, torch's CPU generator starts to repeat itself
MAX_GUIDANCE = 30.0
MAX_FPS = 60
MAX_DEPTH = 32  # of JSON: a bound of our own, for each Python has another
STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)  # an open one goes to the text's end
MAX_JSON = 64 * 1024  # characters, far above the longest valid request


class RequestError(ValueError):
    """A setting that can't be used. `field` names it; `message` says what would be right."""

    def __init__(self, field: str, message: str):
        super().__init__(field, message)  # both, so that the error survives pickling between processes
        self.field, self.message = field, message

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


@dataclass(frozen=True)
class Native:
    """What a model was made for: the defaults of a Request, and its limits on this model."""

    frames: int = 16
    width: int = 256
    height: int = 256
    steps: int = 50
    guidance: float = 9.0
    sampler: str = "ddim"
    fps: int = 8
    max_frames: int = 256
    max_steps: int = 1_000  # as many as the training schedule has
    multiple: int = MULTIPLE  # of which width and height are: a side of one latent in pixels
    min_side: int = MULTIPLE
    max_side: int = 2_048
    max_volume: int = 2**24  # frames · width · height: 256 frames of 256×256, 24 of 1024×576


@dataclass(frozen=True)
class Request:
    """The settings of one video. None stands for the model's own default; a seed of None or −1 is random.

    width and height in pixels, fps in frames a second, eta is DDIM's noise (0 is deterministic).
    """

    prompt: str
    negative_prompt: str = ""
    frames: int | None = None
    width: int | None = None
    height: int | None = None
    steps: int | None = None
    guidance: float | None = None
    eta: float = 0.0
    sampler: str | None = None
    seed: int | None = None
    fps: int | None = None

    def validate(self, native: Native = Native()) -> "Request":
        """A complete request within `native`'s limits, its random seed drawn; or RequestError."""
        defaults = {f.name: getattr(native, f.name) for f in fields(self) if hasattr(native, f.name)}
        missing = {name: value for name, value in defaults.items() if getattr(self, name) is None}
        request = replace(self, **missing).checked(native)
        _check_volume(request, native)
        seed = secrets.randbelow(MAX_SEED + 1) if request.seed is None else request.seed
        return replace(request, seed=seed)

    def checked(self, native: Native = Native()) -> "Request":
        """The settings that are given, each in range and of its proper type; or RequestError."""
        return Request(
            prompt=_text("prompt", self.prompt, required=True),
            negative_prompt=_text("negative_prompt", self.negative_prompt),
            frames=_whole("frames", self.frames, 1, native.max_frames),
            width=_side("width", self.width, native),
            height=_side("height", self.height, native),
            steps=_whole("steps", self.steps, 1, native.max_steps),
            guidance=_real("guidance", self.guidance, 1.0, MAX_GUIDANCE),
            eta=_real("eta", 0.0 if self.eta is None else self.eta, 0.0, 1.0),
            sampler=_choice("sampler", self.sampler, SAMPLER_NAMES),
            seed=_seed("seed", self.seed),
            fps=_whole("fps", self.fps, 1, MAX_FPS),
        )

    def notes(self) -> tuple[str, ...]:
        """Sentences on settings that are valid together but have no effect."""
        notes = []
        if self.negative_prompt and self.guidance == 1:
            notes.append("The negative prompt has no effect at guidance 1.")
        if self.eta and self.sampler not in (None, "ddim"):
            notes.append(f"eta has no effect on the sampler {self.sampler}, only on ddim.")
        return tuple(notes)

    def to_json(self) -> str:
        """One line of ASCII JSON, the fields in the order of the class."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> "Request":
        """The request in a JSON object, unchecked; RequestError where there is none."""
        return cls.from_dict(parse_json(text))

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> "Request":
        """The request in a mapping, its values unchecked; RequestError names an unknown key."""
        if not isinstance(settings, Mapping):
            raise RequestError("request", f"must be an object of settings, not {_show(settings)}")
        for key in settings:
            if key not in SETTINGS:
                raise RequestError(_key(key), f"is not a setting; {_nearest(key)}")
        if "prompt" not in settings:
            raise RequestError("prompt", "is missing: say what the video should show")
        return cls(**settings)

    def to_query(self) -> str:
        """Every setting that isn't left to the model, as a URL's query string."""
        return urlencode({name: value for name, value in asdict(self).items() if value not in (None, "")})

    @classmethod
    def from_query(cls, query: str) -> "Request":
        """The request in a query string, unchecked, its prompt perhaps empty.

        Keys that aren't settings are passed over: links gather foreign ones (`utm_source`) on their way.
        RequestError names a number that is none.
        """
        if len(query) > MAX_JSON:
            raise RequestError("request", f"the link is over {MAX_JSON:,} characters long")
        try:
            pairs = parse_qsl(query, max_num_fields=100)
        except ValueError:
            raise RequestError("request", "the link has more than 100 settings") from None
        settings = {name: _from_text(name, text) for name, text in pairs if name in SETTINGS}
        return cls.from_dict({"prompt": ""} | settings)


SETTINGS = tuple(field.name for field in fields(Request))


def parse_json(text: str | bytes) -> Any:
    """The value of a JSON text of at most MAX_JSON characters; RequestError says what is wrong with it."""
    if len(text) > MAX_JSON:
        raise RequestError("request", f"must be at most {MAX_JSON:,} characters of JSON")
    try:
        text = text if isinstance(text, str) else text.decode(json.detect_encoding(text), "surrogatepass")
        if depth(text) > MAX_DEPTH:
            raise RequestError("request", "the JSON is nested too deeply")
        return json.loads(text.removeprefix("\ufeff"))
    except RequestError:
        raise
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise RequestError("request", f"is not valid JSON: {place}") from None
    except ValueError:  # bytes that aren't UTF-8, an integer of thousands of digits
        raise RequestError("request", "is not valid JSON") from None


def depth(text: str) -> int:
    """How many brackets of a JSON text are open at once; those within its strings don't count."""
    brackets = re.findall(r"[][{}]", STRING.sub("", text))
    return max(accumulate(1 if bracket in "[{" else -1 for bracket in brackets), default=0)


def _text(field: str, value: Any, *, required: bool = False) -> str:
    """Text without outer blanks. The cheap rules come first: nothing here looks at words."""
    if value is None and not required:
        return ""
    if not isinstance(value, str):
        raise RequestError(field, f"must be text, not {_show(value)}")
    text = value.strip()
    if required and not text:
        raise RequestError(field, "is empty: say what the video should show")
    if len(text) > MAX_PROMPT:
        raise RequestError(field, f"must be at most {MAX_PROMPT:,} characters, not {len(text):,}")
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise RequestError(field, "holds a character that is not text: NUL or half a surrogate pair")
    return text


def _number(field: str, value: Any, wanted: str) -> Real:
    """A finite number. A bool is none, though Python counts it as one; neither is text that spells one."""
    if isinstance(value, Real) and not isinstance(value, bool):
        number = value if isinstance(value, Integral) else _float(value)
        if isinstance(value, Integral) or math.isfinite(number):
            return number
    raise RequestError(field, f"must be {wanted}, not {_show(value)}")


def _whole(field: str, value: Any, low: int, high: int) -> int | None:
    """A whole number in low…high. 10.0 is one: sliders and JSON write it so."""
    if value is None:
        return None
    wanted = f"a whole number from {low} to {high}"
    number = _number(field, value, wanted)
    if not low <= number <= high or number != int(number):
        raise RequestError(field, f"must be {wanted}, not {_show(value)}")
    return int(number)


def _real(field: str, value: Any, low: float, high: float) -> float | None:
    if value is None:
        return None
    wanted = f"a number from {low:g} to {high:g}"
    if not low <= _number(field, value, wanted) <= high:
        raise RequestError(field, f"must be {wanted}, not {_show(value)}")
    return float(value)


def _side(field: str, value: Any, native: Native) -> int | None:
    pixels = _whole(field, value, native.min_side, native.max_side)
    if pixels is not None and (rest := pixels % native.multiple):
        below, above = pixels - rest, pixels - rest + native.multiple
        near = f"{below} or {above}" if below else above
        raise RequestError(field, f"must be a multiple of {native.multiple}, such as {near}, not {pixels}")
    return pixels


def _seed(field: str, value: Any) -> int | None:
    """None and −1 both ask for a random seed."""
    seed = _whole(field, value, -1, MAX_SEED)
    return None if seed == -1 else seed


def _choice(field: str, value: Any, choices: tuple[str, ...]) -> str | None:
    if value is None or (isinstance(value, str) and value in choices):
        return value
    raise RequestError(field, f"must be one of {', '.join(choices)}, not {_show(value)}")


def _check_volume(request: Request, native: Native) -> None:
    """Sides and frames may each be legal while their product is more than a machine can hold."""
    area = request.width * request.height
    fit = native.max_volume // area
    if request.frames <= fit:
        return
    size = f"{request.width}×{request.height}"
    if fit:
        raise RequestError("frames", f"must be at most {fit} at {size}, not {request.frames}")
    side = math.isqrt(native.max_volume) // MULTIPLE * MULTIPLE
    raise RequestError("width", f"{size} is too large even for one frame: {side}×{side} would fit")


def _from_text(field: str, text: str) -> str | int | float:
    """A query string's text as its field's type."""
    if field in ("prompt", "negative_prompt", "sampler"):
        return text
    try:
        return float(text) if field in ("guidance", "eta") else int(text)
    except ValueError:
        raise RequestError(field, f"must be a number, not {_show(text)}") from None


def _show(value: Any) -> str:
    """A wrong value in a few characters: never long, never a nested structure, never a path."""
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return f"the text {value[:20]!r}{'…' if len(value) > 20 else ''}"
    if isinstance(value, Integral):
        return str(value) if abs(value) < 10**18 else "a number of many digits"
    if isinstance(value, Real):
        return f"{_float(value):g}"
    return f"a {type(value).__name__}"


def _float(value: Real) -> float:
    """A fraction may be beyond every float."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _key(key: Any) -> str:
    """A setting's name as it may be shown, whoever wrote it."""
    return key[:40] if isinstance(key, str) and key.isprintable() else _show(key)


def _nearest(key: Any) -> str:
    close = get_close_matches(_key(key), SETTINGS, n=1)
    return f"did you mean {close[0]}?" if close else f"the settings are {', '.join(SETTINGS)}"
