"""Properties of the three networks, at any size; tests/parity shows that they are the peers' networks."""

import math
from dataclasses import replace

import open_clip
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from t2v.networks import (
    TINY_TEXT,
    TINY_UNET,
    TINY_VAE,
    VAE,
    TextConfig,
    TextEncoder,
    Tokenizer,
    UNet3D,
    UNetConfig,
    VAEConfig,
)
from t2v.networks.attention import attend, set_attention_slicing
from t2v.networks.norm import GroupNorm
from t2v.networks.temporal import TemporalConv, TemporalTransformer
from t2v.networks.tokenizer import MAX_CACHED

from .common import relative

EXACT = 1e-5  # relative: float32 summed in another order
SMALL_UNET = replace(
    TINY_UNET, groups=16
)  # a norm needs more than one number, in one frame of one latent too


def seeded(network: type[nn.Module], config: TextConfig | UNetConfig | VAEConfig) -> nn.Module:
    torch.manual_seed(0)
    return network(config).eval()


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def unet() -> UNet3D:
    return seeded(UNet3D, SMALL_UNET).requires_grad_(False)


@pytest.fixture(scope="module")
def vae() -> VAE:
    return seeded(VAE, TINY_VAE).requires_grad_(False)


@pytest.fixture(scope="module")
def text_encoder() -> TextEncoder:
    return seeded(TextEncoder, TINY_TEXT).requires_grad_(False)


TEXT = noise(1, 77, TINY_UNET.text_width, seed=9)
T = torch.tensor([500])


@given(
    sizes=st.tuples(*[st.integers(1, high) for high in (3, 3, 9, 9, 8)]),
    slice_bytes=st.integers(1, 5_000),
)
@settings(deadline=None, max_examples=40)
def test_attention_slices_change_nothing(sizes: tuple[int, ...], slice_bytes: int):
    n, heads, rows, columns, width = sizes
    q, k, v = (
        noise(n, heads, rows, width),
        noise(n, heads, columns, width),
        noise(n, heads, columns, width, seed=1),
    )
    sliced = attend(q, k, v, slice_bytes)
    assert torch.allclose(sliced, attend(q, k, v), atol=1e-5)
    assert torch.allclose(sliced, (q @ k.mT / math.sqrt(width)).softmax(-1) @ v, atol=1e-5)


@pytest.mark.parametrize("slice_bytes", [1, 1_000, 10**9])
def test_sliced_networks_equal_whole_ones(unet: UNet3D, vae: VAE, slice_bytes: int):
    x, z = noise(1, 4, 2, 4, 3), noise(2, 4, 4, 3)
    whole = unet(x, T, TEXT), vae.decode(z)
    set_attention_slicing(unet, slice_bytes)
    set_attention_slicing(vae, slice_bytes)
    sliced = unet(x, T, TEXT), vae.decode(z)
    set_attention_slicing(unet, None)
    set_attention_slicing(vae, None)
    assert relative(sliced[0], whole[0]) < EXACT
    assert relative(sliced[1], whole[1]) < EXACT
    assert not torch.equal(sliced[0], whole[0])  # the slices were really taken


def without_time(unet: UNet3D) -> UNet3D:
    """The image model inside: every layer along time adds nothing."""
    for module in unet.modules():
        if isinstance(module, TemporalConv):
            nn.init.zeros_(module.convs[-1].conv.weight)
            nn.init.zeros_(module.convs[-1].conv.bias)
        if isinstance(module, TemporalTransformer):
            nn.init.zeros_(module.proj_out.weight)
            nn.init.zeros_(module.proj_out.bias)
    return unet


def test_frames_are_independent_without_the_layers_along_time():
    image_model = without_time(seeded(UNet3D, SMALL_UNET).requires_grad_(False))
    x = noise(1, 4, 4, 6, 6)
    whole = image_model(x, T, TEXT)
    alone = torch.cat([image_model(frame, T, TEXT) for frame in x.split(1, dim=2)], dim=2)
    assert relative(whole, alone) < EXACT


def test_every_frame_sees_every_other(unet: UNet3D):
    x = noise(1, 4, 12, 4, 4)
    changed = x.clone()
    changed[:, :, 0] += 1
    moved = (unet(changed, T, TEXT) - unet(x, T, TEXT)).abs().amax(dim=(0, 1, 3, 4))
    assert (moved > 1e-6).all()


def test_attention_along_time_knows_no_order():
    torch.manual_seed(0)
    layer = TemporalTransformer(32, heads=2, head_width=16, groups=8).requires_grad_(False)
    x, order = noise(5, 32, 2, 3), torch.tensor([3, 0, 4, 1, 2])
    assert relative(layer(x[order], frames=5), layer(x, frames=5)[order]) < EXACT


@pytest.mark.parametrize("shape", [(2, 8, 5, 6), (3, 8, 1, 2), (1, 8, 16, 40), (2, 8, 1, 1)])
def test_norms_are_exact_far_from_zero(shape: tuple[int, ...]):
    norm = GroupNorm(4, 8)
    x = (noise(*shape) + 300).contiguous(memory_format=torch.channels_last)
    exact = nn.functional.group_norm(x.double(), 4)
    assert (norm(x) - exact).abs().max() < 1e-4  # x itself is rounded to 3e-5
    assert norm(x).is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("frames", [1, 2, 5])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (5, 7), (8, 3)])
def test_any_size_and_length(unet: UNet3D, frames: int, height: int, width: int):
    x = noise(1, 4, frames, height, width)
    out = unet(x, T, TEXT)
    assert out.shape == x.shape
    assert out.isfinite().all()


def test_videos_of_a_batch_do_not_meet(unet: UNet3D):
    x, text, t = noise(3, 4, 2, 4, 4), noise(3, 77, TINY_UNET.text_width), torch.tensor([3, 400, 999])
    alone = torch.cat([unet(x[i : i + 1], t[i : i + 1], text[i : i + 1]) for i in range(3)])
    assert relative(unet(x, t, text), alone) < EXACT


def test_one_time_serves_a_batch(unet: UNet3D):
    x, text = noise(2, 4, 2, 4, 4), TEXT.expand(2, -1, -1)
    assert torch.equal(unet(x, T, text), unet(x, T.expand(2), text))


def test_prompt_and_time_matter(unet: UNet3D):
    x = noise(1, 4, 2, 4, 4)
    out = unet(x, T, TEXT)
    assert relative(unet(x, T, noise(1, 77, TINY_UNET.text_width, seed=5)), out) > 1e-4
    assert relative(unet(x, T + 400, TEXT), out) > 1e-4


def test_memory_layout_does_not_matter(unet: UNet3D, vae: VAE):
    x = noise(1, 4, 3, 4, 6)
    strided = x.permute(4, 3, 2, 1, 0).contiguous().permute(4, 3, 2, 1, 0)
    assert relative(unet(strided, T, TEXT), unet(x, T, TEXT)) < EXACT
    assert relative(vae.decode(strided[:, :, 0]), vae.decode(x[:, :, 0])) < EXACT


@st.composite
def unet_configs(draw: st.DrawFn) -> UNetConfig:
    levels = draw(st.integers(1, 3))
    return UNetConfig(
        in_channels=draw(st.integers(1, 5)),
        out_channels=draw(st.integers(1, 5)),
        widths=tuple(draw(st.sampled_from((16, 32))) for _ in range(levels)),
        attention=tuple(draw(st.booleans()) for _ in range(levels)),
        blocks=draw(st.integers(1, 2)),
        text_width=draw(st.sampled_from((8, 24))),
        head_width=draw(st.sampled_from((8, 16))),
        entry_heads=draw(st.integers(1, 3)),
        groups=draw(st.sampled_from((4, 8))),
    )


@given(config=unet_configs())
@settings(deadline=None, max_examples=10)
def test_unets_of_any_widths_levels_blocks_and_attention(config: UNetConfig):
    """The shape comes out right, and no parameter is idle."""
    unet = seeded(UNet3D, config)
    x = noise(1, config.in_channels, 2, 5, 3)
    out = unet(x, T, noise(1, 4, config.text_width))
    assert out.shape == (1, config.out_channels, 2, 5, 3)
    out.square().sum().backward()
    assert not [name for name, p in unet.named_parameters() if p.grad is None or not p.grad.isfinite().all()]


@given(
    widths=st.lists(st.sampled_from((16, 32)), min_size=1, max_size=4),
    blocks=st.integers(1, 2),
    channels=st.integers(1, 6),
)
@settings(deadline=None, max_examples=8)
def test_vaes_of_any_widths_and_levels(widths: list[int], blocks: int, channels: int):
    config = VAEConfig(latent_channels=channels, widths=tuple(widths), blocks=blocks, groups=8)
    vae = seeded(VAE, config)
    assert config.factor == 2 ** (len(widths) - 1)
    z = vae.encode(noise(2, 3, 3 * config.factor, 2 * config.factor))
    assert z.shape == (2, channels, 3, 2)
    assert vae.decode(z).shape == (2, 3, 3 * config.factor, 2 * config.factor)


def test_vae_in_parts_equals_the_whole(vae: VAE):
    z, images = noise(5, 4, 3, 5), noise(3, 3, 24, 16).clamp(-1, 1)
    decoded, encoded = vae.decode(z), vae.encode(images)
    for size in (1, 2, 4):
        assert relative(torch.cat([vae.decode(part) for part in z.split(size)]), decoded) < EXACT
        assert relative(torch.cat([vae.encode(part) for part in images.split(size)]), encoded) < EXACT


def test_vae_encodes_to_the_mean_of_its_posterior(vae: VAE):
    images = noise(2, 3, 16, 16)
    mean, log_variance = vae.moments(images)
    assert mean.shape == log_variance.shape == (2, 4, 2, 2)
    assert torch.equal(vae.encode(images), mean)


@pytest.mark.parametrize("place", [0, 5, 76])
def test_text_states_know_only_the_words_before_them(text_encoder: TextEncoder, place: int):
    tokens = torch.randint(0, 49408, (1, 77), generator=torch.Generator().manual_seed(0))
    other = tokens.clone()
    other[0, place] = (other[0, place] + 1) % 49408
    moved = (text_encoder(other) - text_encoder(tokens)).abs().amax(dim=(0, 2))
    assert (moved[:place] == 0).all()
    assert (moved[place:] > 0).all()


def test_prompts_of_a_batch_do_not_meet(text_encoder: TextEncoder):
    tokens = Tokenizer()(["a panda", "", "two words"])
    alone = torch.cat([text_encoder(row[None]) for row in tokens])
    assert relative(text_encoder(tokens), alone) < EXACT


@pytest.mark.parametrize("activation", ["gelu", "quick_gelu"])
def test_text_encoders_of_other_sizes(activation: str):
    config = replace(TINY_TEXT, vocabulary=50, length=9, width=24, heads=3, layers=1, activation=activation)
    states = seeded(TextEncoder, config)(torch.arange(18).reshape(2, 9))
    assert states.shape == (2, 9, 24)
    assert states.isfinite().all()


PROMPTS = [
    "a panda on a green background",
    "",
    "Ünïcödé  &amp; <b>tags</b>",
    "🐼 <start_of_text> 1234",
    "well " * 75,
]


def test_tokens_are_open_clips():
    assert torch.equal(Tokenizer()(PROMPTS), open_clip.tokenize(PROMPTS))


def test_tokens_are_padded_as_told():
    tokens = Tokenizer(pad=49407)(["a panda"])[0]
    assert tokens.tolist() == [49406, 320, 12952, *[49407] * 74]


def test_words_that_are_cut_are_told():
    tokenizer = Tokenizer()
    assert tokenizer.cut("a panda") == (4, "")
    assert tokenizer.cut("well " * 75) == (77, "")
    assert tokenizer.cut("well " * 75 + "said, Panda") == (80, "said, panda")
    prompts = ["well " * 80, "well " * 75]
    assert torch.equal(*tokenizer(prompts))


def test_the_tokenizers_memory_is_bounded():
    tokenizer = Tokenizer()
    for start in range(0, 3 * MAX_CACHED, 500):
        tokenizer.cut(" ".join(f"{'x' * (i % 7)}{i:o}z" for i in range(start, start + 500)))
    assert len(tokenizer._bpe.cache) < 2 * MAX_CACHED
    assert torch.equal(tokenizer(PROMPTS), open_clip.tokenize(PROMPTS))
