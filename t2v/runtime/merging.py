"""Merge adapters into weights in place, wherever these lie; the plain weights come back bit for bit.

The tensors stay at their addresses, so that recorded graphs, pinned buffers and views of joined weights hold.
Only tensors that are changed now have a plain copy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from t2v.checkpoints.adapters import Adapter
from t2v.checkpoints.lora_formats import Pair
from t2v.networks import UNet3D

from .memory import GIB, free_bytes

AMPLE = 16 * GIB  # of free memory on the device holds plain copies of all weights, too
Key = tuple[str, str]  # a network's part, a tensor's name


class Merger:
    """Holds plain copies of the weights that the present adapters change."""

    def __init__(self) -> None:
        self._plain: dict[Key, Tensor] = {}
        self._present: tuple[Adapter, ...] = ()
        # layers once added, for graphs know their addresses; the copies on other devices may go and come anew
        self._guidance: WeakKeyDictionary[UNet3D, nn.Linear] = WeakKeyDictionary()

    def change(
        self, networks: Mapping[str, Sequence[nn.Module]], adapters: Sequence[Adapter], device: torch.device
    ) -> None:
        """As `merge`; after an error, such as a lack of memory half-way, the former adapters are back."""
        try:
            self.merge(networks, adapters, device)
        except BaseException:
            self.merge(networks, self._present, device)
            raise
        self._present = tuple(adapters)

    def merge(
        self, networks: Mapping[str, Sequence[nn.Module]], adapters: Sequence[Adapter], device: torch.device
    ) -> None:
        """Replace the adapters merged before by these. `networks`: by part, each with its copies.

        Each sum is computed on `device` in float32 and rounded once.
        """
        changes: dict[Key, list[tuple[Pair, float]]] = {}
        for pair, scale in (change for adapter in adapters for change in adapter.changes):
            if scale:
                changes.setdefault((pair.place.part, pair.place.tensor), []).append((pair, scale))
        width = max((adapter.guidance_width for adapter in adapters), default=0)
        if width:
            self._read_guidance(networks["unet"], width)
        weights = {part: [dict(each.named_parameters()) for each in some] for part, some in networks.items()}
        for key in self._plain.keys() - changes.keys():
            _write(weights, key, self._plain.pop(key))
        for key, some in changes.items():
            part, name = key
            if key not in self._plain:
                self._plain[key] = _copy(weights[part][0][name].data)
            _write(weights, key, _merged(self._plain[key], some, device))
        if not width:
            self._forget_guidance(networks["unet"])

    def park(self) -> None:
        """Move the plain copies to the host."""
        self._plain = {key: tensor.to("cpu") for key, tensor in self._plain.items()}

    def _read_guidance(self, unets: Sequence[nn.Module], width: int) -> None:
        """Give UNets without one a layer, zero, for the guidance's embedding."""
        for unet in unets:
            if isinstance(unet, UNet3D) and unet.time.guidance is None:
                if unet not in self._guidance:
                    like = unet.time.linear_1.weight
                    layer = nn.Linear(
                        width, unet.time.width, bias=False, device=like.device, dtype=like.dtype
                    )
                    layer.weight.data.zero_()
                    self._guidance[unet] = layer.requires_grad_(False).eval()
                unet.time.guidance = self._guidance[unet]
                unet.config = replace(unet.config, guidance_width=width)

    def _forget_guidance(self, unets: Sequence[nn.Module]) -> None:
        """Take away the layers that `_read_guidance` gave, also from copies made since of such UNets."""
        if not any(unet in self._guidance for unet in unets):
            return
        for unet in unets:
            if isinstance(unet, UNet3D) and unet.time.guidance is not None:
                self._guidance.setdefault(unet, unet.time.guidance)
                unet.time.guidance = None
                unet.config = replace(unet.config, guidance_width=0)


def _copy(weight: Tensor) -> Tensor:
    """Copy a plain weight: on its device where that has ample room, else on the host."""
    on_host = weight.device.type != "cpu" and free_bytes(weight.device) < AMPLE
    return weight.to("cpu" if on_host else weight.device, copy=True)


def _write(weights: Mapping[str, Sequence[Mapping[str, nn.Parameter]]], key: Key, value: Tensor) -> None:
    part, name = key
    for some in weights[part]:
        some[name].data.copy_(value)


def _merged(plain: Tensor, changes: Sequence[tuple[Pair, float]], device: torch.device) -> Tensor:
    """-> the weight with its changes, float32 on `device`"""
    total = plain.to(device, torch.float32, copy=True)
    for pair, scale in changes:
        rows = total.chunk(pair.place.rows)[pair.place.row]
        rows += scale * pair.delta(device)
    return total
