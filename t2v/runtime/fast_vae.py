"""The VAE's blocks as they run fast: fused norms and biases, the order of everything unchanged."""

from collections.abc import Callable
from functools import partial
from types import ModuleType

import torch
from einops import rearrange
from torch import Tensor, nn

from t2v.networks import VAE
from t2v.networks.resnet import NormConv, ResnetBlock, Upsample

from .device import current
from .fast_unet import resnet
from .ops import ops_for


def quicken(vae: VAE, device: torch.device) -> None:
    """Make the blocks, upsampling and last layers of `vae` run through the fused operations of `device`."""
    ops = ops_for(device)
    vae.to(memory_format=torch.channels_last)
    for module in vae.modules():
        if isinstance(module, ResnetBlock):
            module.forward = partial(_where_it_lies, _resnet, ops, module)
        elif isinstance(module, Upsample):
            module.forward = partial(_where_it_lies, _upsample, ops, module)
    for half in (vae.encoder, vae.decoder):
        half.out.forward = partial(_where_it_lies, _norm_conv, ops, half.out)


def _where_it_lies(run: Callable[..., Tensor], ops: ModuleType, m: nn.Module, x: Tensor) -> Tensor:
    """`run` on the device of x (n c h w): Triton launches on the current one, which may be another."""
    with current(x.device):
        return run(ops, m, x)


def _resnet(ops: ModuleType, m: ResnetBlock, x: Tensor) -> Tensor:
    """x (n c h w) -> (n c' h w)"""
    x, biases = resnet(ops, m, x)
    return x.add_(rearrange(sum(biases), "c -> 1 c 1 1")) if biases else x


def _upsample(ops: ModuleType, m: Upsample, x: Tensor) -> Tensor:
    """x (n c h w) -> (n c 2h 2w)"""
    return m.conv(ops.enlarge(x, (2 * x.shape[2], 2 * x.shape[3])))


def _norm_conv(ops: ModuleType, m: NormConv, x: Tensor) -> Tensor:
    """x (n c h w) -> (n c' h w)"""
    return m.conv(ops.group_norm(x, m.norm, silu=True))
