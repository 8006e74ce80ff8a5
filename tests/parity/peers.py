"""The peers at test size: ModelScope's classes, diffusers', open_clip's and transformers'.

Weights are random but tame, and nothing is zero: both peers start their last layers at zero, which would
hide a wrong name.
"""

import importlib.metadata
import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import ModuleType

import open_clip
import torch
from diffusers import AutoencoderKL, DDIMScheduler, TextToVideoSDPipeline, UNet3DConditionModel
from open_clip.tokenizer import SimpleTokenizer
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

MODELSCOPE_FILES = "modelscope/models/multi_modal/video_synthesis"
WORDS = 49408
SCHEDULER = {
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
}


@dataclass(frozen=True)
class Sizes:
    """Of a tiny model. `text_layers` are those that run; ModelScope's layout can't tell `text_heads`."""

    widths: tuple[int, ...] = (32, 64)
    attention: tuple[bool, ...] = (True, False)
    blocks: int = 1
    head_width: int = 16
    text_width: int = 128
    text_heads: int = 2
    text_layers: int = 2
    activation: str = "gelu"
    vae_widths: tuple[int, ...] = (32, 32, 64, 64)
    vae_blocks: int = 1


FULL = Sizes(  # as published
    widths=(320, 640, 1280, 1280),
    attention=(True, True, True, False),
    blocks=2,
    head_width=64,
    text_width=1024,
    text_heads=16,
    text_layers=23,
    vae_widths=(128, 256, 512, 512),
    vae_blocks=2,
)


@dataclass(frozen=True)
class Peers:
    """One peer's three networks. The text tower is transformers' (diffusers) or all of open_clip's CLIP."""

    unet: nn.Module
    vae: nn.Module
    text: nn.Module


@cache
def modelscope(name: str) -> ModuleType:
    """A file of ModelScope's model alone: importing the package would ask for much that it doesn't use.

    The UNet's decoder has its text width, 1024, written out; here it takes the one that it is given.
    """
    path = importlib.metadata.distribution("modelscope").locate_file(f"{MODELSCOPE_FILES}/{name}.py")
    source = Path(str(path)).read_text()
    if name == "unet_sd":
        assert source.count("context_dim=1024") == 1
        source = source.replace("context_dim=1024", "context_dim=self.context_dim")
    module = ModuleType(f"modelscope_{name}")
    exec(compile(source, str(path), "exec"), module.__dict__)
    return module


def diffusers_peers(sizes: Sizes) -> Peers:
    """diffusers' UNet3DConditionModel and AutoencoderKL, transformers' CLIPTextModel."""
    down = ["CrossAttnDownBlock3D" if attention else "DownBlock3D" for attention in sizes.attention]
    unet = UNet3DConditionModel(
        sample_size=8,
        block_out_channels=sizes.widths,
        down_block_types=down,
        up_block_types=[kind.replace("Down", "Up") for kind in reversed(down)],
        layers_per_block=sizes.blocks,
        cross_attention_dim=sizes.text_width,
        attention_head_dim=sizes.head_width,
    )
    vae = AutoencoderKL(
        block_out_channels=sizes.vae_widths,
        down_block_types=["DownEncoderBlock2D"] * len(sizes.vae_widths),
        up_block_types=["UpDecoderBlock2D"] * len(sizes.vae_widths),
        layers_per_block=sizes.vae_blocks,
    )
    text = CLIPTextConfig(
        vocab_size=WORDS,
        hidden_size=sizes.text_width,
        intermediate_size=4 * sizes.text_width,
        num_hidden_layers=sizes.text_layers,
        num_attention_heads=sizes.text_heads,
        hidden_act=sizes.activation,
    )
    return Peers(unet.eval(), vae.eval(), CLIPTextModel(text).eval())


def modelscope_peers(sizes: Sizes) -> Peers:
    """ModelScope's UNetSD and AutoencoderKL; open_clip's CLIP with the last block that ModelScope skips."""
    base, vae_base = sizes.widths[0], sizes.vae_widths[0]
    unet = modelscope("unet_sd").UNetSD(
        in_dim=4,
        dim=base,
        y_dim=768,
        context_dim=sizes.text_width,
        out_dim=4,
        dim_mult=[width // base for width in sizes.widths],
        num_heads=8,
        head_dim=sizes.head_width,
        num_res_blocks=sizes.blocks,
        attn_scales=_scales(sizes),
    )
    settings = {
        "double_z": True,
        "z_channels": 4,
        "resolution": 256,
        "in_channels": 3,
        "out_ch": 3,
        "ch": vae_base,
        "ch_mult": [width // vae_base for width in sizes.vae_widths],
        "num_res_blocks": sizes.vae_blocks,
        "attn_resolutions": [],
    }
    vae = modelscope("autoencoder").AutoencoderKL(settings, 4)
    vision = {"layers": 1, "width": 32, "patch_size": 16, "image_size": 32, "head_width": 16}
    text = {
        "context_length": 77,
        "vocab_size": WORDS,
        "width": sizes.text_width,
        "heads": sizes.text_heads,
        "layers": sizes.text_layers + 1,
    }
    return Peers(unet.eval(), vae.eval(), open_clip.model.CLIP(sizes.text_width, vision, text).eval())


def write_diffusers_folder(
    folder: Path, seed: int = 0, *, scheduler: dict | None = None, saving: dict | None = None, **sizes: object
) -> Peers:
    """A model in diffusers' layout, written by its pipeline; `saving` goes to its save_pretrained."""
    peers = diffusers_peers(replace(Sizes(), **sizes))
    tame(peers, seed)
    pipeline = TextToVideoSDPipeline(
        vae=peers.vae,
        text_encoder=peers.text,
        tokenizer=clip_tokenizer(),
        unet=peers.unet,
        scheduler=DDIMScheduler(**SCHEDULER | (scheduler or {})),
    )
    pipeline.save_pretrained(folder, **saving or {})
    return peers


def write_modelscope_folder(folder: Path, seed: int = 0, **sizes: object) -> Peers:
    """A model as ModelScope's four files; the VAE's is that of a whole image model, as in the release."""
    sizes = replace(Sizes(), **sizes)
    peers = modelscope_peers(sizes)
    tame(peers, seed)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "configuration.json").write_text(json.dumps(modelscope_configuration(sizes)))
    vae = {f"first_stage_model.{name}": tensor for name, tensor in peers.vae.state_dict().items()}
    image_model = {"model.diffusion_model.out.2.bias": torch.zeros(4), "global_step": 1}
    torch.save(peers.unet.state_dict(), folder / "text2video_pytorch_model.pth")
    torch.save({"state_dict": vae | image_model, "epoch": 1}, folder / "VQGAN_autoencoder.pth")
    torch.save(peers.text.state_dict(), folder / "open_clip_pytorch_model.bin")
    return peers


def modelscope_configuration(sizes: Sizes) -> dict:
    """configuration.json, with every key that the release has."""
    arguments = {
        "ckpt_clip": "open_clip_pytorch_model.bin",
        "ckpt_unet": "text2video_pytorch_model.pth",
        "ckpt_autoencoder": "VQGAN_autoencoder.pth",
        "max_frames": 16,
        "tiny_gpu": 1,
    }
    unet = {
        "unet_in_dim": 4,
        "unet_dim": sizes.widths[0],
        "unet_y_dim": 768,
        "unet_context_dim": sizes.text_width,
        "unet_out_dim": 4,
        "unet_dim_mult": [width // sizes.widths[0] for width in sizes.widths],
        "unet_num_heads": 8,
        "unet_head_dim": sizes.head_width,
        "unet_res_blocks": sizes.blocks,
        "unet_attn_scales": _scales(sizes),
        "unet_dropout": 0.1,
        "temporal_attention": "True",
        "num_timesteps": 1000,
        "mean_type": "eps",
        "var_type": "fixed_small",
        "loss_type": "mse",
    }
    model = {"type": "latent-text-to-video-synthesis", "model_args": arguments, "model_cfg": unet}
    return {"framework": "pytorch", "task": "text-to-video-synthesis", "model": model}


@cache
def clip_tokenizer() -> CLIPTokenizer:
    """transformers' tokenizer with open_clip's vocabulary, padding with "!" as this family of models does."""
    bpe = SimpleTokenizer()
    names = {"<start_of_text>": "<|startoftext|>", "<end_of_text>": "<|endoftext|>"}
    words = {names.get(word, word): number for word, number in bpe.encoder.items()}
    merges = [tuple(pair) for pair in bpe.bpe_ranks]
    return CLIPTokenizer(vocab=words, merges=merges, pad_token="!", model_max_length=77)


@torch.no_grad()
def tame(peers: Peers, seed: int) -> None:
    """Fills all three with random numbers under which activations neither grow nor vanish."""
    generator = torch.Generator().manual_seed(seed)
    for network in (peers.unet, peers.vae, peers.text):
        for name, tensor in network.named_parameters():
            tensor.normal_(generator=generator)
            if tensor.ndim > 1:
                tensor /= tensor[0].numel() ** 0.5
            else:
                tensor *= 0.1
                tensor += "norm" in name and name.endswith("weight")


def _scales(sizes: Sizes) -> list[float]:
    return [0.5**level for level, attention in enumerate(sizes.attention) if attention]
