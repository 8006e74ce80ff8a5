"""Classifier-free guidance: what the network is asked, and how its answers are put together."""

import pytest
import torch
from torch import Tensor

from t2v.diffusion import guided

X = torch.randn(2, 4, 3, 4, 5, generator=torch.Generator().manual_seed(1))
TEXT = torch.randn(2, 7, 6, generator=torch.Generator().manual_seed(2))


class Network:
    """A fixed function of x, t and text that keeps the shapes and dtypes of its calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[Tensor, Tensor, Tensor]] = []

    def __call__(self, x: Tensor, t: Tensor, text: Tensor) -> Tensor:
        self.calls.append((x, t, text))
        words = text.mean((1, 2)).view(-1, 1, 1, 1, 1)
        return torch.tanh(x * words + t.to(x.dtype).view(-1, 1, 1, 1, 1) / 1000)


def times(t: float, count: int) -> Tensor:
    return torch.full((count,), t)


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("scale", [0.0, 0.5, 9.0])
def test_guidance_goes_from_the_negative_through_the_prompt(scale, together):
    network = Network()
    negative, positive = (network(X, times(500.5, 2), half.expand(2, -1, -1)) for half in TEXT.split(1))
    result = guided(network, TEXT, scale, together=together)(X, 500.5)
    torch.testing.assert_close(result, negative + scale * (positive - negative))


def test_halves_together_equal_halves_in_turn():
    together = guided(Network(), TEXT, 9.0, together=True)(X, 321)
    in_turn = guided(Network(), TEXT, 9.0, together=False)(X, 321)
    assert torch.allclose(together, in_turn, atol=1e-6)


def test_together_is_one_call_of_both_halves_negative_first():
    network = Network()
    guided(network, TEXT, 9.0)(X, 321)
    [(x, t, text)] = network.calls
    assert torch.equal(x, torch.cat([X, X])) and torch.equal(t, times(321.0, 4))
    assert torch.equal(text, TEXT[[0, 0, 1, 1]])


def test_in_turn_never_holds_more_than_the_batch():
    network = Network()
    guided(network, TEXT, 9.0, together=False)(X, 321)
    assert [len(x) for x, _, _ in network.calls] == [2, 2]


@pytest.mark.parametrize("text", [TEXT, TEXT[1:]])
def test_guidance_one_asks_for_the_prompt_alone(text):
    network = Network()
    result = guided(network, text, 1.0)(X, 321)
    [(x, _, asked)] = network.calls
    assert torch.equal(x, X) and torch.equal(asked, TEXT[[1, 1]])
    assert torch.equal(result, network(X, times(321.0, 2), TEXT[[1, 1]]))


def test_the_network_gets_its_texts_dtype_and_the_sampler_gets_its_own_back():
    network = Network()
    result = guided(network, TEXT.bfloat16(), 9.0)(X, 321)
    [(x, t, text)] = network.calls
    assert (x.dtype, t.dtype, text.dtype) == (torch.bfloat16, torch.float32, torch.bfloat16)
    assert result.dtype == torch.float32


def test_guidance_is_computed_in_the_samplers_precision():
    # 1 and 1 + 2⁻⁷ are neighbours in bfloat16; nine times their distance is not a bfloat16 away from 1.
    def predict(x: Tensor, t: Tensor, text: Tensor) -> Tensor:
        return torch.ones_like(x) + text.view(-1, 1, 1, 1, 1)

    text = torch.tensor([0.0, 2**-7]).bfloat16().view(2, 1, 1)
    result = guided(predict, text, 9.1)(X, 321)
    torch.testing.assert_close(result, torch.full_like(X, 1 + 9.1 * 2**-7))


def test_guidance_without_a_negative_text_is_refused():
    with pytest.raises(ValueError, match="negative"):
        guided(Network(), TEXT[1:], 9.0)
