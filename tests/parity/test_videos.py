"""Whole videos, from the same initial latents, are the peers' own to 1 of 255 at every pixel.

Through `TextToVideo.from_pretrained` against diffusers' TextToVideoSDPipeline on the same folder, and against
ModelScope's GaussianDiffusion, UNetSD and AutoencoderKL on the files that they wrote.
"""

from functools import cache
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    TextToVideoSDPipeline,
    UniPCMultistepScheduler,
)
from einops import rearrange

from t2v import TextToVideo

from .peers import Peers, modelscope, write_diffusers_folder

SCHEDULERS = {
    "ddim": DDIMScheduler,
    "dpmpp_2m": DPMSolverMultistepScheduler,
    "unipc": UniPCMultistepScheduler,
    "euler": EulerDiscreteScheduler,
}
VIDEO = {"frames": 3, "height": 40, "width": 56}  # latents of 5×7
PROMPT = "a panda on a green background"
V_PREDICTION = {
    "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": True,
    "timestep_spacing": "trailing",
}


def initial(seed: int = 0) -> torch.Tensor:
    """(1 4 f h/8 w/8)"""
    shape = (1, 4, VIDEO["frames"], VIDEO["height"] // 8, VIDEO["width"] // 8)
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@cache
def our_pipeline(folder: Path) -> TextToVideo:
    """For tests that leave it as it was."""
    return TextToVideo.from_pretrained(folder, device="cpu", dtype="float32")


@cache
def their_networks(folder: Path) -> dict[str, object]:
    """What their pipelines of a folder have in common: all but the scheduler."""
    parts = TextToVideoSDPipeline.from_pretrained(folder).components
    return {name: part for name, part in parts.items() if name != "scheduler"}


def ours(folder: Path, **settings: object) -> np.ndarray:
    """-> frames (f h w 3), 0…255"""
    pipe = our_pipeline(folder)
    return pipe(PROMPT, latents=initial(), **VIDEO, **settings).frames


def diffusers_video(
    folder: Path, sampler: str, steps: int, guidance: float, negative_prompt: str = ""
) -> np.ndarray:
    """-> frames (f h w 3), 0…255, not yet rounded"""
    pipe = TextToVideoSDPipeline.from_pretrained(folder, **their_networks(folder))
    pipe.set_progress_bar_config(disable=True)
    pipe.scheduler = SCHEDULERS[sampler].from_config(pipe.scheduler.config)
    made = pipe(
        PROMPT,
        num_frames=VIDEO["frames"],
        height=VIDEO["height"],
        width=VIDEO["width"],
        num_inference_steps=steps,
        guidance_scale=guidance,
        negative_prompt=negative_prompt,
        latents=initial(),
        output_type="np",
    )
    return 255 * made.frames[0]


@torch.no_grad()
def modelscope_video(peers: Peers, steps: int) -> np.ndarray:
    """-> frames (f h w 3), 0…255, not yet cut down to whole numbers, as ModelScope does"""
    file = modelscope("diffusion")
    betas = file.beta_schedule("linear_sd", 1000, init_beta=0.00085, last_beta=0.0120)
    process = file.GaussianDiffusion(betas, mean_type="eps", var_type="fixed_small", loss_type="mse")
    clip = peers.text
    text = clip.token_embedding(open_clip.tokenize([PROMPT, ""])) + clip.positional_embedding
    for block in clip.transformer.resblocks[:-1]:
        text = block(text, attn_mask=clip.attn_mask)
    prompt, nothing = clip.ln_final(text).split(1)
    x0 = process.ddim_sample_loop(
        initial(),
        peers.unet,
        [{"y": prompt}, {"y": nothing}],
        guide_scale=9.0,
        ddim_timesteps=steps,
        eta=0.0,
    )
    images = peers.vae.decode(rearrange(x0 / 0.18215, "1 c f h w -> f c h w"))
    return rearrange((images * 0.5 + 0.5).clamp(0, 1) * 255, "f c h w -> f h w c").numpy()


def assert_same(ours: np.ndarray, theirs: np.ndarray) -> None:
    """At most 1 of 255 apart anywhere, in a video of which most is neither black nor white."""
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() <= 1
    assert np.mean((theirs > 5) & (theirs < 250)) > 0.7
    assert theirs.std() > 20


@pytest.mark.parametrize(
    ("sampler", "steps", "guidance", "negative_prompt"),
    [
        ("ddim", 50, 9.0, ""),
        ("ddim", 9, 5.0, "blurry, a watermark"),
        ("dpmpp_2m", 16, 9.0, ""),
        ("dpmpp_2m", 7, 1.0, ""),
        ("unipc", 16, 9.0, ""),
        ("unipc", 6, 4.0, "blurry"),
        ("euler", 16, 9.0, ""),
        ("euler", 11, 1.0, ""),
    ],
)
def test_videos_of_diffusers(
    diffusers_model: tuple[Path, Peers], sampler: str, steps: int, guidance: float, negative_prompt: str
):
    settings = {"sampler": sampler, "steps": steps, "guidance": guidance, "negative_prompt": negative_prompt}
    folder, _ = diffusers_model
    assert_same(ours(folder, **settings), diffusers_video(folder, **settings))


@pytest.fixture(scope="module")
def v_prediction_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("v_prediction")
    write_diffusers_folder(folder, scheduler=V_PREDICTION)
    return folder


@pytest.mark.parametrize("sampler", SCHEDULERS)
def test_videos_of_v_prediction_with_zero_terminal_snr(v_prediction_model: Path, sampler: str):
    settings = {"sampler": sampler, "steps": 8, "guidance": 5.0}
    assert_same(ours(v_prediction_model, **settings), diffusers_video(v_prediction_model, **settings))


@pytest.mark.parametrize("steps", [50, 8])
def test_videos_of_modelscope(modelscope_model: tuple[Path, Peers], steps: int, monkeypatch):
    """5 latents are odd where the UNet halves them, which ModelScope's own can't."""
    monkeypatch.setitem(VIDEO, "height", 48)
    monkeypatch.setitem(VIDEO, "width", 64)
    folder, peers = modelscope_model
    assert_same(ours(folder, steps=steps, guidance=9.0), modelscope_video(peers, steps))


def test_each_setting_matters(diffusers_model: tuple[Path, Peers]):
    """Else a video that is the peer's would show little."""
    settings = {"sampler": "ddim", "steps": 6, "guidance": 9.0, "negative_prompt": ""}
    frames = ours(diffusers_model[0], **settings).astype(int)
    changes = {"sampler": "unipc", "steps": 7, "guidance": 8.0, "negative_prompt": "blurry"}
    for name, value in changes.items():
        other = ours(diffusers_model[0], **settings | {name: value})
        assert np.abs(other - frames).max() > 3, name


def test_the_models_own_settings_are_modelscopes(modelscope_model: tuple[Path, Peers]):
    native = TextToVideo.from_pretrained(modelscope_model[0], device="cpu").native
    assert (native.frames, native.width, native.height) == (16, 256, 256)
    assert (native.steps, native.guidance, native.sampler, native.fps) == (50, 9.0, "ddim", 8)
