"""The one endpoint for programs, `/generate`: the page's validation, queue and limits, without the page."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import MISSING
from inspect import Parameter, Signature
from typing import Any

import gradio as gr

from t2v.checks import Check, Choice, Flag, Number, Text, Whole
from t2v.errors import RequestError
from t2v.request import SETTINGS, Request, Setting
from t2v.service import sentences
from t2v.service.jobs import Job, QueueFull
from t2v.service.messages import Stage
from t2v.service.outputs import NoSpace
from t2v.service.service import Service
from t2v.space import form, strings

POLL = 0.1  # seconds
NAME = "generate"
KIND = Parameter.POSITIONAL_OR_KEYWORD
FILES = strings.FILE_WORDS
PARAMETERS = (*form.ROWS, "model", *form.OF_SOURCE, *FILES)
INTRODUCTION = """
Turn a sentence into a short video. Returns the MP4 and the settings that made it, its seed included.
What is left out takes the model's own default.

Args:
"""
TYPES = {
    Flag: bool,
    Whole: int,
    Number: float,
    Choice: str,
    Text: str,
}  # a check is of the first that it is one of


def offer(service: Service, demo: gr.Blocks) -> int:
    """Add the endpoint to the page; -> its number there."""
    gr.api(_described(_generate(service)), api_name=NAME, concurrency_limit=None)
    return next(number for number, function in demo.fns.items() if function.api_name == NAME)


def _generate(service: Service) -> Callable[..., Awaitable[tuple[dict, dict]]]:
    async def generate(*values: Any) -> tuple[dict, dict]:
        """values: in the order of PARAMETERS"""
        given = dict(zip(PARAMETERS, values, strict=True))
        request = Request(**{name: given[name] for name in SETTINGS})
        try:
            files = {name: given[name] for name in FILES}
            job = service.submit("", given["model"], request, **files, reserved=True)
        except (RequestError, QueueFull, NoSpace) as error:
            raise _refusal(str(error)) from None
        return await _result(service, job)

    return generate


def _described(generate: Callable[..., Any]) -> Callable[..., Any]:
    """Give the function the parameters and the description that Gradio reads: those of the table."""
    lines = [f"    {name}: {row.words}" for name, row in form.ROWS.items()]
    lines.append(f"    model: {strings.MODEL_WORDS}")
    lines += [f"    {name}: {row.words} (with a source)" for name, row in form.OF_SOURCE.items()]
    lines += [f"    {name}: {words}" for name, words in FILES.items()]
    generate.__doc__ = INTRODUCTION + "\n".join(lines)
    parameters = [_parameter(row) for row in form.ROWS.values()]
    parameters.append(Parameter("model", KIND, default=None, annotation=str | None))
    parameters += [_parameter(row) for row in form.OF_SOURCE.values()]
    parameters += [Parameter(name, KIND, default=None, annotation=str | None) for name in FILES]
    vars(generate)["__signature__"] = Signature(parameters, return_annotation=tuple[dict, dict])
    generate.__annotations__ = {each.name: each.annotation for each in parameters}
    return generate


def _parameter(row: Setting) -> Parameter:
    """A row as a parameter of the endpoint; without a default of its own, None stands for the model's."""
    kind = bool if isinstance(row.default, bool) else _type(row.check)
    if row.default is MISSING:
        return Parameter(row.name, KIND, annotation=kind)
    return Parameter(
        row.name, KIND, default=row.default, annotation=kind if row.default is not None else kind | None
    )


def _type(check: Check) -> type:
    return next(kind for each, kind in TYPES.items() if isinstance(check, each))


async def _result(service: Service, job: Job) -> tuple[dict[str, Any], dict[str, Any]]:
    """Wait for the job; a caller who goes away takes it along."""
    service.work_here(job)
    try:
        with _told_of(service, job) as ended:
            while not job.over:
                if service.closing:
                    raise _refusal(sentences.CLOSING)
                service.jobs.follow("", job.id)
                await asyncio.wait([ended], timeout=POLL)
    except BaseException:  # cancelled
        service.jobs.stop("", job.id)
        raise
    if job.stage != Stage.DONE:
        raise _refusal(job.problem or strings.STOPPED)
    record = service.outputs.find(job.id)
    file = {"path": str(service.outputs.path(job.id, job.suffix)), "meta": {"_type": "gradio.FileData"}}
    if record is None:  # it was swept at once
        raise _refusal(strings.GONE)
    settings = form.settings_of(record.request, source=any(job.files.there))
    return file, settings | {"model": record.model, "notes": list(record.notes)}


@contextmanager
def _told_of(service: Service, job: Job) -> Iterator[asyncio.Future]:
    """A future that is done as soon as the job has ended, which a thread of the service tells."""
    loop = asyncio.get_running_loop()
    ended = loop.create_future()

    def end() -> None:
        if not ended.done():
            ended.set_result(None)

    def tell(other: Job) -> None:
        if other is job:
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(end)

    service.jobs.listeners.append(tell)
    try:
        yield ended
    finally:
        service.jobs.listeners.remove(tell)


def _refusal(text: str) -> gr.Error:
    return gr.Error(text, print_exception=False)
