"""The first screen: a loop of examples that plays, or the video of a link, not made yet."""

import json
from collections.abc import Sequence
from html import escape

from t2v.defaults import ModelDefaults
from t2v.request import Request
from t2v.service.outputs import Record
from t2v.space import screen, strings
from t2v.space.examples import REEL


def first(native: ModelDefaults, reel: Sequence[Record]) -> str:
    """Before the first video: the examples of the reel, one after the other. A click takes one.

    Without a reel it says where the video will appear.
    """
    if not reel:
        words = f"<p class='lead'>{strings.EMPTY}</p><p>{strings.EMPTY_HINT}</p>"
        return _screen(native.width, native.height, f"<div class='words'>{words}</div>")
    clips = [{"id": record.id, "prompt": record.request.prompt} for record in reel]
    data, prompt = escape(json.dumps(clips), quote=True), escape(reel[0].request.prompt, quote=True)
    label = escape(strings.REEL, quote=True)
    poster = f"still/{reel[0].id}.webp"
    player = (
        f"<video data-src='example/{REEL}' data-still='{poster}' data-reel='{data}' aria-label='{label}'"
        " loop muted playsinline></video>"
    )
    take = (
        f"<button type='button' class='take' data-example='{reel[0].id}' title='{strings.TAKE}'>"
        f"<span>{prompt}</span></button>"
    )
    width, height = reel[0].request.width or native.width, reel[0].request.height or native.height
    return _screen(width, height, player + take, f"<p class='hint'>{strings.REEL_HINT}</p>")


def waiting(request: Request, native: ModelDefaults, seconds: str) -> str:
    """The video of a link that takes long to make: its prompt, and a button that makes it."""
    width, height = request.width or native.width, request.height or native.height
    button = f"<button type='button' class='play' data-way='play'>▶ {strings.PLAY}</button>"
    takes = f"<p>{escape(seconds)}</p>" if seconds else ""
    words = f"<p class='lead'>{escape(request.prompt)}</p>{button}{takes}"
    return _screen(width, height, f"<div class='words'>{words}</div>", kind="offered")


def _screen(width: int, height: int, body: str, below: str = "", kind: str = "empty") -> str:
    return screen.section(kind, screen.frame(width, height, body) + below)
