"""Compile a model's kernels while its weights are read: by the same networks, whose weights take no room."""

import math
from functools import partial

import torch
from torch import Tensor, nn

from t2v.defaults import ModelDefaults
from t2v.networks import VAE, UNet3D, UNetConfig, VAEConfig, blank

from .fast_unet import FastUNet
from .fast_vae import use_fast_ops
from .kernels import compile_ahead
from .memory import AMPLE, frames_at_once, free_bytes

TOKENS = 77  # of a prompt


def prepare(
    unet: UNetConfig, vae: VAEConfig, native: ModelDefaults, device: torch.device, dtype: torch.dtype
) -> None:
    """Begin to compile the kernels of a guided step and of decoding, for a video of the model's own size.

    `device`: where weights are read to; on the host nothing begins. Other sizes need, with few exceptions,
    the same kernels. Libraries, too, load theirs meanwhile. Nothing begins where memory isn't ample, nor
    before CUDA has started in this process: where a GPU is lent to its forks, it never may.
    """
    if device.type == "cuda" and torch.cuda.is_initialized() and free_bytes(device) > AMPLE:
        shape = native.frames, native.height, native.width
        compile_ahead(device, partial(make, unet, vae, shape, device, dtype))


def make(
    unet: UNetConfig, vae: VAEConfig, shape: tuple[int, int, int], device: torch.device, dtype: torch.dtype
) -> None:
    """Predict once, and decode a group of frames, without weights. `shape`: frames, height, width."""
    with blank():
        denoiser, decoder = UNet3D(unet), VAE(vae)
    for network in (denoiser, decoder):
        share_weights(network, device, dtype)
    frames, height, width = shape
    h, w = height // vae.factor, width // vae.factor
    zeros = partial(torch.zeros, device=device, dtype=dtype)
    guidance = (zeros(1, unet.guidance_width),) if unet.guidance_width else ()
    fast = FastUNet(denoiser, device)
    text, time = zeros(1 if guidance else 2, TOKENS, unet.text_width), torch.zeros(1, device=device)
    fast(zeros(1, unet.in_channels, frames, h, w), time, fast.read(text), *guidance)
    use_fast_ops(decoder, device)
    groups = math.ceil(frames / frames_at_once(device, height, width, dtype))
    decoder.decode(zeros(math.ceil(frames / groups), vae.latent_channels, h, w))


def share_weights(network: nn.Module, device: torch.device, dtype: torch.dtype) -> None:
    """Give a network zeros as weights, all in the memory of the largest."""
    weights = network.state_dict()
    shared = torch.zeros(max(map(Tensor.numel, weights.values())), device=device, dtype=dtype)
    network.load_state_dict({name: _view(shared, x.shape) for name, x in weights.items()}, assign=True)
    network.eval().requires_grad_(False)


def _view(shared: Tensor, shape: torch.Size) -> Tensor:
    """The first numbers of `shared` (n) in a shape; channels-last where convolutions have four axes."""
    numbers = shared[: shape.numel()]
    if len(shape) != 4:
        return numbers.view(shape)
    return numbers.view(shape[0], *shape[2:], shape[1]).permute(0, 3, 1, 2)
