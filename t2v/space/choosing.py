"""The settings' events: what is said while they change, and what changes them."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import gradio as gr

from t2v.checks import Text
from t2v.defaults import ModelDefaults
from t2v.errors import RequestError, T2VError
from t2v.request import MAX_PROMPT, Complete, Request
from t2v.service.looking import problem_of
from t2v.service.service import Service
from t2v.space import about, components, form, markdown, origin, prompting, screen, settings, strings, words
from t2v.space.browser import VisitorState
from t2v.space.showing import Showing, Shown, notice
from t2v.space.steps import filled_in, needed

PLANNING, POLL = 30.0, 0.2  # seconds that a plan is waited for; between two looks


class Choosing:
    """The handlers of the form. Each answers with what changes, by its component."""

    def __init__(self, page: components.Components, service: Service, showing: Showing):
        self.page, self.service, self.showing = page, service, showing

    async def describe(self, *values: Any) -> Shown:
        """While the form changes, say the prompt's tokens, what the video will cost, what would fit."""
        given, page = form.named(values), self.page
        prompt, model = str(given["prompt"] or ""), given["model"]
        readable = 0 < len(prompt) <= MAX_PROMPT
        found = await asyncio.to_thread(self.service.read, model, prompt) if readable else None
        given["prompt"] = prompt.strip() or "any"
        choice = self.service.choices.get(model) or self.service.choices[self.service.default]
        wrong = form.problems(self.service, given)
        shown: Shown = {page.lock: self._lock(given, "seed" in wrong)}
        if wrong:
            shown[page.duration] = ""
            shown[page.tokens] = await asyncio.to_thread(prompting.reading, found, prompt, choice.vocabulary)
            return shown | {page.cost: screen.problems_line(wrong)} | self._ways()
        filled = form.read(given)
        model, complete = self.service.validate(*form.asked(filled))
        size = self.service.native(model).size_note(complete.width, complete.height)
        note = " ".join(filter(None, [size, *complete.notes()]))
        said = found, prompt, choice.vocabulary, note
        shown[page.tokens] = await asyncio.to_thread(prompting.reading, *said)  # other languages take a while
        line = screen.cost_line(self.service, model, complete)
        return shown | {page.cost: line} | self._ways(model, complete) | self._words(model, complete)

    async def look(self, path: Any) -> str:
        """When a file is chosen, show it small, or say what is wrong with it."""
        if not isinstance(path, str) or not path:
            return ""
        return origin.shown(path, await asyncio.to_thread(self._problem_of, path))

    def _problem_of(self, path: str) -> str:
        return problem_of(self.service.outputs, self.service.workers, path)

    async def expect(self, *values: Any) -> Shown:
        """After a change of the model, wait for its plan, and say then what a video costs."""
        model, end = form.named(values)["model"], asyncio.get_running_loop().time() + PLANNING
        while model in self.service.choices and not self.service.is_planned(model):
            if asyncio.get_running_loop().time() > end:
                break
            await asyncio.sleep(POLL)
        return await self.describe(*values)

    def _ways(self, model: str = "", complete: Complete | None = None) -> Shown:
        """The buttons under the cost: each only where it helps."""
        fits = late = True
        faster = None
        if complete:
            cost, deadline = self.service.cost(model, complete), self.service.jobs.limits.deadline
            fits, late = cost.fits, cost.seconds is not None and cost.seconds > deadline
            faster = self.service.made_in_time(model, complete) if late else None
        other = complete is not None and model != self.service.default and (late or not fits)
        return {
            self.page.fit: gr.update(visible=not fits),
            self.page.faster: gr.update(visible=bool(faster)),
            self.page.default: gr.update(visible=other),
        }

    def _words(self, model: str, complete: Complete) -> Shown:
        """Length and quality as the numbers have them, and the duration."""
        native, page = self.service.native(model), self.page
        frames = strings.counted(complete.frames, strings.FRAME)
        seconds = complete.frames / complete.fps
        text = strings.DURATION.format(frames=frames, fps=complete.fps, seconds=seconds)
        return {
            page.length: words.length_of(complete.frames, complete.fps, native),
            page.quality: words.quality_of(complete.steps, native),
            page.duration: f"<p class='note'>{text}</p>",
        }

    def _lock(self, given: dict[str, Any], wrong: bool) -> Any:
        """The button that says which seed is kept; `wrong`: it is none."""
        kept = given["random"] is False and given["seed"] not in (None, -1) and not wrong
        words = {"value": strings.KEPT_SEED.format(seed=f"{given['seed']:.0f}")} if kept else {}
        return gr.update(visible=kept, **words)

    # -- what changes settings

    def switch(self, model: Any, last: Any, way: Any = None) -> Any:
        """Fill in another model's defaults, ranges and sizes; what was written stays."""
        if model == last:  # the list was closed without a choice
            return gr.skip()
        model = model if model in self.service.choices else self.service.default
        native, page = self.service.native(model), self.page
        fresh = form.defaults(self.service, model, way=way)
        choice = self.service.choices[model]
        shown: Shown = {page.about: markdown.html(about.text(choice)), page.last_model: model}
        shown |= {page.ideas: prompting.ideas(model, choice.vocabulary), page.adapter: ""}
        shown[page.source_words] = origin.words(choice.vocabulary)
        for name in form.SAME:
            if not isinstance(form.ROWS[name].check, Text):
                info = settings.info(name, native)
                shown[page.fields[name]] = gr.update(value=fresh[name], info=info)
        shown[page.fields["size"]] = gr.update(**settings.size(native))
        shown[page.length] = gr.update(**settings.length(native))
        shown[page.quality] = gr.update(**settings.quality(native))
        return shown

    def adapt(self, model: Any, adapter: Any, strength: Any, way: Any = None) -> Any:
        """Choose the model with an adapter at a strength, or without one."""
        choices = self.service.choices
        base = model if model in choices.keys() else str(model).rpartition("+")[0]
        chosen = f"{base}+{adapter}:{float(strength or 0):g}" if adapter else base
        chosen = chosen if chosen in choices else self.service.default
        if chosen == model:
            return gr.skip()
        fields = {self.page.fields["model"]: chosen, self.page.adapter: adapter}
        return self.switch(chosen, model, way) | fields

    def use_default(self, *values: Any) -> Any:
        """Choose the default model."""
        model, way = self.service.default, form.named(values)["way"]
        return {self.page.fields["model"]: model} | self.switch(model, None, way)

    def set_length(self, seconds: Any, fps: Any, model: Any) -> Any:
        """Fill in the frames of a length."""
        native = self._native(model)
        usable = isinstance(seconds, int | float) and isinstance(fps, int | float) and fps > 0
        return words.frames_of(seconds, int(fps), native) if usable else gr.skip()

    def set_quality(self, steps: Any) -> Any:
        """Fill in the steps of a quality."""
        return steps if isinstance(steps, int) else gr.skip()

    def set_way(self, way: Any, loop: Any, steps: Any, model: Any, raised: Any) -> Any:
        """Fill in what a way to use the source needs, its strength and steps; say so where it needs more."""
        native, change = self._native(model), way in origin.CHANGES
        least = native.least_steps(change=change, loop=loop)
        now, raised = needed(steps, least, raised or filled_in(native, loop))
        if change and now != steps:
            notice(strings.CHANGE_STEPS.format(steps=now))
        return origin.strength_of(way, native), now, raised

    def set_loop(self, way: Any, loop: Any, steps: Any, model: Any, raised: Any) -> Any:
        """Fill in the steps that a loop needs, or those before it; say so where it needs more."""
        native = self._native(model)
        least = native.least_steps(change=way in origin.CHANGES, loop=loop)
        now, raised = needed(steps, least, raised or filled_in(native, not loop))
        if loop and now != steps:
            notice(strings.LOOP_STEPS.format(steps=now))
        return now, raised

    def _native(self, model: Any) -> ModelDefaults:
        """The defaults of a model, of the page's own where it is none of the choices."""
        return self.service.native(model if model in self.service.choices else self.service.default)

    def defaults(self, *values: Any) -> Shown:
        """Fill in the model's own settings; prompt and model stay."""
        given = form.named(values)
        model = given["model"] if given["model"] in self.service.choices else self.service.default
        fresh = form.defaults(self.service, model, str(given["prompt"] or ""), given["way"])
        return self.page.filled(fresh)

    def fit(self, *values: Any) -> Any:
        """Fill in fewer frames or smaller sides, until the video should fit."""
        return self._changed(values, self.service.made_to_fit)

    def faster(self, *values: Any) -> Any:
        """Fill in fewer steps, until the video should be made in time."""
        return self._changed(values, self.service.made_in_time)

    def _changed(self, values: Sequence[Any], change: Any) -> Any:
        try:
            filled = form.read(form.named(values))
            model, complete = self.service.validate(*form.asked(filled))
        except RequestError:
            return gr.skip()
        changed = change(model, complete) or complete
        kept_seed = Request(**asdict(changed) | {"seed": filled.request.seed})
        return self.page.filled(form.write(kept_seed, model, random=filled.request.seed is None))

    def open(self, state: Any, path: str | None, way: Any = None) -> Shown:
        """Show a video that was made elsewhere, among the visitor's, with its settings in the form."""
        kept, record = VisitorState.read(state), None
        shown: Shown = {self.page.drop: None, self.page.state: asdict(kept)}
        try:
            record = self.service.files.bring(kept.visitor, Path(path)) if path else None
        except (T2VError, OSError) as error:
            reason = str(error) if isinstance(error, T2VError) else strings.UNREADABLE
            notice(reason)
            return shown
        if record is None:  # a video can start from it
            notice(strings.NO_SETTINGS)
            return shown | {self.page.fields["source"]: path, self.page.origin: gr.update(open=True)}
        known = record.model in self.service.choices
        text = strings.RESTORED if known else strings.RESTORED_PARTLY.format(model=record.model[:80])
        notice(text)
        asked = record.request
        now = replace(kept.showing(record.id), keeps_seed=asked.seed is not None, loops=asked.loop)
        seed = {} if record.request.seed is None else {"random": False}
        filled = self.showing.filled(record.request, record.model, seed.get("random"), way)
        return shown | {self.page.state: asdict(now), self.page.screen: self.showing.screen(now)} | filled
