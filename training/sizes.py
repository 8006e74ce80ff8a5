"""The sizes of the embedded model: ModelScope's architecture, narrow enough for two cores.

The VAE has one level more than ModelScope's: a latent spans 16 pixels a side and has 32 channels, as many
numbers as 8 channels at 8 pixels, for a quarter of the UNet's work. The transformers work on the levels of
16², 8² and 4² latents, as ModelScope's on all but the coarsest. Heads are 16 wide: wider ones would make the
entry transformer, of eight heads at any width, the costliest layer of all.

The VAE's norms have 8 groups: with 32, the finest level's would have one channel each, which hides how bright
a picture is, and the decoder would carry that in a spot that draws a line into every video.
"""

from t2v.checkpoints.catalogue import EMBEDDED, find
from t2v.diffusion import ScheduleConfig
from t2v.networks import TextConfig, UNetConfig, VAEConfig

VAE_SIZE = VAEConfig(latent_channels=32, widths=(32, 64, 128, 160, 160), blocks=1, groups=8)
UNET_SIZE = UNetConfig(
    in_channels=VAE_SIZE.latent_channels,
    out_channels=VAE_SIZE.latent_channels,
    widths=(160, 128, 192, 224),
    attention=(True, True, True, False),
    blocks=1,
    text_width=256,
    head_width=16,
)


def text_size(vocabulary: int) -> TextConfig:
    """The text tower's size for a tokenizer of `vocabulary` ids."""
    return TextConfig(vocabulary=vocabulary, width=256, heads=4, layers=4)


# Flat saturated backgrounds need a last step of pure noise, which only v-prediction can start from.
SCHEDULE = ScheduleConfig(prediction="v_prediction", zero_terminal_snr=True, spacing="trailing", offset=1)

# The embedded model's default settings, from the catalogue.
NATIVE = find(EMBEDDED).native
