"""The networks: text encoder, UNet3D and VAE, and their sizes."""

from .blank import blank
from .config import TINY_TEXT, TINY_UNET, TINY_VAE, TextConfig, UNetConfig, VAEConfig
from .text_encoder import TextEncoder
from .tokenizer import Tokenizer
from .unet import UNet3D
from .vae import VAE

__all__ = [
    "TINY_TEXT",
    "TINY_UNET",
    "TINY_VAE",
    "VAE",
    "TextConfig",
    "TextEncoder",
    "Tokenizer",
    "UNet3D",
    "UNetConfig",
    "VAEConfig",
    "blank",
]
