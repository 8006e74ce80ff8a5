"""What happens on the page: each handler, and what triggers it.

A click puts a job into the app's queue; `follow` then only watches it, so a reload finds it again.
Events that aren't listed in the API can still be called by anybody: each handler trusts nothing it is given.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from typing import Any

import gradio as gr

from t2v.request import RequestError
from t2v.space import about, form, layout, screen, strings
from t2v.space.jobs import Job, QueueFull
from t2v.space.outputs import NoSpace, Record
from t2v.space.service import Service
from t2v.space.visitor import Kept
from t2v.video import Video, VideoError

POLL = 0.15  # seconds between two looks at a job
WRITTEN = (
    "prompt",
    "negative_prompt",
    "random",
    "seed",
    "format",
    "model",
)  # what no model has a default for
QUIET = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}


class Events:
    """The page's handlers."""

    def __init__(self, page: layout.Page, service: Service):
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

    def arrive(self, state: Any, request: gr.Request) -> list[Any]:
        """A visit begins: with a link's settings, with what was shown last, or with an empty page."""
        kept = Kept.read(state)
        if job := self.jobs.newest_of(kept.visitor):
            kept = replace(kept, job=job.id)
        query = {name: value for name, value in request.query_params.items() if not name.startswith("__")}
        record = self._record(kept)
        values, view = _skip(len(form.FIELDS)), self._empty()  # the form may have been filled in already
        if job:
            values = form.restored(self.service, job.request, job.model, job.suffix)
        elif record and not query:
            values, view = self._shown(record)
        if query:
            values, wrong = form.from_link(self.service, query)
            if wrong:
                gr.Warning(wrong)
            if not job:
                kept = Kept(kept.visitor)
        if not job and not record and kept.job:
            kept = Kept(kept.visitor)
        return [asdict(kept), *values, view, gr.skip(), self._gallery(kept)]

    async def follow(self, state: Any) -> AsyncIterator[tuple[Any, ...]]:
        """Watch the visitor's job until it is over. Whoever stops watching costs it nothing."""
        kept = Kept.read(state)
        last = None
        if job := self.jobs.follow(kept.visitor, kept.job):
            self.service.work_here(job)
        while job := self.jobs.follow(kept.visitor, kept.job):
            if job.over:
                break
            view = screen.working(self.service, job)
            if view != last:
                yield (
                    view,
                    gr.update(interactive=False),
                    gr.update(visible=True),
                    gr.update(visible=False),
                    gr.skip(),
                )
                last = view
            await asyncio.sleep(POLL)
        view = self._end_of(kept, job)
        again = gr.update(visible=bool(self._record(kept)))
        yield view, gr.update(interactive=True), gr.update(visible=False), again, self._gallery(kept)

    def _end_of(self, kept: Kept, job: Job | None) -> Any:
        """The screen after a job: its video, or what went wrong."""
        if record := self._record(kept):
            return screen.finished(record, "example" if kept.example else "video")
        if job is None:
            return gr.skip()
        return screen.ended(job, self.service.native(job.model))

    # -- making

    def check(self, state: Any, *values: Any) -> list[dict]:
        """Before the queue: each field's problem, at the field."""
        wrong = form.problems(self.service, values)
        return [gr.validate(True, "")] + [
            gr.validate(name not in wrong, wrong.get(name, "")) for name in form.FIELDS
        ]

    def start(self, state: Any, *values: Any) -> list[Any]:
        """Put a job into the queue."""
        filled = form.read(values)
        return self._submit(Kept.read(state), filled)

    def again(self, state: Any, *values: Any) -> list[Any]:
        """What is shown, with another seed."""
        kept = Kept.read(state)
        if record := self._record(kept):
            filled = form.Filled(replace(record.request, seed=None), record.suffix, record.model)
        else:
            filled = form.read(values)
            filled = replace(filled, request=replace(filled.request, seed=None))
        return [*self._submit(kept, filled), True]

    def _submit(self, kept: Kept, filled: form.Filled) -> list[Any]:
        try:
            job = self.service.submit(kept.visitor, filled.model, filled.request, filled.suffix)
        except (QueueFull, NoSpace, RequestError) as error:
            if pending := self.jobs.newest_of(kept.visitor):
                gr.Warning(str(error))
                return [asdict(Kept(kept.visitor, pending.id)), *_skip(5)]
            view = screen.failed(strings.FAILED, str(error), self.service.native(self.service.default))
            return [asdict(Kept(kept.visitor)), view, *_skip(4)]
        view = screen.working(self.service, job)
        buttons = gr.update(interactive=False), gr.update(visible=True), gr.update(visible=False)
        return [asdict(Kept(kept.visitor, job.id)), view, *buttons, job.request.seed]

    def stop(self, state: Any) -> Any:
        kept = Kept.read(state)
        self.jobs.stop(kept.visitor, kept.job)
        return gr.skip()

    # -- showing and restoring

    def pick(self, state: Any, event: gr.EventData) -> list[Any]:
        """One of the visitor's own videos."""
        kept = Kept.read(state)
        record = self.service.outputs.find_own(kept.visitor, _picked(event))
        return self._show(kept, record, Kept(kept.visitor, job=record.id) if record else kept)

    def pick_example(self, state: Any, event: gr.EventData) -> list[Any]:
        kept = Kept.read(state)
        record = self.page.examples.get(_picked(event))
        return self._show(kept, record, Kept(kept.visitor, example=record.id) if record else kept)

    def _show(self, kept: Kept, record: Record | None, now: Kept) -> list[Any]:
        if record is None or self.jobs.newest_of(kept.visitor):  # work in progress keeps the screen
            return [asdict(kept), *_skip(len(form.FIELDS) + 2)]
        values, view = self._shown(record)
        return [asdict(now), *values, view, gr.update(visible=True)]

    def _shown(self, record: Record) -> tuple[list[Any], str]:
        model = record.model if record.model in self.service.choices else self.service.default
        values = form.restored(self.service, record.request, model, record.suffix)
        return values, screen.finished(record, "video" if record.owner else "example")

    def restore(self, path: str | None) -> list[Any]:
        """The settings in a dropped video."""
        nothing = [*_skip(len(form.FIELDS)), None]
        try:
            settings = Video.read_settings(path) if path else None
        except VideoError as error:
            gr.Warning(str(error))
            return nothing
        if settings is None or settings.request is None:
            gr.Warning(strings.NO_SETTINGS)
            return nothing
        known = settings.model in self.service.choices
        model = settings.model if known else self.service.default
        gr.Info(strings.RESTORED) if known else gr.Warning(
            strings.RESTORED_PARTLY.format(model=settings.model[:80])
        )
        return [*form.restored(self.service, settings.request, model), None]

    def switch(self, model: Any) -> list[Any]:
        """Another model: its defaults, ranges and sizes; what was written stays."""
        model = model if model in self.service.choices else self.service.default
        native = self.service.native(model)
        fresh = dict(zip(form.FIELDS, form.defaults(self.service, model), strict=True))
        fresh |= dict.fromkeys(WRITTEN, gr.skip())
        for name in ("steps", "guidance", "frames", "fps"):
            fresh[name] = gr.update(value=fresh[name], info=layout.range_hint(name, native))
        fresh["size"] = gr.update(value=fresh["size"], choices=form.sizes(native))
        return [*fresh.values(), about.text(self.service.choices[model])]

    async def describe(self, *values: Any) -> tuple[Any, ...]:
        """While the form changes: the prompt's tokens, what the video will cost, what would fit."""
        prompt, model = str(values[0] or ""), values[form.FIELDS.index("model")]
        found = await asyncio.to_thread(self.service.read, model, prompt) if 0 < len(prompt) <= 1000 else None
        view = screen.reading(found, prompt)
        with_prompt = [prompt.strip() or "any", *values[1:]]
        if wrong := form.problems(self.service, with_prompt):
            return view, screen.beside_button_wrong(wrong), gr.update(visible=False)
        filled = form.read(with_prompt)
        model, complete = self.service.validate(filled.model, filled.request, filled.suffix)
        fits = self.service.cost(model, complete).fits
        return view, screen.beside_button(self.service, model, complete), gr.update(visible=not fits)

    def fit(self, *values: Any) -> list[Any]:
        """Fewer frames or smaller sides, until it should fit."""
        try:
            filled = form.read(values)
            model, complete = self.service.validate(filled.model, filled.request, filled.suffix)
        except RequestError:
            return _skip(len(form.FIELDS))
        smaller = self.service.made_to_fit(model, complete) or complete
        kept_seed = replace(smaller, seed=filled.request.seed)
        return form.write(kept_seed, filled.suffix, model, random=filled.request.seed is None)

    # -- pieces

    def _record(self, kept: Kept) -> Record | None:
        if kept.example:
            return self.page.examples.get(kept.example)
        return self.service.outputs.find_own(kept.visitor, kept.job)

    def _gallery(self, kept: Kept) -> str:
        hours = round(self.service.outputs.lifetime / 3600)
        own = self.service.outputs.of(kept.visitor, layout.GALLERY)
        hint = strings.GALLERY_EMPTY.format(hours=hours)
        return screen.shelf(own, strings.GALLERY, "gallery", "video", hint)

    def _empty(self) -> str:
        return screen.empty(self.service.native(self.service.default), bool(self.page.examples))


def _picked(event: gr.EventData) -> str:
    data = event._data if isinstance(event._data, dict) else {}
    return str(data.get("pick", ""))


def _skip(count: int) -> list[Any]:
    return [gr.skip()] * count
