"""`t2v best`: the best of several seeds; `t2v grid`: a sheet of seeds and guidances. Both write JSON too."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from t2v.arguments import add_request, number, places_of
from t2v.errors import UsageError
from t2v.given import Given
from t2v.places import PlaceError
from t2v.prompts import items_of
from t2v.request import Request
from t2v.streams import plain, say
from t2v.video import check_saving


def best_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `t2v best`."""
    file = "the best video; the measures of all go to a .json beside it (left out: best.mp4)"
    parser.add_argument("-o", "--output", metavar="FILE", default="best.mp4", help=file)
    measures = "what ranks them, of motion, flicker, agreement (left out: all three)"
    parser.add_argument("--by", metavar="NAMES", default="motion,flicker,agreement", help=measures)
    add_request(parser)


def run_best(args: argparse.Namespace) -> None:
    """Make -n videos of a prompt, save the best one, print the measures of all."""
    count, args.number = args.number if args.number != 1 else 4, 1
    request, given, path = _asked(args)
    by = [name.strip() for name in args.by.split(",") if name.strip()]

    from t2v.selection import best_of, check_measures, to_json  # imports torch, which takes seconds

    check_measures(by)
    pipe = _loaded(args)
    complete = request.validate(pipe.native, *given.there)
    steps = pipe.steps_of(complete) * (count if isinstance(count, int) else 1)
    found = _with_bar(steps, lambda step: best_of(pipe, request, count, by, step, **given.arguments))
    best = found[0].video
    best.joined.save(path)
    _beside(path).write_text(to_json(request.prompt, pipe.name, found), encoding="utf-8")
    for each in found:
        measures = ", ".join(f"{name} {value:.3g}" for name, value in each.measures.items())
        assert each.video.request is not None
        say(f"seed {each.video.request.seed}: {measures}, mean place {each.place:.2g}")
    assert best.request is not None
    say(plain(f"{path}: seed {best.request.seed}, the best of {len(found)}"))


def grid_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `t2v grid`."""
    file = "the sheet; settings and measures of all go to a .json beside it (left out: grid.mp4)"
    parser.add_argument("-o", "--output", metavar="FILE", default="grid.mp4", help=file)
    parser.add_argument("--seeds", metavar="N,N", default="0,1,2,3", help="one a column (left out: 0,1,2,3)")
    scales = "one a row, such as 5,9,12 (left out: the model's own)"
    parser.add_argument("--guidances", metavar="N,N", help=scales)
    add_request(parser)


def run_grid(args: argparse.Namespace) -> None:
    """Make a video for each seed and guidance, and save all as one sheet."""
    request, given, path = _asked(args)
    if request.seed is not None or request.guidance is not None:
        raise UsageError("the sheet takes --seeds and --guidances: leave out --seed and --guidance")
    seeds, scales = _numbers("--seeds", args.seeds), _numbers("--guidances", args.guidances)

    from t2v.selection import grid, sheet, to_json  # imports torch, which takes seconds

    pipe = _loaded(args)
    scales = scales or [pipe.native.guidance]
    steps = pipe.steps_of(request.validate(pipe.native, *given.there)) * len(seeds) * len(scales)
    rows = _with_bar(steps, lambda step: grid(pipe, request, seeds, scales, step, **given.arguments))
    heads, labels = [f"seed {seed}" for seed in seeds], [f"guidance {scale:g}" for scale in scales]
    made = sheet([[each.video for each in row] for row in rows], labels, heads)
    made.save(path)
    every = [each for row in rows for each in row]
    _beside(path).write_text(to_json(request.prompt, pipe.name, every), encoding="utf-8")
    say(plain(f"{path}: {len(scales)} rows of {len(seeds)} videos, {made.size[0]}×{made.size[1]}"))


def _asked(args: argparse.Namespace) -> tuple[Request, Given, Path]:
    """The one request of a command line, what it starts from, and the file, checked before the work."""
    items, path = items_of(args), Path(args.output)
    if len(items) != 1:
        raise UsageError("give one prompt: the videos of one prompt are compared")
    try:
        check_saving(path)
    except PlaceError as error:
        raise UsageError(f"{path}: {error}") from None
    return items[0].request, items[0].given(), path


def _loaded(args: argparse.Namespace) -> Any:
    from t2v.pipeline import TextToVideo

    return TextToVideo.from_pretrained(**places_of(args))


def _with_bar(steps: int, make: Callable[[Any], Any]) -> Any:
    """Call `make` with an `on_step` that moves a bar of `steps`."""
    with tqdm(total=steps, unit="step", leave=False, disable=None) as bar:
        return make(lambda *_: bar.update())


def _numbers(flag: str, words: str | None) -> Sequence[Any]:
    """Parse numbers with commas between them; UsageError for anything else."""
    found = [number(word.strip()) for word in (words or "").split(",") if word.strip()]
    if words is not None and (not found or any(isinstance(each, str) for each in found)):
        raise UsageError(f"{flag} takes numbers with commas between them, such as 1,2,3")
    return found


def _beside(path: Path) -> Path:
    return path.with_suffix(".json")
