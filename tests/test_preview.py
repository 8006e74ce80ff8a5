"""The preview: latents seen as small pictures by a linear map that is fitted to the model's own encoder."""

from types import SimpleNamespace

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from t2v.networks import TINY_VAE, VAE
from t2v.preview import fit_colours, small_frames

MIX = torch.tensor([[0.5, -0.2, 0.1], [0.3, 0.9, 0.0], [-0.4, 0.2, 0.7], [0.1, 0.1, 0.1]])


class LinearVAE(nn.Module):
    """Each latent is a mixture of its square's mean colour: what a linear map can undo exactly."""

    def __init__(self):
        super().__init__()
        self.config = SimpleNamespace(factor=4)
        self.bias = nn.Parameter(torch.tensor([0.3, -0.1, 0.2, 0.0]))

    def encode(self, images: Tensor) -> Tensor:
        """images (n 3 4h 4w) -> (n 4 h w)"""
        mean = F.avg_pool2d(images, 4)
        return torch.einsum("nchw,dc->ndhw", mean, MIX.to(mean)) + rearrange(self.bias, "c -> 1 c 1 1")


def test_a_linear_autoencoder_is_seen_exactly():
    vae = LinearVAE()
    video = torch.rand(3, 3, 20, 12, generator=torch.Generator().manual_seed(1)) * 2 - 1
    z = rearrange(vae.encode(video), "f c h w -> 1 c f h w")
    frames = small_frames(z, fit_colours(vae))
    right = (F.avg_pool2d(video, 4) + 1) * 127.5
    assert frames.dtype == torch.uint8
    assert np.abs(frames.numpy() - rearrange(right, "f c h w -> f h w c").detach().numpy()).max() <= 1.5


def test_the_map_is_the_same_every_time():
    torch.manual_seed(0)
    vae = VAE(TINY_VAE)
    first = fit_colours(vae)
    torch.manual_seed(5)
    assert torch.equal(fit_colours(vae), first)
    assert first.shape == (5, 3)


def test_colours_are_clamped_never_wrapped():
    z = torch.full((1, 4, 2, 3, 3), 1e4)
    frames = small_frames(z, torch.cat([torch.eye(4)[:, :3] - 0.5, torch.zeros(1, 3)]))
    assert set(frames.unique().tolist()) <= {0, 255}


def test_half_precision():
    vae = VAE(TINY_VAE).bfloat16()
    assert small_frames(torch.randn(1, 4, 2, 3, 3).bfloat16(), fit_colours(vae)).shape == (2, 3, 3, 3)


def test_a_preview_never_fails_a_video():
    """An encoder may overflow in half precision where the decoder, which the video needs, does not."""
    vae = LinearVAE()
    with torch.no_grad():
        vae.bias[0] = torch.inf
    z = torch.full((1, 4, 2, 3, 3), torch.nan)
    assert small_frames(z, fit_colours(vae)).shape == (2, 3, 3, 3)
