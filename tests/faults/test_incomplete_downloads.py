"""Half a download is never taken for a whole one; a model that has zeros of its own is."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from t2v.checkpoints import CheckpointError, diagnose, load
from t2v.checkpoints.incomplete_downloads import MARKERS, STRIDE, unwritten

UNET_FILE = "unet/diffusion_pytorch_model.safetensors"


@pytest.mark.parametrize("marker", MARKERS)
def test_a_downloaders_file_beside_the_weights_is_believed(folder: Path, marker: str):
    (folder / (UNET_FILE + marker.upper())).touch()
    with pytest.raises(CheckpointError, match="is an unfinished download: .* lies beside it"):
        load(folder)
    assert "unfinished download" in diagnose(folder / UNET_FILE)


@pytest.mark.parametrize("marker", MARKERS)
def test_an_unfinished_file_is_told_by_its_name(folder: Path, marker: str):
    half = (folder / UNET_FILE).rename(folder / (UNET_FILE + marker))
    with pytest.raises(CheckpointError, match="unfinished download"):
        load(folder)
    assert "unfinished download" in diagnose(half)


def test_a_file_of_another_part_is_no_sign(folder: Path):
    (folder / "model.safetensors.part").touch()
    (folder / "unet/sample.mp4.part").touch()
    load(folder)


def zeros_between(path: Path, start: float, end: float) -> None:
    """Make a share of a safetensors file's tensors zeros, as a download with gaps leaves them."""
    data = bytearray(path.read_bytes())
    begin = 8 + struct.unpack("<Q", data[:8])[0]
    first, last = (begin + int(share * (len(data) - begin)) for share in (start, end))
    data[first:last] = bytes(last - first)
    path.write_bytes(data)


@pytest.mark.parametrize("name", [UNET_FILE, "vae/diffusion_pytorch_model.safetensors"])
@pytest.mark.parametrize(("start", "end"), [(s / 10, 1.0) for s in range(10)] + [(0.0, 0.5), (0.3, 0.6)])
def test_zeros_instead_of_tensors_are_doubted(folder: Path, name: str, start: float, end: float):
    zeros_between(folder / name, start, end)
    with pytest.raises(CheckpointError, match="not downloaded whole") as error:
        load(folder)
    assert diagnose(folder) == str(error.value)
    assert "not downloaded whole" in diagnose(folder / name)


def test_zeros_in_a_pytorch_file_are_doubted(folder: Path):
    torch.save(load_file(folder / UNET_FILE), folder / "unet/diffusion_pytorch_model.bin")
    (folder / UNET_FILE).unlink()
    load(folder)
    file = folder / "unet/diffusion_pytorch_model.bin"
    data = bytearray(file.read_bytes())
    data[len(data) // 3 : len(data) // 2] = bytes(len(data) // 2 - len(data) // 3)
    file.write_bytes(data)
    with pytest.raises(CheckpointError, match="not downloaded whole"):
        load(folder)


def test_a_file_whose_start_never_came(folder: Path):
    size = (folder / UNET_FILE).stat().st_size
    (folder / UNET_FILE).write_bytes(bytes(size))
    with pytest.raises(CheckpointError, match="begins with nothing but zeros"):
        load(folder)


def matrices(tensors: dict[str, Tensor], part: str = "") -> list[Tensor]:
    return [tensor for name, tensor in tensors.items() if tensor.ndim > 1 and part in name]


GENUINE_ZEROS: dict[str, Callable[[dict[str, Tensor]], list[Tensor]]] = {
    "biases": lambda t: [tensor for name, tensor in t.items() if name.endswith("bias")],
    "last convolutions": lambda t: matrices(t, ".conv4."),
    "every matrix": matrices,
    "pruned rows": lambda t: [tensor[len(tensor) // 2 :] for tensor in matrices(t)],
    "new columns": lambda t: [tensor[:, tensor.shape[1] // 2 :] for tensor in matrices(t)],
}


@pytest.mark.parametrize("name", GENUINE_ZEROS)
def test_a_model_with_zeros_of_its_own_is_loaded(folder: Path, name: str):
    tensors = load_file(folder / UNET_FILE)
    for zeros in GENUINE_ZEROS[name](tensors):
        zeros.zero_()
    save_file(tensors, folder / UNET_FILE)
    load(folder)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.float8_e4m3fn])
def test_a_gap_anywhere_in_a_large_tensor_is_found(dtype: torch.dtype):
    whole = torch.randn(320, 1280).to(dtype)
    length = 2 * STRIDE // dtype.itemsize
    for start in range(1, whole.numel() - length, length // 3 | 1):
        torn = whole.clone()
        torn.view(-1)[start : start + length] = 0
        assert "gap" in unwritten("to_q.weight", torn), start
    assert unwritten("to_q.weight", whole) is None


def test_zero_rows_are_no_gap_wherever_they_are():
    for rows in (slice(0, 100), slice(77, 200), slice(250, 320), slice(None, None, 2), slice(None)):
        tensor = torch.randn(320, 1280)
        tensor[rows] = 0
        assert unwritten("to_q.weight", tensor) is None
