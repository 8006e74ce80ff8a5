"""Weight files and configs that can't be loaded: each is refused, and its message says what it is."""

import json
import math
import pickle
import random
import struct
import sys
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from t2v.checkpoints import CheckpointError, diagnose, examine, load
from t2v.checkpoints.weights import Weights

from ..mutations import mutate
from ..soak import chance, times
from ..tiny_model import stored, write_diffusers, write_modelscope

UNET_FILE = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_diffusers(tmp_path_factory.mktemp("good") / "model")


class Touch:
    """A pickle of this touches a file where it is unpickled."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self) -> tuple:
        return open, (str(self.path), "w")


def header(tensors: dict, data: bytes = b"") -> bytes:
    text = json.dumps(tensors).encode()
    return struct.pack("<Q", len(text)) + text + data


def entry(start: int, end: int) -> dict:
    return {"dtype": "F32", "shape": [(end - start) // 4], "data_offsets": [start, end]}


def deflated(path: Path) -> bytes:
    torch.save({"a": torch.zeros(10_000)}, path)
    with (
        zipfile.ZipFile(path) as stored,
        zipfile.ZipFile(path.with_suffix(".z"), "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in stored.namelist():
            packed.writestr(name, stored.read(name))
    return path.with_suffix(".z").read_bytes()


def saved(path: Path, value: object) -> bytes:
    torch.save(value, path)
    return path.read_bytes()


BAD_FILES: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "empty": (lambda p: b"", r"is empty"),
    "LFS pointer": (
        lambda p: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
        r"Git LFS pointer",
    ),
    "HTML": (lambda p: b"\n<!DOCTYPE html><html><body>Not found</body></html>", r"is an HTML page"),
    "text": (lambda p: b"hello, I am no checkpoint at all", r"not a checkpoint"),
    "random bytes": (lambda p: random.Random(0).randbytes(500), r"not a checkpoint"),
    "bare pickle": (lambda p: pickle.dumps({"a": 1}), r"bare pickle"),
    "pickle with code": (lambda p: pickle.dumps(Touch(p.with_name("touched"))), r"holds code \(.*open\)"),
    "zip with code": (lambda p: saved(p, Touch(p.with_name("touched"))), r"holds code \(.*open\)"),
    "code in a state dict": (
        lambda p: saved(p, {"state_dict": {"a": torch.ones(1)}, "hook": Touch(p.with_name("touched"))}),
        r"holds code",
    ),
    "deflated zip": (deflated, r"compressed zip archive"),
    "truncated zip": (lambda p: saved(p, {"a": torch.zeros(999)})[:-200], r"damaged or was cut off"),
    "another zip": (lambda p: b"PK\x05\x06" + bytes(18), r"not a PyTorch checkpoint"),
    "a tensor, no state dict": (lambda p: saved(p, torch.zeros(2)), r"can't be read"),
    "expanded tensor": (lambda p: saved(p, {"conv_in.bias": torch.zeros(1).expand(10**12)}), r"lacks"),
    "huge header": (
        lambda p: struct.pack("<Q", 2**40) + b"{" + bytes(100),
        r"header would be 1,099,511,627,776 bytes",
    ),
    "cut-off header": (lambda p: struct.pack("<Q", 5_000) + b"{" + bytes(100), r"cut off within its header"),
    "broken header": (lambda p: struct.pack("<Q", 100) + b"{" + bytes(100), r"header can't be read"),
    "cut-off tensors": (lambda p: header({"a": entry(0, 400)}, bytes(100)), r"300 bytes are missing"),
    "overlapping tensors": (
        lambda p: header({"a": entry(0, 8), "b": entry(4, 12)}, bytes(12)),
        r"tensors overlap",
    ),
    "tensors with a gap": (
        lambda p: header({"a": entry(0, 4), "b": entry(8, 12)}, bytes(12)),
        r"can't be read",
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_and_named(folder: Path, name: str):
    make, message = BAD_FILES[name]
    path = folder / UNET_FILE
    data = make(path)
    (folder / "touched").unlink(missing_ok=True)
    path.unlink(missing_ok=True)
    path = path.with_suffix(".bin") if b"archive" in data[:60] or not data[8:9] == b"{" else path
    path.write_bytes(data)
    with pytest.raises(CheckpointError, match=message) as error:
        load(folder)
    assert str(folder) not in str(error.value)
    assert "weights_only" not in str(error.value)
    assert not path.with_name("touched").exists()
    assert diagnose(folder) == str(error.value)


PASSED = {  # by PyTorch's own list of what is safe
    "counter": Counter("ab"),
    "bytes": bytearray(b"x"),
    "complex": 1j,
    "set": {1},
    "parameter": torch.nn.Parameter(torch.zeros(1)),
    "size": torch.Size([2]),
    "half": torch.float16,
    "device": torch.device("cpu"),
    "layout": torch.strided,
}


def test_what_weights_only_takes_beside_tensors_is_passed_over(tmp_path: Path):
    saved(tmp_path / "a.bin", {"a": torch.ones(2)} | PASSED)
    assert "a" in Weights([tmp_path / "a.bin"]).specs


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize(
    "value", [print, torch.hub.load, Path("a"), frozenset([1])], ids=["print", "load", "path", "frozenset"]
)
def test_code_is_named_in_every_protocol(tmp_path: Path, value: object, protocol: int):
    """Also a function of PyTorch's own, and in a protocol that `weights_only` can't read."""
    torch.save({"a": torch.ones(2), "b": value}, tmp_path / "a.bin", pickle_protocol=protocol)
    with pytest.raises(CheckpointError, match="a.bin (holds code|is damaged)") as error:
        Weights([tmp_path / "a.bin"])
    if protocol == 2:
        assert "holds code" in str(error.value)


def test_a_flag_of_code_is_no_accident(tmp_path: Path):
    """The pickle of the tests above does touch its file when it is run."""
    pickle.loads(pickle.dumps(Touch(tmp_path / "touched")))
    assert (tmp_path / "touched").exists()


def test_what_lightning_leaves_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whole image models carry a callback's class and NumPy numbers beside their weights."""
    write_modelscope(tmp_path)
    path = tmp_path / "VQGAN_autoencoder.pth"
    module = ModuleType("pytorch_lightning.callbacks.model_checkpoint")
    module.ModelCheckpoint = type("ModelCheckpoint", (), {"__module__": module.__name__})
    for name in ("pytorch_lightning", "pytorch_lightning.callbacks", module.__name__):
        monkeypatch.setitem(sys.modules, name, module)
    callbacks = {module.ModelCheckpoint: {"best": np.float64(1.0), "step": 7}}
    torch.save({"state_dict": torch.load(path, weights_only=True), "callbacks": callbacks}, path)
    monkeypatch.undo()
    load(tmp_path)


WRONG_KINDS = {
    "a VAE": lambda: stored("diffusers", "vae"),
    "a CLIP text encoder": lambda: stored("diffusers", "text_encoder"),
    "CLIP's vision half": lambda: {"vision_model.embeddings.class_embedding": torch.ones(3)},
    "a LoRA": lambda: {"lora_unet_down_blocks_0_attentions_0.lora_up.weight": torch.ones(3, 3)},
    "a Stable Diffusion image UNet": lambda: {"down_blocks.0.resnets.0.conv1.weight": torch.ones(3, 3, 3, 3)},
    "a whole Stable Diffusion image model": lambda: {
        "model.diffusion_model.input_blocks.0.0.weight": torch.ones(3),
        "first_stage_model.encoder.conv_in.weight": torch.ones(3),
    },
}


@pytest.mark.parametrize("kind", WRONG_KINDS)
def test_the_wrong_model_is_recognised(folder: Path, kind: str):
    save_file(WRONG_KINDS[kind](), folder / UNET_FILE)
    with pytest.raises(CheckpointError, match=kind) as error:
        load(folder)
    assert "not a video UNet" in str(error.value)
    try:
        assert kind in examine(folder / UNET_FILE)
    except CheckpointError as error:  # half a LoRA fits nothing, and is named all the same
        assert kind in str(error)


def test_the_wrong_file_under_a_modelscope_name(tmp_path: Path):
    write_modelscope(tmp_path)
    torch.save(stored("modelscope", "unet"), tmp_path / "VQGAN_autoencoder.pth")
    with pytest.raises(CheckpointError, match=r"VQGAN_autoencoder.pth is a video UNet, not a VAE"):
        load(tmp_path)


def test_nan_weights_are_found_in_a_single_file(folder: Path):
    tensors = load_file(folder / UNET_FILE)
    tensors["conv_in.weight"][0, 0, 0, 0] = torch.nan
    save_file(tensors, folder / UNET_FILE)
    assert "conv_in.weight has numbers that are not finite" in str(diagnose(folder / UNET_FILE))


def test_a_sound_model_is_reported(good: Path):
    assert diagnose(good) is None
    report = examine(good)
    assert report.startswith("model: a model in the diffusers layout")
    assert "float32" in report
    assert diagnose(good / UNET_FILE) is None


def replaced(path: str, **values: object) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        file = folder / path
        file.write_text(json.dumps(json.loads(file.read_text()) | values))

    return change


def text(path: str, content: str) -> Callable[[Path], object]:
    return lambda folder: (folder / path).write_text(content)


BAD_CONFIGS: dict[str, tuple[Callable[[Path], object], str]] = {
    "not JSON": (
        text("unet/config.json", '{\n "a": 1,\n oops\n}'),
        r"unet/config.json is not valid JSON: line 3",
    ),
    "a list": (text("vae/config.json", "[]"), r"vae/config.json must hold a JSON object"),
    "deep JSON": (text("vae/config.json", "[" * 100_000), r"vae/config.json is not valid JSON"),
    "large JSON": (text("vae/config.json", " " * 2_000_000), r"too large"),
    "missing": (lambda folder: (folder / "vae/config.json").unlink(), r"vae/config.json is missing"),
    "huge width": (
        replaced("unet/config.json", block_out_channels=[10**9]),
        r"block_out_channels\[0\] is 1000000000",
    ),
    "negative": (replaced("unet/config.json", layers_per_block=-1), r"layers_per_block is -1"),
    "not whole": (replaced("unet/config.json", layers_per_block=1.5), r"layers_per_block is 1.5"),
    "a flag": (replaced("unet/config.json", layers_per_block=True), r"layers_per_block is true"),
    "uneven heads": (
        replaced("unet/config.json", block_out_channels=[96], attention_head_dim=36),
        r"a multiple of 36",
    ),
    "other blocks": (replaced("unet/config.json", down_block_types=["Magic"]), r"down_block_types"),
    "image UNet": (
        replaced("unet/config.json", _class_name="UNet2DConditionModel"),
        r"Stable Diffusion image model",
    ),
    "other UNet": (replaced("unet/config.json", _class_name="Transformer3D"), r"UNet3DConditionModel"),
    "many layers": (
        replaced("text_encoder/config.json", num_hidden_layers=10**6),
        r"num_hidden_layers is 1000000",
    ),
    "odd heads": (replaced("text_encoder/config.json", num_attention_heads=3), r"a divisor of hidden_size"),
    "activation": (replaced("text_encoder/config.json", hidden_act="relu"), r'hidden_act is "relu"'),
    "scale": (replaced("vae/config.json", scaling_factor=0), r"scaling_factor is 0"),
    "NaN": (replaced("vae/config.json", scaling_factor=math.nan), r"config.json: .*scaling_factor"),
    "scheduler": (
        replaced("scheduler/scheduler_config.json", _class_name="MagicScheduler"),
        r"MagicScheduler",
    ),
    "beta": (
        replaced("scheduler/scheduler_config.json", beta_start=2.0),
        r"scheduler_config.json: .*beta_start",
    ),
    "no model": (lambda folder: (folder / "model_index.json").unlink(), r"is not a model's folder"),
    "no merges": (lambda folder: (folder / "tokenizer/merges.txt").unlink(), r"merges.txt, .* is missing"),
    "other merges": (text("tokenizer/merges.txt", "#\na b\n"), r"different models"),
    "no weights": (lambda folder: (folder / UNET_FILE).unlink(), r"unet/ has no weights"),
    "another pipeline": (
        lambda folder: (folder / "unet/config.json").unlink(),
        r"TextToVideoSDPipeline, which t2v can't",
    ),
}


@pytest.mark.parametrize("name", BAD_CONFIGS)
def test_a_bad_config_is_refused_before_anything_is_allocated(folder: Path, name: str):
    change, message = BAD_CONFIGS[name]
    change(folder)
    with pytest.raises(CheckpointError, match=message) as error:
        load(folder)
    assert str(folder) not in str(error.value)


@pytest.mark.parametrize(
    ("section", "key", "value", "message"),
    [
        ("model_cfg", "unet_dim", 10**9, r"unet_dim is 1000000000"),
        ("model_cfg", "unet_dim_mult", [10**9], r"unet_dim_mult\[0\]"),
        ("model_cfg", "unet_dim_mult", [64, 64], r"text2video_pytorch_model.pth doesn't fit as a video UNet"),
        ("model_cfg", "temporal_attention", "False", r"temporal_attention"),
        ("model_cfg", "mean_type", "x0", r"mean_type"),
        ("model_args", "ckpt_unet", "../secret.pth", r"ckpt_unet names a file outside the model's folder"),
        ("model_args", "ckpt_unet", "/etc/passwd", r"outside"),
        ("model_args", "ckpt_unet", "..\\secret.pth", r"outside"),
        ("model_args", "ckpt_unet", 5, r"ckpt_unet must name a file"),
        ("model_args", "ckpt_unet", "other.pth", r"other.pth is missing"),
    ],
)
def test_a_bad_modelscope_config(tmp_path: Path, section: str, key: str, value: object, message: str):
    folder = write_modelscope(tmp_path / "model")
    torch.save({}, tmp_path / "secret.pth")
    configuration = json.loads((folder / "configuration.json").read_text())
    configuration["model"][section][key] = value
    (folder / "configuration.json").write_text(json.dumps(configuration))
    with pytest.raises(CheckpointError, match=message):
        load(folder)


def test_a_shard_outside_the_folder_is_refused(folder: Path):
    (folder / UNET_FILE).rename(folder / "stray.safetensors")
    index = {"weight_map": {"conv_in.bias": "../stray.safetensors"}}
    (folder / f"{UNET_FILE}.index.json").write_text(json.dumps(index))
    with pytest.raises(CheckpointError, match="outside the model's folder"):
        load(folder)


@pytest.mark.parametrize("suffix", ["safetensors", "pth"])
def test_mutated_files_are_read_or_refused(tmp_path: Path, suffix: str):
    """500 of each format, 5,000 with T2V_SOAK=10: all tensors are read, or CheckpointError says why not."""
    tensors = {"a.weight": torch.randn(3, 4), "b": torch.randn(5).half(), "c": torch.arange(4)}
    path = tmp_path / f"weights.{suffix}"
    save_file(tensors, path) if suffix == "safetensors" else torch.save({"state_dict": tensors}, path)
    original, refused, dice = path.read_bytes(), 0, chance(suffix)
    for _ in range(times(500)):
        path.write_bytes(mutate(original, dice))
        try:
            weights = Weights([path])
            for name in weights.specs:
                weights.read(name).sum()
        except CheckpointError as error:
            refused += 1
            assert str(tmp_path) not in str(error)
    assert times(50) < refused < times(500)


def test_mutated_models_are_loaded_or_refused(folder: Path):
    """60 whole models with one file mutated, configs included."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    originals, dice, refused = {path: path.read_bytes() for path in files}, chance("models"), 0
    for _ in range(times(60)):
        path = dice.choice(files)
        path.write_bytes(mutate(originals[path], dice))
        try:
            load(folder)
        except CheckpointError:
            refused += 1
        path.write_bytes(originals[path])
    assert refused > times(20)
    load(folder)  # as it was: not everything is refused


def test_a_file_that_may_not_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(Path, "open", refuse)
    assert str(diagnose(folder / UNET_FILE)).endswith(".safetensors can't be read: Permission denied.")


def test_unusual_number_types_are_reported_not_tripped_over(tmp_path: Path):
    tensors = {"a": torch.zeros(3, dtype=torch.float8_e4m3fn), "b": torch.zeros(3, dtype=torch.int64)}
    save_file(tensors, tmp_path / "a.safetensors")
    assert "tensors of no kind known here. 2 tensors" in examine(tmp_path / "a.safetensors")
