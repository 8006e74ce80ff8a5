"""The page's events: each handler, and what triggers it.

A click puts a job into the app's queue; `follow` then only watches it, so a reload finds it again.
Events that aren't listed in the API can still be called by anybody: each handler trusts nothing it is given.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, replace
from typing import Any

import gradio as gr

from t2v.checks import Text
from t2v.errors import RequestError
from t2v.request import MAX_PROMPT, Request
from t2v.service.jobs import Job, QueueFull
from t2v.service.messages import Stage
from t2v.service.outputs import NoSpace, Record
from t2v.service.service import Service
from t2v.space import about, components, form, screen, strings
from t2v.space.browser import VisitorState
from t2v.video import Video, VideoError

POLL = 0.15  # seconds between two looks at a job
Shown = dict[Any, Any]  # a handler's answer: new values and updates by their component
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}


class Events:
    """The page's handlers. Each answers with what changes, by its component; the rest stays."""

    def __init__(self, page: components.Components, service: Service):
        self.page, self.service, self.jobs = page, service, service.jobs

    def connect(self, demo: gr.Blocks) -> None:
        page, form_and_state = self.page, [self.page.state, *self.page.form]
        watched = [page.screen, page.generate, page.stop, page.again, page.gallery]
        described = [page.tokens, page.cost, page.fit]
        shown = [page.state, *page.form, page.screen, page.again]

        def follow(event: Any) -> None:
            end = event(self.follow, [page.state], watched, **QUIET)
            end.then(self.describe, page.form, described, **QUIET)  # the next run's cost is known

        follow(demo.load(self.arrive, [page.state], [*shown, page.gallery], **QUIET).then)
        started = [page.state, page.screen, page.generate, page.stop, page.again, page.fields["seed"]]
        begun = gr.on(
            [page.generate.click, page.fields["prompt"].submit],
            self.start,
            form_and_state,
            started,
            validator=self.check,
            **QUIET,
        )
        follow(begun.success)
        follow(page.again.click(self.again, form_and_state, [*started, page.fields["random"]], **QUIET).then)
        page.stop.click(self.stop, [page.state], [page.stop], **QUIET)
        page.gallery.click(self.pick, [page.state], shown, **QUIET)
        page.shown_examples.click(self.pick_example, [page.state], shown, **QUIET)
        page.drop.upload(self.restore, [page.drop], [*page.form, page.drop], **QUIET)
        page.fit.click(self.fit, page.form, page.form, **QUIET)
        page.fields["seed"].input(None, None, page.fields["random"], js="() => false", **QUIET)
        page.fields["model"].input(self.switch, page.fields["model"], [*page.form, page.about], **QUIET)
        gr.on(
            [component.change for component in page.form],
            self.describe,
            page.form,
            described,
            trigger_mode="always_last",
            **QUIET,
        )

    # -- arriving and following

    def arrive(self, state: Any, request: gr.Request) -> Shown:
        """Begin a visit: with a link's settings, with what was shown last, or with an empty page."""
        kept = VisitorState.read(state)
        if job := self.jobs.newest_of(kept.visitor):
            kept = replace(kept, job=job.id)
        query = {name: value for name, value in request.query_params.items() if not name.startswith("__")}
        record = self._record(kept)
        shown_last = self.jobs.follow(kept.visitor, kept.job)
        failed = shown_last is not None and shown_last.stage == Stage.FAILED
        if not job and (query or not (record or failed)):
            kept = VisitorState(kept.visitor)
        shown: Shown = {self.page.state: asdict(kept), self.page.gallery: self._gallery(kept)}
        shown[self.page.screen] = self._empty()
        if query:
            values, wrong = form.from_link(self.service, query)
            if wrong:
                gr.Warning(wrong)
            return shown | self.page.filled(values)
        if job:
            return shown | self.page.filled(form.restored(self.service, job.request, job.model, job.suffix))
        return shown | (self._shown(record) if record else {})  # the form may have been filled in already

    async def follow(self, state: Any) -> AsyncIterator[Shown]:
        """Watch the visitor's job until it is over. Whoever stops watching costs it nothing."""
        kept = VisitorState.read(state)
        last = None
        if job := self.jobs.follow(kept.visitor, kept.job):
            self.service.work_here(job)
        while job := self.jobs.follow(kept.visitor, kept.job):
            if job.over:
                break
            view = screen.working(self.service, job)
            if view != last:
                yield {self.page.screen: view} | self._buttons(working=True)
                last = view
            await asyncio.sleep(POLL)
        again = {self.page.again: gr.update(visible=bool(self._record(kept)))}
        shown = {self.page.screen: self._end_of(kept, job), self.page.gallery: self._gallery(kept)}
        yield shown | self._buttons(working=False) | again

    def _buttons(self, working: bool) -> Shown:
        """Show Stop and disable Generate while a job is under way; hide Again when it begins."""
        again = {self.page.again: gr.update(visible=False)} if working else {}
        generate, stop = gr.update(interactive=not working), gr.update(visible=working)
        return {self.page.generate: generate, self.page.stop: stop} | again

    def _end_of(self, kept: VisitorState, job: Job | None) -> Any:
        """The screen after a job: its video, or what went wrong."""
        if record := self._record(kept):
            return screen.finished(record, "example" if kept.example else "video")
        if job is None:
            return gr.skip()
        return screen.ended(job, self.service.native(job.model))

    # -- making

    def check(self, state: Any, *values: Any) -> list[dict]:
        """Before the queue, say each field's problem at the field. Gradio takes validations by position."""
        wrong = form.problems(self.service, _named(values))
        return [gr.validate(True, "")] + [
            gr.validate(name not in wrong, wrong.get(name, "")) for name in form.FIELDS
        ]

    def start(self, state: Any, *values: Any) -> Shown:
        """Put a job into the queue."""
        return self._submit(VisitorState.read(state), form.read(_named(values)))

    def again(self, state: Any, *values: Any) -> Shown:
        """Make what is shown with another seed."""
        kept = VisitorState.read(state)
        if record := self._record(kept):
            filled = form.Filled(replace(record.request, seed=None), record.suffix, record.model)
        else:
            filled = form.read(_named(values))
            filled = replace(filled, request=replace(filled.request, seed=None))
        return self._submit(kept, filled) | {self.page.fields["random"]: True}

    def _submit(self, kept: VisitorState, filled: form.Filled) -> Shown:
        page = self.page
        try:
            job = self.service.submit(kept.visitor, filled.model, filled.request, filled.suffix)
        except (QueueFull, NoSpace, RequestError) as error:
            if pending := self.jobs.newest_of(kept.visitor):
                gr.Warning(str(error))
                return {page.state: asdict(VisitorState(kept.visitor, pending.id))}
            view = screen.failed(strings.FAILED, str(error), self.service.native(self.service.default))
            return {page.state: asdict(VisitorState(kept.visitor)), page.screen: view}
        shown = {page.screen: screen.working(self.service, job), page.fields["seed"]: job.request.seed}
        return {page.state: asdict(VisitorState(kept.visitor, job.id))} | shown | self._buttons(working=True)

    def stop(self, state: Any) -> Any:
        """Ask for the end of the visitor's job."""
        kept = VisitorState.read(state)
        self.jobs.stop(kept.visitor, kept.job)
        return gr.skip()

    # -- showing and restoring

    def pick(self, state: Any, event: gr.EventData) -> Shown:
        """Show one of the visitor's own videos."""
        kept = VisitorState.read(state)
        record = self.service.outputs.find_own(kept.visitor, _picked(event))
        return self._show(kept, record, VisitorState(kept.visitor, job=record.id) if record else kept)

    def pick_example(self, state: Any, event: gr.EventData) -> Shown:
        """Show an example."""
        kept = VisitorState.read(state)
        record = self.page.examples.get(_picked(event))
        return self._show(kept, record, VisitorState(kept.visitor, example=record.id) if record else kept)

    def _show(self, kept: VisitorState, record: Record | None, now: VisitorState) -> Shown:
        if record is None or self.jobs.newest_of(kept.visitor):  # work in progress keeps the screen
            return {self.page.state: asdict(kept)}
        again = {self.page.again: gr.update(visible=True)}
        return {self.page.state: asdict(now)} | self._shown(record) | again

    def _shown(self, record: Record) -> Shown:
        """A finished video on the screen, and its settings in the form."""
        model = record.model if record.model in self.service.choices else self.service.default
        values = form.restored(self.service, record.request, model, record.suffix)
        view = screen.finished(record, "video" if record.owner else "example")
        return self.page.filled(values) | {self.page.screen: view}

    def restore(self, path: str | None) -> Shown:
        """Fill in the settings of a dropped video."""
        return {self.page.drop: None} | self.page.filled(self._settings_in(path))

    def _settings_in(self, path: str | None) -> dict[str, Any]:
        """The form's values for the settings in a file; none where it has none."""
        try:
            settings = Video.read_settings(path) if path else None
        except VideoError as error:
            gr.Warning(str(error))
            return {}
        if settings is None or settings.request is None:
            gr.Warning(strings.NO_SETTINGS)
            return {}
        known = settings.model in self.service.choices
        model = settings.model if known else self.service.default
        gr.Info(strings.RESTORED) if known else gr.Warning(
            strings.RESTORED_PARTLY.format(model=settings.model[:80])
        )
        return form.restored(self.service, settings.request, model)

    def switch(self, model: Any) -> Shown:
        """Fill in another model's defaults, ranges and sizes; what was written stays."""
        model = model if model in self.service.choices else self.service.default
        native, page = self.service.native(model), self.page
        fresh = form.defaults(self.service, model)
        shown: Shown = {page.about: about.text(self.service.choices[model])}
        for name in form.SAME:
            if not isinstance(form.ROWS[name].check, Text):
                more: dict[str, Any] = {"info": info} if (info := components.hint(name, native)) else {}
                shown[page.fields[name]] = gr.update(value=fresh[name], **more)
        shown[page.fields["size"]] = gr.update(value=fresh["size"], choices=form.sizes(native))
        return shown

    async def describe(self, *values: Any) -> Shown:
        """While the form changes, say the prompt's tokens, what the video will cost, what would fit."""
        given, page = _named(values), self.page
        prompt, model = str(given["prompt"] or ""), given["model"]
        readable = 0 < len(prompt) <= MAX_PROMPT
        found = await asyncio.to_thread(self.service.read, model, prompt) if readable else None
        given["prompt"] = prompt.strip() or "any"
        fits, wrong = True, form.problems(self.service, given)
        if wrong:
            line = screen.problems_line(wrong)
        else:
            filled = form.read(given)
            model, complete = self.service.validate(filled.model, filled.request, filled.suffix)
            fits, line = (
                self.service.cost(model, complete).fits,
                screen.cost_line(self.service, model, complete),
            )
        shown = {page.tokens: screen.reading(found, prompt), page.cost: line}
        return shown | {page.fit: gr.update(visible=not fits)}

    def fit(self, *values: Any) -> Any:
        """Fill in fewer frames or smaller sides, until the video should fit."""
        try:
            filled = form.read(_named(values))
            model, complete = self.service.validate(filled.model, filled.request, filled.suffix)
        except RequestError:
            return gr.skip()
        smaller = self.service.made_to_fit(model, complete) or complete
        kept_seed = Request(**asdict(smaller) | {"seed": filled.request.seed})
        return self.page.filled(
            form.write(kept_seed, filled.suffix, model, random=filled.request.seed is None)
        )

    # -- pieces

    def _record(self, kept: VisitorState) -> Record | None:
        if kept.example:
            return self.page.examples.get(kept.example)
        return self.service.outputs.find_own(kept.visitor, kept.job)

    def _gallery(self, kept: VisitorState) -> str:
        hours = round(self.service.outputs.lifetime / 3600)
        own = self.service.outputs.of(kept.visitor, components.GALLERY)
        hint = strings.GALLERY_EMPTY.format(hours=hours)
        return screen.shelf(own, strings.GALLERY, "gallery", "video", hint)

    def _empty(self) -> str:
        return screen.empty(self.service.native(self.service.default), bool(self.page.examples))


def _picked(event: gr.EventData) -> str:
    data = event._data if isinstance(event._data, dict) else {}
    return str(data.get("pick", ""))


def _named(values: Sequence[Any]) -> dict[str, Any]:
    """The form's values, in the order in which Gradio passes them, by their names."""
    return dict(zip(form.FIELDS, values, strict=True))
