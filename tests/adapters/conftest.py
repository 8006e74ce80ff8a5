"""For the tests of adapters: one tiny model, and files that fit it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from t2v import TextToVideo
from t2v.checkpoints.lora_order import unet_orders
from t2v.checkpoints.lora_places import Places, places

from ..lora_files import write_list, write_named


@pytest.fixture(scope="package")
def shared(folder: Path) -> TextToVideo:
    return TextToVideo.from_pretrained(folder, device="cpu", dtype="float32")


@pytest.fixture
def pipe(shared: TextToVideo) -> Iterator[TextToVideo]:
    yield shared
    shared.set_adapters()


@pytest.fixture(scope="package")
def layers(shared: TextToVideo) -> Places:
    return places(shared.unet, shared.checkpoint.text_encoder, guidance_width=256)


@pytest.fixture
def lora(tmp_path: Path, layers: Places) -> Path:
    return write_named(tmp_path / "panda.safetensors", layers)


@pytest.fixture
def turbo(tmp_path: Path, layers: Places) -> Path:
    return write_list(tmp_path / "unet_lora.pt", layers, next(unet_orders(layers.unet)).layers)
