"""Agreement of a video with its prompt, by the model that made it: no other network is asked.

A text that says what is in a video helps the model to predict the noise that was added to it. The measure is
the share of the squared error that the prompt saves, compared with an empty prompt (Li et al. 2023, "Your
diffusion model is secretly a zero-shot classifier", use the same error to tell what a picture shows).
"""

from collections.abc import Sequence
from dataclasses import replace

import torch

from t2v.fit import misfit
from t2v.pipeline import TextToVideo
from t2v.request import Complete
from t2v.torch_state import OwnState
from t2v.video import Video

SHARES = (0.2, 0.4, 0.6, 0.8)  # of the schedule's times: from a little noise to much of it


def agreement(pipe: TextToVideo, video: Video, prompt: str | None = None) -> float:
    """The share of the error that `prompt`, by default the video's own, saves: below 1, 0 for no help.

    The noise is the same for all videos of a size, so that their numbers can be compared.
    """
    assert video.request is not None
    return agreements(pipe, video, [video.request.prompt if prompt is None else prompt])[0]


def agreements(pipe: TextToVideo, video: Video, prompts: Sequence[str]) -> list[float]:
    """The agreement of a video with each of the prompts."""
    assert video.request is not None
    request = video.request
    if not isinstance(request, Complete):
        request = replace(request, larger=False).validate(pipe.native)
    with OwnState(pipe.device, inference=True), pipe.runner.as_current_device():
        clean = _latents(pipe, video)
        own = replace(request, guidance=1.0, frames=clean.shape[2])
        alone, *helped = (
            misfit(pipe.predictions(replace(own, prompt=text))[0], pipe.schedule, clean, SHARES)
            for text in ("", *prompts)
        )
    return [1 - each / alone if alone else 0.0 for each in helped]


def _latents(pipe: TextToVideo, video: Video) -> torch.Tensor:
    """The video's latents (1 c f h w): its own, or those of its frames."""
    if video.latents is not None:
        return torch.from_numpy(video.latents.array)[None].to(pipe.device)
    return pipe.codec.encode(video.frames)
