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
from typing import Any

from tqdm import tqdm

from t2v.arguments import FLAGS, Parser, add_request, places_of, text
from t2v.batch import LauncherQueue, make_all, process_rank, stop_once
from t2v.commands import COMMANDS, meant
from t2v.errors import T2VError, UsageError
from t2v.given import Given
from t2v.machine import limit_threads
from t2v.measures import counted
from t2v.naming import ENDINGS, Target, targets
from t2v.places import PlaceError
from t2v.prompts import requests_of
from t2v.request import Complete, Request, RequestError
from t2v.streams import OutputError, complain, plain, prepare, say
from t2v.version import VERSION
from t2v.video import Settings, check_saving

__all__ = ["DONE", "FAILED", "FLAGS", "INTERRUPTED", "MISUSED", "Parser", "main"]

DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130


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
        command.run(parser.parse_intermixed_args(argv[1:]))
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
    args.prompts = [*(args.prompts or ()), *map(text, argv[end + 1 :])]
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
    output = (
        f"a file ({ENDINGS}), a folder/, or for several a pattern such as panda-%%d.mp4 or panda-%%03d.mp4:"
    )
    output += " %%d, with no letter or digit after it, becomes a free number (left out: video-%%d.mp4)"
    parser.add_argument("-o", "--output", metavar="FILE", help=output)
    add_request(parser)
    return parser


def _generate(args: argparse.Namespace) -> None:
    """Check all that can be checked before torch is imported, then make one video after the other."""
    requests = requests_of(args)
    if not requests:
        raise UsageError('no prompt: say what the video should show, such as t2v "a panda" -o panda.mp4')
    given = Given.of(args.source, args.end, args.mask)
    for request in requests:
        request.check_source(*given.there)
    files = targets(args.output, len(requests), args.number)
    chosen = places_of(args)
    if process_rank().size > 1:
        _generate_together(requests, files, chosen, given)
        return
    _check(files[0].path)
    pipe, complete = _load(chosen, requests, given)
    steps = sum(request.walked for request in complete)
    with tqdm(total=steps, unit="step", leave=False, disable=None) as bar:
        for number, (target, request) in enumerate(zip(files, complete, strict=True), 1):
            place = f"{number} of {len(files)}: " if len(files) > 1 else ""
            bar.set_description(place + plain(request.prompt[:30]))
            reports = _make(pipe, request, target, lambda *_: bar.update(), given)
            with tqdm.external_write_mode():
                for kind, report in reports:
                    _tell(kind, report)


def _check(path: Path) -> None:
    """Refuse a path that saving would fail at, before the work is done."""
    try:
        check_saving(path)
    except PlaceError as error:
        raise UsageError(f"{path}: {error}") from None


def _load(chosen: dict[str, str], requests: list[Request], given: Given) -> tuple[Any, list[Complete]]:
    """Load the pipeline; -> it, and the requests as its model completes them."""
    from t2v.pipeline import TextToVideo  # imports torch, which takes seconds

    pipe = TextToVideo.from_pretrained(**chosen)
    return pipe, [request.validate(pipe.native, *given.there) for request in requests]


def _generate_together(
    requests: list[Request], files: list[Target], chosen: dict[str, str], given: Given
) -> None:
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
        loaded = _load(chosen | {"device": queue.device}, requests, given)
        return loaded, sum(request.walked for request in loaded[1])

    def make(loaded: tuple[Any, list[Complete]], number: int, on_step: Any) -> list[tuple[str, str]]:
        return _make(loaded[0], loaded[1][number], shared[number], on_step, given)

    stop_once()
    make_all(queue, load, make, [str(target.path) for target in shared], _tell, _in_one_line)


def _make(pipe: Any, request: Complete, target: Target, on_step: Any, given: Given) -> list[tuple[str, str]]:
    """Make one video and save it, joined to the source that it continues; -> its reports."""
    start = time.monotonic()
    video = pipe(request, on_step=on_step, **given.arguments).joined
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
    clip = f"{counted(settings.frames, 'frame')} of {width}×{height} at {request.fps} fps"
    how = f"{counted(request.steps, 'step')} of {request.sampler}, guidance {request.guidance:g}"
    return f"seed {request.seed}, {clip}, {how}, model {settings.model}"
