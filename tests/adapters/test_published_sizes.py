"""The published adapters fit a UNet of the published size: counts and bytes, on tensors without memory."""

from collections import Counter

import pytest

from benchmarks import adapter_files
from t2v.checkpoints.adapter_catalogue import ADAPTERS
from t2v.checkpoints.lora_file import LoRAFile
from t2v.checkpoints.lora_formats import guidance_width, match
from t2v.checkpoints.lora_places import Places
from t2v.networks import TextEncoder, UNet3D
from t2v.networks.blank import blank
from t2v.networks.config import TextConfig, UNetConfig


@pytest.fixture(scope="module")
def layers() -> Places:
    with blank():
        return adapter_files.layers_of(UNet3D(UNetConfig()), TextEncoder(TextConfig()))


def test_turbos_list_has_as_many_tensors_and_bytes_as_the_published_file(layers: Places):
    tensors = adapter_files.turbo_tensors(layers, "meta")
    assert len(tensors) == 1_150
    assert sum(tensor.nbytes for tensor in tensors) == 233_990_784 == ADAPTERS["turbo"].size
    kinds = Counter(len(layers.named[name].shape) for name in adapter_files.turbo_layers(layers))
    assert kinds == {2: 421, 4: 154}  # linear layers; convolutions over space, 66, and along time, 88
    file = LoRAFile("unet_lora.pt", items=tuple(tensors))
    title, pairs = match(file, layers)
    assert "T2V-Turbo" in title and len({(p.place.tensor, p.place.row) for p in pairs}) == 575
    assert guidance_width(file) == 256
    assert Counter(pair.rank for pair in pairs) == {32: 573, 4: 2}


def test_mcms_folders_change_482_layers(layers: Places):
    names = adapter_files.mcm_layers(layers)
    tensors = {}
    for name in names:
        up, down = adapter_files.pair(layers.named[name].shape, 64, "meta")
        tensors |= {f"base_model.model.{name}.lora_{role}.weight": t for role, t in (("A", down), ("B", up))}
    file = LoRAFile("adapter_model.safetensors", tensors, config={"r": 64, "lora_alpha": 64})
    title, pairs = match(file, layers)
    assert title == "PEFT" and len(pairs) == 482
    assert {pair.scale for pair in pairs} == {1.0}


def test_the_untouched_layers_are_turbos_others(layers: Places):
    left = set(adapter_files.turbo_layers(layers)) - set(adapter_files.mcm_layers(layers))
    assert len(left) == 575 - 482
    assert all("conv" in name or name.startswith("time_embedding.") for name in left)
