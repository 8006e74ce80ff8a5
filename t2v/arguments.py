"""The arguments that commands share: prompts, settings, model and machine; errors in one sentence."""

import argparse
import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, NoReturn

from t2v.checks import Flag, Number
from t2v.elsewhere import NAMES_ELSEWHERE
from t2v.errors import UsageError
from t2v.request import SETTINGS, Setting
from t2v.streams import say

FLAGS = {row.name: row for row in SETTINGS.values() if row.name != "prompt"}
SIZE = re.compile(r"\s*(\d{1,9})\s*[x×X*]\s*(\d{1,9})\s*")
PLACES = ("model", "device", "dtype", "memory")


class Parser(argparse.ArgumentParser):
    """Parser with errors of one line and no shortened flags: a new flag would change their meaning."""

    def __init__(self, **options: Any):
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self._advised(message)} ({self.prog} --help shows what there is)")

    def _advised(self, message: str) -> str:
        """Add to argparse's message what to write instead."""
        message = message.removeprefix("argument ")
        flag = re.match(r"(?:-\w/)?(--?[\w-]+): expected", message)
        if flag:
            return f"{flag[1]} needs a value; one that begins with - is written {flag[1]}=-…"
        unknown = re.search(r"unrecognized arguments: .*?(--?[\w-]+)", message)
        return message + (self._nearest(unknown[1]) if unknown else "")

    def _nearest(self, flag: str) -> str:
        """Suggest a flag for one that isn't there, also for its name in other programs."""
        flags = [option for option in self._option_string_actions if option.startswith("--")]
        name = flag.strip("-").replace("-", "_")
        ours = f"--{NAMES_ELSEWHERE.get(name, name)}".replace("_", "-")
        near = [ours] if ours in flags else get_close_matches(ours, flags, n=1)
        return f"; did you mean {near[0]}?" if near else ""

    def _print_message(self, message: str, file: Any = None) -> None:
        say(message.rstrip("\n"))


def add_request(parser: argparse.ArgumentParser) -> None:
    """Add the prompts, the settings, the model and the machine."""
    parser.add_argument("prompts", nargs="*", metavar="PROMPT", type=text, help="what the video should show")
    prompts = "a prompt a line, # begins a comment; - reads stdin"
    parser.add_argument("--prompts", dest="file", metavar="FILE", help=prompts)
    several = "videos of each prompt (left out: 1). Their seeds count up from --seed, or each is random"
    parser.add_argument("-n", "--number", metavar="N", type=number, default=1, help=several)
    settings = parser.add_argument_group("settings (left out: the model's own)")
    for row in FLAGS.values():
        if not row.of_source:
            _add_setting(settings, row)
    settings.add_argument("--size", type=_size, metavar="WxH", help="width and height, such as 576x320")
    start = parser.add_argument_group("start from a picture or a video")
    source = "what the video starts from: a picture, a video; with --keep it is animated or continued"
    start.add_argument("--from", dest="source", metavar="FILE", help=source)
    start.add_argument("--end", metavar="FILE", help="the picture that the video ends at")
    mask = "a picture that is white where the source is made anew; the rest stays"
    start.add_argument("--mask", metavar="FILE", help=mask)
    for row in FLAGS.values():
        if row.of_source:
            _add_setting(start, row)
    add_places(parser)


def add_places(parser: argparse.ArgumentParser) -> None:
    """Add the model and the machine."""
    where = parser.add_argument_group("model and machine")
    where.add_argument(
        "--model", help="a name that `t2v models` lists, a hub id, or a folder; +FILE:0.8 adds a LoRA"
    )
    where.add_argument(
        "--device", help="cuda, cuda:1, mps, cpu, or several GPUs for one video: cuda:0,cuda:1"
    )
    where.add_argument("--dtype", help="float32, float16 or bfloat16")
    where.add_argument("--memory", help="how hard to save memory; auto chooses by what is there")


def _add_setting(group: argparse._ArgumentGroup, row: Setting) -> None:
    kind = number if isinstance(row.check, Number) else text
    flag, words = f"--{row.name.replace('_', '-')}", row.words.replace("%", "%%")
    if isinstance(row.check, Flag):
        group.add_argument(flag, help=words, action="store_true", default=None)
    else:
        group.add_argument(flag, help=words, metavar=row.check.metavar, type=kind)


def settings_of(args: argparse.Namespace) -> dict[str, Any]:
    """Return the settings given on the command line, by name; UsageError if --size stands beside a side."""
    given = {name: getattr(args, name) for name in FLAGS if getattr(args, name) is not None}
    if args.size is None:
        return given
    for side in ("width", "height"):
        if side in given:
            raise UsageError(f"--size is given beside --{side}: leave one out")
    return given | dict(zip(("width", "height"), args.size, strict=True))


def places_of(args: argparse.Namespace) -> dict[str, str]:
    """Return what was chosen of model, device, dtype and memory."""
    chosen: Mapping[str, Any] = {name: getattr(args, name) for name in PLACES}
    return {name: choice for name, choice in chosen.items() if choice is not None}


def number(word: str) -> int | float | str:
    """Parse a number; other text stays text, because Request explains it better than argparse."""
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word


def text(argument: str) -> str:
    """Return an argument in UTF-8, also in an ASCII locale, where Python keeps its bytes as surrogates."""
    try:
        return argument if argument.isprintable() else os.fsencode(argument).decode()
    except UnicodeError:
        return argument


def _size(word: str) -> tuple[int, int]:
    found = SIZE.fullmatch(word)
    if not found:
        raise argparse.ArgumentTypeError(
            f"must be WIDTHxHEIGHT in pixels, such as 576x320, not {word[:20]!r}"
        )
    return int(found[1]), int(found[2])
