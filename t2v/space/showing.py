"""What the page shows a visitor: the screen, the jobs under way, the gallery; and what a click there does."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from html import escape
from typing import Any

import gradio as gr

from t2v.request import Request
from t2v.service.jobs import Job
from t2v.service.messages import Stage
from t2v.service.outputs import Record
from t2v.service.service import Service
from t2v.service.sources import thumbnails
from t2v.space import components, form, origin, queue, screen, start, strings
from t2v.space.browser import PAGES, VisitorState

Shown = dict[Any, Any]  # a handler's answer: new values and updates by their component


def notice(text: str) -> None:
    """Say something beside the page, for some seconds. Gradio takes HTML there; its heading is hidden."""
    gr.Info(escape(text, quote=False))


class Showing:
    """Reads the state of a visitor and of the service, and says how the components look."""

    def __init__(self, page: components.Components, service: Service):
        self.page, self.service = page, service

    # -- the parts of the page

    def all(self, kept: VisitorState, pending: Sequence[Job]) -> Shown:
        """Screen, queue and gallery; `pending`: the visitor's jobs that aren't over."""
        return self.moving(kept, pending) | {self.page.gallery: self.gallery(kept)}

    def moving(self, kept: VisitorState, pending: Sequence[Job]) -> Shown:
        """Screen and queue, which change while jobs are made."""
        others = [job for job in pending if job.id not in kept.shown]
        shown = {self.page.queue: queue.strip(self.service, others)}
        # with nothing to show, the screen may say why
        return shown | ({self.page.screen: self.screen(kept)} if kept.shown or kept.example else {})

    def screen(self, kept: VisitorState) -> str:
        """The example, the job or the group that is on the screen; the empty screen if there is none."""
        if kept.example and (record := self.page.examples.get(kept.example)):
            return screen.finished(record, "example")
        if kept.job:
            return self._job(kept, kept.job) or self.empty()
        found = [self._found(kept, id) for id in kept.group]
        cells = [each for each in found if each is not None]
        return queue.group(self.service, cells) if cells else self.empty()

    def gallery(self, kept: VisitorState) -> str:
        """The visitor's latest videos, as many pages as are open."""
        hours, count = round(self.service.outputs.lifetime / 3600), kept.pages * components.GALLERY
        own = self.service.outputs.of(kept.visitor, count + 1)
        hint, more = strings.GALLERY_EMPTY.format(hours=hours), len(own) > count and kept.pages < PAGES
        return screen.shelf(own[:count], strings.GALLERY, "gallery", "video", hint, more)

    def empty(self) -> str:
        """The screen before the first video."""
        return start.first(self.service.native(self.service.default), self.page.reel)

    def record(self, kept: VisitorState) -> Record | None:
        """The finished video on the screen; None where there is none, or several."""
        if kept.example:
            return self.page.examples.get(kept.example)
        return self.service.outputs.find_own(kept.visitor, kept.job)

    def _job(self, kept: VisitorState, id: str) -> str | None:
        found = self._found(kept, id)
        if isinstance(found, Record):
            pictures = thumbnails(self.service.outputs.path(found.id, found.suffix))
            return screen.finished(found, grouped=len(kept.group), pictures=pictures)
        if found is None:
            return None
        if found.over:
            return screen.ended(self.service, found)
        return screen.working(self.service, found)

    def _found(self, kept: VisitorState, id: str) -> Record | Job | None:
        """A finished video, or a job without one."""
        return self.service.outputs.find_own(kept.visitor, id) or self.service.jobs.follow(kept.visitor, id)

    # -- what a click does

    def pick(self, state: Any, random: Any, way: Any, data: dict[str, Any]) -> Shown:
        """Show one of the visitor's own videos or jobs, the group again, or more; stop or delete one."""
        kept = VisitorState.read(state)
        if "stop" in data:
            for id in [str(data["stop"])] if data["stop"] else kept.shown:  # "": all that is on the screen
                self.service.jobs.stop(kept.visitor, id)
            return {self.page.state: asdict(kept)}
        if "delete" in data:
            now = self._deleted(kept, str(data["delete"]))
            return {self.page.state: asdict(now), self.page.screen: self.screen(now)}
        if "more" in data:
            return {self.page.state: asdict(replace(kept, pages=kept.pages + 1))}
        if "group" in data:
            return {self.page.state: asdict(kept.showing_group())}
        if "example" in data:  # of the first screen
            return self._show(kept, kept.showing(example=str(data["example"])), random, way)
        return self._show(kept, kept.showing(str(data.get("pick", ""))), random, way)

    def after_stopped(self, state: Any) -> Any:
        """Show the video that was done since the job on the screen was stopped, if there is one."""
        kept = VisitorState.read(state)
        stopped = self.service.jobs.follow(kept.visitor, kept.job)
        if stopped is None or stopped.stage != Stage.STOPPED or stopped.problem:
            return gr.skip()
        newest = next(iter(self.service.outputs.of(kept.visitor, 1)), None)
        done = self.service.jobs.follow(kept.visitor, newest.id if newest else None)
        if done is None or (done.ended or 0.0) < (stopped.ended or 0.0):
            return gr.skip()
        now = kept.showing(done.id)
        return {self.page.state: asdict(now), self.page.screen: self.screen(now)}

    def pick_example(self, state: Any, random: Any, way: Any, event: gr.EventData) -> Shown:
        """Show an example."""
        kept = VisitorState.read(state)
        data = event._data if isinstance(event._data, dict) else {}
        return self._show(kept, kept.showing(example=str(data.get("pick", ""))), random, way)

    def _deleted(self, kept: VisitorState, id: str) -> VisitorState:
        """Delete a video of the visitor's; what is on the screen stays, unless that was it."""
        self.service.outputs.delete_own(kept.visitor, id)
        left = tuple(each for each in kept.group if each != id)
        kept = replace(kept, group=left)
        return kept.showing_group() if kept.job == id else kept

    def _show(self, kept: VisitorState, now: VisitorState, random: Any, way: Any) -> Shown:
        """Put a video on the screen, and its settings into the form; a random seed stays random."""
        found = self.page.examples.get(now.example or "") or self._found(now, now.job or "")
        if found is None:
            return {self.page.state: asdict(kept)}
        filled = self.settings_of(found, random=random is not False, way=way)
        return {self.page.state: asdict(now), self.page.screen: self.screen(now)} | filled

    def settings_of(self, found: Record | Job, random: bool, way: Any = None) -> Shown:
        """A video's settings in the form, without its source: that is gone, or the form has another."""
        request, model = found.request, found.model
        if model in self.service.choices:
            request = origin.alone(request, self.service.native(model))
        return self.filled(request, model, random, way)

    def filled(self, request: Request, model: str, random: bool | None = None, way: Any = None) -> Shown:
        """A request in the form. `random`: whether the next seed is drawn; None: if the request has none.

        `way`: what the form does with its source.
        """
        model = model if model in self.service.choices else self.service.default
        values = form.restored(self.service, request, model, way)
        return self.page.filled(values | ({} if random is None else {"random": random}))
