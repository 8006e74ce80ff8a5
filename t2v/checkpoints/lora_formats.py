"""Recognise the format of a LoRA file by what it shows, and match it with the layers of a model: strictly.

Every layer has a pair, up (o r) and down (r i): its weight changes by scale · up @ down. Formats differ in
how they name the layers, in the scale, and in kernels. `lora_order` has the formats without names.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .errors import CheckpointError
from .lora_file import LoRAFile, read
from .lora_order import Order, below, text_orders, unet_orders
from .lora_places import Place, Places
from .lora_strangers import other, refused

NAMED = (  # title, the pattern of a half's name
    ("stable_lora", r"(?P<module>.+)\.lora_(?P<role>A|B)"),
    ("PEFT", r"base_model\.model\.(?P<module>.+)\.lora_(?P<role>A|B)(\.default)?\.weight"),
    ("diffusers", r"(?P<module>.+)\.lora_(?P<role>A|B)(\.\w+)?\.weight"),
    ("diffusers", r"(?P<module>.+)\.(lora|lora_linear_layer)\.(?P<role>up|down)\.weight"),
    ("diffusers", r"(?P<module>.+)\.processor\.(?P<layer>to_(q|k|v|out))_lora\.(?P<role>up|down)\.weight"),
    ("kohya", r"(?P<module>.+)\.lora_(?P<role>up|down)\.weight"),
)
ALPHA = re.compile(r"(?P<module>.+)\.alpha")
PREFIX = re.compile(
    r"((base_model\.model|unet|text_encoder|module|model|diffusion_model)\.)+|lora_(unet|te1?)_"
)
NUMBERED = re.compile(r"(?P<part>unet|text_encoder):(?P<number>\d{1,6}):(?P<role>up|down)")
LISTED = 3  # names in an error


@dataclass(frozen=True)
class Pair:
    """The change of a layer's weight. `square`: a kernel as stable_lora has it."""

    place: Place
    up: Tensor
    down: Tensor
    scale: float = 1.0
    square: bool = False

    @property
    def rank(self) -> int:
        """The rank of the change."""
        return len(self.down) // (self.place.shape[2] if self.square else 1)

    def delta(self, device: torch.device) -> Tensor:
        """Return the change on `device`, float32, in the shape of the layer's weight."""
        up, down = (each.to(device, torch.float32).flatten(1) for each in (self.up, self.down))
        product = self.scale * (up @ down)
        if self.place.embedding:
            return product.T
        if not self.square:
            return product.reshape(self.place.shape)
        o, i, k, width = self.place.shape
        square = product.view(o, i, k, k)
        return square if width == k else square.mean(-1, keepdim=True)


@dataclass
class Layer:
    """What a file holds for one layer, by role: A or down, B or up, alpha."""

    module: str
    title: str = ""
    half: dict[str, Tensor] = field(default_factory=dict)


def match(file: LoRAFile, places: Places) -> tuple[str, list[Pair]]:
    """-> the name of the format, and a pair for each layer; CheckpointError says what doesn't fit.

    All tensors of the file must have a place, and a pair its place's shape.
    """
    if why := refused(file):
        raise CheckpointError(f"{file.name} is {why}.")
    if file.items:
        return _nameless(file, places)
    if any(NUMBERED.fullmatch(name) for name in file.tensors):
        return _numbered(file, places)
    return _named(file, places)


def is_lora(path: Path) -> bool:
    """Return whether a file is a LoRA by its looks: a bare list of tensors, or names of halves of pairs."""
    try:
        file = read(path)
    except CheckpointError:
        return False
    names = (name for name in file.tensors if not name.endswith(".alpha"))
    return bool(file.items) or any(
        NUMBERED.fullmatch(name) or any(re.fullmatch(pattern, name) for _, pattern in NAMED) for name in names
    )


def guidance_width(file: LoRAFile) -> int:
    """Return the width of the guidance's embedding, if the file has a pair for it; else 0."""
    if len(file.items) > 6 and file.items[4].ndim == file.items[5].ndim == 2:
        up, down = file.items[4:6]  # the third pair: the time's second layer, unless there is one
        return down.shape[1] if file.items[2].shape[0] == 4 * up.shape[0] else 0
    found = [t for name, t in file.tensors.items() if re.search(r"cond_proj\.lora[._](A|down)", name)]
    return found[0].shape[1] if found and found[0].ndim > 1 else 0


# -- without names


def _nameless(file: LoRAFile, places: Places) -> tuple[str, list[Pair]]:
    """Match a bare list [up, down, up, down, …] by number and shapes."""
    ups, downs = file.items[::2], file.items[1::2]
    if len(ups) == len(downs):
        for order in (*unet_orders(places.unet), *text_orders(places.text)):
            pairs = _in_order(order, places, ups, downs)
            if pairs is not None:
                return f"a nameless list: {order.title}", pairs
    what = other(file)
    said = f"is {what}" if what else "fits no order of this model's layers"
    raise CheckpointError(f"{file.name}, a nameless list of {len(file.items)} tensors, {said}.")


def _in_order(
    order: Order, places: Places, ups: Collection[Tensor], downs: Collection[Tensor]
) -> list[Pair] | None:
    if len(order.layers) != len(ups):
        return None
    found = [places.named[name] for name in order.layers]
    if not all(p.fits(tuple(u.shape), tuple(d.shape)) for p, u, d in zip(found, ups, downs, strict=True)):
        return None
    return [Pair(*each) for each in zip(found, ups, downs, strict=True)]


def _numbered(file: LoRAFile, places: Places) -> tuple[str, list[Pair]]:
    """Match cloneofsimo's safetensors: the i-th layer within modules of the classes in the metadata."""
    pairs = []
    for part, names in (("unet", places.unet), ("text_encoder", places.text)):
        halves = {
            found["number"]: found
            for found in map(NUMBERED.fullmatch, file.tensors)
            if found and found["part"] == part
        }
        if not halves:
            continue
        numbers = sorted(map(int, halves))
        ups, downs = ([file.tensors.get(f"{part}:{n}:{role}") for n in numbers] for role in ("up", "down"))
        classes = file.text(part)
        orders = _orders(classes if isinstance(classes, list) else [], names, places)
        found = [_in_order(order, places, ups, downs) for order in orders if None not in (*ups, *downs)]  # type: ignore[arg-type]  # None is excluded
        if numbers != list(range(len(numbers))) or not any(found):
            raise CheckpointError(
                f"{file.name} numbers {len(numbers)} layers of the {part} within "
                f"{_some(map(str, classes or []))}, which doesn't fit this model."
            )
        pairs += next(filter(None, found))
    return "cloneofsimo's numbered layers", pairs


def _orders(classes: list[Any], names: Collection[str], places: Places) -> Iterator[Order]:
    inner = below(names, [str(name) for name in classes])
    inner = [name for name in inner if name != "time_embedding.cond_proj"]
    yield Order("", inner)
    yield Order("", [name for name in inner if len(places.named[name].shape) == 2])


# -- with names


def _named(file: LoRAFile, places: Places) -> tuple[str, list[Pair]]:
    layers, left = _layers(file.tensors)
    pairs, homeless, misshapen, halved = [], [], [], []
    for layer in layers.values():
        up, down = (layer.half.get(role) for role in ("up", "down"))
        place = places.find(layer.module)
        if up is None or down is None:
            halved.append(layer.module)
        elif place is None:
            homeless.append(layer.module)
        elif (pair := _pair(layer, place, _scale(file, layer))) is None:
            misshapen.append(f"{layer.module} ({_shape(up)} · {_shape(down)} for {_shape_of(place)})")
        else:
            pairs.append(pair)
    complaints = [
        ("has no place for", [*homeless, *left]),
        ("has in another shape", misshapen),
        ("has only half of", halved),
    ]
    if not layers or any(names for _, names in complaints):
        raise CheckpointError(_misfit(file, len(layers), complaints))
    titles = {layer.title for layer in layers.values()}
    title = "stable_lora for A1111" if "stable_lora_text_to_video" in file.metadata else " and ".join(titles)
    return title, pairs


def _layers(tensors: Mapping[str, Tensor]) -> tuple[dict[str, Layer], list[str]]:
    """-> the layers by module, and the names that belong to none"""
    layers: dict[str, Layer] = {}
    alphas, left = {}, []
    for name, tensor in tensors.items():
        title, found = next(((t, m) for t, p in NAMED if (m := re.fullmatch(p, name))), ("", None))
        if found:
            module = _module(".".join(filter(None, [found["module"], found.groupdict().get("layer")])))
            layer = layers.setdefault(module, Layer(module, title))
            layer.half["down" if found["role"] in ("A", "down") else "up"] = tensor
        elif alpha := ALPHA.fullmatch(name):
            alphas[_module(alpha["module"])] = name
        else:
            left.append(name)
    for module, name in alphas.items():
        if module in layers:
            layers[module].half["alpha"] = tensors[name]
        else:
            left.append(name)
    return layers, left


def _module(name: str) -> str:
    """Return a module's name without the prefixes that programs put before it."""
    found = PREFIX.match(name)
    return name[found.end() :] if found else name


def _pair(layer: Layer, place: Place, scale: float) -> Pair | None:
    """Make the pair of a layer; None if its shape isn't that of the place."""
    up, down = layer.half["up"], layer.half["down"]
    kernel = place.shape[2] if len(place.shape) > 2 else 1
    if layer.title == "stable_lora":
        up, down = (t.squeeze(-1) if t.ndim > 2 else t for t in (up, down))
        if kernel > 1 and up.ndim == 2 and place.fits(tuple(up.shape), tuple(down.shape), kernel):
            return Pair(place, up, down, scale, square=True)
    return Pair(place, up, down, scale) if place.fits(tuple(up.shape), tuple(down.shape)) else None


def _scale(file: LoRAFile, layer: Layer) -> float:
    """Return alpha / rank: by the file's own tensor, PEFT's configuration, diffusers' metadata; else 1."""
    rank = len(layer.half["down"])
    if (alpha := layer.half.get("alpha")) is not None:
        return float(alpha) / rank if alpha.numel() == 1 else 1.0
    stated = file.config if layer.title == "PEFT" else _diffusers(file)
    value = _by_pattern(stated.get("alpha_pattern"), layer.module, stated.get("lora_alpha"))
    if type(value) not in (int, float):
        return 1.0
    return float(value) / (rank**0.5 if stated.get("use_rslora") else rank)


def _diffusers(file: LoRAFile) -> Mapping[str, Any]:
    """Return the configuration that diffusers writes into the metadata, without its prefix."""
    stated = file.text("lora_adapter_metadata")
    return {PREFIX.sub("", key): value for key, value in stated.items()} if isinstance(stated, dict) else {}


def _by_pattern(patterns: Any, module: str, usual: Any) -> Any:
    """Return the value whose pattern ends a module's name, as PEFT reads it; else the usual one."""
    for pattern, value in patterns.items() if isinstance(patterns, dict) else ():
        if module == pattern or module.endswith(f".{pattern.removeprefix('^')}"):
            return value
    return usual


def _misfit(file: LoRAFile, count: int, complaints: list[tuple[str, list[str]]]) -> str:
    if what := other(file):
        return f"{file.name} is {what}."
    if not count:
        return f"{file.name} holds no LoRA that t2v knows: no tensor in it is named as half of a pair."
    said = (f"{verb} {len(names)} of {count} ({_some(sorted(names))})" for verb, names in complaints if names)
    return f"{file.name} is a LoRA that doesn't fit this model: it {'; it '.join(said)}."


def _some(names: Any) -> str:
    names = list(names)
    return ", ".join(names[:LISTED]) + (", …" if len(names) > LISTED else "")


def _shape(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape))


def _shape_of(place: Place) -> str:
    return "×".join(map(str, place.shape))
