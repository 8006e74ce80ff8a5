"""Give a trained VAE more latent channels, which say nothing yet:

    python -m training.latents --vae runs/vae/vae.safetensors --channels 24 --out runs/more.safetensors

It draws what it drew. `training.vae --refine runs/more.safetensors --encoder --out runs/refined` teaches it
to use them: the new channels are zero, but read by random weights, so that they learn. `sizes.py` must say
as many; then a UNet of `training.unet --start` gets them by itself.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from t2v.networks import VAE
from training.vae_file import read_vae, write_vae

READ = ("decoder.conv_in.weight",)  # what reads the latents; random for new channels


@torch.no_grad()
def with_channels(vae: VAE, channels: int) -> VAE:
    """Make a VAE of so many latent channels that encodes and decodes as `vae`; the new ones are zero."""
    old = vae.config.latent_channels
    if channels < old:
        raise ValueError(f"--channels: the VAE has {old} already; it can only get more.")
    new = VAE(replace(vae.config, latent_channels=channels))
    fresh, weights = new.state_dict(), vae.state_dict()
    moments = torch.cat([torch.arange(old), channels + torch.arange(old)])  # means, then log-variances
    for name, tensor in weights.items():
        if name.startswith("to_moments."):
            tensor = torch.zeros(2 * channels, *tensor.shape[1:]).index_copy(0, moments, tensor)
        whole = padded(tensor, fresh[name].shape)
        if name in READ:
            whole[:, old:] = fresh[name][:, old:]
        if name == "encoder.out.conv.weight":
            whole[2 * old :] = fresh[name][2 * old :]
        if name == "from_latents.weight":
            whole[range(old, channels), range(old, channels)] = 1
        weights[name] = whole
    new.load_state_dict(weights)
    return new


def padded(tensor: Tensor, shape: torch.Size) -> Tensor:
    """The tensor with zeros after it along every axis, up to that shape. ValueError if it is larger."""
    missing = [wanted - size for size, wanted in zip(tensor.shape, shape, strict=True)]
    if min(missing, default=0) < 0:
        raise ValueError(f"{tuple(tensor.shape)} is larger than {tuple(shape)}.")
    return F.pad(tensor, [amount for size in reversed(missing) for amount in (0, size)])


def main() -> None:
    """Run the command in the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vae", type=Path, default=Path("runs/vae/vae.safetensors"))
    parser.add_argument("--channels", type=int, required=True)
    parser.add_argument("--out", type=Path, default=Path("runs/more.safetensors"))
    options = parser.parse_args()
    write_vae(options.out, with_channels(read_vae(options.vae), options.channels))


if __name__ == "__main__":
    main()
