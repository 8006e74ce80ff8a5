"""The file of a VAE: its weights in half precision under our own names, and its norms' number of groups."""

from dataclasses import replace
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import load_file, save_file

from t2v.networks import VAE
from training.sizes import VAE_SIZE

GROUPS, OLD_GROUPS = "groups", 32  # the name of their number in the metadata; where it is missing


def read_vae(path: Path) -> VAE:
    """Read a VAE that was trained here; the file's metadata have its number of groups, 32 in older files."""
    with safe_open(path, framework="pt") as file:
        groups = int((file.metadata() or {}).get(GROUPS, OLD_GROUPS))
    weights = load_file(path)
    vae = VAE(replace(VAE_SIZE, groups=groups, latent_channels=len(weights["from_latents.weight"])))
    vae.load_state_dict(weights)
    return vae


def write_vae(path: Path, vae: VAE) -> None:
    """Write a VAE in half precision, to a temporary file that then replaces `path`."""
    weights = {name: tensor.half().contiguous() for name, tensor in vae.state_dict().items()}
    temporary = path.with_suffix(".tmp")
    save_file(weights, temporary, {GROUPS: str(vae.config.groups)})
    temporary.replace(path)
