"""Endless videos, made in parts: by continuing again and again, or by FIFO-Diffusion's queue.

A model of few steps continues each part after its last frames. One of many steps, at least as many as its
frames, has a noise level for each frame of a queue (`diffusion.fifo`): it gives one frame after the other.
Both take the memory of one part, however long the video gets.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from t2v.checks import MAX_SEED
from t2v.diffusion import Diagonal, mixed
from t2v.errors import RequestError
from t2v.pipeline import TextToVideo
from t2v.request import Complete, Request
from t2v.source import Source
from t2v.story import prompt_at
from t2v.torch_state import OwnState

KEEP = 8  # frames of a part that the next one begins with
OnStep = Callable[[int, int, Any], None]


def endless(
    pipe: TextToVideo, request: Request, source: Any = None, on_step: OnStep | None = None
) -> Iterator[np.ndarray]:
    """Yield the frames uint8 (n h w 3) of one part after the other, without an end.

    `source` is continued, as `TextToVideo.__call__` takes it. A story's prompt changes where a part begins.
    `on_step` sees the steps of parts that are continued. RequestError names a setting that needs an end.
    """
    start = None if source is None else Source.of(source)
    complete = checked(pipe, request)
    if by_queue(pipe):
        return _queued(pipe, complete, start)
    return _continued(pipe, complete, start, on_step)


def by_queue(pipe: TextToVideo) -> bool:
    """Check whether the model makes endless videos by FIFO-Diffusion's queue."""
    return pipe.native.steps >= pipe.native.frames and pipe.native.frames % 2 == 0


def checked(pipe: TextToVideo, request: Request) -> Complete:
    """Complete the request of an endless video; RequestError names what isn't for one."""
    for name, neutral in (("loop", False), ("larger", False), ("freeinit", 1), ("strength", 1.0)):
        if getattr(request, name) not in (neutral, None):
            raise RequestError(name, "is for videos with an end: leave it out of an endless one")
    complete = replace(request, keep=None, rounds=None).validate(pipe.native)
    if complete.frames < 2:
        raise RequestError("frames", "must be at least 2 in the parts of an endless video")
    rounds = request.rounds or replace(request, keep=1).validate(pipe.native, source=True).rounds
    return replace(complete, rounds=rounds)


def _continued(
    pipe: TextToVideo, request: Complete, source: Source | None, on_step: OnStep | None
) -> Iterator[np.ndarray]:
    made, part, before, keep = 0, 0, source, min(KEEP, request.frames // 2)
    while True:
        seed = (request.seed + part) & MAX_SEED
        own = replace(request, prompt=prompt_at(request.prompt, made / request.fps), seed=seed)
        kept = min(keep, len(before.frames)) if before else 0
        tail = before.tail(kept) if before else None
        own = replace(own, keep=kept, rounds=request.rounds if kept else 1)
        video = pipe(own, source=tail, on_step=on_step)
        made, part, before = made + len(video) - kept, part + 1, Source.of(video)
        yield video.frames[kept:]


def _queued(pipe: TextToVideo, request: Complete, source: Source | None) -> Iterator[np.ndarray]:
    """Each round gives a frame; half a block of them is decoded together."""
    size = pipe.native.frames
    request = replace(request, frames=size, rounds=1, window=0)
    generator = torch.Generator("cpu").manual_seed(request.seed)
    diagonal = Diagonal(pipe.schedule, size, generator)
    queue = diagonal.queue_of(_first(pipe, request, source))
    _, queue = _rounds(pipe, request, diagonal, queue, diagonal.warm_up, 0.0)
    made = 0
    while True:
        clean, queue = _rounds(pipe, request, diagonal, queue, diagonal.half, made / request.fps)
        with OwnState(pipe.device, inference=True), pipe.runner.as_current_device():
            frames = pipe.codec.decode(clean)
        made += len(frames)
        yield frames


def _rounds(
    pipe: TextToVideo, request: Complete, diagonal: Diagonal, queue: Tensor, rounds: int, seconds: float
) -> tuple[Tensor, Tensor]:
    """-> the clean latents (1 c rounds h w) that leave the queue, and the queue after them"""
    clean = []
    with OwnState(pipe.device, inference=True), pipe.runner.as_current_device():
        predict, mix = pipe.predictions(replace(request, prompt=prompt_at(request.prompt, seconds)))
        for _ in range(rounds):
            frame, queue = diagonal.round(mixed(predict, **mix), queue)
            clean.append(frame)
    return torch.cat(clean, dim=2), queue


def _first(pipe: TextToVideo, request: Complete, source: Source | None) -> Tensor:
    """The latents (1 c f h w) that the queue begins with: the source's end, or an ordinary video's."""
    if source is None:
        latents = pipe(replace(request, prompt=prompt_at(request.prompt, 0.0))).latents
        assert latents is not None
        return torch.from_numpy(latents.array)[None].to(pipe.device)
    tail = source.tail(min(request.frames, len(source.frames)))
    with OwnState(pipe.device, inference=True), pipe.runner.as_current_device():
        return pipe.codec.encode(tail.fitted(request.frames, request.width, request.height))
