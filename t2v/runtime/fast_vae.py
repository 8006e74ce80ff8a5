"""The VAE's blocks as they run fast: fused norms and biases, the order of everything unchanged."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import torch
from einops import rearrange
from torch import Tensor, nn

from t2v.networks import VAE
from t2v.networks.resnet import NormConv, ResnetBlock, Upsample

from .device import current
from .fast_unet import resnet
from .kernels import ops_for
from .kernels.doubling import double, doubling_weight
from .kernels.ops import Ops


def use_fast_ops(vae: VAE, device: torch.device) -> None:
    """Make the blocks, upsampling and last layers of `vae` run through the fused operations of `device`."""
    ops = ops_for(device)
    vae.to(memory_format=torch.channels_last)
    for module in vae.modules():
        if isinstance(module, ResnetBlock):
            _replace_forward(module, partial(_where_it_lies, _resnet, ops, module))
        elif isinstance(module, Upsample):
            _replace_forward(module, partial(_upsample, doubling_weight(module.conv).to(device), module))
    for half in (vae.encoder, vae.decoder):
        _replace_forward(half.out, partial(_where_it_lies, _norm_conv, ops, half.out))


def _replace_forward(module: nn.Module, forward: Callable[..., Tensor]) -> None:
    module.forward = forward


@contextmanager
def in_float32(vae: VAE) -> Iterator[VAE]:
    """Within it `vae` computes in float32. Its own weights stay where they are meanwhile: recorded decoding
    reads them there, and on the host they are pinned."""
    homes = [(weight, weight.data) for weight in vae.parameters()]
    try:
        yield vae.float()
    finally:
        for weight, home in homes:
            weight.data = home


def _where_it_lies(run: Callable[..., Tensor], ops: Ops, m: nn.Module, x: Tensor) -> Tensor:
    """`run` on the device of x (n c h w): Triton launches on the current one, which may be another."""
    with current(x.device):
        return run(ops, m, x)


def _resnet(ops: Ops, m: ResnetBlock, x: Tensor) -> Tensor:
    """x (n c h w) -> (n c' h w)"""
    x, biases = resnet(ops, m, x)
    return x.add_(rearrange(sum(biases), "c -> 1 c 1 1")) if biases else x


def _upsample(weight: Tensor, m: Upsample, x: Tensor) -> Tensor:
    """x (n c h w) -> (n c 2h 2w)"""
    return double(x, m.conv, weight.to(x.dtype))


def _norm_conv(ops: Ops, m: NormConv, x: Tensor) -> Tensor:
    """x (n c h w) -> (n c' h w)"""
    return m.conv(ops.group_norm(x, m.norm, silu=True))
