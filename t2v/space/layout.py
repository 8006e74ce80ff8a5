"""The page: which components there are, where, and how they look. What they do is in `events`."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr

from t2v.request import MAX_FPS, MAX_GUIDANCE, MAX_PROMPT, MAX_SEED, SAMPLER_NAMES
from t2v.space import about, form, screen, strings
from t2v.space.outputs import Record
from t2v.space.service import SUFFIXES, Service
from t2v.texts import read_text

HERE = Path(__file__).parent
CSS, SCRIPT = read_text(HERE / "page.css"), read_text(HERE / "page.js")
GALLERY = 12  # videos shown
STATE_KEY = "t2v"  # of the browser's local storage


@dataclass
class Page:
    """Every component that events read or change. `fields`: the form's, in the order of `form.FIELDS`."""

    examples: dict[str, Record]
    fields: dict[str, Any] = field(default_factory=dict)
    state: gr.BrowserState = None
    tokens: gr.HTML = None
    generate: gr.Button = None
    stop: gr.Button = None
    cost: gr.HTML = None
    fit: gr.Button = None
    drop: gr.File = None
    screen: gr.HTML = None
    again: gr.Button = None
    gallery: gr.HTML = None
    shown_examples: gr.HTML = None
    about: gr.Markdown = None

    @property
    def form(self) -> list[Any]:
        return [self.fields[name] for name in form.FIELDS]


def build(service: Service, examples: dict[str, Record]) -> Page:
    """All components, inside an open `gr.Blocks`."""
    page = Page(examples)
    page.state = gr.BrowserState(None, storage_key=STATE_KEY, secret=service.outputs.secret)
    gr.HTML(f"<h1>{strings.TITLE}</h1><p>{strings.TAGLINE}</p>", elem_id="masthead")
    with gr.Row(elem_id="columns"):
        with gr.Column(scale=5, min_width=300, elem_id="controls"):
            _controls(page, service)
        with gr.Column(scale=7, min_width=300, elem_id="stage"):
            native = service.native(service.default)
            page.screen = gr.HTML(screen.empty(native, bool(examples)), js_on_load=SCRIPT, elem_id="screen")
    page.gallery = gr.HTML("", js_on_load=SCRIPT, elem_id="gallery")
    shelf = screen.shelf(list(examples.values()), strings.EXAMPLES, "examples", "example")
    page.shown_examples = gr.HTML(shelf, js_on_load=SCRIPT, elem_id="examples", visible=bool(examples))
    with gr.Accordion(strings.ABOUT, open=False, elem_id="about"):
        page.about = gr.Markdown(about.text(service.choices[service.default]))
    return page


def _controls(page: Page, service: Service) -> None:
    page.fields["prompt"] = gr.Textbox(
        label=strings.PROMPT,
        placeholder=strings.PROMPT_HINT,
        lines=1,
        max_lines=6,
        max_length=2 * MAX_PROMPT,
        elem_id="prompt",
        autofocus=True,
    )
    page.tokens = gr.HTML(screen.reading(None, ""), elem_id="tokens")
    with gr.Row(elem_id="buttons"):
        page.generate = gr.Button(strings.GENERATE, variant="primary", elem_id="generate")
        page.again = gr.Button(strings.AGAIN, visible=False, elem_id="again")
        page.stop = gr.Button(strings.STOP, variant="stop", visible=False, elem_id="stop")
    page.cost = gr.HTML("", elem_id="cost")
    page.fit = gr.Button(strings.FIT, visible=False, size="sm", elem_id="fit")
    with gr.Accordion(strings.SETTINGS, open=False, elem_id="settings"):
        _settings(page, service)


def _settings(page: Page, service: Service) -> None:
    fields, native = page.fields, service.native(service.default)
    models = [(choice.title, choice.id) for choice in service.choices.values()]
    fields["model"] = gr.Dropdown(models, value=service.default, label=strings.MODEL, filterable=False)
    fields["negative_prompt"] = gr.Textbox(
        label=strings.NEGATIVE, placeholder=strings.NEGATIVE_HINT, max_lines=3
    )
    with gr.Row():
        fields["random"] = gr.Checkbox(True, label=strings.RANDOM, min_width=130)
        fields["seed"] = gr.Number(
            None, label=strings.SEED, placeholder=strings.SEED_HINT.format(high=MAX_SEED)
        )
    with gr.Row():
        for name in ("steps", "guidance"):
            fields[name] = _number(name, native)
    with gr.Row():
        fields["frames"] = _number("frames", native)
        fields["size"] = gr.Dropdown(
            form.sizes(native),
            value=form.sizes(native)[0],
            label=strings.SIZE,
            allow_custom_value=True,
            info=strings.SIZE_HINT.format(multiple=native.multiple),
            min_width=130,
        )
    with gr.Row():
        fields["fps"] = _number("fps", native)
        formats = [(suffix.lstrip(".").upper(), suffix) for suffix in SUFFIXES]
        fields["format"] = gr.Dropdown(
            formats, value=SUFFIXES[0], label=strings.FORMAT, filterable=False, min_width=130
        )
    with gr.Row():
        fields["sampler"] = gr.Dropdown(
            list(SAMPLER_NAMES), value=native.sampler, label=strings.SAMPLER, filterable=False, min_width=130
        )
        fields["eta"] = gr.Number(0.0, label=strings.ETA, step=0.1, min_width=130)
    page.drop = gr.File(label=strings.DROP, file_types=list(SUFFIXES), height=96, elem_id="drop")


def _number(name: str, native: Any) -> gr.Number:
    """No minimum and maximum on the component: `Request` checks, and says at the field what is right."""
    step = 0.5 if name == "guidance" else 1
    return gr.Number(
        getattr(native, name),
        label=strings.LABELS[name],
        info=range_hint(name, native),
        step=step,
        min_width=130,
    )


def range_hint(name: str, native: Any) -> str:
    high = {"steps": native.max_steps, "guidance": MAX_GUIDANCE, "frames": native.max_frames, "fps": MAX_FPS}[
        name
    ]
    return strings.RANGE_HINT.format(low=1, high=f"{high:g}")
