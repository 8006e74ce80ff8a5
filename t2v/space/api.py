"""The one endpoint for programs, `/generate`: the page's validation, queue and limits, without the page."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

import gradio as gr

from t2v.request import Request, RequestError
from t2v.space import strings
from t2v.space.jobs import Job, QueueFull, Stage
from t2v.space.outputs import NoSpace
from t2v.space.service import Service

POLL = 0.1  # seconds
NAME = "generate"
PARAMETERS = (
    "prompt",
    "negative_prompt",
    "frames",
    "width",
    "height",
    "steps",
    "guidance",
    "eta",
    "sampler",
    "seed",
    "fps",
    "model",
)


def offer(service: Service, demo: gr.Blocks) -> int:
    """Add the endpoint to the page; -> its number there."""
    gr.api(_generate(service), api_name=NAME, concurrency_limit=None)
    return next(number for number, function in demo.fns.items() if function.api_name == NAME)


def _generate(service: Service) -> Callable[..., Awaitable[tuple[dict, dict]]]:
    async def generate(
        prompt: str,
        negative_prompt: str = "",
        frames: int | None = None,
        width: int | None = None,
        height: int | None = None,
        steps: int | None = None,
        guidance: float | None = None,
        eta: float = 0.0,
        sampler: str | None = None,
        seed: int | None = None,
        fps: int | None = None,
        model: str | None = None,
    ) -> tuple[dict, dict]:
        """
        Turn a sentence into a short video. Returns the MP4 and the settings that made it, its seed included.
        What is left out takes the model's own default.

        Args:
            prompt: what the video should show, in English
            negative_prompt: what it should not show
            frames: how many frames
            width: pixels, a multiple of 8
            height: pixels, a multiple of 8
            steps: denoising steps; more take longer
            guidance: how closely to follow the prompt; 1 takes half the time
            eta: DDIM's noise, 0 to 1
            sampler: ddim, dpmpp_2m, unipc or euler
            seed: the same seed gives the same video; none or -1 draws one
            fps: frames a second
            model: one of the models that the page lists
        """
        given = locals()
        request = Request(**{name: given[name] for name in PARAMETERS if name not in ("model",)})
        try:
            job = service.submit("", model, request, reserved=True)
        except (RequestError, QueueFull, NoSpace) as error:
            raise _refusal(str(error)) from None
        return await _result(service, job)

    return generate


async def _result(service: Service, job: Job) -> tuple[dict[str, Any], dict[str, Any]]:
    """Wait for the job; a caller who goes away takes it along."""
    service.work_here(job)
    try:
        while not job.over:
            service.jobs.follow("", job.id)
            await asyncio.sleep(POLL)
    except BaseException:  # cancelled
        service.jobs.stop("", job.id)
        raise
    if job.stage != Stage.DONE:
        raise _refusal(job.problem or strings.STOPPED)
    record = service.outputs.find(job.id)
    file = {"path": str(service.outputs.path(job.id, job.suffix)), "meta": {"_type": "gradio.FileData"}}
    return file, asdict(record.request) | {"model": record.model, "notes": list(record.notes)}


def _refusal(text: str) -> gr.Error:
    return gr.Error(text, print_exception=False)
