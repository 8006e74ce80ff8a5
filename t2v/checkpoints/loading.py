"""Load a model's three networks from its files: strictly, tensor by tensor, straight onto the device.

The networks are built on the meta device; each tensor is read through a memory map, converted and placed.
So the peak on the host is the weights kept there, one tensor, and one window of a file.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, NamedTuple

import torch

from t2v.defaults import KNOWN, LOOPS
from t2v.diffusion.schedule import NoiseSchedule, ScheduleConfig
from t2v.networks import VAE, TextConfig, TextEncoder, Tokenizer, UNet3D, UNetConfig, VAEConfig
from t2v.request import MULTIPLE, SAMPLER_NAMES, ModelDefaults
from t2v.torch_state import OwnState

from . import identity, tokenizer_files
from .adapters import Adapter, open_adapter
from .catalogue import Entry
from .configs import Config
from .errors import CheckpointError
from .locate import Located, locate
from .parts import Network, Part, open_part

VAE_SCALE = 0.18215  # of Stable Diffusion's VAE, which all of these models use
FAMILY_SIZE = 32  # `sample_size` in every published UNet config, also for larger videos
MAX_NATIVE = 2**26  # limit of every native setting; the largest is a volume in pixels
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


def schedule(located: Located) -> ScheduleConfig:
    """Return ModelScope's schedule, or that of scheduler_config.json."""
    if located.layout == "modelscope":
        return ScheduleConfig()
    config = Config.read(located.folder / "scheduler" / "scheduler_config.json")
    listed = Config.read(located.folder / "model_index.json").get("scheduler")
    kind = {"_class_name": listed[1]} if isinstance(listed, list) and len(listed) == 2 else {}
    try:
        return ScheduleConfig.from_diffusers(kind | config.values)
    except ValueError as error:
        raise CheckpointError(f"{config.where}: {error}") from None


def vae_scale(located: Located) -> float:
    """Return the factor from the VAE's latents to the UNet's."""
    if located.layout == "modelscope":
        return VAE_SCALE
    return Config.read(located.folder / "vae" / "config.json").number("scaling_factor", 1e-3, 1e3, VAE_SCALE)


def native(located: Located) -> ModelDefaults:
    """Return a model's own defaults: from its t2v.json, from the catalogue, else guessed from its configs.

    A `sample_size` other than the family's outweighs the name of the model that it was made from.
    """
    if (file := located.folder / "t2v.json").is_file():
        return _stated(Config.read(file).section("native"))
    if entry := located.entry or identity.same_model(located.name, located.folder):
        return entry.native
    if located.layout == "modelscope":
        arguments = Config.read(located.folder / "configuration.json").section("model").section("model_args")
        return ModelDefaults(
            frames=arguments.whole("max_frames", 1, ModelDefaults.max_frames, ModelDefaults.frames)
        )
    config = Config.read(located.folder / "unet" / "config.json")
    if config.get("sample_size", FAMILY_SIZE) == FAMILY_SIZE and (entry := identity.origin(located.folder)):
        return entry.native
    return _guessed(config, located, schedule(located))


def _guessed(unet: Config, located: Located, schedule: ScheduleConfig) -> ModelDefaults:
    """Guess defaults: the video size in the UNet's config, and a sampler that the schedule allows."""
    levels = len(Config.read(located.folder / "vae" / "config.json").items("block_out_channels"))
    size = unet.get("sample_size", FAMILY_SIZE)
    height, width = size if isinstance(size, list) and len(size) == 2 else (size, size)
    if not all(type(side) is int and 1 <= side <= 256 for side in (height, width)):
        raise unet.fail("sample_size", size, "one or two whole numbers from 1 to 256")
    factor = 2 ** (levels - 1)  # pixels a side of one latent
    usual = ModelDefaults(width=width * factor, height=height * factor, multiple=max(factor, MULTIPLE))
    unusable = NoiseSchedule(schedule).problem(usual.sampler, min(usual.steps, schedule.train_steps))
    return replace(usual, sampler="dpmpp_2m") if unusable else usual


def _stated(config: Config) -> ModelDefaults:
    defaults = {field.name: field.default for field in fields(ModelDefaults) if field.name != "second"}
    for key, value in config.values.items():
        if key not in defaults:
            raise CheckpointError(f"{config.where}: native has no setting {key}.")
        kind = type(defaults[key])
        if key == "sampler":
            config.only(sampler=SAMPLER_NAMES)
        elif key == "known":
            config.only(known=KNOWN)
        elif key == "loops":
            config.only(loops=LOOPS)
        elif key == "sizes":
            _check_sizes(config, value)
        elif key == "strength":
            if type(value) not in (int, float) or not 0 < value <= 1:
                raise config.fail(key, value, "a number above 0, 1 at most")
        elif type(value) not in (int, kind) or not (1 <= value <= MAX_NATIVE or value == defaults[key]):
            raise config.fail(key, value, "a number from 1")
    sizes = {"sizes": tuple(map(tuple, config.values["sizes"]))} if "sizes" in config.values else {}
    return ModelDefaults(**config.values | sizes)


def _check_sizes(config: Config, value: Any) -> None:
    pairs = value if isinstance(value, list) else [None]
    sides = [side for pair in pairs for side in (pair if isinstance(pair, list) and len(pair) == 2 else [0])]
    if not all(type(side) is int and 1 <= side <= MAX_NATIVE for side in sides):
        raise config.fail("sizes", value, "a list of [width, height]")


def vocabulary(located: Located) -> dict[str, Any] | None:
    """Read vocabulary.json, the words that a small model knows; None without it, CheckpointError if unfit."""
    file = located.folder / "vocabulary.json"
    if not file.is_file():
        return None
    config = Config.read(file)
    for key, kind, name in (
        ("subjects", dict, "object"),
        ("backgrounds", dict, "object"),
        ("motions", list, "list"),
    ):
        if not isinstance(config.get(key), kind):
            raise CheckpointError(f"vocabulary.json has no {name} {key}.")
    return config.values
