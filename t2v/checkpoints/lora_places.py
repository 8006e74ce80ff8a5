"""The places that LoRA files name: each layer of our networks under every name that files have for it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod

from t2v.networks import TextEncoder, UNet3D

from .layouts import TABLES, Table

GUIDANCE = "time.guidance.weight"
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Place:
    """A layer's weight: in a network's tensor, whole, or the `row`-th of `rows` equal parts of its rows."""

    part: str  # "unet" or "text_encoder"
    tensor: str
    shape: Shape  # of this layer's weight
    row: int = 0
    rows: int = 1

    @property
    def temporal(self) -> bool:
        """Whether the layer mixes frames."""
        return "temporal" in self.tensor

    @property
    def embedding(self) -> bool:
        """Whether the weight is a table of tokens or positions, whose change files have transposed."""
        return "embedding" in self.tensor

    def fits(self, up: Shape, down: Shape, kernel: int = 1) -> bool:
        """Return whether a pair, up (o r …) and down (r i …), has the shape of the weight's change.

        `kernel`: each of o, r and i is so many times as large.
        """
        rows, columns = (
            self.shape[0] * kernel,
            prod(self.shape[1:]) if kernel == 1 else self.shape[1] * kernel,
        )
        if self.embedding:
            rows, columns = columns, rows
        return (
            len(up) > 1 < len(down)
            and up[0] == rows
            and prod(down[1:]) == columns
            and down[0] > 0
            and prod(up[1:]) == down[0]
        )


@dataclass(frozen=True)
class Places:
    """The places of a model by name: dots in `named`, underscores in `flat`, as kohya's files have them.

    `unet` and `text` are the names that diffusers and transformers have, for files without any names.
    """

    named: Mapping[str, Place]
    flat: Mapping[str, Place]
    unet: tuple[str, ...]
    text: tuple[str, ...]

    def find(self, name: str) -> Place | None:
        """Return the place of a layer: by its name, or by one with underscores."""
        return self.named.get(name) or self.named.get(f"{name}.0") or self.flat.get(name)


def places(unet: UNet3D, text: TextEncoder, guidance_width: int = 0) -> Places:
    """List the places of a model's layers; with `guidance_width`, one for the guidance, if there is none."""
    config = unet.config
    shapes = {name: tuple(tensor.shape) for name, tensor in unet.state_dict().items()}
    if guidance_width and not config.guidance_width:
        shapes[GUIDANCE] = (config.widths[0], guidance_width)
        config = replace(config, guidance_width=guidance_width)
    diffusers = _named("unet", shapes, TABLES["diffusers", "unet"](config, shapes.keys(), ()))
    named = diffusers | _named("unet", shapes, TABLES["modelscope", "unet"](config, shapes.keys(), ()))
    shapes = {name: tuple(tensor.shape) for name, tensor in text.state_dict().items()}
    tables = [TABLES["diffusers", "text_encoder"](text.config, shapes.keys(), found) for found in OLD_AND_NEW]
    old, new = (_named("text_encoder", shapes, table) for table in tables)
    named |= old | new
    flat = {name.replace(".", "_"): place for name, place in named.items()}
    return Places(named, flat, tuple(diffusers), tuple(old))


OLD_AND_NEW = (("text_model.",), ())  # names in transformers' files before version 5, and since


def _named(part: str, shapes: Mapping[str, Shape], table: Table) -> dict[str, Place]:
    """Name the layers with a matrix or a kernel by the file's modules."""
    found: dict[str, Place] = {}
    for tensor, sources in table.items():
        shape = shapes[tensor]
        if len(shape) < 2 or not all(name.endswith(".weight") for name in sources):
            continue
        rows = len(sources)
        own = (shape[0] // rows, *shape[1:])
        for row, name in enumerate(sources):
            found[name.removesuffix(".weight")] = Place(part, tensor, own, row, rows)
    return found
