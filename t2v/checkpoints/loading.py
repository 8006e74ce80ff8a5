"""Load a model's three networks from its files: strictly, tensor by tensor, straight onto the device.

The networks are built on the meta device; each tensor is read through a memory map, converted and placed.
So the peak on the host is the weights kept there, one tensor, and one window of a file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch

from t2v.diffusion.schedule_config import ScheduleConfig
from t2v.networks import VAE, TextConfig, TextEncoder, Tokenizer, UNet3D, UNetConfig, VAEConfig
from t2v.request import ModelDefaults
from t2v.torch_state import OwnState

from . import tokenizer_files
from .adapters import Adapter, open_adapter
from .catalogue import Entry
from .errors import CheckpointError
from .locate import Located, locate
from .model_settings import native, schedule, vae_scale, vocabulary
from .parts import Network, Part, open_part

Opened = Callable[[UNetConfig, VAEConfig, ModelDefaults], None]


@dataclass(frozen=True)
class Checkpoint:
    """A loaded model, plain; `adapters` fit it, and aren't merged yet.

    `vae_scale` turns the VAE's latents into the UNet's; `vocabulary`: vocabulary.json.
    """

    name: str
    revision: str
    entry: Entry | None
    tokenizer: Tokenizer
    text_encoder: TextEncoder
    unet: UNet3D
    vae: VAE
    schedule: ScheduleConfig
    native: ModelDefaults
    vae_scale: float
    vocabulary: dict[str, Any] | None
    adapters: tuple[Adapter, ...] = ()


def load(
    model: str | Path,
    *,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
    opened: Opened | None = None,
) -> Checkpoint:
    """Load the model called `model` (see `locate`) as `dtype` on `device`, in eval mode.

    `opened(unet, vae, native)` is called before the weights are read, with what is known of them by then.
    CheckpointError says in a sentence or two why a model can't be loaded.
    """
    with OwnState(device):
        return _load(locate(model, half=dtype.itemsize == 2), dtype, torch.device(device), opened)


def _load(
    located: Located, dtype: torch.dtype, device: torch.device, opened: Opened | None = None
) -> Checkpoint:
    parts = open_parts(located)
    networks = parts.unet.network, parts.text_encoder.network
    adapters = tuple(open_adapter(each, *networks) for each in located.adapters)
    defaults = native(located)
    if opened is not None:
        opened(parts.unet.network.config, parts.vae.network.config, defaults)
    return Checkpoint(  # small parts first: their errors come before the weights are read
        located.name,
        located.revision,
        located.entry,
        tokenizer=tokenizer(located, parts.text_encoder.network.config),
        schedule=schedule(located),
        native=defaults,
        vae_scale=vae_scale(located),
        vocabulary=vocabulary(located),
        text_encoder=fill(parts.text_encoder, device, dtype),
        unet=fill(parts.unet, device, dtype),
        vae=fill(parts.vae, device, dtype),
        adapters=adapters,
    )


class Parts(NamedTuple):
    """A model's three networks, opened."""

    text_encoder: Part[TextEncoder]
    unet: Part[UNet3D]
    vae: Part[VAE]


def open_parts(located: Located) -> Parts:
    """Open all three parts and check them against their files and each other; no tensor is read yet."""
    parts = Parts(
        open_part(located, "text_encoder", TextEncoder),
        open_part(located, "unet", UNet3D),
        open_part(located, "vae", VAE),
    )
    text, unet, vae = parts.text_encoder.network.config, parts.unet.network.config, parts.vae.network.config
    if text.width != unet.text_width:
        raise CheckpointError(
            f"The text encoder is {text.width} wide, but the UNet reads text {unet.text_width} wide."
        )
    if not vae.latent_channels == unet.in_channels == unet.out_channels:
        channels = f"{unet.in_channels} in and {unet.out_channels} out"
        raise CheckpointError(
            f"The VAE's latents have {vae.latent_channels} channels, but the UNet's {channels}."
        )
    return parts


def fill(part: Part[Network], device: torch.device, dtype: torch.dtype) -> Network:
    """Read the part's tensors and assign them to its network, which was never initialised."""
    part.network.load_state_dict(dict(part.tensors(device, dtype)), strict=True, assign=True)
    return part.network.requires_grad_(False)


def tokenizer(located: Located, text: TextConfig) -> Tokenizer:
    """Return open_clip's tokenizer for ModelScope's files, that of transformers for a diffusers folder."""
    if located.layout == "modelscope":
        return _open_clips(text)
    return tokenizer_files.read(located.folder / "tokenizer", text)


def _open_clips(text: TextConfig) -> Tokenizer:
    made = Tokenizer(length=text.length)
    if made.vocabulary != text.vocabulary:
        words = f"{made.vocabulary:,} words, the text encoder knows {text.vocabulary:,}"
        raise CheckpointError(f"The text encoder is not of this family: CLIP's tokenizer has {words}.")
    return made
