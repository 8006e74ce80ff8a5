"""The weights of a pipeline, by name, to see what an adapter changes."""

from torch import Tensor

from t2v import TextToVideo
from t2v.runtime.fast_unet import FastUNet

SMALL = {"frames": 2, "width": 32, "height": 32, "seed": 1}


def weights(pipe: TextToVideo) -> dict[str, Tensor]:
    networks = {"unet": pipe.unet, "text": pipe.checkpoint.text_encoder, "vae": pipe.vae}
    state = {f"{part}.{n}": t for part, each in networks.items() for n, t in each.state_dict().items()}
    return state | {f"derived {i}": t for i, t in enumerate(derived(pipe.runner.unet))}


def derived(fast: FastUNet) -> list[Tensor]:
    """The tensors that the fast UNet makes of the weights."""
    return [
        *fast.joined,
        *fast.added,
        *fast._ahead.values(),
        *fast._minus_ahead.values(),
        *fast._qkv.values(),
    ]


def copies(pipe: TextToVideo) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in weights(pipe).items()}
