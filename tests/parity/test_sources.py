"""Video-to-video from the same source and noise is diffusers' own to 1 of 255 at every pixel."""

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import VideoToVideoSDPipeline
from diffusers.pipelines.deprecated.text_to_video_synthesis import pipeline_text_to_video_synth_img2img
from einops import rearrange
from PIL import Image

from .peers import Peers
from .test_videos import PROMPT, SCHEDULERS, VIDEO, assert_same, our_pipeline, their_networks

SHAPE = VIDEO["frames"], VIDEO["height"], VIDEO["width"]


def source() -> np.ndarray:
    """Coloured waves that move, uint8 (f h w 3)."""
    f, y, x = np.meshgrid(*(np.arange(size) for size in SHAPE), indexing="ij")
    waves = [np.sin(x / 9 + f), np.cos(y / 7 - f), np.sin((x + y) / 11)]
    return ((np.stack(waves, -1) + 1) * 127).astype(np.uint8)


def theirs(
    folder: Path, sampler: str, steps: int, strength: float, monkeypatch: pytest.MonkeyPatch
) -> np.ndarray:
    """-> frames (f h w 3), 0…255, not yet rounded; from the mean of the VAE's posterior, as ours"""
    module = pipeline_text_to_video_synth_img2img
    monkeypatch.setattr(module, "retrieve_latents", lambda encoded, generator: encoded.latent_dist.mode())
    pipe = VideoToVideoSDPipeline.from_pretrained(folder, **their_networks(folder))
    pipe.set_progress_bar_config(disable=True)
    pipe.scheduler = SCHEDULERS[sampler].from_config(pipe.scheduler.config)
    made = pipe(
        PROMPT,
        video=[Image.fromarray(frame) for frame in source()],
        strength=strength,
        num_inference_steps=steps,
        guidance_scale=7.0,
        generator=torch.Generator().manual_seed(3),
        output_type="np",
    )
    return 255 * made.frames[0]


def noise() -> torch.Tensor:
    """The same that the peer draws, which has frames before channels (1 c f h w)."""
    f, height, width = SHAPE
    drawn = torch.randn((f, 4, height // 8, width // 8), generator=torch.Generator().manual_seed(3))
    return rearrange(drawn, "f c h w -> 1 c f h w")


@pytest.mark.parametrize("strength", [0.4, 1.0])
@pytest.mark.parametrize("sampler", ["ddim", "dpmpp_2m", "unipc", "euler"])
def test_video_to_video_of_diffusers(
    diffusers_model: tuple[Path, Peers], sampler: str, strength: float, monkeypatch: pytest.MonkeyPatch
):
    folder, _ = diffusers_model
    pipe = our_pipeline(folder)
    settings = {"sampler": sampler, "steps": 7, "guidance": 7.0, "strength": strength}
    video = pipe(PROMPT, source=source(), latents=noise(), **VIDEO, **settings)
    assert_same(video.frames, theirs(folder, sampler, 7, strength, monkeypatch))
