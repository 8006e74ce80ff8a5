"""A part of a model: its network, its weight files, and the check that both fit, tensor by tensor."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn

from t2v.networks import VAE, TextConfig, TextEncoder, UNet3D, UNetConfig, VAEConfig, blank

from . import sizes
from .configs import Config
from .errors import CheckpointError
from .kinds import kind
from .layouts import TABLES, Table, ignored
from .locate import Located
from .weights import NUMBERS, Spec, Weights, finite

VAE_PREFIX = "first_stage_model."  # ModelScope's VAE comes in the file of a whole image model
MAX_LISTED = 3  # tensors that an error lists of each sort
PART_KINDS = {
    "text_encoder": "a CLIP text encoder",
    "unet": "a video UNet",
    "vae": "a VAE",
}  # as `kind` words them
VGEN_CHANNELS = 12  # that the first layer of VGen's UNets reads: latents, and 8 of a condition
VGEN = (
    "a UNet of VGen's, such as VideoLCM or VideoComposer: its first layer reads 12 channels, not 4, and it "
    "was trained on another prediction and schedule, which its file doesn't state. t2v can't load it."
)
Shape = tuple[int, ...]
NetworkConfig = TextConfig | UNetConfig | VAEConfig
Network = TypeVar("Network", TextEncoder, UNet3D, VAE)


@dataclass(frozen=True)
class Part(Generic[Network]):
    """A part of a model: every tensor that it needs is in `weights`, in its shape.

    `network` is on the meta device; `table` maps its tensors' names to their names in `weights`.
    """

    name: str
    network: Network
    weights: Weights
    table: Table

    def tensors(self, device: torch.device, dtype: torch.dtype) -> Iterator[tuple[str, Tensor]]:
        """Yield (name, copy on `device`) for each tensor; CheckpointError if one isn't finite."""
        shapes = {name: tensor.shape for name, tensor in self.network.state_dict().items()}
        for name, sources in self.table.items():
            pieces = [self.weights.read(source) for source in sources]
            whole = pieces[0] if len(pieces) == 1 else torch.cat(pieces)
            if whole.itemsize == 1:  # float8, which not every device can convert
                whole = whole.to(dtype)
            tensor = whole.to(device, dtype, copy=True).reshape(shapes[name])
            if not finite(tensor):
                raise CheckpointError(_not_finite(self.weights, sources[0], dtype, whole))
            yield name, tensor


def open_part(located: Located, name: str, build: Callable[[Any], Network]) -> Part[Network]:
    """Build the part called `name` and check it against its files, unread; CheckpointError if it is unfit.

    `build` makes the network from its config.
    """
    weights = Weights(located.files[name])
    if (located.layout, name) == ("modelscope", "vae"):
        weights.enter(VAE_PREFIX)
    config = _sizes(located, name, weights)
    try:
        with blank():
            network = build(config).eval()
    except (ValueError, RuntimeError, AssertionError, ZeroDivisionError) as error:
        raise CheckpointError(f"The sizes of the {name} don't fit together: {config}.") from error
    table = _table(located.layout, name, config, network, weights)
    part = Part(name, network, weights, table)
    _check(part, skip=_cut_off(located, config))
    return part


def _table(layout: str, name: str, config: Any, network: nn.Module, weights: Weights) -> Table:
    """Map the network's tensors to the file's, once a prefix that all names there share is removed."""
    make, names = TABLES[layout, name], network.state_dict().keys()
    prefix = _prefix(make(config, names, weights.specs), weights.specs)
    if prefix and all(found.startswith(prefix) for found in weights.specs):
        weights.enter(prefix)
    return make(config, names, weights.specs)


def _sizes(located: Located, name: str, weights: Weights) -> NetworkConfig:
    if located.layout == "diffusers":
        read: dict[str, Callable[[Config], NetworkConfig]] = {
            "text_encoder": sizes.transformers_text,
            "unet": sizes.diffusers_unet,
            "vae": sizes.diffusers_vae,
        }
        config = Config.read(located.folder / name / "config.json")
        if method := config.get("quantization_config"):
            how = method.get("quant_method", "unknown") if isinstance(method, dict) else "unknown"
            raise CheckpointError(
                f"{config.where}: the weights are quantised ({how}); t2v reads float16 and the like."
            )
        return read[name](config)
    if name == "unet":
        config = Config.read(located.folder / "configuration.json")
        return sizes.modelscope_unet(config.section("model").section("model_cfg"))
    shapes = {tensor: spec.shape for tensor, spec in weights.specs.items()}
    try:
        return sizes.vae_from_shapes(shapes) if name == "vae" else sizes.text_from_shapes(shapes)
    except CheckpointError as error:
        raise CheckpointError(_misfit(name, weights, str(error))) from None


def _cut_off(located: Located, config: NetworkConfig) -> str | None:
    """Return the name prefix of the last block of ModelScope's text tower, which isn't run; else None."""
    if located.layout == "modelscope" and isinstance(config, TextConfig):
        return f"transformer.resblocks.{config.layers}."
    return None


def _check(part: Part, skip: str | None) -> None:
    """Require every tensor needed, in its shape, and nothing else but what is known as needless."""
    specs = part.weights.specs
    needed = {source for sources in part.table.values() for source in sources}
    spare = (name for name in specs.keys() - needed if not (skip and name.startswith(skip)))
    complaints = [
        _list("lacks", needed - specs.keys(), len(needed)),
        _list("has no place for", [name for name in spare if not ignored(part.name, name)], len(specs)),
        _list("has in another shape or type", _misshapen(part), len(needed)),
    ]
    if any(complaints):
        why = "it " + "; it ".join(filter(None, complaints))
        if prefix := _prefix(part.table, specs.keys()):
            why = f"the tensors needed are named {prefix}… in it, among others; save them alone"
        raise CheckpointError(_misfit(part.name, part.weights, why))


def _misfit(name: str, weights: Weights, why: str) -> str:
    """Explain, by its tensors' names, what a file is instead, or else what doesn't fit."""
    first = weights.specs.get("input_blocks.0.0.weight")
    if first is not None and first.shape[1:2] == (VGEN_CHANNELS,):
        return f"{weights} is {VGEN}"
    looks = kind(weights.specs.keys())
    if looks and looks not in (PART_KINDS[name], "a whole CLIP model"):
        return f"{weights} is {looks}, not {PART_KINDS[name]}."
    return f"{weights} doesn't fit as {PART_KINDS[name]}: {why}."


def _prefix(table: Table, found: Collection[str]) -> str:
    """Return the prefix that most of a table's tensors have in a file; "" if none."""
    needed = sorted({source for sources in table.values() for source in sources})
    prefixes = sorted({name.removesuffix(needed[0]) for name in found if name.endswith(f".{needed[0]}")})
    counts = {prefix: sum(f"{prefix}{name}" in found for name in needed) for prefix in prefixes}
    best = max(counts, key=counts.__getitem__, default="")
    return best if counts.get(best, 0) > len(needed) / 2 else ""


def _misshapen(part: Part) -> Iterator[str]:
    specs = part.weights.specs
    for name, tensor in part.network.state_dict().items():
        found = [specs[source] for source in part.table[name] if source in specs]
        if len(found) == len(part.table[name]) and not _fits(found, tuple(tensor.shape)):
            yield f"{part.table[name][0]} ({_difference(found, tuple(tensor.shape))})"


def _difference(found: list[Spec], ours: Shape) -> str:
    """Describe why tensors don't match ours: a type that no network has, else their shape."""
    if odd := [spec.dtype for spec in found if spec.dtype not in NUMBERS]:
        return f"{odd[0]}, a type that t2v can't read"
    return f"{found[0].dtype} {'×'.join(map(str, found[0].shape))}, not {'×'.join(map(str, ours))}"


def _fits(found: list[Spec], ours: Shape) -> bool:
    """Return whether tensors, stacked along their rows, have the shape `ours`.

    Trailing axes of length 1 don't count: files have linear layers as 1×1 convolutions, (3, 1) as (3, 1, 1).
    """
    shapes = [spec.shape for spec in found]
    if (
        () in shapes
        or len({shape[1:] for shape in shapes}) > 1
        or any(spec.dtype not in NUMBERS for spec in found)
    ):
        return False
    shape = (sum(shape[0] for shape in shapes), *shapes[0][1:])
    return shape[: len(ours)] == ours and set(shape[len(ours) :]) <= {1}


def _list(verb: str, names: Iterable[str], total: int) -> str:
    """Format names as "lacks 3 of 500 tensors (a, b, …)"; "" if there are none."""
    names = sorted(names)
    more = ", …" if len(names) > MAX_LISTED else ""
    return f"{verb} {len(names)} of {total} tensors ({', '.join(names[:MAX_LISTED])}{more})" if names else ""


def _not_finite(weights: Weights, name: str, dtype: torch.dtype, stored: Tensor) -> str:
    """Explain numbers that aren't finite: the file is damaged, or they are too large for `dtype`."""
    numbers = f"{name} has numbers that are not finite as {_plain(dtype)}"
    if finite(stored.float()):
        return f"{weights} can't be used in this precision: {numbers}. Take float32 or bfloat16."
    return f"{weights} is damaged: {numbers}."


def _plain(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
