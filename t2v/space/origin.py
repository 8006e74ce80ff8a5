"""Start from a picture or a video: the components, what a form makes of them, and the picture shown."""

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import gradio as gr

from t2v.defaults import ModelDefaults
from t2v.request import Request
from t2v.service.messages import Files
from t2v.service.outputs import Record
from t2v.service.sources import thumbnail_path
from t2v.space import strings
from t2v.texts import read_text
from t2v.vocabulary import Vocabulary

FIELDS = ("source", "way", "keep", "strength", "end", "mask")
KEEP, CHANGE, REPLACE = "keep", "change", "replace"  # what is done with the source
CHANGES = (CHANGE, REPLACE)  # it, or a part of it, is made anew
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
KEPT = 8  # frames of a video that is continued
HERE = Path(__file__).parent
STARTS, PAINTER = read_text(HERE / "origin.js"), read_text(HERE / "painter.js")


def build(vocabulary: Vocabulary | None) -> dict[str, Any]:
    """The fields of the form that are about a source, for a model of this vocabulary."""
    source_words = gr.HTML(words(vocabulary), elem_id="source-words")
    source = gr.File(
        label=strings.SOURCE, file_types=["image", "video"], file_count="single", height=110, elem_id="source"
    )
    source_shown = gr.HTML("", elem_id="source-shown")
    tiles = f"<div class='starts' role='toolbar' aria-label='{strings.STARTS}'></div>"
    gr.HTML(f"<p class='note'>{strings.STARTS}</p>{tiles}", js_on_load=STARTS, elem_id="starts")
    ways = [(strings.KEEP_WAY, KEEP), (strings.CHANGE_WAY, CHANGE), (strings.REPLACE_WAY, REPLACE)]
    way = gr.Radio(ways, value=KEEP, label=strings.SOURCE_WAY, elem_id="source-way")
    with gr.Row():
        keep = gr.Number(1, label=strings.KEEP, info=strings.KEEP_HINT, step=1)
        strength = gr.Slider(
            0, 1, 1.0, step=0.05, label=strings.STRENGTH, info=strings.STRENGTH_HINT, visible=False
        )
    painter = gr.HTML(_painter(), js_on_load=PAINTER, elem_id="painter", visible=False)
    mask = gr.Textbox("", label=strings.MASK, visible="hidden", elem_id="mask")
    end = gr.File(label=strings.END, file_types=["image"], file_count="single", height=96, elem_id="end")
    end_shown = gr.HTML("", elem_id="end-shown")
    hidden: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
    way.change(_shown, way, [keep, strength, painter, end], **hidden)
    source.change(_chosen, source, keep, **hidden)
    fields = {"source": source, "way": way, "keep": keep, "strength": strength, "end": end, "mask": mask}
    shown = {"source_words": source_words, "source_shown": source_shown, "end_shown": end_shown}
    return shown | {"fields": fields}


def words(vocabulary: Vocabulary | None) -> str:
    """What a model of a small vocabulary can start from."""
    return f"<p class='note'>{strings.FEW_PICTURES}</p>" if vocabulary else ""


def _shown(way: Any) -> tuple[Any, ...]:
    """Show the fields that mean something for a way: of keep, strength, painter and end."""
    return (
        gr.update(visible=way == KEEP),
        gr.update(visible=way != KEEP),
        gr.update(visible=way == REPLACE),
        gr.update(visible=way == KEEP),
    )


def shown(path: str, problem: str) -> str:
    """A chosen file, small, or what is wrong with it."""
    if problem:
        return f"<div class='chosen'><p class='note warn' role='alert'>{escape(problem)}</p></div>"
    link = "gradio_api/file=" + quote(path)
    picture = f"<img src='{link}' alt='{strings.CHOSEN_ALT}'>"
    film = f"<video src='{link}' aria-label='{strings.CHOSEN_ALT}' muted playsinline preload='auto'></video>"
    small = picture if path.lower().endswith((*PICTURES, ".gif")) else film
    return f"<div class='chosen'>{small}<p class='note'>{strings.MIDDLE_USED}</p></div>"


def _chosen(file: Any) -> Any:
    """The frames to keep of another file; without a file they stay. The painter empties the mask."""
    return kept(file) if file else gr.skip()


def _painter() -> str:
    """The first frame to paint a mask on; `painter.js` fills it in."""
    words = {"none": strings.PAINT_NONE, "unseen": strings.PAINT_UNSEEN, "failed": strings.PAINT_FAILED}
    words |= {"keys": strings.PAINT_KEYS, "down": strings.BRUSH_DOWN, "up": strings.BRUSH_UP}
    data = " ".join(f'data-{name}="{escape(text, quote=True)}"' for name, text in words.items())
    return (
        f"<div class='painter' {data}><p class='note'>{strings.PAINT_HINT}</p>"
        f"<canvas role='application' tabindex='0' aria-label='{strings.PAINT_ALT}' width='0' height='0'>"
        "</canvas>"
        f"<div class='links'><label>{strings.BRUSH} <input type='range' min='4' max='120' value='40'></label>"
        f"<button type='button' data-erase aria-pressed='false'>{strings.ERASE}</button>"
        f"<button type='button' data-clear>{strings.CLEAR}</button>"
        f"<label class='load'>{strings.LOAD_MASK}<input type='file' accept='image/*'></label></div>"
        f"<p class='note' role='status'></p></div>"
    )


def kept(source: Any) -> int:
    """The frames to keep of a file: the one of a picture, some of a video."""
    return 1 if not isinstance(source, str) or source.lower().endswith(PICTURES) else KEPT


def files(values: Mapping[str, Any]) -> Files:
    """The files of the form, those that the chosen way is about."""
    way, source = values.get("way"), _path(values.get("source"))
    end = _path(values.get("end")) if way not in CHANGES else None
    return Files(source, end, _path(values.get("mask")) if source and way == REPLACE else None)


def _path(file: Any) -> Path | None:
    return Path(file) if isinstance(file, str) and file else None


def missing(values: Mapping[str, Any]) -> dict[str, str]:
    """What is still to be done, by its field: a source to be changed is chosen, its part painted over."""
    if values.get("way") not in CHANGES:
        return {}
    if not values.get("source"):
        return {"way": strings.CHOOSE_FIRST}
    painted = values.get("way") == CHANGE or values.get("mask")
    return {} if painted else {"way": strings.PAINT_FIRST}


def settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a request that starts from the form's file; none without a file."""
    if not values.get("source"):
        return {}
    way = "strength" if values.get("way") in CHANGES else "keep"
    return {way: values[way]}


def strength_of(way: Any, native: ModelDefaults) -> float:
    """How much of a source a way makes anew."""
    return native.strength if way == CHANGE else 1.0


def alone(request: Request, native: ModelDefaults) -> Request:
    """The settings of a video without those steps that only its change or its loop needed."""
    least = native.least_steps(change=request.changes, loop=request.loop)
    return replace(request, steps=None) if request.steps == least else request


def continued(request: Request) -> dict[str, Any]:
    """The settings of a video that goes on after one of `request`."""
    return {"keep": max(1, min(KEPT, (request.frames or KEPT) // 2)), "loop": False}


def changed(request: Request, native: ModelDefaults) -> dict[str, Any]:
    """The settings of a video that changes one of `request`."""
    steps = max(request.steps or 0, native.change_steps) or None
    return {"strength": native.strength, "steps": steps, "loop": False}


def looped(request: Request, native: ModelDefaults) -> dict[str, Any]:
    """The settings of a loop that has those of `request` otherwise."""
    return {"steps": max(request.steps or 0, native.loop_steps) or None, "loop": True}


def started(request: Request) -> bool:
    """Return whether a video of these settings started from a source."""
    return request.strength not in (None, 1.0) or bool(request.keep) or (request.rounds or 1) > 1


def thumbnail(record: Record, folder: str, name: str) -> str:
    """The picture of what a video started from, or ends on."""
    path = f"{folder}/{escape(thumbnail_path(Path(record.name), name).name, quote=True)}"
    alt, words = strings.MADE_FROM[name]
    return f"<p class='source'><img src='{path}' alt='{alt}'>{words}</p>"
