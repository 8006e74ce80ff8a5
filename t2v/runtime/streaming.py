"""Weights that live on the host: a part that visits the device while it runs, a network streamed by units."""

from collections.abc import Iterable, Iterator
from contextlib import nullcontext

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from t2v.networks import UNet3D

from .fast_unet import FastUNet, layers_of

ALIGNMENT = 256  # of each tensor in a slot, in bytes
SLOTS = 3  # one computes, one waits, one is on its way


def to_host(module: nn.Module, device: torch.device) -> None:
    """Move the weights to the host."""
    for weight in module.parameters():
        weight.data = _host(weight.data, device)


def _host(tensor: Tensor, device: torch.device) -> Tensor:
    """The tensor on the host, in memory that a CUDA `device` reads by itself."""
    host = tensor.to("cpu")
    return host.pin_memory() if device.type == "cuda" else host


def _packed(tensors: list[Tensor], device: torch.device) -> Tensor:
    """The tensors' bytes behind each other on the host, as `_host`; each is to be seen there by `_seen`."""
    size = sum(map(_padded, tensors))
    whole = torch.empty(size, dtype=torch.uint8, device="cpu", pin_memory=device.type == "cuda")
    for place, tensor in zip(_seen(whole, tensors), tensors, strict=True):
        place.copy_(tensor)
    return whole


def _seen(buffer: Tensor, tensors: list[Tensor]) -> list[Tensor]:
    """Views of a buffer of bytes, each of its tensor's shape, one behind the other."""
    views, start = [], 0
    for each in tensors:
        some = buffer[start : start + each.numel() * each.element_size()]
        views.append(some.view(each.dtype).as_strided(each.shape, each.stride()))
        start += _padded(each)
    return views


def offload(module: nn.Module, device: torch.device) -> tuple[RemovableHandle, RemovableHandle]:
    """Keep the module's weights on the host but while its forward runs; also an error sends them back.

    Removing the hooks that are returned leaves them there for good.
    """
    to_host(module, device)
    homes: list[tuple[nn.Parameter, Tensor]] = []

    def visit(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        homes[:] = [(weight, weight.data) for weight in module.parameters()]
        for weight, host in homes:
            weight.data = host.to(device, non_blocking=True, copy=True)
        return tuple(each.to(device) for each in inputs)

    def leave(*_: object) -> None:
        while homes:
            weight, host = homes.pop()
            weight.data = host

    return module.register_forward_pre_hook(visit), module.register_forward_hook(leave, always_call=True)


class Stream:
    """A UNet's weights on the host; each unit's come to the device before it runs, the next ones' meanwhile.

    `fetch(unit)` makes a unit's weights present and sends those of units past away. The device holds SLOTS
    buffers of the largest unit's size, filled in turn by a stream of copies of its own; and what is no
    unit's, or among the tensors `keep`. The units call `fetch` themselves before their forward.

    A pass begins and, by `leave`, ends with no unit present and no copy on its way, also after an error. So
    every pass does the same with the same buffers, and none waits for what was before: it may be recorded.
    """

    def __init__(self, unet: UNet3D, device: torch.device, keep: Iterable[Tensor] = ()):
        kept = {tensor.untyped_storage().data_ptr() for tensor in keep}
        self.device, self._units = device, list(units_of(unet))
        moving = [
            [p for p in unit.parameters() if p.untyped_storage().data_ptr() not in kept]
            for unit in self._units
        ]
        self._packed = [_packed([p.data for p in weights], device) for weights in moving]
        self._homes = [
            list(zip(weights, _seen(whole, [p.data for p in weights]), strict=True))
            for weights, whole in zip(moving, self._packed, strict=True)
        ]
        _settle(unet, self._homes, device)
        self._number = {unit: i for i, unit in enumerate(self._units)}
        size = max(map(len, self._packed))
        self._buffers = [torch.empty(size, dtype=torch.uint8, device=device) for _ in range(SLOTS)]
        self._copies = torch.cuda.Stream(device) if device.type == "cuda" else None
        self._present: dict[int, torch.cuda.Event | None] = {}  # by number: when its copy is done
        self.hooks = [
            unit.register_forward_pre_hook(lambda module, _: self.fetch(module)) for unit in self._units
        ]
        self.hooks.append(unet.register_forward_hook(lambda *_: self.leave(), always_call=True))

    def fetch(self, unit: nn.Module) -> None:
        """Wait, on the device, for the unit's weights, and start copying those of the units after it."""
        first = self._number[unit]
        wanted = range(len(self._units))[first : first + SLOTS]
        for number in self._present.keys() - wanted:
            self._send_home(number)
        for number in wanted:
            if number not in self._present:
                self._bring(number)
        if arrived := self._present[first]:
            self._now().wait_event(arrived)

    def leave(self) -> None:
        """Send all weights home, where also what runs unrecorded between two replays looks for them."""
        if self._copies and self._present:
            self._now().wait_stream(self._copies)  # a recording that leaves a stream behind can't be ended
        for number in list(self._present):
            self._send_home(number)

    def _now(self) -> torch.cuda.Stream:
        return torch.cuda.current_stream(self.device)

    def _send_home(self, number: int) -> None:
        for weight, home in self._homes[number]:
            weight.data = home
        del self._present[number]

    def _bring(self, number: int) -> None:
        self._present[number], whole = None, self._packed[number]
        buffer = self._buffers[number % SLOTS][: len(whole)]
        if self._copies:
            self._copies.wait_stream(self._now())  # who was here before has been used
        with torch.cuda.stream(self._copies) if self._copies else nullcontext():
            buffer.copy_(whole, non_blocking=True)
        homes = self._homes[number]
        for (weight, _), place in zip(homes, _seen(buffer, [home for _, home in homes]), strict=True):
            weight.data = place
        if self._copies:
            self._present[number] = self._copies.record_event()


class StreamedUNet(FastUNet):
    """A FastUNet whose weights are streamed."""

    def __init__(self, unet: UNet3D, device: torch.device, rows: int | None = None):
        super().__init__(unet, device, rows, fetch=lambda unit: stream.fetch(unit))
        self.stream = stream = Stream(unet, device, keep=self.joined)

    def __call__(self, x: Tensor, t: Tensor, words: Tensor) -> Tensor:
        """As the FastUNet's, a whole pass of the stream."""
        try:
            return super().__call__(x, t, words)
        finally:
            self.stream.leave()


def _settle(unet: nn.Module, homes: list[list[tuple[nn.Parameter, Tensor]]], device: torch.device) -> None:
    """Every weight to where it begins: its home on the host, or the device for good."""
    travelling = dict(home for unit in homes for home in unit)
    for weight in unet.parameters():
        weight.data = travelling[weight] if weight in travelling else weight.data.to(device)


def units_of(unet: UNet3D) -> Iterator[nn.Module]:
    """The parts of the UNet that are worth streaming, in the order in which they run."""
    yield unet.temporal_in
    layers = {layer: level for level in (*unet.down, *unet.up) for layer in level.layers[-1:]}
    for layer in layers_of(unet):
        yield from (part for part in layer.children())
        level = layers.get(layer)
        last = (
            None if level is None else getattr(level, "downsample", None) or getattr(level, "upsample", None)
        )
        if last is not None:
            yield last


def unit_bytes(unet: UNet3D) -> int:
    """Of the largest unit's weights."""
    return max(sum(map(_padded, unit.parameters())) for unit in units_of(unet))


def _padded(tensor: Tensor) -> int:
    """Bytes of the tensor in a slot."""
    size = tensor.numel() * tensor.element_size()
    return -(-size // ALIGNMENT) * ALIGNMENT
