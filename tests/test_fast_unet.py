"""The fast forward pass gives what the network itself gives, for every shape of request."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from t2v.networks import TINY_UNET, TINY_VAE, VAE, UNetConfig
from t2v.networks.unet import layers_of
from t2v.runtime import fast_vae
from t2v.runtime.fast_unet import FastUNet
from t2v.runtime.fast_vae import use_fast_ops
from t2v.runtime.kernels import plain_ops

from .common import CPU, DEEP, relative, seeded_unet, unet_inputs

WIDE = 5, 12, 20  # frames, height, width


@pytest.mark.parametrize("config", (TINY_UNET, DEEP), ids=("attention first", "attention deeper"))
@pytest.mark.parametrize(
    "shape", ((5, 12, 20), (1, 8, 8), (3, 9, 11)), ids=("wide", "one frame", "odd sides")
)
@pytest.mark.parametrize("texts", (1, 2))
def test_it_equals_the_seeded_unet(config: UNetConfig, shape: tuple[int, int, int], texts: int):
    unet = seeded_unet(config)
    x, t, text = unet_inputs(*shape, texts)
    expected = unet(x.expand(texts, -1, -1, -1, -1), t, text)
    fast = FastUNet(unet, CPU)
    assert relative(fast(x, t, fast.read(text)), expected) < 1e-5


def test_feed_forward_in_pieces_changes_nothing():
    unet, (x, t, text) = seeded_unet(TINY_UNET), unet_inputs(*WIDE)
    whole, pieces = FastUNet(unet, CPU), FastUNet(unet, CPU, rows=100)
    words = whole.read(text)
    assert relative(pieces(x, t, words), whole(x, t, words)) < 1e-6


def test_the_halves_share_their_prefix_until_the_first_words():
    unet, (x, t, text) = seeded_unet(DEEP), unet_inputs(*WIDE)
    seen = []
    first, *rest = layers_of(unet)
    first.temporal_conv.convs[0].conv.register_forward_hook(lambda m, args, out: seen.append(out.shape[0]))
    rest[-1].temporal_conv.convs[0].conv.register_forward_hook(lambda m, args, out: seen.append(out.shape[0]))
    fast = FastUNet(unet, CPU)
    fast(x, t, fast.read(text))
    assert seen == [1, 2]  # videos


def test_joined_weights_are_the_networks_own():
    unet, (x, t, text) = seeded_unet(TINY_UNET), unet_inputs(*WIDE)
    before = unet(x, t, text[:1])
    fast = FastUNet(unet, CPU)
    assert relative(unet(x, t, text[:1]), before) < 1e-5
    unet.down[0].layers[0].spatial.block.attention_2.to_k.weight.zero_()
    assert not fast.read(text)[..., :32].any()


def test_a_vae_with_fast_ops_decodes_and_encodes_the_same():
    torch.manual_seed(1)
    vae = VAE(TINY_VAE).eval().requires_grad_(False)
    z, images = torch.randn(3, 4, 4, 6), torch.rand(2, 3, 32, 48)
    expected = vae.decode(z), vae.encode(images)
    use_fast_ops(vae, CPU)
    assert relative(vae.decode(z), expected[0]) < 1e-5
    assert relative(vae.encode(images), expected[1]) < 1e-5


def test_a_vae_with_fast_ops_launches_where_its_input_lies(monkeypatch: pytest.MonkeyPatch):
    """The current device may be another when `vae.decode` is called by itself."""
    places, launched = [], []

    @contextmanager
    def current(device: torch.device) -> Iterator[None]:
        places.append(device)
        yield
        places.pop()

    def norm(*given: Tensor, **flags: bool) -> Tensor:
        launched.append(list(places))
        return plain_ops.group_norm(*given, **flags)

    vae = VAE(TINY_VAE).eval().requires_grad_(False)
    ops = SimpleNamespace(**vars(plain_ops) | {"group_norm": norm})
    monkeypatch.setattr(fast_vae, "current", current)
    monkeypatch.setattr(fast_vae, "ops_for", lambda device: ops)
    use_fast_ops(vae, CPU)
    vae.decode(torch.randn(1, 4, 4, 6))
    assert launched and all(place == [CPU] for place in launched)


@pytest.mark.parametrize("config", (TINY_UNET, DEEP), ids=("attention first", "attention deeper"))
def test_one_time_a_frame_gives_the_bits_of_one_a_video_where_all_are_equal(config: UNetConfig):
    unet, (x, t, text) = seeded_unet(config), unet_inputs(*WIDE)
    fast, each = FastUNet(unet, CPU), t[:, None].expand(1, x.shape[2])
    words = fast.read(text)
    assert torch.equal(fast(x, each, words), fast(x, t, words))
    assert torch.equal(unet(x, each, text[:1]), unet(x, t, text[:1]))


@pytest.mark.parametrize("config", (TINY_UNET, DEEP), ids=("attention first", "attention deeper"))
def test_times_of_frames_are_the_same_in_the_fast_pass(config: UNetConfig):
    unet, (x, _, text) = seeded_unet(config), unet_inputs(*WIDE)
    times = torch.tensor([[0.0, 10, 337, 900, 999]])
    fast = FastUNet(unet, CPU)
    expected = unet(x.expand(2, -1, -1, -1, -1), times.expand(2, -1), text)
    assert relative(fast(x, times, fast.read(text)), expected) < 1e-5


def test_a_frames_time_changes_that_frame_alone_where_nothing_joins_frames():
    unet, (x, t, text) = seeded_unet(TINY_UNET), unet_inputs(*WIDE)
    for layer in layers_of(unet):  # temporal parts become identities
        layer.temporal_conv.convs[-1].conv.weight.zero_(), layer.temporal_conv.convs[-1].conv.bias.zero_()
    for transformer in (unet.temporal_in, *(layer.temporal for layer in layers_of(unet) if layer.temporal)):
        transformer.proj_out.weight.zero_(), transformer.proj_out.bias.zero_()
    changed = t[:, None].repeat(1, x.shape[2])
    changed[0, 2] = 900
    fast = FastUNet(unet, CPU)
    words = fast.read(text[:1])
    for run in (lambda t: unet(x, t, text[:1]), lambda t: fast(x, t, words)):
        moved = (run(changed) - run(t)).abs().amax(dim=(0, 1, 3, 4))
        assert moved[2] > 1e-3 and moved[[0, 1, 3, 4]].max() == 0
