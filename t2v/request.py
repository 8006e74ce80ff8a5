"""A request: every setting of one video, in one table, checked in one place.

It needs only the standard library, so the page, the API, the command line and Python all share it, and a
bad value is refused before torch is imported.

The fields of `Request` are the table. A row has the label, the description and the check of a setting; the
command line, the API and its description, the form, links, `t2v info` and the README's table follow it.
"""

import json
import math
import secrets
from collections.abc import Mapping
from dataclasses import MISSING, asdict, astuple, dataclass, field, fields
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from t2v.checks import MAX_PROMPT, MAX_SEED, Check, Choice, Flag, Number, Seed, Side, Text, Whole, show
from t2v.defaults import MULTIPLE, ModelDefaults
from t2v.elsewhere import NAMES_ELSEWHERE, hint
from t2v.errors import RequestError
from t2v.json_limits import MAX_JSON, parse_json
from t2v.limits import check_together
from t2v.measures import counted
from t2v.scenes import late

__all__ = [
    "MAX_PROMPT",
    "MAX_SEED",
    "MULTIPLE",
    "NAMES_ELSEWHERE",
    "SETTINGS",
    "Complete",
    "ModelDefaults",
    "Native",
    "Request",
    "RequestError",
    "Setting",
]

SAMPLER_NAMES = ("ddim", "dpmpp_2m", "unipc", "euler", "lcm")
MAX_GUIDANCE = 30.0
MAX_FPS = 60
MAX_ROUNDS, ROUNDS = 32, 4  # the default where something is kept
DEFAULTS = ModelDefaults()
Native = ModelDefaults  # its name in version 0.1
MASK_ALONE = "is a part of a source, and none is given: source= or --from"


class Setting(NamedTuple):
    """A row of the table: a setting's label on the page, its description, its check."""

    name: str
    label: str
    words: str
    check: Check
    default: Any
    of_source: bool  # it is about a source, and means nothing without one


def _row(label: str, words: str, check: Check, default: Any = None, of_source: bool = False) -> Any:
    """Declare a field of Request with its row of the table; `default` None: the model's own, or drawn."""
    return field(default=default, metadata={"row": (label, words, check, default, of_source)})


@dataclass(frozen=True, eq=False, repr=False)
class Request:
    """Settings of one video. None stands for the model's own default; a seed of None or -1 is random."""

    prompt: str = _row("Prompt", "what the video should show", Text(required=True), MISSING)
    negative_prompt: str = _row("Negative prompt", "what the video should not show", Text(), "")
    frames: int | None = _row("Frames", "number of frames", Whole(1, lambda model: model.max_frames))
    width: int | None = _row("Width", "pixels, a multiple of 16 for emoji, of 8 for other models", Side())
    height: int | None = _row("Height", "pixels, a multiple of 16 for emoji, of 8 for other models", Side())
    steps: int | None = _row(
        "Steps", "denoising steps: more take longer", Whole(1, lambda model: model.max_steps)
    )
    guidance: float | None = _row(
        "Guidance",
        f"how closely to follow the prompt, 1 to {MAX_GUIDANCE:g}; 1 takes half the time",
        Number(1.0, MAX_GUIDANCE),
    )
    eta: float = _row(
        "Noise (eta)", "fresh noise that the sampler ddim adds at each step, 0 to 1", Number(0.0, 1.0), 0.0
    )
    sampler: str | None = _row("Sampler", ", ".join(SAMPLER_NAMES), Choice(SAMPLER_NAMES))
    seed: int | None = _row(
        "Seed", "the same seed gives the same video; left out or -1: a random one, which is stated", Seed()
    )
    fps: int | None = _row("Frames a second", f"frames a second, up to {MAX_FPS}", Whole(1, MAX_FPS))
    strength: float | None = _row(
        "Strength", "how much of the source is made anew, 0 to 1", Number(0.0, 1.0), of_source=True
    )
    keep: int | None = _row(
        "Kept frames",
        "first frames that stay the source's",
        Whole(0, lambda model: model.max_frames),
        of_source=True,
    )
    rounds: int | None = _row(
        "Rounds",
        f"how often each step is repeated, up to {MAX_ROUNDS}: more fit the rest better to what is kept",
        Whole(1, MAX_ROUNDS),
        of_source=True,
    )
    loop: bool = _row("Loop", "the last frame leads into the first, without a seam", Flag(), False)

    window: int | None = _row(
        "Window",
        "frames that the model sees at once in longer videos (FreeNoise); 0: all",
        Whole(0, lambda model: model.max_frames),
    )
    rescale: float = _row("Rescale", "tames the colours of strong guidance, 0 to 1", Number(0.0, 1.0), 0.0)
    freeu: bool = _row("FreeU", "stronger shapes and less fine detail", Flag(), False)
    freeinit: int = _row(
        "FreeInit rounds", "1 to 5: steadier and calmer, each as long as a video", Whole(1, 5), 1
    )
    coarse: bool = _row(
        "Coarse to fine", "FreeInit's earlier rounds take fewer steps, which costs less", Flag(), False
    )
    larger: bool = _row(
        "Larger",
        "twice the width and height; a model that has a second one for this uses it",
        Flag(),
        False,
    )

    def __eq__(self, other: object) -> bool:
        return astuple(self) == astuple(other) if isinstance(other, Request) else NotImplemented

    def __hash__(self) -> int:
        return hash(astuple(self))

    def __repr__(self) -> str:
        values = {name: getattr(self, name) for name in SETTINGS}
        given = [f"{name}={value!r}" for name, value in values.items() if value != SETTINGS[name].default]
        return f"{type(self).__name__}({', '.join(given)})"

    def validate(
        self, model: ModelDefaults = DEFAULTS, source: bool = False, end: bool = False, mask: bool = False
    ) -> "Complete":
        """Complete the request within the model's limits and draw a random seed; or RequestError.

        `source`, `end`, `mask`: there is a source to start from, a last picture, a mask. Without a source
        strength and keep are refused, without anything to fit to also rounds.
        """
        given = {name: getattr(self.checked(model), name) for name in SETTINGS}
        self.check_source(source, end, mask)
        defaults = _defaults(given, model, source, end, mask)
        request = Complete(**{name: defaults[name] if v is None else v for name, v in given.items()})
        check_together(request, model, source, end)
        return request

    def check_source(self, source: bool, end: bool = False, mask: bool = False) -> None:
        """Refuse what says nothing without a source, except the neutral values, which records hold."""
        if mask and not source:
            raise RequestError("mask", MASK_ALONE)
        for name, neutral, missing in (
            ("strength", 1.0, not source),
            ("keep", 0, not source),
            ("rounds", 1, not source and not end),
        ):
            if missing and getattr(self, name) not in (None, neutral):
                raise RequestError(
                    name, "says what to do with a source, and none is given: source= or --from"
                )

    def checked(self, model: ModelDefaults = DEFAULTS) -> "Request":
        """Check that each given setting is in range, and convert it to its proper type; or RequestError."""
        given = {name: row.check(name, getattr(self, name), model) for name, row in SETTINGS.items()}
        defaults: dict[str, Any] = {name: row.default for name, row in SETTINGS.items()}
        return Request(**defaults | {name: value for name, value in given.items() if value is not None})

    @property
    def changes(self) -> bool:
        """Whether a source is made anew, or a part of it, as far as the settings say."""
        return self.strength not in (None, 1.0) or (self.rounds or 1) > 1

    def notes(self) -> tuple[str, ...]:
        """Return sentences on settings that are valid together but have no effect."""
        notes = []
        if self.negative_prompt and self.guidance == 1:
            notes.append("The negative prompt has no effect at guidance 1.")
        if self.eta and self.sampler not in (None, "ddim"):
            notes.append(f"eta has no effect on the sampler {self.sampler}, only on ddim.")
        if self.steps and self.strength and self.sampler != "lcm" and not int(self.steps * self.strength):
            few, least = counted(self.steps, "step"), counted(math.ceil(1 / self.strength), "step")
            notes.append(f"At strength {self.strength:g} {few} can change nothing: it takes {least}.")
        seconds = self.frames / self.fps if self.frames and self.fps else math.inf
        return tuple(filter(None, [*notes, late(self.prompt, seconds)]))

    def to_json(self) -> str:
        """Return one line of ASCII JSON, the fields in the order of the class."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> "Request":
        """Build the request in a JSON object, unchecked; RequestError if it is none."""
        return cls.from_dict(parse_json(text))

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> "Request":
        """Build the request in a mapping, its values unchecked; RequestError names an unknown key."""
        if not isinstance(settings, Mapping):
            raise RequestError("request", f"must be an object of settings, not {show(settings)}")
        for key in settings:
            if key not in SETTINGS:
                raise RequestError(_key(key), f"is not a setting; {hint(_key(key), SETTINGS)}")
        if "prompt" not in settings:
            raise RequestError("prompt", "is missing: say what the video should show")
        return cls(**settings)

    @classmethod
    def from_call(
        cls, given: "Request | Mapping[str, Any] | str | None", settings: Mapping[str, Any]
    ) -> "Request":
        """Build the request of a call: a Request, or a prompt or ModelScope's {"text": …} with settings."""
        if isinstance(given, Request):
            if settings:
                raise RequestError(next(iter(settings)), "is given beside a Request: put it into the Request")
            return given
        named = _named(given)
        for key in named.keys() & settings.keys():
            raise RequestError(str(key), "is given twice")
        return cls.from_dict({**named, **settings})

    def without_source(self) -> dict[str, Any]:
        """Return the given settings that mean something without a source, by name."""
        given = {row.name: getattr(self, row.name) for row in SETTINGS.values() if not row.of_source}
        return {
            name: value for name, value in given.items() if value not in (None, "") and value is not False
        }

    def to_query(self) -> str:
        """Return every setting that isn't left to the model as a URL's query string. A link has no source."""
        return urlencode(self.without_source())

    @classmethod
    def from_query(cls, query: str) -> "Request":
        """Parse the request in a query string, unchecked, its prompt perhaps empty.

        Keys that aren't settings are ignored: links gather foreign ones (`utm_source`) on their way.
        RequestError names a number that is none.
        """
        if len(query) > MAX_JSON:
            raise RequestError("request", f"the link is over {MAX_JSON:,} characters long")
        try:
            pairs = parse_qsl(query, max_num_fields=100)
        except ValueError:
            raise RequestError("request", "the link has more than 100 settings") from None
        rows = [(SETTINGS[name], text) for name, text in pairs if name in SETTINGS]
        return cls.from_dict(
            {"prompt": ""} | {row.name: row.check.parse(row.name, text) for row, text in rows}
        )


SETTINGS = {each.name: Setting(each.name, *each.metadata["row"]) for each in fields(Request)}
Request.__doc__ = "\n".join(
    [Request.__doc__ or "", "", *(f"    {row.name}: {row.words}" for row in SETTINGS.values())]
)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Complete(Request):
    """A request that `validate` has completed: no field is None."""

    if TYPE_CHECKING:
        frames: int
        width: int
        height: int
        steps: int
        guidance: float
        sampler: str
        seed: int
        fps: int
        strength: float
        keep: int
        rounds: int
        window: int

    @property
    def laps(self) -> list[int]:
        """Steps of each of FreeInit's rounds: all of them, or more in each round, as in diffusers."""
        share = self.steps / self.freeinit
        return [
            max(1, int(share * lap)) if self.coarse else self.steps for lap in range(1, self.freeinit + 1)
        ]

    @property
    def walked(self) -> int:
        """Steps that are walked, one at least: those that `strength` leaves, in every round."""
        strength = 1.0 if self.sampler == "lcm" else self.strength
        steps = sum(max(1, min(int(steps * strength), steps)) for steps in self.laps)
        return steps * (self.rounds or 1)  # None in jobs of earlier versions


def _named(given: Mapping[str, Any] | str | None) -> dict[Any, Any]:
    """Return a call's first argument as settings: a prompt, or ModelScope's mapping, which calls it text."""
    if not isinstance(given, Mapping):
        return {} if given is None else {"prompt": given}
    if "text" not in given:
        raise RequestError("text", "is missing: say what the video should show")
    if "prompt" in given:
        raise RequestError("prompt", "is given twice")
    return {"prompt" if key == "text" else key: value for key, value in given.items()}


def _defaults(
    given: Mapping[str, Any], model: ModelDefaults, source: bool, end: bool, mask: bool
) -> dict[str, Any]:
    """Return the value of each setting for when it isn't given."""
    own = {name: getattr(model, name) for name in SETTINGS if hasattr(model, name)}
    own["seed"] = secrets.randbelow(MAX_SEED + 1)
    own["keep"] = int(source and end and not mask and given["strength"] in (None, 1.0))
    known = bool(given["keep"] or own["keep"] or mask or end)
    own["strength"] = model.strength if source and not known else 1.0
    change = mask or (source and not known and given["strength"] != 1)
    own["steps"] = max(model.steps, model.least_steps(change=change, loop=given["loop"]))
    trained = model.known == "times" and not mask  # which knows frames, not parts of them
    own["rounds"] = ROUNDS if known and not trained else 1
    return own


def _key(key: Any) -> str:
    """Make a setting's name fit to be shown: printable and short."""
    return key[:40] if isinstance(key, str) and key.isprintable() else show(key)
