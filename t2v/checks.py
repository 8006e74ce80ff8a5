"""Kinds of settings: each checks a value and says what would be right.

A check is called as `check(field, value, model)`. It returns the value in its proper type, or None if none
is given, or raises RequestError before any work. `parse` reads the value from a link's text.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from t2v import prompt_weights
from t2v.defaults import ModelDefaults
from t2v.errors import RequestError

MAX_PROMPT = 1_000  # characters; the tokenizer's time is quadratic in the length of a word
MAX_SEED = 2**32 - 1  # beyond it, torch's CPU generator starts to repeat itself

Limit = Callable[[ModelDefaults], float]


@dataclass(frozen=True)
class Text:
    """A prompt without outer blanks. Only cheap rules apply: its words and tokens are not looked at."""

    required: bool = False
    metavar = "TEXT"

    def __call__(self, field: str, value: Any, model: ModelDefaults) -> str:
        if value is None and not self.required:
            return ""
        if not isinstance(value, str):
            raise RequestError(field, f"must be text, not {show(value)}")
        text = value.strip()
        if self.required and not text:
            raise RequestError(field, "is empty: say what the video should show")
        if len(text) > MAX_PROMPT:
            raise RequestError(field, f"must be at most {MAX_PROMPT:,} characters, not {len(text):,}")
        if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise RequestError(field, "holds a character that is not text: NUL or half a surrogate pair")
        if why := prompt_weights.problem(text):
            raise RequestError(field, why)
        return text

    def parse(self, field: str, text: str) -> str:
        """Return the text itself."""
        return text


@dataclass(frozen=True)
class Choice:
    """A choice among a few words."""

    choices: tuple[str, ...]
    metavar = "TEXT"

    def __call__(self, field: str, value: Any, model: ModelDefaults) -> str | None:
        if value is None or (isinstance(value, str) and value in self.choices):
            return value
        raise RequestError(field, f"must be one of {', '.join(self.choices)}, not {show(value)}")

    def parse(self, field: str, text: str) -> str:
        """Return the text itself."""
        return text


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    metavar = None

    def __call__(self, field: str, value: Any, model: ModelDefaults) -> bool | None:
        if value is None or isinstance(value, bool):
            return value
        raise RequestError(field, f"must be true or false, not {show(value)}")

    def parse(self, field: str, text: str) -> bool:
        """Parse true or false, in letters of either case."""
        try:
            return {"true": True, "false": False}[text.lower()]
        except KeyError:
            raise RequestError(field, f"must be true or false, not {show(text)}") from None


@dataclass(frozen=True)
class Number:
    """A number from `low` to `high`; a limit may depend on the model."""

    low: float | Limit
    high: float | Limit
    metavar = "N"

    def limits(self, model: ModelDefaults) -> tuple[float, float]:
        """Return the lowest and the highest value for a model."""
        low, high = (limit(model) if callable(limit) else limit for limit in (self.low, self.high))
        return low, high

    def __call__(self, field: str, value: Any, model: ModelDefaults) -> float | None:
        if value is None:
            return None
        low, high = self.limits(model)
        wanted = f"a number from {low:g} to {high:g}"
        if not low <= _number(field, value, wanted) <= high:
            raise RequestError(field, f"must be {wanted}, not {show(value)}")
        return float(value)

    def parse(self, field: str, text: str) -> float:
        """Parse the number that the text spells."""
        return _parsed(float, field, text)


@dataclass(frozen=True)
class Whole(Number):
    """A whole number. 10.0 is one: sliders and JSON write it so."""

    def __call__(self, field: str, value: Any, model: ModelDefaults) -> int | None:
        if value is None:
            return None
        low, high = (int(limit) for limit in self.limits(model))
        wanted = f"a whole number from {low} to {high}"
        number = _number(field, value, wanted)
        if not low <= number <= high or number != int(number):
            raise RequestError(field, f"must be {wanted}, not {show(value)}")
        return int(number)

    def parse(self, field: str, text: str) -> int:
        """Parse the whole number that the text spells."""
        return _parsed(int, field, text)


@dataclass(frozen=True)
class Side(Whole):
    """A side of the video in pixels: a multiple of the pixels along one latent."""

    low: float | Limit = lambda model: model.min_side
    high: float | Limit = lambda model: model.max_side

    def __call__(self, field: str, value: Any, model: ModelDefaults) -> int | None:
        pixels = super().__call__(field, value, model)
        if pixels is not None and (rest := pixels % model.multiple):
            below, above = pixels - rest, pixels - rest + model.multiple
            near = f"{below} or {above}" if below else above
            raise RequestError(field, f"must be a multiple of {model.multiple}, such as {near}, not {pixels}")
        return pixels


@dataclass(frozen=True)
class Seed(Whole):
    """A seed; None and -1 both ask for a random one."""

    low: float | Limit = -1
    high: float | Limit = MAX_SEED

    def __call__(self, field: str, value: Any, model: ModelDefaults) -> int | None:
        seed = super().__call__(field, value, model)
        return None if seed == -1 else seed


Check = Text | Choice | Flag | Number


def show(value: Any) -> str:
    """Describe a wrong value in a few characters: never long, never a nested structure, never a path."""
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return f"the text {value[:20]!r}{'…' if len(value) > 20 else ''}"
    if isinstance(value, Integral):
        return str(value) if abs(int(value)) < 10**18 else "a number of many digits"
    if isinstance(value, Real):
        return f"{_float(value):g}"
    return f"a {type(value).__name__}"


def _number(field: str, value: Any, wanted: str) -> Any:
    """Return a finite number. A bool is none, though Python counts it as one; nor is text that spells one."""
    if isinstance(value, Real) and not isinstance(value, bool):
        number = value if isinstance(value, Integral) else _float(value)
        if isinstance(value, Integral) or math.isfinite(number):
            return number
    raise RequestError(field, f"must be {wanted}, not {show(value)}")


def _parsed(kind: type, field: str, text: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise RequestError(field, f"must be a number, not {show(text)}") from None


def _float(value: Any) -> float:
    """Convert to float; a fraction beyond every float becomes infinity."""
    try:
        return float(value)
    except OverflowError:
        return math.inf
