"""Classifier-free guidance: how the network's predictions are put together."""

import pytest
import torch
from torch import Tensor

from t2v.diffusion import Hop, Level, guided

X = torch.randn(2, 4, 3, 4, 5, generator=torch.Generator().manual_seed(1))
WORDS = torch.tensor([-0.5, 0.7])
HOP = Hop(500.5, Level(0.6, 0.8), Level(0.8, 0.6))


class Network:
    """A fixed function of x, t and one number a text; it notes its calls."""

    def __init__(self, words: Tensor = WORDS) -> None:
        self.words, self.calls = words, []

    def __call__(self, x: Tensor, t: Tensor) -> Tensor:
        self.calls.append((x, t))
        times = t.to(x.dtype).view(-1, 1, 1, 1, 1) / 1000
        return torch.stack([torch.tanh(x * word + times) for word in self.words])


@pytest.mark.parametrize("scale", [0.0, 0.5, 9.0])
def test_guidance_goes_from_the_negative_through_the_prompt(scale):
    network = Network()
    negative, positive = network(X, torch.full((2,), 500.5))
    torch.testing.assert_close(guided(network, scale)(X, HOP), negative + scale * (positive - negative))


def test_the_network_is_asked_once_with_x_as_it_is():
    network = Network()
    guided(network, 9.0)(X, HOP)
    [(x, t)] = network.calls
    assert x is X and t.dtype == torch.float32 and t.tolist() == [500.5, 500.5]


@pytest.mark.parametrize("words", [WORDS, WORDS[1:]])
def test_guidance_one_is_the_prompts_prediction_alone(words):
    network = Network(words)
    assert torch.equal(guided(network, 1.0)(X, HOP), network(X, torch.full((2,), 500.5))[-1])


def test_guidance_is_computed_in_the_samplers_precision():
    # 1 and 1 + 2⁻⁷ are neighbours in bfloat16; nine times their distance is not a bfloat16 away from 1.
    def predict(x: Tensor, t: Tensor) -> Tensor:
        return torch.stack([torch.ones_like(x), torch.full_like(x, 1 + 2**-7)]).bfloat16()

    result = guided(predict, 9.1)(X, HOP)
    assert result.dtype == torch.float32
    torch.testing.assert_close(result, torch.full_like(X, 1 + 9.1 * 2**-7))


def test_guidance_without_a_negative_text_is_refused():
    with pytest.raises(ValueError, match="negative"):
        guided(Network(WORDS[1:]), 9.0)(X, HOP)
