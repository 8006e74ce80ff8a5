"""Find the state dict in a training checkpoint: dicts around it, prefixes before its names."""

import re
from collections.abc import Collection, Iterator, Mapping

from torch import Tensor

from .errors import CheckpointError

# Inserted into names, anywhere, by torch.compile and distributed training.
INSERTED = re.compile(
    r"(?<![^.])(_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module|_forward_module)\."
)
# Attributes under which programs keep a network. No network's own names all begin with one of them.
PREFIXES = frozenset(
    """cond_stage_model denoiser diffusion_model ema ema_model first_stage_model generator model model_ema
    module net network online_model shadow state_dict student
    text_encoder transformer unet unet3d vae""".split()
)
DEPTH = 4  # levels of dicts that are searched


def strip_prefixes(names: Collection[str]) -> dict[str, str]:
    """Map names without the prefixes that all of them share to the names as stored."""
    stored = {INSERTED.sub("", name): name for name in names}
    if len(stored) < len(names):  # a network and its compiled copy in one file
        stored = {name: name for name in names}
    while stored:
        firsts = {name.partition(".")[0] for name in stored}
        if len(firsts) > 1 or not firsts <= PREFIXES or firsts & stored.keys():
            break
        start = f"{firsts.pop()}."
        stored = {name.removeprefix(start): old for name, old in stored.items()}
    return stored


def find_state_dict(loaded: object) -> Mapping[str, Tensor]:
    """Return the state dict in a loaded PyTorch file; CheckpointError if there are several, or none."""
    found = dict(_state_dicts(loaded, "", DEPTH))
    if len(found) > 1:
        found = {path: tensors for path, tensors in found.items() if _is_network(tensors)} or found
    named = [path for path in found if path.rpartition(".")[2] == "state_dict"]
    if len(found) == 1 or len(named) == 1:
        return found[named[0] if named else next(iter(found))]
    if found:
        names = ", ".join(sorted(path or "the outermost" for path in found))
        raise CheckpointError(
            f"holds several sets of weights ({names}): save the one that is wanted by itself"
        )
    raise CheckpointError("holds no tensors with names: it can't be read as a state dict")


def _state_dicts(value: object, path: str, depth: int) -> Iterator[tuple[str, Mapping[str, Tensor]]]:
    """Yield (path, dict) for each dict from names to tensors within `value`."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value) or not depth:
        return
    if any(isinstance(item, Tensor) for item in value.values()):
        yield path, value
    for key, item in value.items():
        yield from _state_dicts(item, f"{path}.{key}".lstrip("."), depth - 1)


def _is_network(tensors: Mapping[str, object]) -> bool:
    """Return whether any tensor has an axis; counters and decay rates have none."""
    return any(isinstance(tensor, Tensor) and tensor.ndim for tensor in tensors.values())
