"""The page's components: which there are, where, and how they look. What they do is in `events`."""

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from t2v.service.outputs import SUFFIXES, Record
from t2v.service.service import Service
from t2v.space import about, form, markdown, origin, prompting, screen, settings, start, strings
from t2v.texts import read_text

HERE = Path(__file__).parent
CSS = "\n".join(read_text(path) for path in sorted(HERE.glob("*.css")))
SCRIPT, LIVE = read_text(HERE / "page.js"), read_text(HERE / "live.js")
START = SCRIPT + read_text(HERE / "start.js")
MOST_WRITTEN = 100_000  # characters: the body of a request may be 256 KB
GALLERY = 12  # videos shown
LIVE_REGION = "<p role='status'></p><p role='alert'></p>"  # permanent: new ones aren't read out reliably
STATE_KEY = "t2v"  # of the browser's local storage


@dataclass
class Components:
    """Every component that events read or change. `fields`: the form's, by the names of `form.FIELDS`."""

    examples: dict[str, Record]
    reel: list[Record]
    fields: dict[str, Any]
    ideas: gr.HTML
    state: gr.BrowserState
    tokens: gr.HTML
    generate: gr.Button
    variations: gr.Button
    lock: gr.Button
    cost: gr.HTML
    fit: gr.Button
    faster: gr.Button
    default: gr.Button
    last_model: gr.Textbox
    raised: gr.State
    adapter: gr.Dropdown
    strength: gr.Slider
    length: gr.Radio
    quality: gr.Radio
    duration: gr.HTML
    defaults: gr.Button
    drop: gr.File
    screen: gr.HTML
    queue: gr.HTML
    gallery: gr.HTML
    shown_examples: gr.HTML
    origin: gr.Accordion
    source_words: gr.HTML
    source_shown: gr.HTML
    end_shown: gr.HTML
    about: gr.HTML

    @property
    def form(self) -> list[Any]:
        """The form's components in the order of `form.FIELDS`."""
        return [self.fields[name] for name in form.FIELDS]

    def filled(self, values: dict[str, Any]) -> dict[Any, Any]:
        """The form's values by their component, as a handler returns them."""
        shown = {self.fields[name]: value for name, value in values.items()}
        return shown | ({self.last_model: values["model"]} if "model" in values else {})


def build(
    service: Service,
    examples: dict[str, Record],
    reel: list[Record],
    title: str = strings.TITLE,
    terms: str = strings.TERMS,
) -> Components:
    """All components, inside an open `gr.Blocks`. `reel`: the examples that play before the first video;
    `terms`: Markdown, the line under the page."""
    made: dict[str, Any] = {"examples": examples, "reel": reel}
    made["raised"] = gr.State(None)  # the steps, for a change or a loop
    made["state"] = gr.BrowserState(None, storage_key=STATE_KEY, secret=service.outputs.secret)
    gr.HTML(f"<h1>{escape(title)}</h1><p>{strings.TAGLINE}</p>", elem_id="masthead")
    with gr.Row(elem_id="columns"):
        with gr.Column(elem_id="controls"):
            made |= _controls(service)
        with gr.Column(elem_id="stage"):
            first = start.first(service.native(service.default), reel)
            made["screen"] = gr.HTML(first, js_on_load=START, elem_id="screen")
            made["queue"] = gr.HTML("", js_on_load=SCRIPT, elem_id="queue")
        shelf = screen.shelf(list(examples.values()), strings.EXAMPLES, "examples", "example")
        shown = gr.HTML(shelf, js_on_load=SCRIPT, elem_id="examples", visible=bool(examples))
        with gr.Accordion(strings.START_FROM, open=False, elem_id="origin") as made["origin"]:
            of_source = origin.build(service.choices[service.default].vocabulary)
        with gr.Accordion(strings.SETTINGS, open=False, elem_id="settings"):
            of_settings = settings.build(service)
            drop = gr.File(label=strings.DROP, file_types=list(SUFFIXES), height=96, elem_id="drop")
    made["fields"] |= of_settings.pop("fields") | of_source.pop("fields")
    made |= of_settings | of_source | {"drop": drop}
    made["gallery"] = gr.HTML("", js_on_load=SCRIPT, elem_id="gallery")
    with gr.Accordion(strings.ABOUT, open=False, elem_id="about"):
        made["about"] = gr.HTML(markdown.html(about.text(service.choices[service.default])))
    gr.HTML(markdown.html(terms), elem_id="terms")
    gr.HTML(LIVE_REGION, js_on_load=LIVE, elem_id="live")
    return Components(**made, shown_examples=shown)


def _controls(service: Service) -> dict[str, Any]:
    """The prompt, the buttons and what is said of them."""
    made: dict[str, Any] = {}
    prompt = gr.Textbox(
        label=form.LABELS["prompt"],
        placeholder=strings.PROMPT_HINT,
        lines=1,
        max_lines=6,
        max_length=MOST_WRITTEN,  # what is too long is counted, and not cut without a word
        elem_id="prompt",
        autofocus=True,
    )
    with gr.Row(elem_id="buttons"):
        made["generate"] = gr.Button(strings.GENERATE, variant="primary", elem_id="generate")
        several = service.jobs.limits.per_visitor > 1
        made["variations"] = gr.Button(strings.VARIATIONS, visible=several, elem_id="variations")
    made["cost"] = gr.HTML("", elem_id="cost")
    with gr.Row(elem_id="ways"):
        made["lock"] = gr.Button("", visible=False, size="sm", elem_id="lock")
        made["fit"] = gr.Button(strings.FIT, visible=False, size="sm", elem_id="fit")
        made["faster"] = gr.Button(strings.FASTER, visible=False, size="sm", elem_id="faster")
        use = strings.use(service.choices[service.default].title)
        made["default"] = gr.Button(use, visible=False, size="sm", elem_id="default-model")
    made["tokens"] = gr.HTML(prompting.reading(None, "", None), js_on_load=prompting.SCRIPT, elem_id="tokens")
    choice = service.choices[service.default]
    ideas = prompting.ideas(choice.id, choice.vocabulary)
    made["ideas"] = gr.HTML(ideas, js_on_load=prompting.SCRIPT, elem_id="ideas")
    return made | {"fields": {"prompt": prompt}}
