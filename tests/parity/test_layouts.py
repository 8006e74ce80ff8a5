"""Files that the peers wrote are loaded whole, and at full size by exactly the released names."""

import json
from math import prod
from pathlib import Path
from shutil import copytree

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from t2v.checkpoints import load
from t2v.checkpoints.layouts import ignored
from t2v.checkpoints.loading import open_parts
from t2v.checkpoints.locate import locate
from t2v.networks import TextConfig, UNetConfig, VAEConfig

from ..common import relative
from .make_manifests import Manifest, read
from .peers import FULL, Peers, modelscope_configuration, write_diffusers_folder, write_modelscope_folder

PUBLISHED = {"text_encoder": TextConfig(), "unet": UNetConfig(), "vae": VAEConfig()}


def contents(network: nn.Module, leave_out: tuple[str, ...] = ()) -> list[bytes]:
    """Every tensor's numbers; q, k and v apart, as not all files stack them."""
    tensors = {name: t for name, t in network.state_dict().items() if not name.startswith(leave_out)}
    pieces = [piece for name, t in tensors.items() for piece in (t.chunk(3) if "in_proj" in name else [t])]
    return sorted(piece.contiguous().numpy().tobytes() for piece in pieces)


@torch.no_grad()
def test_modelscope_files(modelscope_model: tuple[Path, Peers]):
    folder, peers = modelscope_model
    model = load(folder)
    cut = (
        "visual",
        "text_projection",
        "logit_scale",
        f"transformer.resblocks.{model.text_encoder.config.layers}.",
    )
    assert contents(model.unet) == contents(peers.unet)
    assert contents(model.vae) == contents(peers.vae)
    assert contents(model.text_encoder) == contents(peers.text, cut)
    x, text = torch.randn(1, 4, 3, 6, 8), torch.randn(1, 77, 128)
    assert relative(model.unet(x, torch.tensor([7]), text), peers.unet(x, torch.tensor([7]), text)) < 1e-5
    assert relative(model.vae.decode(x[:, :, 0]), peers.vae.decode(x[:, :, 0])) < 1e-5


@torch.no_grad()
def test_diffusers_folder(diffusers_model: tuple[Path, Peers]):
    folder, peers = diffusers_model
    model = load(folder)
    assert contents(model.unet) == contents(peers.unet)
    assert contents(model.vae) == contents(peers.vae)
    assert contents(model.text_encoder) == contents(peers.text)
    x, text = torch.randn(1, 4, 3, 5, 7), torch.randn(1, 77, 128)
    assert (
        relative(model.unet(x, torch.tensor([7]), text), peers.unet(x, torch.tensor([7]), text).sample) < 1e-5
    )
    assert relative(model.vae.decode(x[:, :, 0]), peers.vae.decode(x[:, :, 0]).sample) < 1e-5


@torch.no_grad()
@pytest.mark.parametrize("activation", ["gelu", "quick_gelu"])
def test_text_encoder_of_transformers(tmp_path: Path, activation: str):
    peers = write_diffusers_folder(tmp_path, activation=activation, text_heads=4)
    model = load(tmp_path)
    tokens = model.tokenizer(["a panda on a green background", ""])
    assert relative(model.text_encoder(tokens), peers.text(tokens).last_hidden_state) < 1e-5


@pytest.mark.parametrize(
    "saving",
    [{"safe_serialization": False}, {"max_shard_size": "2MB"}, {"variant": "fp16"}],
    ids=["bin", "shards", "variant"],
)
def test_ways_of_saving(tmp_path: Path, saving: dict):
    peers = write_diffusers_folder(tmp_path, saving=saving)
    if "max_shard_size" in saving:
        assert len(locate(tmp_path).files["unet"]) > 2
    assert contents(load(tmp_path).unet) == contents(peers.unet)


@torch.no_grad()
def test_old_attention_names_and_convolutions(diffusers_model: tuple[Path, Peers], tmp_path: Path):
    """As Stable Diffusion's first VAEs have them: query, key, value, proj_attn, as 1×1 convolutions."""
    folder, peers = diffusers_model
    copytree(folder, tmp_path, dirs_exist_ok=True)
    file = tmp_path / "vae" / "diffusion_pytorch_model.safetensors"
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    tensors = {}
    for name, tensor in load_file(file).items():
        for new, former in old.items():
            if f".{new}." in name:
                name = name.replace(new, former)
                tensor = tensor[..., None, None].contiguous() if name.endswith("weight") else tensor
        tensors[name] = tensor
    assert sum(".proj_attn." in name for name in tensors) == 4
    save_file(tensors, file)
    assert contents(load(tmp_path).vae) == contents(peers.vae)


@pytest.mark.parametrize(
    "sizes",
    [{"blocks": 2, "attention": (False, True)}, {"widths": (32, 32, 64), "attention": (True, False, True)}],
)
def test_other_sizes_in_modelscopes_layout(tmp_path: Path, sizes: dict):
    peers = write_modelscope_folder(tmp_path, **sizes, vae_widths=(32, 64), vae_blocks=2)
    model = load(tmp_path)
    assert contents(model.unet) == contents(peers.unet)
    assert contents(model.vae) == contents(peers.vae)


def sparse(path: Path, tensors: dict[str, list[int]]) -> None:
    """A safetensors file whose header says all, and whose numbers are a hole in the disk."""
    header, end = {}, 0
    for name, shape in tensors.items():
        start, end = end, end + 4 * prod(shape)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + end)


def check_published(folder: Path, manifest: Manifest, cut_off: str) -> None:
    """The sizes found are the published ones; every tensor of the file is taken once or known as needless."""
    parts = open_parts(locate(folder))
    assert {part.name: part.network.config for part in parts} == PUBLISHED
    assert sum(t.numel() for t in parts.unet.network.parameters()) == 1_411_233_860
    for part in parts:
        used = [source for sources in part.table.values() for source in sources]
        listed = {tensor.removeprefix("first_stage_model.") for tensor in manifest[part.name]}
        assert len(used) == len(set(used))
        spare = {t for t in listed - set(used) if not t.startswith(cut_off)}
        assert all(ignored(part.name, t) for t in spare)
        assert set(used) <= listed


def test_published_modelscope_files(tmp_path: Path):
    manifest = read("modelscope")
    configuration = modelscope_configuration(FULL)
    files = {"text_encoder": "ckpt_clip", "unet": "ckpt_unet", "vae": "ckpt_autoencoder"}
    for part, key in files.items():
        configuration["model"]["model_args"][key] = f"{part}.safetensors"
        sparse(tmp_path / f"{part}.safetensors", manifest[part])
    (tmp_path / "configuration.json").write_text(json.dumps(configuration))
    check_published(tmp_path, manifest, cut_off="transformer.resblocks.23.")


def test_published_diffusers_folder(tmp_path: Path):
    manifest = read("diffusers")
    configs = {
        "model_index.json": {"_class_name": "TextToVideoSDPipeline"},
        "unet/config.json": {"_class_name": "UNet3DConditionModel"},
        "vae/config.json": {
            "block_out_channels": [128, 256, 512, 512],
            "down_block_types": ["DownEncoderBlock2D"] * 4,
            "up_block_types": ["UpDecoderBlock2D"] * 4,
            "layers_per_block": 2,
        },
        "text_encoder/config.json": {
            "hidden_size": 1024,
            "intermediate_size": 4096,
            "num_attention_heads": 16,
            "num_hidden_layers": 23,
            "hidden_act": "gelu",
        },
    }
    for part, tensors in manifest.items():
        stem = "model" if part == "text_encoder" else "diffusion_pytorch_model"
        sparse(tmp_path / part / f"{stem}.safetensors", tensors)
    for name, values in configs.items():
        (tmp_path / name).write_text(json.dumps(values))
    check_published(tmp_path, manifest, cut_off="nothing")
