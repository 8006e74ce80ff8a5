"""The page's events: what triggers which handler, arriving, and following jobs.

A click puts a job into the app's queue; `follow` then only watches it, so a reload finds it again.
Events that aren't listed in the API can still be called by anybody: each handler trusts nothing it is given.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from itertools import count
from typing import Any

import gradio as gr

from t2v.service.jobs import Job
from t2v.service.messages import Stage
from t2v.service.service import Service
from t2v.space import components, form, links, prompting, strings
from t2v.space.browser import VisitorState
from t2v.space.choosing import Choosing
from t2v.space.making import Making
from t2v.space.showing import Showing, Shown, notice

POLL = 0.15  # seconds between two looks at a job
LOOKS = 100  # of a tenth of that, at whether something is still on its way to a page
PAGES = 10_000  # open pages that are remembered
NONE_WRITTEN = "(seed) => seed === null || seed === -1"  # of the seed: whether a random one is drawn
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}


class Turns:
    """The latest answer of each open page: what followed jobs for an earlier one tells the page nothing more.

    Gradio may begin followers in another order than the answers came in, and what an earlier one tells may
    arrive after what a later one does.
    """

    def __init__(self) -> None:
        self._latest: OrderedDict[str, int] = OrderedDict()
        self._numbers = count(1)
        self._telling: set[tuple[str, int]] = set()

    def begin(self, page: str) -> int:
        """Begin a turn of a page: every earlier one is over."""
        turn = next(self._numbers)
        self._latest.pop(page, None)
        self._latest[page] = turn
        if len(self._latest) > PAGES:
            self._latest.popitem(last=False)
        return turn

    def is_latest(self, page: str, turn: int) -> bool:
        """Return whether no other turn of the page has begun since, as far as is known."""
        return self._latest.get(page, turn) == turn

    @contextmanager
    def telling(self, page: str, turn: int) -> Iterator[None]:
        """A context in which a page is told something: until Gradio has sent it and asks for more."""
        self._telling.add((page, turn))
        try:
            yield
        finally:
            self._telling.discard((page, turn))

    def told(self, page: str) -> Iterator[float]:
        """Seconds to sleep until all that a page is being told has been sent; few, for it may be gone."""
        for _ in range(LOOKS):
            if all(other != page for other, _ in tuple(self._telling)):
                return
            yield POLL / 10


class Events:
    """The page's handlers. Each answers with what changes, by its component; the rest stays."""

    def __init__(self, page: components.Components, service: Service):
        self.page, self.service, self.jobs = page, service, service.jobs
        self.showing = Showing(page, service)
        self.making = Making(page, service, self.showing)
        self.choosing = Choosing(page, service, self.showing)
        self._turns = Turns()

    def connect(self, demo: gr.Blocks) -> None:
        """Bind every handler."""
        self._connect_jobs(demo)
        self._connect_settings()

    def _connect_jobs(self, demo: gr.Blocks) -> None:
        page, choosing, making = self.page, self.choosing, self.making
        state_and_form, prompt = [page.state, *page.form], page.fields["prompt"]
        shown = [*state_and_form, page.last_model, page.screen]
        watched = [page.screen, page.queue, page.gallery]

        def follow(event: Any) -> None:
            # another one may begin while this one follows: see Turns
            end = event(self.follow, [page.state], watched, trigger_mode="multiple", **QUIET)
            end.then(choosing.describe, page.form, self._described, **QUIET)  # the next run's cost is known
            end.then(self.showing.after_stopped, page.state, [page.state, page.screen], **QUIET)

        arrived = demo.load(self.arrive, [page.state], [*shown, page.gallery], **QUIET)
        follow(arrived.then(None, prompt, prompt, js=prompting.RESTORE, **QUIET).then)
        prompt.change(None, prompt, None, js=prompting.KEEP, **QUIET)
        starts = [page.generate.click, prompt.submit]
        for triggers, handler in ((starts, self.start), ([page.variations.click], self.variations)):
            checked = {"validator": making.check} | QUIET
            follow(gr.on(triggers, handler, state_and_form, shown, **checked).success)
        for clicked in (page.screen, page.queue, page.gallery):
            follow(clicked.click(self.click, state_and_form, shown, **QUIET).then)
        picked, of_form = page.shown_examples.click, [page.state, page.fields["random"], page.fields["way"]]
        follow(picked(self.pick_example, of_form, shown, **QUIET).then)
        opened = [*shown, page.drop, page.origin]
        dropped = [page.state, page.drop, page.fields["way"]]
        follow(page.drop.upload(self.open, dropped, opened, **QUIET).then)

    def _connect_settings(self) -> None:
        page, choosing = self.page, self.choosing
        fields, filled = page.fields, [*page.form, page.last_model]
        for button, handler in (
            (page.fit, choosing.fit),
            (page.faster, choosing.faster),
            (page.defaults, choosing.defaults),
        ):
            button.click(handler, page.form, filled, **QUIET)
        for name, small in (("source", page.source_shown), ("end", page.end_shown)):
            fields[name].change(choosing.look, fields[name], small, trigger_mode="always_last", **QUIET)
        fields["seed"].input(None, fields["seed"], fields["random"], js=NONE_WRITTEN, **QUIET)
        page.lock.click(None, None, fields["random"], js="() => true", **QUIET)
        of_length = [page.length, fields["fps"], fields["model"]]
        page.length.input(choosing.set_length, of_length, fields["frames"], **QUIET)
        page.quality.input(choosing.set_quality, page.quality, fields["steps"], **QUIET)
        of_steps = [fields[name] for name in ("way", "loop", "steps", "model")] + [page.raised]
        changed = [fields["strength"], fields["steps"], page.raised]
        fields["way"].input(choosing.set_way, of_steps, changed, **QUIET)
        fields["loop"].input(choosing.set_loop, of_steps, changed[1:], **QUIET)
        switched = [
            *filled,
            page.about,
            page.ideas,
            page.source_words,
            page.length,
            page.quality,
            page.adapter,
        ]
        models = [fields["model"], page.last_model, fields["way"]]
        adapted = [fields["model"], page.adapter, page.strength, fields["way"]]
        for switch in (
            fields["model"].input(choosing.switch, models, switched, **QUIET),
            page.default.click(choosing.use_default, page.form, switched, **QUIET),
            page.adapter.input(choosing.adapt, adapted, switched, **QUIET),
            page.strength.release(choosing.adapt, adapted, switched, **QUIET),
        ):
            switch.then(choosing.expect, page.form, self._described, **QUIET)
        changes = [component.change for component in page.form]
        gr.on(changes, choosing.describe, page.form, self._described, trigger_mode="always_last", **QUIET)

    @property
    def _described(self) -> list[Any]:
        page = self.page
        ways = [page.fit, page.faster, page.default, page.lock]
        return [page.tokens, page.cost, *ways, page.length, page.quality, page.duration]

    def arrive(self, state: Any, request: gr.Request) -> Shown:
        """Begin a visit: with a link's settings, with what was shown last, or with an empty page."""
        return self._answer(request, self._arrived(state, request))

    def _arrived(self, state: Any, request: gr.Request) -> Shown:
        kept = replace(VisitorState.read(state), pages=1)
        pending = self.jobs.follow_all(kept.visitor)
        if pending and not any(job.id in kept.shown for job in pending):
            kept = kept.showing(pending[-1].id)
        query = {name: value for name, value in request.query_params.items() if not name.startswith("__")}
        if not pending and (query or not self._kept_something(kept)):
            kept = VisitorState(kept.visitor)
        shown: Shown = {self.page.state: asdict(kept), self.page.gallery: self.showing.gallery(kept)}
        shown[self.page.screen] = self.showing.screen(kept)
        if query:
            return shown | self._by_link(kept, query, pending)
        found = self.showing.record(kept) or next(iter(pending), None)
        # without one, the form may have been filled in already
        if not found:
            return shown
        form_is = {self.page.fields["loop"]: False} if not kept.loops else {}  # a button made the loop
        return shown | self.showing.settings_of(found, not kept.keeps_seed) | form_is

    def _by_link(self, kept: VisitorState, query: dict[str, str], pending: Sequence[Job]) -> Shown:
        """Show a link's video: made before, made now where that takes seconds, or made after a click."""
        page, (values, wrong) = self.page, form.from_link(self.service, query)
        if wrong:
            notice(wrong)
        if missing := form.missing_model(self.service, query):
            used = self.service.choices[values["model"]].title
            notice(strings.MODEL_MISSING.format(model=missing[:80], used=used))
        if form.is_earlier(query):
            notice(strings.EARLIER_MODEL)
        shown = page.filled(values)
        found = links.wanted(self.service, query)
        if found is None:
            return shown
        now = links.opened(self.service, kept, *found, page.examples, pending)
        if now is None:
            return shown | {page.screen: links.offered(self.service, *found)}
        return shown | {page.state: asdict(now), page.screen: self.showing.screen(now)}

    def _kept_something(self, kept: VisitorState) -> bool:
        """Return whether there is still something of what was shown last: a video, a failure, variations."""
        if self.showing.record(kept) or any(
            self.service.outputs.find_own(kept.visitor, id) for id in kept.shown
        ):
            return True
        last = self.jobs.follow(kept.visitor, kept.job)
        return last is not None and last.stage == Stage.FAILED

    def start(self, state: Any, request: gr.Request, *values: Any) -> Shown:
        """Queue what the form says."""
        return self._answer(request, self.making.start(state, *values))

    def variations(self, state: Any, request: gr.Request, *values: Any) -> Shown:
        """Queue what the form says with four seeds."""
        return self._answer(request, self.making.variations(state, *values))

    def click(self, state: Any, event: gr.EventData, request: gr.Request, *values: Any) -> Shown:
        """A click on the screen, the queue or the gallery: on a video, a job, or a way out of a failure."""
        data = event._data if isinstance(event._data, dict) else {}
        if "way" in data:
            return self._answer(request, self.making.way(VisitorState.read(state), str(data["way"]), values))
        given = form.named(values)
        return self._answer(request, self.showing.pick(state, given["random"], given["way"], data))

    def pick_example(
        self, state: Any, random: Any, way: Any, event: gr.EventData, request: gr.Request
    ) -> Shown:
        """Show an example."""
        return self._answer(request, self.showing.pick_example(state, random, way, event))

    def open(self, state: Any, path: str | None, way: Any, request: gr.Request) -> Shown:
        """Show a video that was made elsewhere."""
        return self._answer(request, self.choosing.open(state, path, way))

    def _answer(self, request: gr.Request, shown: Shown) -> Shown:
        """What is shown from now on; followers of what was shown before tell nothing after it."""
        page = str(request.session_hash)
        turn = self._turns.begin(page)
        for seconds in self._turns.told(page):
            time.sleep(seconds)
        return shown | {self.page.state: shown[self.page.state] | {"turn": turn}}

    async def follow(self, state: Any, request: gr.Request) -> AsyncIterator[Shown]:
        """Watch the visitor's jobs until all are over. Whoever stops watching costs them nothing."""
        kept, page = VisitorState.read(state), str(request.session_hash)
        last, known = None, None
        for seconds in self._turns.told(page):
            await asyncio.sleep(seconds)
        while self._turns.is_latest(page, kept.turn):
            pending = self.jobs.follow_all(kept.visitor)
            self._work_here(pending)
            ids = {job.id for job in pending}
            view = self.showing.moving(kept, pending)
            if ids != known or view != last:
                with self._turns.telling(page, kept.turn):
                    if not self._turns.is_latest(page, kept.turn):
                        break
                    yield self.showing.all(kept, pending) if ids != known else view
            known, last = ids, view
            if not pending:
                break
            await asyncio.sleep(POLL)
        yield {self.page.queue: gr.skip()}  # Gradio repeats the last answer at the end: not what is over

    def _work_here(self, pending: Sequence[Job]) -> None:
        """Begin the first waiting job where jobs run inside events, unless one of the visitor's runs."""
        if pending and all(job.started is None for job in pending):
            self.service.work_here(pending[0])
