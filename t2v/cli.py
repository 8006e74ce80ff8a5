"""The `t2v` command: make a video of each prompt.

A first word that is one of COMMANDS runs that command; `t2v -- info` makes a video of the word "info".
Exit codes: 0 done; 1 failed, also if only some videos did; 2 a wrong setting or usage; 130 stopped by Ctrl-C,
143 by SIGTERM, with which schedulers end a job: with --resume the same command makes the rest.
"""

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import partial

from t2v.arguments import FLAGS, Parser, add_request, places_of, text
from t2v.batch import process_rank
from t2v.commands import COMMANDS, meant
from t2v.dry_run import dry_run
from t2v.errors import T2VError, UsageError
from t2v.machine import limit_threads
from t2v.naming import ENDINGS, files_of
from t2v.prompts import check_sources, items_of, listed_defaults
from t2v.request import RequestError
from t2v.shards import shard_of
from t2v.stops import Terminated, stopped_once
from t2v.streams import OutputError, complain, plain, prepare, say
from t2v.version import VERSION
from t2v.ways import Order, in_process, launched

__all__ = ["DONE", "FAILED", "FLAGS", "INTERRUPTED", "MISUSED", "TERMINATED", "Parser", "main"]

DONE, FAILED, MISUSED, INTERRUPTED, TERMINATED = 0, 1, 2, 130, 143


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; any error is one line on stderr."""
    prepare()
    try:
        _run(list(sys.argv[1:] if argv is None else argv))
    except (RequestError, UsageError) as error:
        return _fail(MISUSED, str(error))
    except Terminated:
        return _fail(TERMINATED, "stopped by SIGTERM")
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
    latents = "keep each video's latents beside its file, to decode or continue it without loss"
    parser.add_argument("--keep-latents", action="store_true", help=latents)
    add_request(parser)
    _add_batch(parser)
    return parser


def _add_batch(parser: Parser) -> None:
    many = parser.add_argument_group("many videos, on many machines")
    resume = "keep the files that are whole and have these settings, make the others"
    many.add_argument("--resume", action="store_true", help=resume)
    shard = "make the I-th of N parts; auto: as Slurm's or Kubernetes' variables say"
    many.add_argument("--shard", metavar="I/N", help=shard)
    many.add_argument("--ray", metavar="ADDRESS", help="make them on a Ray cluster: auto, or its HOST:PORT")
    many.add_argument("--json", action="store_true", help="print a line of JSON for each video")
    dry = "make nothing; say how many videos, how long, how much memory and how much of the disk"
    many.add_argument("--dry-run", action="store_true", help=dry)


def _generate(args: argparse.Namespace) -> None:
    """Check all that can be checked before torch is imported, then make the videos, one way or another."""
    order = _order(args)
    if args.dry_run:
        if process_rank().main:
            dry_run(order)
        return
    with stopped_once():
        _way(args.ray)(order)


def _way(ray: str | None) -> Callable[[Order], None]:
    """Return the way to make videos: on the Ray cluster at an address, by a launcher's processes, or here."""
    several = process_rank().size > 1
    if ray is not None:
        if several:
            raise UsageError("--ray: Ray starts its own workers; leave out accelerate launch")
        from t2v.on_ray import on_ray

        return partial(on_ray, address=ray)
    return launched if several else in_process


def _order(args: argparse.Namespace) -> Order:
    items = items_of(args)
    if not items:
        raise UsageError('no prompt: say what the video should show, such as t2v "a panda" -o panda.mp4')
    shard = shard_of(args.shard)
    fixed = args.resume or shard.parts > 1
    named = files_of(items, args.output, args.number, fixed)
    files = [target._replace(latents=args.keep_latents) for target in named]
    mine = shard.of(list(zip(items, files, strict=True)))
    check_sources([item for item, _ in mine], listed_defaults(args.model))
    return Order(
        [item for item, _ in mine],
        [target for _, target in mine],
        places_of(args),
        fixed,
        args.resume,
        args.json,
        _tell,
        _in_one_line,
    )


def _tell(kind: str, text: str) -> None:
    """Print a finished video, or what became of it in JSON, on stdout; any other report on stderr."""
    if kind not in ("made", "kept", "failed"):
        complain(f"t2v: {plain(text)}")
        return
    try:
        say(plain(text))
    except OutputError as error:  # the video is saved anyway
        complain(f"t2v: {error}")
