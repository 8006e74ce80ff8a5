"""Read a model's settings from its folder: schedule, scale of latents, defaults, vocabulary."""

from dataclasses import fields, replace
from typing import Any

from t2v.defaults import KNOWN, LOOPS
from t2v.diffusion.schedule import NoiseSchedule
from t2v.diffusion.schedule_config import MODELSCOPE_SCHEDULE, ScheduleConfig
from t2v.request import MULTIPLE, SAMPLER_NAMES, ModelDefaults

from . import identity
from .configs import Config
from .errors import CheckpointError
from .locate import Located

VAE_SCALE = 0.18215  # of Stable Diffusion's VAE, which all of these models use
FAMILY_SIZE = 32  # `sample_size` in every published UNet config, also for larger videos
MAX_NATIVE = 2**26  # limit of every native setting; the largest is a volume in pixels


def schedule(located: Located) -> ScheduleConfig:
    """Return ModelScope's schedule, or that of scheduler_config.json."""
    if located.layout == "modelscope":
        return MODELSCOPE_SCHEDULE
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
