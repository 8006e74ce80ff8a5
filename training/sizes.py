"""The sizes of the embedded model: ModelScope's architecture, narrow enough for two cores.

The VAE has one level more than ModelScope's, so that a latent spans 16 pixels a side, and holds 16 channels:
as many numbers as 4 channels at 8 pixels, for a quarter of the UNet's work. The transformers stand at 8² and
4² of the 16² latents; a wide head would make the entry transformer (eight heads, whatever the width) the
costliest layer of all, so heads are 16 wide.
"""

from t2v.checkpoints.catalogue import EMBEDDED, find
from t2v.diffusion import ScheduleConfig
from t2v.networks import TextConfig, UNetConfig, VAEConfig

VAE_SIZE = VAEConfig(latent_channels=16, widths=(32, 64, 128, 160, 160), blocks=1)
UNET_SIZE = UNetConfig(
    in_channels=VAE_SIZE.latent_channels,
    out_channels=VAE_SIZE.latent_channels,
    widths=(96, 128, 192, 224),
    attention=(False, True, True, False),
    blocks=1,
    text_width=256,
    head_width=16,
)


def text_size(vocabulary: int) -> TextConfig:
    """The text tower for a tokenizer of so many ids."""
    return TextConfig(vocabulary=vocabulary, width=256, heads=4, layers=4)


# Flat saturated backgrounds need a last step of pure noise, which only v-prediction can start from.
SCHEDULE = ScheduleConfig(prediction="v_prediction", zero_terminal_snr=True, spacing="trailing", offset=1)

# What a Request takes where it says nothing: as the catalogue has it.
NATIVE = find(EMBEDDED).native
