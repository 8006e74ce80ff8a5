"""Writes tests/data/*.json.gz: names and shapes of every tensor of the published model, in both layouts.

The peers' own classes tell them, built at full size on the meta device, where tensors take no memory.
Run: python -m tests.parity.make_manifests
"""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import open_clip
import torch
from torch import nn

from .peers import FULL, Peers, diffusers_peers, modelscope_peers

DATA = Path(__file__).parents[1] / "data"
Manifest = dict[str, dict[str, list[int]]]  # part -> tensor -> shape


def modelscope_manifest() -> Manifest:
    """The tensors of ModelScope's three weight files, the vision half of CLIP among them."""
    config = open_clip.get_model_config("ViT-H-14")
    with torch.device("meta"):
        peers = modelscope_peers(FULL)
        clip = open_clip.model.CLIP(config["embed_dim"], config["vision_cfg"], config["text_cfg"])
    shapes = manifest(replace(peers, text=clip))
    shapes["vae"] = {f"first_stage_model.{name}": shape for name, shape in shapes["vae"].items()}
    return shapes


def diffusers_manifest() -> Manifest:
    """The tensors of a diffusers folder."""
    with torch.device("meta"):
        return manifest(diffusers_peers(FULL))


def manifest(peers: Peers) -> Manifest:
    """What the three networks' state dicts hold."""

    def shapes(network: nn.Module) -> dict[str, list[int]]:
        return {name: list(tensor.shape) for name, tensor in sorted(network.state_dict().items())}

    return {"text_encoder": shapes(peers.text), "unet": shapes(peers.unet), "vae": shapes(peers.vae)}


def read(layout: str) -> Manifest:
    """The committed manifest of a layout."""
    return json.loads(gzip.decompress((DATA / f"{layout}.json.gz").read_bytes()))


def write(layout: str, shapes: Manifest) -> None:
    """Commits a manifest to tests/data, the same bytes for the same shapes."""
    DATA.mkdir(exist_ok=True)
    text = json.dumps(shapes, separators=(",", ":"))
    (DATA / f"{layout}.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    write("modelscope", modelscope_manifest())
    write("diffusers", diffusers_manifest())
