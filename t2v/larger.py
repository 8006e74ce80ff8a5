"""`t2v larger`: enlarge a file's video, by the model that was made for it or by ffmpeg's scaler."""

import argparse
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from typing import Any

from t2v.arguments import add_places, number, places_of
from t2v.checkpoints.catalogue import find
from t2v.errors import UsageError
from t2v.places import PlaceError
from t2v.second import second_request
from t2v.source import Source
from t2v.streams import plain, say
from t2v.video import Settings, Video, VideoError, check_saving


def larger(
    file: Path,
    chosen: Mapping[str, str],
    strength: float | None = None,
    scaled: bool = False,
    on_step: Callable[..., Any] | None = None,
    progress: bool = False,
) -> Video:
    """Enlarge the video in `file`: prompt and settings of the second pass are those of the file.

    A model without a second pass, and a file of another origin, are enlarged by ffmpeg's scaler; so is any
    file if it shall only be `scaled`. `chosen`: device, dtype and memory, and a model instead of the usual
    one. UsageError where `strength` or a model is given and there is no second pass; RequestError where the
    pass can't be made; VideoError for what is no video.
    """
    settings = _settings(file)
    entry = find(settings.model) if settings else None
    second = entry.native.second if entry else None
    if scaled or settings is None or settings.request is None or entry is None or second is None:
        if strength is not None or "model" in chosen:
            raise UsageError(f"{file.name}: has no second pass, which a strength or a model would be for")
        return Video.open(file).larger() if settings else Video.of(Source.open(file).frames).larger()
    request = second_request(settings.request, entry.native, second, strength)
    source = Source.open(file)

    from t2v.pipeline import TextToVideo  # imports torch, which takes seconds

    pipe = TextToVideo.from_pretrained(**{"model": second.model} | dict(chosen))
    return pipe(request, source=source, on_step=on_step, progress=progress)


def _settings(file: Path) -> Settings | None:
    """The settings in a file, None in one of another origin."""
    with suppress(VideoError):
        return Video.read_settings(file)
    return None


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `t2v larger`."""
    parser.add_argument("file", help="a video: an MP4, GIF or WebP made here, or of any origin")
    parser.add_argument("-o", "--output", metavar="FILE", help="left out: FILE-larger.mp4 beside it")
    share = "how much the second model makes anew, 0 to 1 (left out: its own, 0.75)"
    parser.add_argument("--strength", metavar="N", type=number, help=share)
    parser.add_argument("--scaled", action="store_true", help="only by ffmpeg's scaler, twice as large")
    add_places(parser)


def run(args: argparse.Namespace) -> None:
    """Enlarge a video and save it; print where."""
    file = Path(args.file)
    first = Path(args.output) if args.output else file.with_name(f"{file.stem}-larger.mp4")
    try:
        check_saving(first)
    except PlaceError as error:
        raise UsageError(f"{first}: {error}") from None
    made = larger(file, places_of(args), args.strength, args.scaled, progress=sys.stderr.isatty())
    if args.output:
        path = made.save(first)
    else:
        numbered = (first.with_name(f"{first.stem}-{n}{first.suffix}") for n in count(2))
        path = made.save_new(chain([first], numbered))
    width, height = made.size
    say(plain(f"{path}: {width}×{height}, {len(made)} frames"))
