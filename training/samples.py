"""A picture of samples: for each of a few fixed prompts four of its video's sixteen frames."""

from pathlib import Path

import torch
from einops import rearrange
from PIL import Image
from torch import Tensor, nn

from t2v.diffusion import HOPS, SAMPLERS, Hop, NoiseSchedule
from t2v.networks import VAE, Tokenizer
from training.precision import half_precision
from training.sizes import NATIVE, SCHEDULE

PROMPTS = (
    "a panda on a green background",
    "a red car in front of a house at night",
    "a rocket flying up behind the moon",
    "a cat and a dog on a blue background",
    "three balloons above a castle",
    "a fox left of a tree, the fox moving right",
    "a pizza spinning on a blue background",
    "two pandas on a pink background",
    "a guitar, a pizza and a robot on a white background",
    "a penguin in the snow",
    "a bicycle moving left on a yellow background",
    "a purple panda and an orange whale on a gray background",
)


@torch.no_grad()
def generate(
    prompts: list[str],
    tokenizer: Tokenizer,
    text_encoder: nn.Module,
    unet: nn.Module,
    vae: VAE,
    steps: int = NATIVE.steps,
    seed: int = 0,
) -> Tensor:
    """Sample by ddim without guidance -> videos (b f 3 h w) in −1…1; the seeds: `seed`, `seed` + 1, …"""
    device, side = next(unet.parameters()).device, NATIVE.width // vae.config.factor
    shape = (unet.config.in_channels, 16, side, side)
    noise = torch.stack(
        [torch.randn(shape, generator=torch.Generator().manual_seed(seed + i)) for i in range(len(prompts))]
    )
    half = half_precision(device)
    with half:
        text = text_encoder(tokenizer(prompts).to(device))

    def denoise(x: Tensor, hop: Hop) -> Tensor:
        with half:
            return unet(x, torch.full((len(x),), hop.time, device=device), text).float()

    hops = HOPS["ddim"](NoiseSchedule(SCHEDULE), steps)
    *_, last = SAMPLERS["ddim"](denoise, noise.to(device), hops, SCHEDULE.prediction)
    with half:
        frames = [vae.decode(z) for z in rearrange(last.x, "b c f h w -> (b f) c h w").split(32)]
    return rearrange(torch.cat(frames).float(), "(b f) c h w -> b f c h w", b=len(prompts)).clamp(-1, 1)


def sample_grid(path: Path, tokenizer: Tokenizer, text_encoder: nn.Module, unet: nn.Module, vae: VAE) -> None:
    """Write the picture of `PROMPTS` to `path`."""
    videos = generate(list(PROMPTS), tokenizer, text_encoder, unet, vae)[:, ::5]
    pixels = ((videos + 1) * 127.5).round().to(torch.uint8).cpu()
    halves = rearrange(pixels, "(two b) f c h w -> (b h) (two f w) c", two=2)
    Image.fromarray(halves.numpy()).save(path, quality=80)
