"""What only a GPU shows: `make test-gpu`, on a model of the published size with random weights.

`pytest -m gpu tests/gpu` on a machine without one runs the same tests on a CPU and a tiny model: nothing is
recorded and no memory is measured there, but what the tests do is tried.
"""

import gc
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from t2v import Request, TextToVideo
from t2v.torch_state import OwnState

from ..common import apart

GPU = torch.cuda.is_available()
DEVICE = torch.device("cuda:0" if GPU else "cpu")
HALF = torch.float16 if GPU else torch.bfloat16
SIZE = {"frames": 16, "width": 256, "height": 256} if GPU else {"frames": 5, "width": 16, "height": 24}
STEPS = 4
PANDA = Request("a panda", "a cat", seed=7, steps=STEPS, guidance=1.5, **SIZE)
Load = Callable[..., TextToVideo]


@pytest.fixture(scope="session")
def model(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of random weights: of the published size on a GPU, tiny elsewhere."""
    if not GPU:
        return folder
    from benchmarks import published

    with torch.inference_mode():
        networks = published.make("cuda")
        return published.write(networks, tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="session")
def load(model: Path) -> Load:
    """A function that loads the model anew, by a rung of the memory ladder."""

    def made(memory: str = "fast", device: str | torch.device = DEVICE, dtype: torch.dtype = HALF):
        with torch.inference_mode(False):
            return TextToVideo.from_pretrained(model, device, dtype, memory)

    return made


@pytest.fixture(scope="session")
def shared(load: Load) -> Load:
    """A function that gives the pipeline of a rung, the same one every time; tests leave it as it was."""
    return cache(load)


@pytest.fixture(scope="session")
def fast(shared: Load) -> TextToVideo:
    """All weights on the device."""
    return shared("fast")


@pytest.fixture(autouse=True)
def room() -> Iterator[None]:
    """What a test has made is freed before the next one measures."""
    yield
    gc.collect()
    if GPU:
        torch.cuda.empty_cache()


@pytest.fixture
def own_state() -> Iterator[None]:
    """The state of torch that the pipeline computes in, for tests that call its networks."""
    with OwnState(DEVICE, inference=True):
        torch.backends.cudnn.conv.fp32_precision = "ieee"  # float32 is the measure here
        yield


def inputs(pipe: TextToVideo, seed: int = 1, frames: int = SIZE["frames"]) -> tuple[Tensor, Tensor, Tensor]:
    """x (1 4 f h w), t (1), text (2 77 d), random, in the pipeline's precision"""
    drawn = torch.Generator().manual_seed(seed)
    shape = (1, 4, frames, SIZE["height"] // 8, SIZE["width"] // 8)
    x, text = (
        torch.randn(size, generator=drawn).to(DEVICE, pipe.dtype)
        for size in (shape, (2, 77, pipe.unet.config.text_width))
    )
    return x, torch.tensor([500.0 + seed], device=DEVICE), text


def same(found: np.ndarray, expected: np.ndarray) -> bool:
    """Whether two videos are the same within rounding: parts of another size are summed in another order."""
    return apart(found, expected) <= 8 and np.abs(found.astype(float) - expected).mean() < 0.5


def allocated() -> int:
    """Bytes of tensors on the GPU."""
    gc.collect()
    torch.cuda.synchronize()
    return torch.cuda.memory_allocated(DEVICE)


def weight_bytes(part: torch.nn.Module) -> int:
    return sum(weight.numel() * weight.element_size() for weight in part.parameters())


def places(part: torch.nn.Module) -> set[str]:
    """The kinds of device that the part's weights lie on."""
    return {weight.device.type for weight in part.parameters()}
