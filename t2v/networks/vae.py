"""The image autoencoder (Rombach et al. 2022): frames (3 8h 8w) <-> latents (4 h w), frame by frame."""

import torch
from einops import rearrange
from torch import Tensor, nn

from .attention import Sliced, attend
from .config import VAEConfig
from .norm import GroupNorm
from .resnet import Downsample, NormConv, ResnetBlock, Upsample

EPS = 1e-6  # of every norm in the VAE


class PixelAttention(Sliced):
    """Attention with one head over all places of a frame, with a residual."""

    def __init__(self, width: int, groups: int):
        super().__init__()
        self.slice_bytes = None
        self.norm = GroupNorm(groups, width, eps=EPS)
        self.to_q, self.to_k, self.to_v, self.to_out = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        """x (n c h w) -> (n c h w)"""
        h = rearrange(self.norm(x), "n c h w -> n 1 (h w) c")
        h = attend(self.to_q(h), self.to_k(h), self.to_v(h), self.slice_bytes)
        return x + rearrange(self.to_out(h), "n 1 (h w) c -> n c h w", h=x.shape[2])


class Middle(nn.Sequential):
    """Resnet, attention, resnet at the coarsest resolution."""

    def __init__(self, width: int, groups: int):
        resnets = (ResnetBlock(width, width, groups, eps=EPS) for _ in range(2))
        super().__init__(next(resnets), PixelAttention(width, groups), next(resnets))


class Encoder(nn.Module):
    """Encodes images to the moments of the posterior."""

    def __init__(self, config: VAEConfig):
        super().__init__()
        widths, groups = config.widths, config.groups
        self.conv_in = nn.Conv2d(config.channels, widths[0], 3, padding=1)
        self.levels = nn.ModuleList()
        for i, (inputs, width) in enumerate(zip((widths[0], *widths[:-1]), widths, strict=True)):
            sizes = [inputs] + [width] * (config.blocks - 1)
            layers: list[nn.Module] = [ResnetBlock(size, width, groups, eps=EPS) for size in sizes]
            if i < len(widths) - 1:
                layers.append(Downsample(width, even=False))
            self.levels.append(nn.Sequential(*layers))
        self.middle = Middle(widths[-1], groups)
        self.out = NormConv(widths[-1], 2 * config.latent_channels, groups, eps=EPS)

    def forward(self, images: Tensor) -> Tensor:
        """images (n 3 8h 8w) -> moments (n 2·4 h w)"""
        x = self.conv_in(images)
        for level in self.levels:
            x = level(x)
        return self.out(self.middle(x))


class Decoder(nn.Module):
    """Decodes latents to images."""

    def __init__(self, config: VAEConfig):
        super().__init__()
        widths, groups = config.widths[::-1], config.groups
        self.conv_in = nn.Conv2d(config.latent_channels, widths[0], 3, padding=1)
        self.middle = Middle(widths[0], groups)
        self.levels = nn.ModuleList()
        for i, (inputs, width) in enumerate(zip((widths[0], *widths[:-1]), widths, strict=True)):
            sizes = [inputs] + [width] * config.blocks
            layers: list[nn.Module] = [ResnetBlock(size, width, groups, eps=EPS) for size in sizes]
            if i < len(widths) - 1:
                layers.append(Upsample(width))
            self.levels.append(nn.Sequential(*layers))
        self.out = NormConv(widths[-1], config.channels, groups, eps=EPS)

    def forward(self, z: Tensor) -> Tensor:
        """z (n 4 h w) -> images (n 3 8h 8w)"""
        x = self.middle(self.conv_in(z))
        for level in self.levels:
            x = level(x)
        return self.out(x)


class VAE(nn.Module):
    """Encoder and decoder, and the 1×1 convolutions between them and the latents."""

    def __init__(self, config: VAEConfig):
        super().__init__()
        self.config = config
        latents = config.latent_channels
        self.encoder = Encoder(config)
        self.to_moments = nn.Conv2d(2 * latents, 2 * latents, 1)
        self.from_latents = nn.Conv2d(latents, latents, 1)
        self.decoder = Decoder(config)

    def moments(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """images (n 3 8h 8w) in −1…1 -> mean and log-variance of the posterior, each (n 4 h w), unscaled"""
        images = images.contiguous(memory_format=torch.channels_last)
        return self.to_moments(self.encoder(images)).chunk(2, dim=1)

    def encode(self, images: Tensor) -> Tensor:
        """images (n 3 8h 8w) in −1…1 -> posterior mean (n 4 h w), unscaled"""
        return self.moments(images)[0]

    def decode(self, z: Tensor) -> Tensor:
        """z (n 4 h w), unscaled -> images (n 3 8h 8w), about −1…1"""
        z = z.contiguous(memory_format=torch.channels_last)
        return self.decoder(self.from_latents(z))
