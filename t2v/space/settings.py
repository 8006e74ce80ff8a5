"""The settings' components: words first, and under Advanced every number, each with a sentence."""

from typing import Any

import gradio as gr

from t2v.checks import Choice, Flag, Number, Seed, Text, Whole
from t2v.defaults import ModelDefaults
from t2v.service.choices import MOST_STRENGTH
from t2v.service.service import Service
from t2v.space import form, storyboard, strings, words

NARROW = 130  # pixels


def build(service: Service) -> dict[str, Any]:
    """All components of the settings by their names in `Components`; `fields`: those of the form."""
    native = service.native(service.default)
    models = [(choice.title, choice.id) for choice in service.choices.values()]
    fields: dict[str, Any] = {}
    adapters = service.choices.adapters
    fields["model"] = gr.Dropdown(
        models,
        value=service.default,
        label=strings.MODEL,
        filterable=bool(adapters),
        allow_custom_value=bool(adapters),  # a model with an adapter
    )
    made: dict[str, Any] = {"last_model": gr.Textbox(service.default, visible=False)}
    with gr.Row(visible=bool(adapters)):
        names = [(strings.NO_ADAPTER, ""), *((name, name) for name in adapters)]
        made["adapter"] = gr.Dropdown(names, value="", label=strings.ADAPTER, filterable=False)
        made["strength"] = gr.Slider(0, MOST_STRENGTH, 1, step=0.05, label=strings.STRENGTH)
    with gr.Row():
        made["length"] = gr.Radio(label=strings.LENGTH, min_width=NARROW, elem_id="length", **length(native))
        made["quality"] = gr.Radio(label=strings.QUALITY, min_width=NARROW, **quality(native))
    storyboard.build()
    several = len(native.offered) > 1
    if several:
        fields["size"] = _size(native)
    with gr.Row():
        fields["random"] = gr.Checkbox(True, label=form.LABELS["random"], min_width=NARROW)
        hint = strings.SEED_HINT.format(low=Seed.low, high=Seed.high)
        fields["seed"] = gr.Number(
            None, label=form.LABELS["seed"], placeholder=hint, info=info("seed", native), min_width=NARROW
        )
    with gr.Accordion(strings.ADVANCED, open=False, elem_id="advanced"):
        fields |= {} if several else {"size": _size(native)}  # a list of one is for those who write their own
        rows = [name for name in form.SAME if name != "prompt"]
        fields |= {name: _field(name, native) for name in rows}
        made["duration"] = gr.HTML("", elem_id="duration")
    made["defaults"] = gr.Button(strings.DEFAULTS, size="sm", elem_id="defaults")
    return made | {"fields": fields}


def length(native: ModelDefaults) -> dict[str, Any]:
    """The choices of the length, the model's own chosen."""
    return {"choices": words.lengths(native), "value": words.length_of(native.frames, native.fps, native)}


def quality(native: ModelDefaults) -> dict[str, Any]:
    """The choices of the quality, the model's own chosen; hidden where there is nothing to choose."""
    choices = words.qualities(native)
    return {"choices": choices, "value": native.steps, "visible": len(choices) > 1}


def size(native: ModelDefaults) -> dict[str, Any]:
    """The choices of the size by their shapes, the model's own chosen."""
    offered = form.sizes(native)
    sides = [[int(side) for side in text.split("×")] for text in offered]
    choices = [(words.shape(*pair), text) for pair, text in zip(sides, offered, strict=True)]
    return {"choices": choices, "value": offered[0], "info": info("size", native)}


def _size(native: ModelDefaults) -> gr.Dropdown:
    label = form.LABELS["size"]
    return gr.Dropdown(label=label, allow_custom_value=True, min_width=NARROW, **size(native))


def info(name: str, native: ModelDefaults) -> str:
    """The sentence of a setting, and its range on a model."""
    row = form.ROWS.get(name)
    words = strings.EXPLAINED.get(name) or (row.words.capitalize() + "." if row else "")
    own = strings.counted(native.frames, strings.FRAME)
    text = words.format(native=own, multiple=native.multiple, sampler=native.sampler)
    if row is None or name == "seed" or not isinstance(row.check, Number):
        return text
    low, high = row.check.limits(native)
    return f"{text} {strings.RANGE_HINT.format(low=f'{low:g}', high=f'{high:g}')}"


def _field(name: str, native: ModelDefaults) -> gr.Textbox | gr.Dropdown | gr.Number | gr.Checkbox:
    """The component that a row's check calls for."""
    row = form.ROWS[name]
    options = {"value": getattr(native, name, row.default), "label": row.label, "info": info(name, native)}
    if isinstance(row.check, Flag):
        return gr.Checkbox(**options)
    if isinstance(row.check, Choice):
        return gr.Dropdown(list(row.check.choices), filterable=False, **options)
    if isinstance(row.check, Text):
        return gr.Textbox(max_lines=3, **options)
    # no minimum and maximum on the component: `Request` checks, and says at the field what is right
    return gr.Number(step=_step(row.check, native), **options)


def _step(check: Number, native: ModelDefaults) -> float:
    """The step of a number's arrows: a tenth of a short range, a half of a long one."""
    low, high = check.limits(native)
    return 1 if isinstance(check, Whole) else 0.1 if high - low <= 1 else 0.5
