"""The `t2v` command: make a video of each prompt.

A first word that is one of COMMANDS runs that command; `t2v -- info` makes a video of the word "info".
Exit codes: 0 done, 1 failed, 2 a wrong setting or usage, 130 interrupted.
"""

import argparse
import os
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from tqdm import tqdm

from t2v.batch import LauncherQueue, make_all, process_rank, stop_once
from t2v.checks import Flag, Number
from t2v.commands import COMMANDS, meant
from t2v.errors import T2VError, UsageError
from t2v.machine import limit_threads
from t2v.naming import ENDINGS, Target, targets
from t2v.places import PlaceError
from t2v.request import SETTINGS, Complete, Request, RequestError
from t2v.streams import OutputError, complain, plain, prepare, say
from t2v.texts import TextError, decode
from t2v.version import VERSION
from t2v.video import Settings, check_saving

DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130
FLAGS = {row.name: row for row in SETTINGS.values() if row.name != "prompt" and not row.of_source}


class Parser(argparse.ArgumentParser):
    """Parser with errors of one line and no shortened flags: a new flag would change their meaning."""

    def __init__(self, **options: Any):
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} ({self.prog} --help shows what there is)")

    def _print_message(self, message: str, file: Any = None) -> None:
        say(message.rstrip("\n"))


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; any error is one line on stderr."""
    prepare()
    try:
        _run(list(sys.argv[1:] if argv is None else argv))
    except (RequestError, UsageError) as error:
        return _fail(MISUSED, str(error))
    except KeyboardInterrupt:
        return _fail(INTERRUPTED, "stopped")
    except Exception as error:  # the last stop before the user
        return _fail(FAILED, _in_one_line(error))
    return DONE


def _run(argv: list[str]) -> None:
    limit_threads()
    if argv[:1] == ["help"]:
        argv = [*argv[1:2], "--help"]
    if argv and argv[0] in COMMANDS:
        command = COMMANDS[argv[0]]
        parser = Parser(prog=f"t2v {argv[0]}", description=command.help)
        command.arguments(parser)
        command.run(parser.parse_args(argv[1:]))
    elif argv and (command_meant := meant(argv[0])):
        raise UsageError(
            f"{argv[0]} is no command; did you mean {command_meant}? t2v -- {argv[0]} makes a video of it"
        )
    else:
        _generate(_parsed(argv))


def _parsed(argv: list[str]) -> argparse.Namespace:
    """Parse a command line without a command; all that follows a -- are prompts."""
    end = argv.index("--") if "--" in argv else len(argv)
    args = _generate_parser().parse_intermixed_args(argv[:end])
    args.prompts = [*(args.prompts or ()), *map(_text, argv[end + 1 :])]
    return args


def _fail(code: int, message: str) -> int:
    if code == FAILED or process_rank().main:  # all processes fail alike: one prints it
        _tell("problem", message)
    return code


def _in_one_line(error: Exception) -> str:
    """Format an error in one line: a T2VError as it is, of any other its type and first line."""
    if os.environ.get("T2V_TRACEBACK"):
        complain("".join(traceback.format_exception(error)))
    if isinstance(error, T2VError):
        return " ".join(str(error).split())
    first_line = str(error).partition("\n")[0]
    return f"{type(error).__name__}: {first_line} (T2V_TRACEBACK=1 shows where it came from)"


def _generate_parser() -> Parser:
    commands = "\n".join(f"  t2v {name:<8} {command.help}" for name, command in COMMANDS.items())
    parser = Parser(
        prog="t2v",
        usage="t2v PROMPT [PROMPT ...] [-o FILE] [settings]\n       t2v COMMAND ...",
        description="Make a video of each prompt. A prompt of several words stands in quotes.",
        epilog=f"commands:\n{commands}",
    )
    parser.add_argument("--version", action="version", version=f"t2v {VERSION}")
    parser.add_argument("prompts", nargs="*", metavar="PROMPT", type=_text, help="what the video should show")
    parser.add_argument("--prompts", dest="file", metavar="FILE", help="a prompt a line; - reads stdin")
    output = (
        f"a file ({ENDINGS}), a folder/, or for several a pattern such as panda-%%d.mp4 or panda-%%03d.mp4:"
    )
    output += " %%d, with no letter or digit after it, becomes a free number (left out: video-%%d.mp4)"
    parser.add_argument("-o", "--output", metavar="FILE", help=output)
    settings = parser.add_argument_group("settings (left out: the model's own)")
    for name, row in FLAGS.items():
        kind = _number if isinstance(row.check, Number) else _text
        flag, words = f"--{name.replace('_', '-')}", row.words.replace("%", "%%")
        if isinstance(row.check, Flag):
            settings.add_argument(flag, help=words, action="store_true", default=None)
            continue
        settings.add_argument(flag, help=words, metavar=row.check.metavar, type=kind)
    where = parser.add_argument_group("model and machine")
    where.add_argument("--model", help="a name that `t2v models` lists, a hub id, or a folder")
    where.add_argument("--device", help="cuda, cuda:1, mps, cpu, or two GPUs for one video: cuda:0,cuda:1")
    where.add_argument("--dtype", help="float32, float16 or bfloat16")
    where.add_argument("--memory", help="how hard to save memory; auto chooses by what is there")
    return parser


def _number(text: str) -> int | float | str:
    """Parse a number; other text stays text, because Request explains it better than argparse."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _text(argument: str) -> str:
    """Return an argument in UTF-8, also in an ASCII locale, where Python keeps its bytes as surrogates."""
    try:
        return argument if argument.isprintable() else os.fsencode(argument).decode()
    except UnicodeError:
        return argument


def _generate(args: argparse.Namespace) -> None:
    """Check all that can be checked before torch is imported, then make one video after the other."""
    given = {field: getattr(args, field) for field in FLAGS if getattr(args, field) is not None}
    requests = [_checked(Request(prompt, **given), where) for where, prompt in _prompts(args)]
    files = targets(args.output, len(requests))
    choices = {name: getattr(args, name) for name in ("model", "device", "dtype", "memory")}
    chosen = {name: choice for name, choice in choices.items() if choice is not None}
    if process_rank().size > 1:
        _generate_together(requests, files, chosen)
        return
    _check(files[0].path)
    pipe, complete = _load(chosen, requests)
    for target, request in zip(files, complete, strict=True):
        with tqdm(
            total=request.steps, unit="step", leave=False, disable=None, desc=plain(request.prompt[:30])
        ) as bar:
            reports = _make(pipe, request, target, lambda step, steps, x0, bar=bar: bar.update())
        for kind, text in reports:
            _tell(kind, text)


def _check(path: Path) -> None:
    """Refuse a path that saving would fail at, before the work is done."""
    try:
        check_saving(path)
    except PlaceError as error:
        raise UsageError(f"{path}: {error}") from None


def _load(chosen: dict[str, str], requests: list[Request]) -> tuple[Any, list[Complete]]:
    """Load the pipeline; -> it, and the requests as its model completes them."""
    from t2v.pipeline import TextToVideo  # imports torch, which takes seconds

    pipe = TextToVideo.from_pretrained(**chosen)
    return pipe, [request.validate(pipe.native) for request in requests]


def _generate_together(requests: list[Request], files: list[Target], chosen: dict[str, str]) -> None:
    """Make this process's share of the videos: `accelerate launch` has started a process for each device."""
    device = chosen.pop("device", "")
    if device not in ("", "cpu"):
        raise UsageError(
            "--device: each process that accelerate starts has its own; leave it out, or say cpu"
        )
    if process_rank().main:
        _check(files[0].path)

    from t2v.checkpoints import EMBEDDED, locate
    from t2v.runtime import choose_dtype

    queue = LauncherQueue(on_cpu=device == "cpu")
    if queue.main:  # it downloads the model, while the others wait in `agree`
        locate(chosen.get("model", EMBEDDED), choose_dtype(chosen.get("dtype"), queue.device).itemsize == 2)
    shared = [Target(*fields) for fields in queue.agree(files)]  # as the main process saw the folder

    def load() -> tuple[Any, int]:
        loaded = _load(chosen | {"device": queue.device}, requests)
        return loaded, sum(request.steps for request in loaded[1])

    def make(loaded: tuple[Any, list[Complete]], number: int, on_step: Any) -> list[tuple[str, str]]:
        return _make(loaded[0], loaded[1][number], shared[number], on_step)

    stop_once()
    make_all(queue, load, make, [str(target.path) for target in shared], _tell, _in_one_line)


def _prompts(args: argparse.Namespace) -> list[tuple[str, str]]:
    """Return (where it stands, prompt) for each prompt; "" stands for the command line itself."""
    prompts = [("", prompt) for prompt in args.prompts]
    if args.file is not None:
        lines = _read_lines(args.file)
        prompts += [(f"line {number}: ", line) for number, line in enumerate(lines, 1) if line.strip()]
    if not prompts:
        raise UsageError('no prompt: say what the video should show, such as t2v "a panda" -o panda.mp4')
    return prompts


def _read_lines(file: str) -> list[str]:
    """Read lines of UTF-8 text, split at newlines only, not at all that Unicode counts as line ends."""
    if file == "-" and process_rank().size > 1:
        raise UsageError("--prompts -: several processes can't share stdin; give a file")
    try:
        return decode(_read_stdin() if file == "-" else Path(file).read_bytes()).split("\n")
    except OSError as error:
        raise UsageError(f"--prompts {file}: {error.strerror}") from None
    except TextError as error:
        raise UsageError(f"--prompts {file}: {error}") from None


def _read_stdin() -> bytes:
    """Read stdin as bytes: its encoding is the terminal's, not the text's."""
    if sys.stdin is None or sys.stdin.closed:
        raise UsageError("--prompts -: there is no stdin; give a file")
    bytes_of = getattr(sys.stdin, "buffer", None)
    return bytes_of.read() if bytes_of else sys.stdin.read().encode(errors="surrogatepass")


def _checked(request: Request, where: str) -> Request:
    try:
        return request.checked()
    except RequestError as error:
        place = where if error.field == "prompt" else ""
        raise RequestError(f"{place}{error.field}", error.message) from None


def _make(pipe: Any, request: Complete, target: Target, on_step: Any) -> list[tuple[str, str]]:
    """Make one video and save it; -> its reports."""
    start = time.monotonic()
    video = pipe(request, on_step=on_step)
    path = target.save(video)
    notes = [("note", note) for note in video.notes]
    made = f"{path}: {_summary(video.settings, request)}, {time.monotonic() - start:.1f} s"
    return [*notes, ("made", made)]


def _tell(kind: str, text: str) -> None:
    """Print a finished video on stdout, any other report on stderr."""
    if kind != "made":
        complain(f"t2v: {plain(text)}")
        return
    try:
        say(plain(text))
    except OutputError as error:  # the video is saved anyway
        complain(f"t2v: {error}")


def _summary(settings: Settings, request: Complete) -> str:
    width, height = settings.size
    clip = f"{settings.frames} frames of {width}×{height} at {request.fps} fps"
    how = f"{request.steps} steps of {request.sampler}, guidance {request.guidance:g}"
    return f"seed {request.seed}, {clip}, {how}, model {settings.model}"
