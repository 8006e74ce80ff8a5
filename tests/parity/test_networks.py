"""Text encoder, UNet and VAE give what the peers' own classes give, to float32's rounding.

The peers make random weights and write them in their own layouts; ours are loaded from these files.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import open_clip
import pytest
import torch
from torch import Tensor

from t2v import TextToVideo

from ..common import relative
from .peers import Peers, Sizes, clip_tokenizer, write_diffusers_folder, write_modelscope_folder

EXACT = 1e-5
MODELS = (
    {},
    {"widths": (32, 32, 64), "attention": (True, False, True), "blocks": 2, "vae_widths": (32, 64)},
    {
        "widths": (64,),
        "attention": (True,),
        "text_width": 64,
        "text_heads": 1,
        "head_width": 32,
        "vae_blocks": 2,
    },
)
VIDEOS = ((1, 8, 8), (5, 4, 12), (16, 4, 8))  # frames, latent rows and columns, even at every level
ODD_VIDEOS = ((1, 5, 7), (5, 3, 9), (16, 7, 1))
# No "!": diffusers' folders pad with it, so transformers' tokenizer takes it for padding wherever it stands.
PROMPTS = ["", "a panda on a green background", "An astronaut, riding 2 horses?", "one two three " * 40]


@dataclass(frozen=True)
class Pair:
    """One model, loaded by us and as its peers made it."""

    ours: TextToVideo
    theirs: Peers
    sizes: Sizes


def pair(write, folder: Path, settings: dict) -> Pair:
    theirs = write(folder, seed=len(settings), **settings)
    ours = TextToVideo.from_pretrained(folder, device="cpu", dtype="float32")
    return Pair(ours, theirs, replace(Sizes(), **settings))


@pytest.fixture(scope="module", params=MODELS, ids=["two levels", "three levels", "one level"])
def diffusers_pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return pair(write_diffusers_folder, tmp_path_factory.mktemp("diffusers"), request.param)


@pytest.fixture(scope="module", params=MODELS, ids=["two levels", "three levels", "one level"])
def modelscope_pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return pair(write_modelscope_folder, tmp_path_factory.mktemp("modelscope"), request.param)


def noise(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)))


def unet_inputs(sizes: Sizes, video: tuple[int, int, int]) -> tuple[Tensor, Tensor, Tensor]:
    """x (2 4 f h w), two different times, text (2 77 d)"""
    return noise(2, 4, *video), torch.tensor([981, 1]), noise(2, 77, sizes.text_width)


@torch.no_grad()
@pytest.mark.parametrize("video", VIDEOS + ODD_VIDEOS, ids=str)
def test_unet_of_diffusers(diffusers_pair: Pair, video: tuple[int, int, int]):
    inputs = unet_inputs(diffusers_pair.sizes, video)
    theirs = diffusers_pair.theirs.unet(*inputs).sample
    assert relative(diffusers_pair.ours.unet(*inputs), theirs) < EXACT


@torch.no_grad()
@pytest.mark.parametrize("video", VIDEOS + ODD_VIDEOS, ids=str)
def test_unet_of_modelscope(modelscope_pair: Pair, video: tuple[int, int, int]):
    """Odd sides that are to be halved are beyond ModelScope's own UNet: the next even ones stand for them."""
    frames, *sides = video
    step = 2 ** (len(modelscope_pair.sizes.widths) - 1)
    height, width = (-(-side // step) * step for side in sides)
    inputs = unet_inputs(modelscope_pair.sizes, (frames, height, width))
    theirs = modelscope_pair.theirs.unet(*inputs)
    assert relative(modelscope_pair.ours.unet(*inputs), theirs) < EXACT


@torch.no_grad()
def test_text_encoder_of_transformers(diffusers_pair: Pair):
    tokens = clip_tokenizer()(
        PROMPTS, padding="max_length", truncation=True, max_length=77, return_tensors="pt"
    )
    theirs = diffusers_pair.theirs.text(tokens.input_ids).last_hidden_state
    assert relative(diffusers_pair.ours.text_encoder(PROMPTS), theirs) < EXACT


@torch.no_grad()
def test_text_encoder_of_open_clip(modelscope_pair: Pair):
    """ModelScope reads the block before the last, and norms it."""
    clip = modelscope_pair.theirs.text
    x = clip.token_embedding(open_clip.tokenize(PROMPTS)) + clip.positional_embedding
    for block in clip.transformer.resblocks[:-1]:
        x = block(x, attn_mask=clip.attn_mask)
    assert relative(modelscope_pair.ours.text_encoder(PROMPTS), clip.ln_final(x)) < EXACT


IMAGES = ((1, 4, 4), (5, 3, 5), (3, 7, 1))  # images, rows and columns of their latents


def vae_inputs(sizes: Sizes, images: tuple[int, int, int]) -> tuple[Tensor, Tensor]:
    """Latents (n 4 h w), and images (n 3 h·factor w·factor) in −1…1"""
    n, h, w = images
    factor = 2 ** (len(sizes.vae_widths) - 1)
    return noise(n, 4, h, w), noise(n, 3, factor * h, factor * w).clamp(-1, 1)


@torch.no_grad()
@pytest.mark.parametrize("images", IMAGES, ids=str)
def test_vae_of_diffusers(diffusers_pair: Pair, images: tuple[int, int, int]):
    z, pictures = vae_inputs(diffusers_pair.sizes, images)
    ours, theirs = diffusers_pair.ours.vae, diffusers_pair.theirs.vae
    assert relative(ours.decode(z), theirs.decode(z).sample) < EXACT
    assert relative(ours.encode(pictures), theirs.encode(pictures).latent_dist.mean) < EXACT


@torch.no_grad()
@pytest.mark.parametrize("images", IMAGES, ids=str)
def test_vae_of_modelscope(modelscope_pair: Pair, images: tuple[int, int, int]):
    z, pictures = vae_inputs(modelscope_pair.sizes, images)
    ours, theirs = modelscope_pair.ours.vae, modelscope_pair.theirs.vae
    assert relative(ours.decode(z), theirs.decode(z)) < EXACT
    assert relative(ours.encode(pictures), theirs.encode(pictures).mean) < EXACT
