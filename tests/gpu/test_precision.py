"""Half precision against float32, and what a video starts from."""

import numpy as np
import pytest
import torch

from t2v import Request, TextToVideo

from ..common import relative
from .conftest import DEVICE, GPU, PANDA, SIZE, Load, inputs

HALVES = [torch.float16, torch.bfloat16] if GPU else [torch.bfloat16]
BOUND = {torch.float16: 5e-3, torch.bfloat16: 4e-2}  # measured on an H100: 2.1e-3, 2.1e-2
DEPTH = 1 if GPU else 3  # the tiny model's bfloat16 on a CPU


@pytest.fixture(scope="module")
def exact(load: Load) -> TextToVideo:
    return load(dtype=torch.float32)


@pytest.mark.usefixtures("own_state")
@pytest.mark.parametrize("dtype", HALVES, ids=str)
def test_each_network_in_half_precision_against_float32(exact: TextToVideo, load: Load, dtype: torch.dtype):
    half = load(dtype=dtype)
    x, t, text = inputs(half)
    full = x.float(), text.float()
    expected = torch.cat([exact.unet(full[0], t, one) for one in full[1].split(1)])
    found = half.runner.step(x, t, half.runner.unet.read(text)).float()
    assert relative(found, expected) < DEPTH * BOUND[dtype]
    z = x[0].transpose(0, 1)[:4].contiguous()
    assert relative(half.vae.decode(z).float(), exact.vae.decode(z.float())) < DEPTH * BOUND[dtype]
    images = exact.vae.decode(z.float()).clamp(-1, 1).to(dtype)
    assert (
        relative(half.vae.encode(images).float(), exact.vae.encode(images.float())) < 2 * DEPTH * BOUND[dtype]
    )
    prompts = ["a panda", ""]
    assert relative(half.text_encoder(prompts).float(), exact.text_encoder(prompts)) < DEPTH * BOUND[dtype]


@pytest.mark.usefixtures("own_state")
def test_times_of_frames_in_the_fast_pass_are_the_networks_own(exact: TextToVideo, fast: TextToVideo):
    x, _, text = inputs(fast)
    t = torch.linspace(0, 999, SIZE["frames"], device=DEVICE).view(1, -1)
    expected = torch.cat([exact.unet(x.float(), t, one) for one in text.float().split(1)])
    found = fast.runner.step(x, t, fast.runner.unet.read(text)).float()
    assert relative(found, expected) < DEPTH * BOUND[fast.dtype]


def test_a_video_in_half_precision_is_that_of_float32(exact: TextToVideo, fast: TextToVideo):
    difference = np.abs(fast(PANDA).frames.astype(float) - exact(PANDA).frames)
    assert difference.mean() < (1 if GPU else 4)


@pytest.mark.parametrize("given", [{"strength": 0.5}, {"keep": 2}, {"keep": 2, "strength": 0.5}], ids=str)
@pytest.mark.parametrize("memory", ["fast", "minimal"])
def test_a_video_from_a_video(shared: Load, exact: TextToVideo, memory: str, given: dict):
    pipe = shared(memory)
    frames, height, width = SIZE["frames"], SIZE["height"], SIZE["width"]
    y, x = np.mgrid[0:height, 0:width]
    source = np.stack([np.stack([x + 5 * f, y, x + y], -1) % 256 for f in range(frames)]).astype(np.uint8)
    request = Request(**(vars(PANDA) | given))
    made = pipe(request, source=source).frames
    assert np.abs(made.astype(float) - exact(request, source=source).frames).mean() < (2 if GPU else 4)
    assert np.array_equal(pipe(request, source=source).frames, made)
    assert np.abs(made.astype(float) - pipe(PANDA).frames).mean() > 1, "the source has its share"
