"""`t2v warm`: compile ahead what a model needs on this machine, before a demo or when a container starts."""

import argparse
import re
import time
from typing import Any

from t2v.arguments import add_places, places_of
from t2v.errors import UsageError
from t2v.measures import counted
from t2v.request import Request
from t2v.streams import say

STEPS = 2
SIZE = re.compile(r"(\d+)[x×](\d+)[x×](\d+)")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `t2v warm`."""
    sizes = "such as 16x256x256: frames, width, height (left out: the model's own sizes)"
    parser.add_argument("--sizes", nargs="+", default=[], metavar="FxWxH", help=sizes)
    parser.epilog = (
        "What is compiled stays in Triton's cache, $TRITON_CACHE_DIR or ~/.triton: keep that folder, and the "
        "next process begins with it. A processor has nothing to compile."
    )
    add_places(parser)


def run(args: argparse.Namespace) -> None:
    """Make two videos of each size and keep none; say what the first took, and what all later ones will."""
    sizes = [_size(word) for word in args.sizes]

    from t2v.pipeline import TextToVideo  # imports torch, which takes seconds

    pipe = TextToVideo.from_pretrained(**places_of(args))
    wanted = sizes or [(pipe.native.frames, *size) for size in pipe.native.offered]
    requests = [
        Request("a video", frames=frames, width=width, height=height, steps=STEPS, seed=0).validate(
            pipe.native
        )
        for frames, width, height in wanted
    ]
    for request in requests:
        first, later = _seconds(pipe, request), _seconds(pipe, request)
        clip = f"{counted(request.frames, 'frame')} of {request.width}×{request.height}"
        say(f"{clip}, {counted(STEPS, 'step')}: {first:.1f} s, and {later:.1f} s from now on")


def _size(word: str) -> tuple[int, int, int]:
    found = SIZE.fullmatch(word)
    if not found:
        raise UsageError(f"--sizes: {word} isn't frames, width and height, such as 16x256x256")
    frames, width, height = map(int, found.groups())
    return frames, width, height


def _seconds(pipe: Any, request: Request) -> float:
    start = time.perf_counter()
    pipe(request)
    return time.perf_counter() - start
