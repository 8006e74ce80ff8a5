"""Sample clips some of whose frames are known, as training/unet.py trains them.

Known frames are given as they are, at time 0; the others start from noise and are at the step's time.
"""

import torch
from einops import rearrange
from torch import Tensor

from t2v import TextToVideo
from t2v.diffusion import HOPS, SAMPLERS, guided, timed


@torch.inference_mode()
def sample(pipe: TextToVideo, prompts: list[str], noise: Tensor, clean: Tensor, known: Tensor) -> Tensor:
    """prompts, noise and clean latents (b c f h w), known frames (f) -> clips (b f 3 h w) in −1…1

    The model's own sampler and number of steps, without guidance.
    """
    native, device, text = pipe.native, pipe.device, pipe.text_encoder(prompts)
    noise, clean, known = noise.to(device), clean.to(device), known.to(device)

    def predict(x: Tensor, t: Tensor) -> Tensor:
        """x (b c f h w), t (b f) -> (1 b c f h w)"""
        return pipe.unet(x.to(pipe.dtype), t, text)[None]

    denoise = guided(timed(predict, clean, known.expand(len(prompts), -1)), scale=1.0)
    hops = HOPS[native.sampler](pipe.schedule, native.steps)
    *_, last = SAMPLERS[native.sampler](denoise, noise, hops, pipe.schedule.config.prediction)
    z = torch.where(rearrange(known, "f -> 1 1 f 1 1"), clean, last.x) / pipe.checkpoint.vae_scale
    parts = rearrange(z, "b c f h w -> (b f) c h w").to(pipe.dtype).split(16)
    frames = torch.cat([pipe.vae.decode(part) for part in parts]).float().clamp(-1, 1)
    return rearrange(frames, "(b f) c h w -> b f c h w", b=len(prompts))


@torch.inference_mode()
def encoded(pipe: TextToVideo, clips: Tensor) -> Tensor:
    """clips (b f 3 h w) in −1…1 -> latents (b c f h w), scaled for the UNet"""
    parts = rearrange(clips, "b f c h w -> (b f) c h w").to(pipe.device, pipe.dtype).split(16)
    z = torch.cat([pipe.vae.encode(part) for part in parts]).float() * pipe.checkpoint.vae_scale
    return rearrange(z, "(b f) c h w -> b c f h w", b=len(clips))


@torch.inference_mode()
def through_vae(pipe: TextToVideo, clips: Tensor) -> Tensor:
    """Encode and decode clips (b f 3 h w) in −1…1 by the model's VAE -> the same shape"""
    parts = rearrange(clips, "b f c h w -> (b f) c h w").to(pipe.device, pipe.dtype).split(16)
    seen = torch.cat([pipe.vae.decode(pipe.vae.encode(part)) for part in parts]).float().clamp(-1, 1)
    return rearrange(seen, "(b f) c h w -> b f c h w", b=len(clips))
