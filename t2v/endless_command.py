"""`t2v endless`: a video without an end, in a file that plays while it grows, until it is stopped."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from t2v.arguments import add_request, number, places_of
from t2v.errors import UsageError
from t2v.file_settings import Settings
from t2v.growing import GrowingFile
from t2v.measures import counted
from t2v.places import PlaceError
from t2v.prompts import items_of
from t2v.qualities import drift
from t2v.request import Complete
from t2v.source import Source
from t2v.streams import complain, plain, say
from t2v.video import Video, check_saving

ENDS = 16  # frames of each end of the video, which the drift is measured between


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `t2v endless`."""
    file = "an MP4, which plays while it grows (left out: endless.mp4)"
    parser.add_argument("-o", "--output", metavar="FILE", default="endless.mp4", help=file)
    stop = "stop after so many seconds of video (left out: at Ctrl-C, which keeps the whole file)"
    parser.add_argument("--seconds", metavar="N", type=number, help=stop)
    add_request(parser)


def run(args: argparse.Namespace) -> None:
    """Make an endless video; Ctrl-C or --seconds ends it, and the file is whole."""
    items = items_of(args)
    if len(items) != 1:
        raise UsageError("endless takes one prompt, such as: t2v endless 'a whale' -o whale.mp4")
    seconds, path, source = args.seconds, Path(args.output), args.source and Source.open(args.source)
    if seconds is not None and not (isinstance(seconds, int | float) and 0 < seconds < float("inf")):
        raise UsageError("--seconds must be a number above 0")
    if args.end or args.mask:
        raise UsageError("an endless video has no end to lead to, and no mask: leave out --end and --mask")
    _check(path)

    from t2v.endless import checked, endless  # imports torch, which takes seconds
    from t2v.pipeline import TextToVideo

    pipe = TextToVideo.from_pretrained(**places_of(args))
    request = checked(pipe, items[0].request)
    parts = endless(pipe, replace(items[0].request, seed=request.seed), source)
    _stream(parts, path, pipe, request, None if seconds is None else max(1, round(seconds * request.fps)))


def _check(path: Path) -> None:
    if path.suffix.lower() != ".mp4":
        raise UsageError(f"{path}: only an MP4 plays while it grows: let the name end in .mp4")
    try:
        check_saving(path)
    except PlaceError as error:
        raise UsageError(f"{path}: {error}") from None


def _stream(parts: Iterator[np.ndarray], path: Path, pipe: Any, request: Complete, most: int | None) -> None:
    """Write parts until `most` frames are there or Ctrl-C is pressed; say what was made, and its drift."""
    first = last = np.empty((0, request.height, request.width, 3), np.uint8)

    def settings(frames: int) -> Settings:
        blank = np.empty((1, request.height, request.width, 3), np.uint8)
        made = Video(blank, request, pipe.name, pipe.revision, notes=("Made without an end.",)).settings
        return replace(made, frames=frames)

    stopped = False
    with GrowingFile(path, request.fps, settings) as file:
        try:
            for part in parts:
                part = part[: None if most is None else most - file.frames]
                file.write(part)
                first = np.concatenate([first, part])[:ENDS]
                last = np.concatenate([last, part])[-ENDS:]
                _tell(file)
                if most is not None and file.frames >= most:
                    break
        except KeyboardInterrupt:
            stopped = True
    if not file.frames:
        raise KeyboardInterrupt
    length = f"{counted(file.frames, 'frame')}, {file.frames / request.fps:.1f} s"
    say(plain(f"{path}: {length}, seed {request.seed}{', stopped' if stopped else ''}"))
    complain(f"t2v: drift from the first {len(first)} frames to the last: {drift(first, last)}")


def _tell(file: GrowingFile) -> None:
    """Show on a terminal how long the video is by now."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{file.path.name}: {file.frames / file.fps:.1f} s; Ctrl-C ends it")
        sys.stderr.flush()
