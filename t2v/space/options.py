"""The options of the page, a row each: a row makes a flag, a variable and a line of the documentation.

A value comes from the flag, else from the variable, else from the file that `T2V_…_FILE` names (secrets),
else from Gradio's own variable; without any of them it is the default. A value that can't be used is refused
before anything starts, by the name under which it was given.

    python -m t2v.space.options     prints the table of the documentation
"""

import argparse
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from t2v.service import logs
from t2v.service.jobs import Limits
from t2v.space import kinds, strings
from t2v.space.address import LaunchError
from t2v.texts import TextError, read_text

BACKEND = "t2v.service.backend"
OTHERS = ("T2V_TRACEBACK", "T2V_SOAK", "T2V_FUZZ")  # variables of ours that are no options
MINUTE = 60


@dataclass(frozen=True)
class Option:
    """A row: its name, what it is, how its text is read (ValueError says what would be right)."""

    name: str
    metavar: str
    words: str
    read: Callable[[str], Any]
    default: str = ""  # as somebody would write it; "": nothing
    gradio: str = ""  # Gradio's variable of the same meaning
    secret: bool = False  # a file may hold it
    unset: str = "–"  # what the documentation has for a default that is nothing

    @property
    def flag(self) -> str:
        return f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        return f"T2V_{self.name.upper()}"


OPTIONS = {
    row.name: row
    for row in (
        Option(
            "model",
            "NAME",
            "the default model: emoji, a hub id, or a folder",
            kinds.text,
            unset="`emoji`, or ModelScope's where there is a GPU",
        ),
        Option(
            "models",
            "NAMES",
            "the models to choose from, separated by commas",
            kinds.names,
            unset="all that are known",
        ),
        Option(
            "adapters",
            "DIR",
            "folder of LoRA files to choose from, each added to a model",
            kinds.existing_folder,
        ),
        Option(
            "host",
            "ADDRESS",
            "address to listen at; 0.0.0.0 for the whole network",
            kinds.text,
            "127.0.0.1",
            "GRADIO_SERVER_NAME",
        ),
        Option(
            "port",
            "N",
            "port to listen at; 0: any that is free",
            kinds.port,
            unset="the first that is free from 7860",
        ),
        Option(
            "root_path",
            "PATH",
            "path of the page behind a proxy, such as /t2v",
            kinds.root_path,
            gradio="GRADIO_ROOT_PATH",
        ),
        Option(
            "share", "yes|no", "a public link through Gradio's relay", kinds.yes_or_no, "no", "GRADIO_SHARE"
        ),
        Option(
            "auth",
            "USER:PASSWORD",
            "accounts that visitors log in with, one a line",
            kinds.accounts,
            secret=True,
        ),
        Option(
            "keys",
            "KEYS",
            "API keys of `/v1`, one a line, each perhaps with its places after a blank",
            kinds.keys,
            secret=True,
            unset="any is right on this machine, without a login",
        ),
        Option(
            "webhook_hosts",
            "HOSTS",
            "hosts that `/v1` may tell of finished videos, separated by commas",
            kinds.webhook_hosts,
        ),
        Option(
            "webhook_secret",
            "SECRET",
            "what signs the messages to them, such as whsec_ and base64",
            kinds.webhook_secret,
            secret=True,
        ),
        Option("title", "TEXT", "title of the page", kinds.text, strings.TITLE),
        Option("terms", "TEXT", "the line of terms under the page", kinds.text, unset="a sentence of ours"),
        Option("queue", "N", "places in the queue", kinds.Count(100_000), str(Limits.places)),
        Option(
            "per_visitor", "N", "places that one visitor may hold", kinds.Count(1000), str(Limits.per_visitor)
        ),
        Option(
            "deadline",
            "TIME",
            "longest time that a video may take, such as 90s, 30m or 2h",
            kinds.duration,
            f"{Limits.deadline / MINUTE:g}m",
        ),
        Option(
            "max_frames",
            "N",
            "most frames that visitors may ask for",
            kinds.Count(100_000),
            unset="the model's own limit",
        ),
        Option(
            "max_steps",
            "N",
            "most steps that visitors may ask for",
            kinds.Count(1_000),
            unset="the model's own limit",
        ),
        Option(
            "max_side",
            "PIXELS",
            "longest side that visitors may ask for",
            kinds.Count(8_192, least=64),
            unset="the model's own limit",
        ),
        Option(
            "blocklist", "FILE", "words, one a line: prompts with one of them are refused", kinds.word_list
        ),
        Option("mark", "TEXT", "text to draw into a corner of every video", kinds.mark),
        Option("outputs", "DIR", "folder of the videos", kinds.folder, "outputs"),
        Option("lifetime", "TIME", "how long a video is kept", kinds.duration, "24h"),
        Option("quota", "SIZE", "room for videos; the oldest are deleted first", kinds.size, "2GB"),
        Option(
            "device",
            "DEVICES",
            "cpu, mps, cuda:1, cuda:0,cuda:1 (several for a video), or some of them with blanks between; "
            "auto: every GPU, else the processor",
            kinds.devices,
            "auto",
        ),
        Option(
            "ray",
            "ADDRESS",
            "the Ray cluster whose nodes make the videos: auto, host:6379 or ray://host:10001",
            kinds.cluster,
        ),
        Option(
            "dtype",
            "TYPE",
            "float32, float16 or bfloat16; auto chooses by device",
            kinds.Word(kinds.DTYPES),
            "auto",
        ),
        Option(
            "memory",
            "LEVEL",
            "fast, balanced, low or minimal; auto chooses by what is free",
            kinds.Word(kinds.MEMORY),
            "auto",
        ),
        Option(
            "log",
            "LEVEL",
            "what the log tells: debug, info, warning or error; json: info as JSON lines",
            kinds.Word(logs.CHOICES),
            "warning",
        ),
        Option(
            "grace",
            "TIME",
            "longest time that SIGTERM waits for videos that are nearly done",
            kinds.duration,
            "5s",
        ),
    )
}


class Parser(argparse.ArgumentParser):
    """A parser that refuses an argument in one sentence, and knows no shortened flags."""

    def __init__(self, **options: Any):
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        raise LaunchError(f"{self.prog}: {message.removeprefix('argument ')} (--help lists the options)")


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add a flag for every row. A flag that isn't given is None; `settle` finds its value elsewhere."""
    for row in OPTIONS.values():
        bare: dict[str, Any] = {"nargs": "?", "const": "yes"} if row.read is kinds.yes_or_no else {}
        default = f" (default: {row.default})" if row.default else ""
        words = (row.words + default).replace("%", "%%")
        parser.add_argument(row.flag, metavar=row.metavar, help=words, **bare)
    parser.add_argument("--backend", default=BACKEND, help=argparse.SUPPRESS)
    parser.add_argument("--examples", type=Path, help=argparse.SUPPRESS)


def settle(given: argparse.Namespace) -> argparse.Namespace:
    """Replace each flag's text by the value that counts; LaunchError names what can't be used.

    `origins` of the result maps an option to the flag or variable that its value came from.
    """
    settled = argparse.Namespace(**vars(given), origins={})
    for row in OPTIONS.values():
        origin, text = _found(row, getattr(given, row.name), os.environ)
        settled.origins[row.name] = origin
        try:
            setattr(settled, row.name, row.read(text) if text else None)
        except ValueError as error:
            raise LaunchError(f"{origin}: {error}") from None
    return settled


def _found(row: Option, flag: str | None, variables: Mapping[str, str]) -> tuple[str, str]:
    """-> where a row's value stands, and its text"""
    if flag is not None:
        if not flag.strip():
            raise LaunchError(f"{row.flag}: {strings.OPTION_EMPTY}")
        return row.flag, flag
    for name in (row.variable, row.gradio):
        if text := variables.get(name, "").strip():
            return name, text
    file = f"{row.variable}_FILE"
    if row.secret and (path := variables.get(file, "").strip()):
        return file, _secret(file, Path(path))
    everywhere = row.name == "host" and variables.get("SYSTEM") == "spaces"
    return row.flag, "0.0.0.0" if everywhere else row.default


def _secret(name: str, path: Path) -> str:
    try:
        text = read_text(path).strip()
    except OSError as error:
        raise LaunchError(f"{name}: {strings.FILE_UNREADABLE.format(reason=error.strerror)}") from None
    except TextError as error:
        raise LaunchError(f"{name}: {strings.FILE_UNREADABLE.format(reason=error)}") from None
    if not text:
        raise LaunchError(f"{name}: {strings.FILE_EMPTY}")
    return text


def misspelt(variables: Mapping[str, str]) -> list[tuple[str, str]]:
    """-> the variables that nearly are one of ours, and which they may mean"""
    known = [row.variable for row in OPTIONS.values()]
    known += [f"{row.variable}_FILE" for row in OPTIONS.values() if row.secret]
    strange = [name for name in variables if name.startswith("T2V_") and name not in (*known, *OTHERS)]
    near = [(name, get_close_matches(name, known, n=1, cutoff=0.8)) for name in sorted(strange)]
    return [(name, meant[0]) for name, meant in near if meant]


def table() -> str:
    """The documentation's table, in Markdown."""
    lines = ["| flag | variable | what it is | default |", "|---|---|---|---|"]
    for row in OPTIONS.values():
        secret = f", `{row.variable}_FILE`" if row.secret else ""
        default = f"`{row.default}`" if row.default else row.unset
        words = row.words.replace("|", "\\|")
        lines.append(f"| `{row.flag}` | `{row.variable}`{secret} | {words} | {default} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
