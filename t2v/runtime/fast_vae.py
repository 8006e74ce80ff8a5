"""The VAE's fast blocks: norms, biases and upsampling fused, the order of operations unchanged."""

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
    """Make the blocks, upsampling and last layers of `vae` run by the fused operations of `device`."""
    ops = ops_for(device)
    vae.to(memory_format=torch.channels_last)
    for module in vae.modules():
        if isinstance(module, ResnetBlock):
            _replace_forward(module, partial(_on_device_of, _resnet, ops, module))
        elif isinstance(module, Upsample):
            _replace_forward(module, partial(_upsample, doubling_weight(module.conv).to(device), module))
    for half in (vae.encoder, vae.decoder):
        _replace_forward(half.out, partial(_on_device_of, _norm_conv, ops, half.out))


def _replace_forward(module: nn.Module, forward: Callable[..., Tensor]) -> None:
    module.forward = forward


@contextmanager
def in_float32(vae: VAE) -> Iterator[VAE]:
    """A context in which `vae` has copies of its weights in float32. The weights themselves keep their place:
    CUDA graphs read them at their address, and on the host they are pinned."""
    own = [(weight, weight.data) for weight in vae.parameters()]
    try:
        yield vae.float()
    finally:
        for weight, data in own:
            weight.data = data


def _on_device_of(run: Callable[..., Tensor], ops: Ops, m: nn.Module, x: Tensor) -> Tensor:
    """Run on the device of x (n c h w): Triton launches on the current device, which may be another."""
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
