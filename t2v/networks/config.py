"""Sizes of the three networks, as frozen dataclasses. The defaults are ModelScope's published model.

Each config has a `TINY_…` sibling: the same architecture at a size that a test can run.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class TextConfig:
    """CLIP's text tower. `layers` counts the blocks that run: ViT-H-14 has 24; the last is left out."""

    vocabulary: int = 49408
    length: int = 77
    width: int = 1024
    heads: int = 16
    layers: int = 23
    mlp_ratio: float = 4.0
    activation: str = "gelu"  # or "quick_gelu", as OpenAI's towers have it


@dataclass(frozen=True)
class UNetConfig:
    """UNet3D. `attention` says for each level whether it has transformers."""

    in_channels: int = 4
    out_channels: int = 4
    widths: tuple[int, ...] = (320, 640, 1280, 1280)
    attention: tuple[bool, ...] = (True, True, True, False)
    blocks: int = 2  # a level; one more on the way up
    text_width: int = 1024
    head_width: int = 64
    entry_heads: int = 8  # of the temporal transformer that follows the first convolution
    groups: int = 32
    guidance_width: int = 0  # of the guidance's embedding, which a distilled network reads; 0: it reads none


@dataclass(frozen=True)
class VAEConfig:
    """The image autoencoder of single frames. It shrinks each side by 2^(levels − 1)."""

    channels: int = 3
    latent_channels: int = 4
    widths: tuple[int, ...] = (128, 256, 512, 512)
    blocks: int = 2  # a level; one more on the way up
    groups: int = 32

    @property
    def factor(self) -> int:
        """Pixels per latent along one side."""
        return 2 ** (len(self.widths) - 1)


TINY_TEXT = TextConfig(vocabulary=49408, width=32, heads=2, layers=2)
TINY_UNET = UNetConfig(
    widths=(32, 64), attention=(True, False), blocks=1, text_width=32, head_width=16, entry_heads=2
)
TINY_VAE = VAEConfig(widths=(32, 32, 64, 64), blocks=1)
