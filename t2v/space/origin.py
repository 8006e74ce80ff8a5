"""Start from a picture or a video: the components, what a form makes of them, and the picture shown."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from t2v.request import Request
from t2v.service.messages import Files
from t2v.service.outputs import Record
from t2v.service.sources import thumbnail_path
from t2v.space import strings

FIELDS = ("source", "way", "keep", "strength")
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
KEPT = 8  # frames of a video that is continued
STRENGTH = 0.6


def build() -> dict[str, Any]:
    """The fields of the form that are about a source."""
    source = gr.File(
        label=strings.SOURCE, file_types=["image", "video"], file_count="single", height=110, elem_id="source"
    )
    ways = [(strings.KEEP_WAY, "keep"), (strings.CHANGE_WAY, "change")]
    way = gr.Radio(ways, value="keep", label=strings.SOURCE_WAY, elem_id="source-way")
    with gr.Row():
        keep = gr.Number(1, label=strings.KEEP, info=strings.KEEP_HINT, step=1)
        strength = gr.Slider(
            0, 1, STRENGTH, step=0.05, label=strings.STRENGTH, info=strings.STRENGTH_HINT, visible=False
        )
    way.change(
        lambda way: (gr.update(visible=way != "change"), gr.update(visible=way == "change")),
        way,
        [keep, strength],
        api_visibility="private",
        show_progress="hidden",
        queue=False,
    )
    source.change(kept, source, keep, api_visibility="private", show_progress="hidden", queue=False)
    return {"source": source, "way": way, "keep": keep, "strength": strength}


def kept(source: Any) -> int:
    """The frames to keep of a file: the one of a picture, some of a video."""
    return 1 if not isinstance(source, str) or source.lower().endswith(PICTURES) else KEPT


def files(values: Mapping[str, Any]) -> Files:
    """The files of the form."""
    given = {name: values.get(name) for name in ("source",)}
    return Files(**{name: Path(each) for name, each in given.items() if isinstance(each, str) and each})


def settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a request that starts from the form's file; none without a file."""
    if not values.get("source"):
        return {}
    way = "strength" if values.get("way") == "change" else "keep"
    return {way: values[way]}


def continued(request: Request) -> dict[str, Any]:
    """The settings of a video that goes on after one of `request`."""
    return {"keep": max(1, min(KEPT, (request.frames or KEPT) // 2))}


def started(request: Request) -> bool:
    """Return whether a video of these settings started from a source."""
    return request.strength not in (None, 1.0) or bool(request.keep)


def thumbnail(record: Record, folder: str) -> str:
    """The picture of what a video started from; nothing where it started from none."""
    if not started(record.request):
        return ""
    path = f"{folder}/{escape(thumbnail_path(Path(record.name)).name, quote=True)}"
    return f"<p class='source'><img src='{path}' alt='{strings.SOURCE_ALT}'>{strings.SOURCE_SHOWN}</p>"
