"""Weights as people publish them: both layouts, half precision and float8, prefixes and wrappers."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from t2v.checkpoints import load
from t2v.checkpoints.catalogue import CATALOGUE

from .tiny_model import MODELSCOPE_FILES, write_diffusers, write_modelscope

Tensors = dict[str, Tensor]


def prefixed(prefix: str) -> Callable[[Tensors], Tensors]:
    return lambda tensors: {f"{prefix}{name}": tensor for name, tensor in tensors.items()}


def as_type(dtype: torch.dtype) -> Callable[[Tensors], Tensors]:
    return lambda tensors: {name: tensor.to(dtype) for name, tensor in tensors.items()}


CHANGES: dict[str, tuple[Callable[[Tensors], object], torch.dtype]] = {
    "float16": (as_type(torch.float16), torch.float16),
    "bfloat16": (as_type(torch.bfloat16), torch.bfloat16),
    "float8": (as_type(torch.float8_e4m3fn), torch.float8_e4m3fn),
    "module.": (prefixed("module."), torch.float32),
    "model.": (prefixed("model."), torch.float32),
    "an EMA's": (prefixed("ema_model.module."), torch.float32),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_unet_in_diffusers_layout(tmp_path: Path, change: str):
    make, dtype = CHANGES[change]
    path = write_diffusers(tmp_path / "model") / "unet/diffusion_pytorch_model.safetensors"
    plain = load(tmp_path / "model").unet.state_dict()
    save_file(make(load_file(path)), path)
    changed = load(tmp_path / "model").unet.state_dict()
    assert all(torch.equal(tensor.to(dtype).float(), changed[name]) for name, tensor in plain.items())


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("change", CHANGES)
def test_a_unet_in_modelscopes_layout(tmp_path: Path, change: str, wrapped: bool):
    """Also within a training's checkpoint, beside its counters."""
    make, dtype = CHANGES[change]
    path = write_modelscope(tmp_path / "model") / MODELSCOPE_FILES["unet"]
    plain = load(tmp_path / "model").unet.state_dict()
    tensors = make(torch.load(path))
    torch.save({"state_dict": tensors, "step": 5} if wrapped else tensors, path)
    changed = load(tmp_path / "model").unet.state_dict()
    assert all(torch.equal(tensor.to(dtype).float(), changed[name]) for name, tensor in plain.items())


RELATIVES = [entry for entry in CATALOGUE.values() if "/" in entry.id and "+" not in entry.id]


@pytest.mark.parametrize("entry", RELATIVES, ids=lambda entry: entry.id)
@pytest.mark.parametrize("write", [write_diffusers, write_modelscope])
def test_a_copy_of_a_relative_has_its_defaults_in_either_layout(tmp_path: Path, entry, write):
    folder = write(tmp_path / entry.id.rpartition("/")[2])
    if write is write_diffusers:  # the family's size, whatever the videos' own
        config = folder / "unet/config.json"
        config.write_text(json.dumps(json.loads(config.read_text()) | {"sample_size": 32}))
    assert load(folder).native == entry.native


def test_pth_files_beside_diffusers_folders_do_no_harm(tmp_path: Path):
    """As in zeroscope's repository: ModelScope's files for other programs in a folder of its own."""
    folder = write_diffusers(tmp_path / "zeroscope_v2_576w")
    plain = load(folder).unet.state_dict()
    inner = write_modelscope(folder / "zs2_576w", seed=3)
    shutil.copy(inner / MODELSCOPE_FILES["unet"], folder)
    assert all(torch.equal(tensor, plain[name]) for name, tensor in load(folder).unet.state_dict().items())
    other = load(inner)
    assert other.native == CATALOGUE["cerspense/zeroscope_v2_576w"].native
    assert other.unet.state_dict().keys() == plain.keys()
