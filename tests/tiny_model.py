"""A tiny random model of ours, written as a folder in either layout without the peers' help.

For tests of loading and of what goes wrong there; that the layouts are the peers' is shown in tests/parity.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from t2v import networks
from t2v.checkpoints.layouts import TABLES
from t2v.networks import TextConfig, UNetConfig, VAEConfig

MERGES = ["i n", "t h", "a n", "r e", "a r", "e r"]
TEXT = TextConfig(vocabulary=514 + len(MERGES), width=64, heads=1, layers=1)
UNET = UNetConfig(widths=(32,), attention=(True,), blocks=1, text_width=64, head_width=32, entry_heads=8)
VAE = VAEConfig(widths=(32, 32), blocks=1)
CONFIGS = {"text_encoder": TEXT, "unet": UNET, "vae": VAE}
NETWORKS = {"text_encoder": networks.TextEncoder, "unet": networks.UNet3D, "vae": networks.VAE}
SCHEDULER = {
    "_class_name": "DDIMScheduler",
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
}
MODELSCOPE_FILES = {
    "text_encoder": "open_clip_pytorch_model.bin",
    "unet": "text2video_pytorch_model.pth",
    "vae": "VQGAN_autoencoder.pth",
}


def write_diffusers(
    folder: Path, seed: int = 0, dtype: torch.dtype = torch.float32, variant: str = ""
) -> Path:
    """A diffusers folder with safetensors; `variant` is ".fp16" or nothing."""
    configs = {
        "model_index.json": {"_class_name": "TextToVideoSDPipeline"},
        "scheduler/scheduler_config.json": SCHEDULER,
        "text_encoder/config.json": _text_config(CONFIGS["text_encoder"]),
        "unet/config.json": _unet_config(CONFIGS["unet"]),
        "vae/config.json": _vae_config(CONFIGS["vae"]),
    }
    for name, values in configs.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(values, indent=1))
    (folder / "tokenizer").mkdir(exist_ok=True)
    (folder / "tokenizer" / "merges.txt").write_text("\n".join(["#version: 0.2", *MERGES, ""]))
    for part in CONFIGS:
        stem = "model" if part == "text_encoder" else "diffusion_pytorch_model"
        tensors = {name: tensor.to(dtype) for name, tensor in stored("diffusers", part, seed).items()}
        save_file(tensors, folder / part / f"{stem}{variant}.safetensors")
    return folder


def write_modelscope(folder: Path, seed: int = 0) -> Path:
    """ModelScope's four files; the text tower has one block more than runs, and CLIP's vocabulary."""
    folder.mkdir(parents=True, exist_ok=True)
    model = {
        "model_args": {
            "ckpt_clip": MODELSCOPE_FILES["text_encoder"],
            "ckpt_unet": MODELSCOPE_FILES["unet"],
            "ckpt_autoencoder": MODELSCOPE_FILES["vae"],
            "max_frames": 8,
        },
        "model_cfg": {
            "unet_in_dim": 4,
            "unet_dim": 32,
            "unet_context_dim": 64,
            "unet_out_dim": 4,
            "unet_dim_mult": [1],
            "unet_num_heads": 8,
            "unet_head_dim": 32,
            "unet_res_blocks": 1,
            "unet_attn_scales": [1],
            "temporal_attention": "True",
            "num_timesteps": 1000,
            "mean_type": "eps",
        },
    }
    (folder / "configuration.json").write_text(json.dumps({"model": model}, indent=1))
    for part, file in MODELSCOPE_FILES.items():
        torch.save(stored("modelscope", part, seed), folder / file)
    return folder


def stored(layout: str, part: str, seed: int = 0) -> dict[str, Tensor]:
    """A part's random tensors by the names that a layout has for them; the caller may change them."""
    return {name: tensor.clone() for name, tensor in _stored(layout, part, seed, CONFIGS[part]).items()}


@cache
def _stored(layout: str, part: str, seed: int, config: Any) -> dict[str, Tensor]:
    """What `stored` copies: made once, for hundreds of tests write the same model."""
    if (layout, part) == ("modelscope", "text_encoder"):
        config = TextConfig(
            width=64, heads=1, layers=1
        )  # ModelScope's layout has no other vocabulary than CLIP's
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        tensors = NETWORKS[part](config).state_dict()
    stored = {}
    for name, sources in TABLES[layout, part](config, tensors.keys(), ()).items():
        stored |= zip(
            sources, (piece.contiguous() for piece in tensors[name].chunk(len(sources))), strict=True
        )
    if (layout, part) == ("modelscope", "text_encoder"):
        first = "transformer.resblocks.0."
        last = {name.replace(".0.", ".1.", 1): t for name, t in stored.items() if name.startswith(first)}
        stored |= last | {"visual.conv1.weight": torch.zeros(2), "logit_scale": torch.zeros(())}
    if (layout, part) == ("modelscope", "vae"):
        stored = {f"first_stage_model.{name}": tensor for name, tensor in stored.items()}
    return stored


def _text_config(text: TextConfig) -> dict:
    return {
        "model_type": "clip_text_model",
        "vocab_size": text.vocabulary,
        "hidden_size": text.width,
        "intermediate_size": int(text.mlp_ratio * text.width),
        "num_attention_heads": text.heads,
        "num_hidden_layers": text.layers,
        "hidden_act": text.activation,
    }


def _unet_config(unet: UNetConfig) -> dict:
    return {
        "_class_name": "UNet3DConditionModel",
        "sample_size": 8,
        "block_out_channels": list(unet.widths),
        "down_block_types": ["CrossAttnDownBlock3D" if has else "DownBlock3D" for has in unet.attention],
        "up_block_types": ["CrossAttnUpBlock3D" if has else "UpBlock3D" for has in unet.attention[::-1]],
        "layers_per_block": unet.blocks,
        "cross_attention_dim": unet.text_width,
        "attention_head_dim": unet.head_width,
    }


def _vae_config(vae: VAEConfig) -> dict:
    return {
        "_class_name": "AutoencoderKL",
        "block_out_channels": list(vae.widths),
        "down_block_types": ["DownEncoderBlock2D"] * len(vae.widths),
        "up_block_types": ["UpDecoderBlock2D"] * len(vae.widths),
        "layers_per_block": vae.blocks,
    }
