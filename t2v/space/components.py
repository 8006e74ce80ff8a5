"""The page's components: which there are, where, and how they look. What they do is in `events`."""

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from t2v.checks import Choice, Flag, Number, Text, Whole
from t2v.defaults import ModelDefaults
from t2v.request import MAX_PROMPT, MAX_SEED
from t2v.service.outputs import SUFFIXES, Record
from t2v.service.service import Service
from t2v.space import about, form, screen, strings
from t2v.texts import read_text

HERE = Path(__file__).parent
CSS, SCRIPT = read_text(HERE / "page.css"), read_text(HERE / "page.js")
GALLERY = 12  # videos shown
STATE_KEY = "t2v"  # of the browser's local storage
PLACED = {"prompt", "negative_prompt", "steps", "guidance", "frames", "fps", "sampler", "eta"}  # by hand
NARROW = 130  # pixels


@dataclass
class Components:
    """Every component that events read or change. `fields`: the form's, by the names of `form.FIELDS`."""

    examples: dict[str, Record]
    fields: dict[str, Any]
    state: gr.BrowserState
    tokens: gr.HTML
    generate: gr.Button
    stop: gr.Button
    cost: gr.HTML
    fit: gr.Button
    drop: gr.File
    screen: gr.HTML
    again: gr.Button
    gallery: gr.HTML
    shown_examples: gr.HTML
    about: gr.Markdown

    @property
    def form(self) -> list[Any]:
        """The form's components in the order of `form.FIELDS`."""
        return [self.fields[name] for name in form.FIELDS]

    def filled(self, values: dict[str, Any]) -> dict[Any, Any]:
        """The form's values by their component, as a handler returns them."""
        return {self.fields[name]: value for name, value in values.items()}


def build(
    service: Service, examples: dict[str, Record], title: str = strings.TITLE, terms: str = strings.TERMS
) -> Components:
    """All components, inside an open `gr.Blocks`. `terms` is Markdown, the line under the page."""
    made: dict[str, Any] = {"examples": examples}
    made["state"] = gr.BrowserState(None, storage_key=STATE_KEY, secret=service.outputs.secret)
    gr.HTML(f"<h1>{escape(title)}</h1><p>{strings.TAGLINE}</p>", elem_id="masthead")
    with gr.Row(elem_id="columns"):
        with gr.Column(scale=5, min_width=300, elem_id="controls"):
            made |= _controls(service)
        with gr.Column(scale=7, min_width=300, elem_id="stage"):
            empty = screen.empty(service.native(service.default), bool(examples))
            made["screen"] = gr.HTML(empty, js_on_load=SCRIPT, elem_id="screen")
    made["gallery"] = gr.HTML("", js_on_load=SCRIPT, elem_id="gallery")
    shelf = screen.shelf(list(examples.values()), strings.EXAMPLES, "examples", "example")
    shown = gr.HTML(shelf, js_on_load=SCRIPT, elem_id="examples", visible=bool(examples))
    with gr.Accordion(strings.ABOUT, open=False, elem_id="about"):
        made["about"] = gr.Markdown(about.text(service.choices[service.default]))
    gr.Markdown(terms, elem_id="terms")
    return Components(**made, shown_examples=shown)


def _controls(service: Service) -> dict[str, Any]:
    """The prompt, the buttons and the settings."""
    made: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    fields["prompt"] = gr.Textbox(
        label=form.LABELS["prompt"],
        placeholder=strings.PROMPT_HINT,
        lines=1,
        max_lines=6,
        max_length=2 * MAX_PROMPT,
        elem_id="prompt",
        autofocus=True,
    )
    made["tokens"] = gr.HTML(screen.reading(None, ""), elem_id="tokens")
    with gr.Row(elem_id="buttons"):
        made["generate"] = gr.Button(strings.GENERATE, variant="primary", elem_id="generate")
        made["again"] = gr.Button(strings.AGAIN, visible=False, elem_id="again")
        made["stop"] = gr.Button(strings.STOP, variant="stop", visible=False, elem_id="stop")
    made["cost"] = gr.HTML("", elem_id="cost")
    made["fit"] = gr.Button(strings.FIT, visible=False, size="sm", elem_id="fit")
    with gr.Accordion(strings.ADVANCED, open=False, elem_id="settings"):
        fields |= _settings(service)
        made["drop"] = gr.File(label=strings.DROP, file_types=list(SUFFIXES), height=96, elem_id="drop")
    return made | {"fields": fields}


def _settings(service: Service) -> dict[str, Any]:
    """The fields below the prompt: those placed by hand, then every other row of the table."""
    native = service.native(service.default)
    fields: dict[str, Any] = {}
    models = [(choice.title, choice.id) for choice in service.choices.values()]
    fields["model"] = gr.Dropdown(models, value=service.default, label=strings.MODEL, filterable=False)
    hint = form.ROWS["negative_prompt"].words.capitalize()
    label = form.LABELS["negative_prompt"]
    fields["negative_prompt"] = gr.Textbox(label=label, placeholder=hint, max_lines=3)
    with gr.Row():
        hint = strings.SEED_HINT.format(high=MAX_SEED)
        fields["random"] = gr.Checkbox(True, label=form.LABELS["random"], min_width=NARROW)
        fields["seed"] = gr.Number(None, label=form.LABELS["seed"], placeholder=hint)
    with gr.Row():
        fields |= {name: _field(name, native) for name in ("steps", "guidance")}
    with gr.Row():
        fields["frames"] = _field("frames", native)
        fields["size"] = _size(native)
    with gr.Row():
        fields["fps"] = _field("fps", native)
        formats = [(suffix.lstrip(".").upper(), suffix) for suffix in SUFFIXES]
        fields["format"] = gr.Dropdown(
            formats, value=SUFFIXES[0], label=strings.FORMAT, filterable=False, min_width=NARROW
        )
    with gr.Row():
        fields |= {name: _field(name, native) for name in ("sampler", "eta")}
    others = [name for name in form.SAME if name not in PLACED]
    if others:
        with gr.Row():
            fields |= {name: _field(name, native) for name in others}
    return fields


def _size(native: ModelDefaults) -> gr.Dropdown:
    return gr.Dropdown(
        form.sizes(native),
        value=form.sizes(native)[0],
        label=form.LABELS["size"],
        allow_custom_value=True,
        info=strings.SIZE_HINT.format(multiple=native.multiple),
        min_width=NARROW,
    )


def _field(name: str, native: ModelDefaults) -> gr.Textbox | gr.Dropdown | gr.Number | gr.Checkbox:
    """The component that a row's check calls for."""
    row = form.ROWS[name]
    value = getattr(native, name, row.default)
    options = {"value": value, "label": row.label, "min_width": NARROW}
    if isinstance(row.check, Flag):
        return gr.Checkbox(**options)
    if isinstance(row.check, Choice):
        return gr.Dropdown(list(row.check.choices), filterable=False, **options)
    if isinstance(row.check, Text):
        return gr.Textbox(max_lines=3, **options)
    # no minimum and maximum on the component: `Request` checks, and says at the field what is right
    return gr.Number(info=hint(name, native), step=_step(row.check, native), **options)


def _step(check: Number, native: ModelDefaults) -> float:
    """The step of a number's arrows: a tenth of a short range, a half of a long one."""
    low, high = check.limits(native)
    return 1 if isinstance(check, Whole) else 0.1 if high - low <= 1 else 0.5


def hint(name: str, native: ModelDefaults) -> str | None:
    """A number's range on a model; None for what is no number."""
    check = form.ROWS[name].check
    if not isinstance(check, Number):
        return None
    low, high = check.limits(native)
    return strings.RANGE_HINT.format(low=f"{low:g}", high=f"{high:g}")
