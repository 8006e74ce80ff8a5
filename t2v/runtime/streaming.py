"""Weights kept on the host: offload a module until it runs, or stream a network unit by unit."""

from collections.abc import Iterable, Iterator
from contextlib import nullcontext

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from t2v.networks import UNet3D
from t2v.networks.options import PLAIN, Options
from t2v.networks.unet import layers_of

from .fast_unet import FastUNet

HostViews = list[tuple[nn.Parameter, Tensor]]  # a unit's weights, and their data on the host
ALIGNMENT = 256  # of each tensor in a slot, in bytes
SLOTS = 3  # one unit computes, the next is ready, one is being copied


def to_host(module: nn.Module, device: torch.device) -> None:
    """Move the module's weights to the host."""
    for weight in module.parameters():
        weight.data = _host(weight.data, device)


def _host(tensor: Tensor, device: torch.device) -> Tensor:
    """Copy the tensor to the host, into pinned memory if `device` is a CUDA device."""
    host = tensor.to("cpu")
    return host.pin_memory() if device.type == "cuda" else host


def _packed(tensors: list[Tensor], device: torch.device) -> Tensor:
    """Pack the tensors' bytes into one buffer on the host, pinned as by `_host`; `_views` gives them back."""
    size = sum(map(_padded, tensors))
    whole = torch.empty(size, dtype=torch.uint8, device="cpu", pin_memory=device.type == "cuda")
    for place, tensor in zip(_views(whole, tensors), tensors, strict=True):
        place.copy_(tensor)
    return whole


def _views(buffer: Tensor, tensors: list[Tensor]) -> list[Tensor]:
    """Views of a buffer of bytes, one after the other, each with the shape and strides of its tensor."""
    views, start = [], 0
    for each in tensors:
        some = buffer[start : start + each.numel() * each.element_size()]
        views.append(some.view(each.dtype).as_strided(each.shape, each.stride()))
        start += _padded(each)
    return views


def offload(module: nn.Module, device: torch.device) -> tuple[RemovableHandle, RemovableHandle]:
    """Keep the weights on the host. Hooks copy them to `device` for each forward pass and drop the copies
    afterwards, also if the pass raises. After the returned hooks are removed, the weights stay on the host.
    """
    to_host(module, device)
    on_host: list[tuple[nn.Parameter, Tensor]] = []

    def copy_in(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        on_host[:] = [(weight, weight.data) for weight in module.parameters()]
        for weight, host in on_host:
            weight.data = host.to(device, non_blocking=True, copy=True)
        return tuple(each.to(device) for each in inputs)

    def go_back(*_: object) -> None:
        while on_host:
            weight, host = on_host.pop()
            weight.data = host

    return module.register_forward_pre_hook(copy_in), module.register_forward_hook(go_back, always_call=True)


class Stream:
    """Keeps a UNet's weights on the host and copies each unit's to the device shortly before it runs.

    On the device: SLOTS reusable buffers of the largest unit's size, filled in turn on a separate CUDA
    stream; the parameters that belong to no unit; the tensors in `keep`. `fetch(unit)` is called before each
    unit runs: by a hook of its forward, or by StreamedUNet.

    A pass begins with no unit on the device and no copy running, and `finish` ends it so, also after an
    error. So every pass makes the same copies into the same buffers: it can be recorded as a CUDA graph.
    """

    def __init__(self, unet: UNet3D, device: torch.device, keep: Iterable[Tensor] = ()):
        kept = {tensor.untyped_storage().data_ptr() for tensor in keep}
        self.device, self._units = device, list(units_of(unet))
        moving = [
            [p for p in unit.parameters() if p.untyped_storage().data_ptr() not in kept]
            for unit in self._units
        ]
        self._packed = [_packed([p.data for p in weights], device) for weights in moving]
        self._host_views = [
            list(zip(weights, _views(whole, [p.data for p in weights]), strict=True))
            for weights, whole in zip(moving, self._packed, strict=True)
        ]
        _place(unet, self._host_views, device)
        self._number = {unit: i for i, unit in enumerate(self._units)}
        size = max(map(len, self._packed))
        self._buffers = [torch.empty(size, dtype=torch.uint8, device=device) for _ in range(SLOTS)]
        self._copies = torch.cuda.Stream(device) if device.type == "cuda" else None
        self._present: dict[int, torch.cuda.Event | None] = {}  # by number: when its copy is done
        self.hooks = [
            unit.register_forward_pre_hook(lambda module, _: self.fetch(module)) for unit in self._units
        ]
        self.hooks.append(unet.register_forward_hook(lambda *_: self.finish(), always_call=True))

    def fetch(self, unit: nn.Module) -> None:
        """Make the device wait for the unit's weights, and start copying those of the units after it."""
        first = self._number[unit]
        wanted = range(len(self._units))[first : first + SLOTS]
        for number in self._present.keys() - wanted:
            self._to_host(number)
        for number in wanted:
            if number not in self._present:
                self._copy(number)
        if arrived := self._present[first]:
            self._now().wait_event(arrived)

    def finish(self) -> None:
        """Point all weights to the host again, where code that runs between two replays expects them."""
        if self._copies and self._present:
            self._now().wait_stream(self._copies)  # a recording can't end before its streams are joined
        for number in list(self._present):
            self._to_host(number)

    def _now(self) -> torch.cuda.Stream:
        return torch.cuda.current_stream(self.device)

    def _to_host(self, number: int) -> None:
        for weight, host in self._host_views[number]:
            weight.data = host
        del self._present[number]

    def _copy(self, number: int) -> None:
        self._present[number], whole = None, self._packed[number]
        buffer = self._buffers[number % SLOTS][: len(whole)]
        if self._copies:
            self._copies.wait_stream(self._now())  # the buffer's former unit has run
        with torch.cuda.stream(self._copies) if self._copies else nullcontext():
            buffer.copy_(whole, non_blocking=True)
        views = self._host_views[number]
        for (weight, _), place in zip(views, _views(buffer, [host for _, host in views]), strict=True):
            weight.data = place
        if self._copies:
            self._present[number] = self._copies.record_event()


class StreamedUNet(FastUNet):
    """A FastUNet whose weights are streamed from the host."""

    def __init__(self, unet: UNet3D, device: torch.device, rows: int | None = None):
        super().__init__(unet, device, rows, fetch=lambda unit: stream.fetch(unit))
        self.stream = stream = Stream(unet, device, keep=self.joined)

    def __call__(
        self, x: Tensor, t: Tensor, text_kv: Tensor, guidance: Tensor | None = None, options: Options = PLAIN
    ) -> Tensor:
        """As FastUNet's, in one pass of the stream."""
        try:
            return super().__call__(x, t, text_kv, guidance, options)
        finally:
            self.stream.finish()


def _place(unet: nn.Module, host_views: list[HostViews], device: torch.device) -> None:
    """Put every weight in its place: a streamed one in its host buffer, any other on the device."""
    streamed = dict(view for unit in host_views for view in unit)
    for weight in unet.parameters():
        weight.data = streamed[weight] if weight in streamed else weight.data.to(device)


def units_of(unet: UNet3D) -> Iterator[nn.Module]:
    """The modules of the UNet to stream, one at a time, in the order in which they run."""
    yield unet.temporal_in
    down = {level.layers[-1]: level.downsample for level in unet.down}
    up = {level.layers[-1]: level.upsample for level in unet.up}
    for layer in layers_of(unet):
        yield from layer.children()
        resampling = down.get(layer) or up.get(layer)
        if resampling is not None:
            yield resampling


def unit_bytes(unet: UNet3D) -> int:
    """Bytes of the largest unit's weights in a slot."""
    return max(sum(map(_padded, unit.parameters())) for unit in units_of(unet))


def _padded(tensor: Tensor) -> int:
    """Bytes of the tensor in a slot, aligned."""
    size = tensor.numel() * tensor.element_size()
    return -(-size // ALIGNMENT) * ALIGNMENT
