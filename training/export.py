"""Write trained networks as a folder in diffusers' layout, which t2v and diffusers both load:

    python -m training.export --text runs/unet/text_encoder.safetensors --unet runs/unet/unet.safetensors \
        --vae runs/vae/vae.safetensors --out t2v/checkpoints/emoji

Weights are in half precision, in shards under 10 MB (a Space's git refuses larger files), named by the
loader's own tables. The folder's tokenizer and vocabulary.json are not touched.
"""

import argparse
import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from huggingface_hub import save_torch_state_dict
from safetensors.torch import load_file
from torch import Tensor, nn

from t2v.checkpoints.layouts import diffusers_unet, diffusers_vae, transformers_text
from t2v.defaults import ModelDefaults
from t2v.diffusion import ScheduleConfig
from t2v.networks import VAE, TextConfig, TextEncoder, UNet3D, UNetConfig, VAEConfig
from training.sizes import NATIVE, SCHEDULE, UNET_SIZE, text_size
from training.vae_file import read_vae

SHARD = 9_500_000  # bytes
OLD = ["text_model.embeddings"]  # names of transformers before 5, which later ones still read


def write_part(
    folder: Path, network: nn.Module, table: dict[str, tuple[str, ...]], config: dict, file: str
) -> None:
    """Write a network's config.json and shards; `table`: the file's names, several for a split tensor."""
    write_json(folder / "config.json", config)
    for old in folder.glob("*.safetensors*"):
        old.unlink()
    tensors: dict[str, Tensor] = {}
    for name, tensor in network.state_dict().items():
        for target, piece in zip(table[name], tensor.half().chunk(len(table[name])), strict=True):
            tensors[target] = (piece[..., None] if temporal(name, piece) else piece).clone()
    save_torch_state_dict(
        tensors, folder, filename_pattern=file + "{suffix}.safetensors", max_shard_size=SHARD
    )


def temporal(name: str, tensor: Tensor) -> bool:
    """True for a temporal convolution's weight, which the layout stores with one more axis."""
    return ".temporal_conv." in name and tensor.ndim == 4


def unet_config(size: UNetConfig, sample_size: int) -> dict:
    """The config.json of a UNet3DConditionModel."""
    down = ["CrossAttnDownBlock3D" if attention else "DownBlock3D" for attention in size.attention]
    up = ["CrossAttnUpBlock3D" if attention else "UpBlock3D" for attention in reversed(size.attention)]
    return {
        "_class_name": "UNet3DConditionModel",
        "act_fn": "silu",
        "attention_head_dim": size.head_width,
        "block_out_channels": list(size.widths),
        "cross_attention_dim": size.text_width,
        "down_block_types": down,
        "downsample_padding": 1,
        "in_channels": size.in_channels,
        "layers_per_block": size.blocks,
        "mid_block_scale_factor": 1,
        "norm_eps": 1e-5,
        "norm_num_groups": size.groups,
        "out_channels": size.out_channels,
        "sample_size": sample_size,
        "up_block_types": up,
    }


def vae_config(size: VAEConfig, sample_size: int, scale: float) -> dict:
    """The config.json of an AutoencoderKL."""
    levels = len(size.widths)
    return {
        "_class_name": "AutoencoderKL",
        "act_fn": "silu",
        "block_out_channels": list(size.widths),
        "down_block_types": ["DownEncoderBlock2D"] * levels,
        "in_channels": size.channels,
        "latent_channels": size.latent_channels,
        "layers_per_block": size.blocks,
        "norm_num_groups": size.groups,
        "out_channels": size.channels,
        "sample_size": sample_size,
        "scaling_factor": scale,
        "up_block_types": ["UpDecoderBlock2D"] * levels,
    }


def text_config(size: TextConfig) -> dict:
    """The config.json of a CLIPTextModel."""
    return {
        "_class_name": "CLIPTextModel",
        "architectures": ["CLIPTextModel"],
        "attention_dropout": 0.0,
        "bos_token_id": size.vocabulary - 2,
        "eos_token_id": size.vocabulary - 1,
        "pad_token_id": 0,
        "hidden_act": size.activation,
        "hidden_size": size.width,
        "intermediate_size": int(size.mlp_ratio * size.width),
        "layer_norm_eps": 1e-5,
        "max_position_embeddings": size.length,
        "model_type": "clip_text_model",
        "num_attention_heads": size.heads,
        "num_hidden_layers": size.layers,
        "projection_dim": size.width,
        "vocab_size": size.vocabulary,
    }


def scheduler_config(schedule: ScheduleConfig) -> dict:
    """The scheduler_config.json of a DDIMScheduler."""
    return {
        "_class_name": "DDIMScheduler",
        "beta_end": schedule.beta_end,
        "beta_schedule": "scaled_linear",
        "beta_start": schedule.beta_start,
        "clip_sample": False,
        "num_train_timesteps": schedule.train_steps,
        "prediction_type": schedule.prediction,
        "rescale_betas_zero_snr": schedule.zero_terminal_snr,
        "set_alpha_to_one": schedule.final_alpha_one,
        "steps_offset": schedule.offset,
        "timestep_spacing": schedule.spacing,
    }


MODEL_INDEX = {
    "_class_name": "TextToVideoSDPipeline",
    "scheduler": ["diffusers", "DDIMScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet3DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}


def write_folder(
    out: Path,
    text: TextEncoder,
    unet: UNet3D,
    vae: VAE,
    schedule: ScheduleConfig,
    native: ModelDefaults,
    scale: float,
) -> None:
    """Write a model without tokenizer and vocabulary; `scale` is the factor of the VAE's latents."""
    factor = vae.config.factor
    tables = {"text_encoder": transformers_text, "unet": diffusers_unet, "vae": diffusers_vae}
    configs = {
        "text_encoder": text_config(text.config),
        "unet": unet_config(unet.config, native.width // factor),
        "vae": vae_config(vae.config, native.width, scale),
    }
    for part, network in {"text_encoder": text, "unet": unet, "vae": vae}.items():
        table = tables[part](network.config, list(network.state_dict()), OLD)
        file = "model" if part == "text_encoder" else "diffusion_pytorch_model"
        write_part(out / part, network, table, configs[part], file)
    write_json(out / "scheduler" / "scheduler_config.json", scheduler_config(schedule))
    write_json(out / "model_index.json", MODEL_INDEX)
    stated = {name: value for name, value in asdict(native).items() if value is not None}
    write_json(out / "t2v.json", {"native": stated, "digest": digest(out)})
    total = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    print(f"{out}: {total / 1e6:.1f} MB")


def digest(folder: Path) -> str:
    """The start of the SHA-256 of a folder's weights, one file after the other."""
    hashed = hashlib.sha256()
    for file in sorted(folder.glob("*/*.safetensors")):
        hashed.update(file.read_bytes())
    return hashed.hexdigest()[:16]


def write_json(path: Path, values: dict) -> None:
    """Write a config as the hub's files have it, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values, indent=2) + "\n")


def export(text: Path, unet: Path, vae: Path, out: Path) -> None:
    """Write the embedded model's folder from the three files of its trainings."""
    weights = load_file(text)
    words = text_size(len(weights["tower.token_embedding.weight"]))
    tower, denoiser = TextEncoder(words), UNet3D(UNET_SIZE)
    tower.load_state_dict(weights)
    denoiser.load_state_dict(load_file(unet))
    write_folder(out, tower, denoiser, read_vae(vae), SCHEDULE, NATIVE, scale=1.0)


def main() -> None:
    """Run the command in the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for part in ("text", "unet", "vae"):
        parser.add_argument(f"--{part}", type=Path, required=True, help=f"the {part} network's safetensors")
    parser.add_argument("--out", type=Path, default=Path("t2v/checkpoints/emoji"))
    export(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
