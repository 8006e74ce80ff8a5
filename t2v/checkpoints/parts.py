"""One network of a model: its sizes, the file that has it, and whether the two fit, tensor by tensor."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from t2v.networks import VAE, TextConfig, TextEncoder, UNet3D, UNetConfig, VAEConfig, blank

from . import sizes
from .configs import Config
from .errors import CheckpointError
from .formats import kind
from .layouts import TABLES, Table, ignored
from .locate import Located
from .weights import Spec, Weights

VAE_PREFIX = "first_stage_model."  # ModelScope's VAE comes in the file of a whole image model
NAMED = 3  # tensors in an error message, of each sort
NETWORKS: dict[str, Callable[[Any], nn.Module]] = {"text_encoder": TextEncoder, "unet": UNet3D, "vae": VAE}
KINDS = {
    "text_encoder": "a CLIP text encoder",
    "unet": "a video UNet",
    "vae": "a VAE",
}  # in the words of `kind`
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """`network` is on the meta device; `table` names its tensors in `weights`: all there, in its shapes."""

    name: str
    config: TextConfig | UNetConfig | VAEConfig
    network: nn.Module
    weights: Weights
    table: Table

    def tensors(self, device: torch.device, dtype: torch.dtype) -> Iterator[tuple[str, Tensor]]:
        """Each of the network's tensors by name, a copy on `device`; CheckpointError if one isn't finite."""
        shapes = {name: tensor.shape for name, tensor in self.network.state_dict().items()}
        for name, sources in self.table.items():
            pieces = [self.weights.read(source) for source in sources]
            whole = pieces[0] if len(pieces) == 1 else torch.cat(pieces)
            tensor = whole.to(device, dtype, copy=True).reshape(shapes[name])
            if not finite(tensor):
                numbers = f"numbers that are not finite as {_plain(dtype)}"
                raise CheckpointError(f"{self.weights} is damaged: {sources[0]} has {numbers}.")
            yield name, tensor


def open_part(located: Located, name: str) -> Part:
    """The part called `name`, checked against its files but not yet read from them; or CheckpointError."""
    weights = Weights(located.files[name])
    if (located.layout, name) == ("modelscope", "vae"):
        weights.enter(VAE_PREFIX)
    config = _sizes(located, name, weights)
    try:
        with blank():
            network = NETWORKS[name](config).eval()
    except (ValueError, RuntimeError, AssertionError, ZeroDivisionError) as error:
        raise CheckpointError(f"The sizes of the {name} don't fit together: {config}.") from error
    found = weights.specs.keys()
    table = TABLES[located.layout, name](config, network.state_dict().keys(), found)
    part = Part(name, config, network, weights, table)
    _check(part, skip=_cut_off(located, config))
    return part


def _sizes(located: Located, name: str, weights: Weights) -> TextConfig | UNetConfig | VAEConfig:
    if located.layout == "diffusers":
        read = {
            "text_encoder": sizes.transformers_text,
            "unet": sizes.diffusers_unet,
            "vae": sizes.diffusers_vae,
        }
        return read[name](Config.read(located.folder / name / "config.json"))
    if name == "unet":
        config = Config.read(located.folder / "configuration.json")
        return sizes.modelscope_unet(config.section("model").section("model_cfg"))
    shapes = {tensor: spec.shape for tensor, spec in weights.specs.items()}
    try:
        return sizes.vae_from_shapes(shapes) if name == "vae" else sizes.text_from_shapes(shapes)
    except CheckpointError as error:
        raise CheckpointError(_misfit(name, weights, str(error))) from None


def _cut_off(located: Located, config: TextConfig | UNetConfig | VAEConfig) -> str | None:
    """How the names of the text tower's last block begin: ModelScope's file has it, its model skips it."""
    if located.layout == "modelscope" and isinstance(config, TextConfig):
        return f"transformer.resblocks.{config.layers}."
    return None


def _check(part: Part, skip: str | None) -> None:
    """Strict: every tensor needed is there, in its shape, and nothing else but what is known as needless."""
    specs = part.weights.specs
    needed = {source for sources in part.table.values() for source in sources}
    spare = (name for name in specs.keys() - needed if not (skip and name.startswith(skip)))
    complaints = [
        _list("lacks", needed - specs.keys(), len(needed)),
        _list("has no place for", [name for name in spare if not ignored(part.name, name)], len(specs)),
        _list("has in another shape or type", _misshapen(part), len(needed)),
    ]
    if any(complaints):
        raise CheckpointError(
            _misfit(part.name, part.weights, "it " + "; it ".join(filter(None, complaints)))
        )


def _misfit(name: str, weights: Weights, why: str) -> str:
    """What a file is instead, where its tensors' names tell; else what doesn't fit."""
    looks = kind(weights.specs.keys())
    if looks and looks not in (KINDS[name], "a whole CLIP model"):
        return f"{weights} is {looks}, not {KINDS[name]}."
    return f"{weights} doesn't fit as {KINDS[name]}: {why}."


def _misshapen(part: Part) -> Iterator[str]:
    specs = part.weights.specs
    for name, tensor in part.network.state_dict().items():
        found = [specs[source] for source in part.table[name] if source in specs]
        if len(found) == len(part.table[name]) and not _fits(found, tuple(tensor.shape)):
            shown = f"{found[0].dtype} {'×'.join(map(str, found[0].shape))}"
            yield f"{part.table[name][0]} ({shown}, not {'×'.join(map(str, tensor.shape))})"


def _fits(found: list[Spec], ours: Shape) -> bool:
    """Whether tensors, stacked along their rows, give a shape of ours.

    Trailing axes of length 1 don't count: files have linear layers as 1×1 convolutions, (3, 1) as (3, 1, 1).
    """
    shapes = [spec.shape for spec in found]
    if (
        () in shapes
        or len({shape[1:] for shape in shapes}) > 1
        or any("float" not in spec.dtype for spec in found)
    ):
        return False
    shape = (sum(shape[0] for shape in shapes), *shapes[0][1:])
    return shape[: len(ours)] == ours and set(shape[len(ours) :]) <= {1}


def _list(verb: str, names: Iterable[str], total: int) -> str:
    """ "lacks 3 of 500 tensors (a, b, …)"; empty where there are none."""
    names = sorted(names)
    more = ", …" if len(names) > NAMED else ""
    return f"{verb} {len(names)} of {total} tensors ({', '.join(names[:NAMED])}{more})" if names else ""


def finite(tensor: Tensor) -> bool:
    """Whether all numbers are finite: NaN and infinity both reach a tensor's extremes."""
    return tensor.numel() == 0 or all(bool(extreme.isfinite()) for extreme in tensor.aminmax())


def _plain(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
