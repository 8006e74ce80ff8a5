"""FreeU, FreeInit, FreeNoise and rescaled guidance: diffusers' own numbers."""

from types import SimpleNamespace

import pytest
import torch
from diffusers import DDIMScheduler
from diffusers.pipelines.free_init_utils import FreeInitMixin
from diffusers.pipelines.free_noise_utils import AnimateDiffFreeNoiseMixin
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import rescale_noise_cfg
from diffusers.utils.torch_utils import apply_freeu

from t2v.diffusion import Hop, Level, NoiseSchedule, ScheduleConfig, gaussian, guided
from t2v.diffusion.freeinit import renewed
from t2v.diffusion.freenoise import shuffled
from t2v.networks.freeu import freeu

from .test_videos import PROMPT, VIDEO, assert_same

SCALES = {"s1": 0.9, "s2": 0.2, "b1": 1.2, "b2": 1.4}


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("size", [(8, 8), (5, 7), (2, 9), (1, 4), (4, 1)], ids=str)
@pytest.mark.parametrize("level", [0, 1, 2])
def test_freeu(level: int, size: tuple[int, int]):
    x, skip = numbers(3, 6, *size), numbers(3, 4, *size, seed=1)
    found = freeu(level, x, skip)
    theirs = apply_freeu(level, x.clone(), skip.clone(), **SCALES)
    for ours, right in zip(found, theirs, strict=True):
        assert torch.allclose(ours, right, atol=2e-6)


@pytest.mark.parametrize("rescale", [0.0, 0.7, 1.0])
def test_rescaled_guidance(rescale: float):
    predictions = numbers(2, 1, 4, 3, 8, 8)
    hop = Hop(500.0, Level(0.6, 0.8), Level(0.8, 0.6))
    found = guided(lambda x, t: predictions, 9.0, rescale)(predictions[0], hop)
    mixed = predictions[0] + 9.0 * (predictions[1] - predictions[0])
    assert torch.allclose(found, rescale_noise_cfg(mixed, predictions[1], rescale), atol=1e-5)


@pytest.mark.parametrize("shape", [(4, 8, 8), (5, 6, 9), (1, 4, 4), (16, 3, 2)], ids=str)
def test_freeinit(shape: tuple[int, int, int]):
    x, noise = numbers(1, 4, *shape), numbers(1, 4, *shape, seed=1)
    theirs = FreeInitMixin()
    theirs.enable_free_init(num_iters=3)
    theirs.scheduler = DDIMScheduler(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012)
    theirs._free_init_initial_noise = noise
    generator = torch.Generator().manual_seed(2)
    right, _ = theirs._apply_free_init(x, 1, 10, "cpu", torch.float32, generator)
    found = renewed(x, noise, NoiseSchedule(ScheduleConfig()), torch.Generator().manual_seed(2))
    assert torch.allclose(found, right, atol=1e-5)


@pytest.mark.parametrize("frames", [16, 17, 30, 64])
def test_freenoise(frames: int):
    theirs = AnimateDiffFreeNoiseMixin()
    theirs.vae_scale_factor = 8
    theirs._free_noise_context_length, theirs._free_noise_context_stride = 16, 4
    theirs._free_noise_noise_type = "shuffle_context"
    generator = torch.Generator().manual_seed(4)
    right = theirs._prepare_latents_free_noise(1, 4, frames, 64, 64, torch.float32, "cpu", generator)
    generator = torch.Generator().manual_seed(4)
    assert torch.equal(shuffled(gaussian((1, 4, frames, 8, 8), generator), 16, generator), right)


def test_a_whole_video_with_freeu(diffusers_model):
    from diffusers import TextToVideoSDPipeline

    from t2v import TextToVideo

    folder, _ = diffusers_model
    pipe = TextToVideoSDPipeline.from_pretrained(folder)
    pipe.set_progress_bar_config(disable=True)
    noise = numbers(1, 4, VIDEO["frames"], VIDEO["height"] // 8, VIDEO["width"] // 8)
    size = {"num_frames": VIDEO["frames"], "height": VIDEO["height"], "width": VIDEO["width"]}
    for level in pipe.unet.up_blocks[:2]:
        assert hasattr(level, "resnets")
    pipe.unet.enable_freeu(**SCALES)
    options = SimpleNamespace(num_inference_steps=5, guidance_scale=7.0)
    right = pipe(PROMPT, latents=noise.clone(), output_type="np", **size, **vars(options)).frames[0]
    ours = TextToVideo.from_pretrained(folder, "cpu", "float32")
    made = ours(PROMPT, latents=noise, **VIDEO, steps=5, guidance=7.0, sampler="ddim", freeu=True)
    assert_same(made.frames, 255 * right)
