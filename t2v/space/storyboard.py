"""A small editor for prompts over time: rows of seconds and a sentence.

`storyboard.js` writes them into the prompt, as `[2s: a wolf]`, and reads them back from it.
"""

from html import escape
from pathlib import Path

import gradio as gr

from t2v.space import strings
from t2v.texts import read_text

SCRIPT = read_text(Path(__file__).with_name("storyboard.js"))


def build() -> gr.HTML:
    """The editor, folded until it is wanted."""
    return gr.HTML(_editor(), js_on_load=SCRIPT, elem_id="storyboard")


def _editor() -> str:
    """The folded editor without rows; the script adds them."""
    words = {"at": strings.SCENE_AT, "shows": strings.SCENE_SHOWS, "remove": strings.SCENE_REMOVE}
    data = " ".join(f'data-{name}="{escape(text, quote=True)}"' for name, text in words.items())
    add = f"<div class='links'><button type='button' data-add>{strings.SCENE_ADD}</button></div>"
    return (
        f"<details class='storyboard' {data}><summary>{strings.STORY}</summary>"
        f"<p class='note'>{strings.STORY_HINT}</p><ol></ol>{add}</details>"
    )
