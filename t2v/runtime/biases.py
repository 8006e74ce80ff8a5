"""Biases inside a transformer, deferred: their total effect, one vector, is added to its input beforehand."""

from collections.abc import Iterator

import torch
from torch import Tensor

from t2v.networks import UNet3D
from t2v.networks.attention import SpatialTransformer
from t2v.networks.temporal import TemporalTransformer
from t2v.networks.unet import layers_of

from .kernels.plain_ops import Vectors

Transformer = SpatialTransformer | TemporalTransformer


def all_biases_ahead(unet: UNet3D, device: torch.device) -> dict[Transformer, Tensor]:
    """`_biases_ahead` of all groups."""
    ahead: dict[Transformer, Tensor] = {}
    for group in _adjacent(unet):
        ahead |= _biases_ahead(group, device)
    return ahead


def inner_biases(m: Transformer) -> Vectors:
    """The biases (d) of the layers whose outputs are summed before proj_out, in their order."""
    block = m.block
    return m.proj_in.bias, *(
        layer.bias
        for layer in (block.attention_1.to_out, block.attention_2.to_out, block.feed_forward.proj_out)
    )


def _adjacent(unet: UNet3D) -> Iterator[tuple[Transformer, ...]]:
    """Groups of transformers with nothing between them."""
    yield (unet.temporal_in,)
    for layer in layers_of(unet):
        if layer.spatial is not None and layer.temporal is not None:
            yield layer.spatial, layer.temporal


def _biases_ahead(group: tuple[Transformer, ...], device: torch.device) -> dict[Transformer, Tensor]:
    """For each transformer of a group: the sum (c) of its own bias and those of the transformers after it."""
    biases = [_total_bias(m).to(device) for m in group]
    return {m: sum(biases[i + 1 :], biases[i]) for i, m in enumerate(group)}


def _total_bias(m: Transformer) -> Tensor:
    """-> (c), the total effect of all biases on the output: proj_out applied to the sum of `inner_biases`"""
    inner = sum(bias.float() for bias in inner_biases(m))
    return (m.proj_out.weight.float() @ inner + m.proj_out.bias.float()).to(m.proj_out.bias.dtype)
