"""CUDA graphs: what is replayed has the bits of what runs unrecorded, whatever ran in between."""

import pytest
import torch
from torch import Tensor

from t2v import TextToVideo
from t2v.runtime.graphs import GraphedFunction

from .conftest import DEVICE, GPU, SIZE, Load, inputs

pytestmark = pytest.mark.usefixtures("own_state")


@pytest.mark.parametrize("memory", ["fast", "low", "minimal"])
def test_a_replayed_step_has_the_bits_of_an_eager_one(shared: Load, memory: str):
    pipe = shared(memory)
    runner = pipe.runner
    for seed in (1, 2, 1):
        x, t, text = inputs(pipe, seed)
        words = runner.unet.read(text)
        replayed = runner.step(x, t, words).clone()
        assert torch.equal(runner.unet(x, t, words), replayed)
        assert replayed.isfinite().all() and replayed.std() > 0
    assert isinstance(runner.step, GraphedFunction) == GPU


def test_text_and_pixels_are_replayed_bit_for_bit(fast: TextToVideo):
    tokens = fast.tokenizer(["a panda", "two cats"]).to(DEVICE)
    eager = fast.checkpoint.text_encoder(tokens)
    assert torch.equal(fast.runner.encode(tokens).clone(), eager)
    z = torch.randn(2, 4, SIZE["height"] // 8, SIZE["width"] // 8, generator=torch.Generator().manual_seed(3))
    z = z.to(DEVICE, fast.dtype)
    assert torch.equal(fast.runner.decode(z).clone(), fast.vae.decode(z))


def test_another_shape_and_the_first_again(fast: TextToVideo):
    results = []
    for frames in (SIZE["frames"], 3, SIZE["frames"]):
        x, t, text = inputs(fast, frames=frames)
        results.append(fast.runner.step(x, t, fast.runner.unet.read(text)).clone())
        assert results[-1].shape == (2, *x.shape[1:])
    assert torch.equal(results[0], results[2])


def both(pipe: TextToVideo, t: Tensor) -> tuple[Tensor, Tensor]:
    """A step at the times t (1) or (1 f), eager and replayed"""
    x, _, text = inputs(pipe)
    words = pipe.runner.unet.read(text)
    return pipe.runner.unet(x, t, words), pipe.runner.step(x, t, words).clone()


def test_equal_times_of_frames_give_the_bits_of_one_time(fast: TextToVideo):
    t = torch.tensor([501.0], device=DEVICE)
    eager, replayed = both(fast, t)
    eager_each, replayed_each = both(fast, t[:, None].expand(1, SIZE["frames"]).contiguous())
    assert torch.equal(eager_each, eager) and torch.equal(replayed_each, replayed)
