"""Putting jobs into the queue."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import gradio as gr

from t2v.errors import RequestError
from t2v.request import MAX_SEED, Request
from t2v.second import second_request
from t2v.service.faults import explain
from t2v.service.jobs import Job, QueueFull
from t2v.service.looking import problem_of
from t2v.service.messages import NO_FILES, Files
from t2v.service.outputs import NoSpace, Record
from t2v.service.service import Service
from t2v.space import components, form, origin, screen, strings
from t2v.space.browser import MOST, VisitorState
from t2v.space.form import Filled
from t2v.space.origin import started
from t2v.space.showing import Showing, Shown, notice


class Making:
    """The handlers of Generate, its variations, and the ways on from a video or a failure."""

    def __init__(self, page: components.Components, service: Service, showing: Showing):
        self.page, self.service, self.showing = page, service, showing

    def check(self, state: Any, *values: Any) -> list[dict]:
        """Before the queue, say each field's problem at the field. Gradio takes validations by position."""
        given = form.named(values)
        wrong = form.problems(self.service, given) | origin.missing(given)
        if "way" not in wrong and (unreadable := self._unreadable(origin.files(given))):
            wrong["way"] = unreadable
        return [gr.validate(True, "")] + [
            gr.validate(name not in wrong, wrong.get(name, "")) for name in form.FIELDS
        ]

    def _unreadable(self, files: Files) -> str:
        """Name the first file that can't be read, and say why; "" where all can."""
        outputs, workers = self.service.outputs, self.service.workers
        looked = (problem_of(outputs, workers, path) for path in (files.source, files.end) if path)
        return next(filter(None, looked), "")

    def start(self, state: Any, *values: Any) -> Shown:
        """Queue what the form says."""
        filled = form.read(form.named(values))
        return self._asked(_asking(state, filled), [filled])

    def variations(self, state: Any, *values: Any) -> Shown:
        """Queue what the form says with four seeds: random ones, or from the one that is kept on."""
        filled = form.read(form.named(values))
        first = filled.request.seed
        seeds = [first if first is None else (int(first) + more) % (MAX_SEED + 1) for more in range(MOST)]
        return self._asked(_asking(state, filled), [_with_seed(filled, seed) for seed in seeds])

    def _asked(self, asking: VisitorState, wanted: Sequence[Filled]) -> Shown:
        """Queue what the form says; where it has no seed, it says from now on that each is drawn."""
        return self._submit(asking, wanted) | {self.page.fields["random"]: not asking.keeps_seed}

    def way(self, kept: VisitorState, way: str, values: Sequence[Any]) -> Shown:
        """Queue what is on the screen again, in the way that a button of the screen has offered."""
        if way in ("continue", "vary", "loop", "larger"):
            return self._further(kept, way, values)
        filled = self._shown(kept, values)
        if way == "another":
            asking = replace(kept, keeps_seed=False)
            return self._submit(asking, [_with_seed(filled, None)]) | {self.page.fields["random"]: True}
        changed = self._changed(filled, way)
        if changed is None:
            return self._submit(kept, [filled])
        filled_in = self.showing.filled(changed.request, changed.model, random=True)
        return filled_in | self._submit(kept, [changed])

    def _changed(self, filled: Filled, way: str) -> Filled | None:
        """What a way makes of it; None where that leaves it as it is."""
        if way == "default":
            request = Request(filled.request.prompt, filled.request.negative_prompt, seed=filled.request.seed)
            return Filled(request, self.service.default)
        if way not in ("fit", "fewer"):
            return None
        try:
            model, complete = self.service.validate(*form.asked(filled))
        except RequestError:
            return None
        make = self.service.made_to_fit if way == "fit" else self.service.made_in_time
        changed = make(model, complete)
        return Filled(Request(**asdict(changed)), model, filled.files) if changed else None

    def _further(self, kept: VisitorState, way: str, values: Sequence[Any]) -> Shown:
        """Queue a video that starts from the one on the screen, be it made yet or not; or it as a loop.

        The prompt is the form's. A video that isn't there yet is waited for.
        """
        found, given = self._on_screen(kept), form.read(form.named(values))
        if found is None or not found.owner:
            return self._submit(kept, [given])
        native = self.service.native(found.model)
        request = origin.alone(found.request, native)
        settings = asdict(request) | {name: None for name in form.OF_SOURCE}
        prompt = given.request.prompt or request.prompt
        if way == "loop":
            looped = settings | origin.looped(request, native)
            return self._submit(kept, [Filled(Request(**looped), found.model)])
        path = self.service.outputs.path(found.id, found.suffix)
        if way == "larger":
            return self._submit(kept, [self._enlarged(found, Files(path))])
        own = origin.continued(request) if way == "continue" else origin.changed(request, native)
        changed = settings | own | {"prompt": prompt, "seed": None, "freeinit": 1}
        return self._submit(kept, [Filled(Request(**changed), found.model, Files(path))])

    def _enlarged(self, found: Record | Job, files: Files) -> Filled:
        """The second pass over a video; where the page lacks its model, both passes in one request."""
        native = self.service.native(found.model)
        if native.second is None or native.second.model not in self.service.choices:
            return Filled(Request(**asdict(found.request) | {"larger": True}), found.model)
        return Filled(second_request(found.request, native, native.second), native.second.model, files)

    def _on_screen(self, kept: VisitorState) -> Record | Job | None:
        """The finished video on the screen, or the first of the jobs there."""
        jobs = (self.service.jobs.follow(kept.visitor, id) for id in kept.shown)
        return self.showing.record(kept) or next(filter(None, jobs), None)

    def _shown(self, kept: VisitorState, values: Sequence[Any]) -> Filled:
        """What made the video or the failure on the screen, with its files, or the form's."""
        found, given = self._on_screen(kept), form.read(form.named(values))
        if found is None:
            return given
        job = self.service.jobs.follow(kept.visitor, found.id)
        files = job.files if job else given.files if started(found.request) else NO_FILES
        return Filled(Request(**asdict(found.request)), found.model, files)

    def _submit(self, kept: VisitorState, wanted: Sequence[Filled]) -> Shown:
        """Queue videos and show them; as many as there are places for."""
        jobs, problem = [], ""
        for filled in wanted:
            try:
                asked, files = (kept.visitor, filled.model, filled.request), filled.files
                job = self.service.submit(*asked, source=files.source, end=files.end, mask=files.mask)
                jobs.append(job)
            except (QueueFull, NoSpace, RequestError) as error:
                problem = explain(error)[1]
                break
        if not jobs:
            return self._refused(kept, problem)
        if problem:
            notice(strings.FEWER.format(count=len(jobs), wanted=len(wanted)))
        ids = tuple(job.id for job in jobs)
        now = kept.showing_group(ids) if len(wanted) > 1 else kept.showing(ids[0])
        shown = {self.page.state: asdict(now), self.page.screen: self.showing.screen(now)}
        return shown | {self.page.fields["seed"]: jobs[0].request.seed}

    def _refused(self, kept: VisitorState, problem: str) -> Shown:
        """Say why nothing could be queued: beside the visitor's jobs, or on the screen if there are none."""
        if self.service.jobs.follow_all(kept.visitor):
            notice(problem)
            return {self.page.state: asdict(kept)}
        native = self.service.native(self.service.default)
        view = screen.failed(strings.FAILED, problem, native, [("again", strings.TRY_AGAIN)])
        return {self.page.state: asdict(VisitorState(kept.visitor)), self.page.screen: view}


def _asking(state: Any, filled: Filled) -> VisitorState:
    """The visitor, who asks for a seed of their own or not, and for a loop or not: a reload keeps to that."""
    asked = filled.request
    return replace(
        VisitorState.read(state), keeps_seed=asked.seed not in (None, -1), loops=asked.loop is True
    )


def _with_seed(filled: Filled, seed: int | None) -> Filled:
    return replace(filled, request=replace(filled.request, seed=seed))
