"""Weights in what training puts around them: taken out where that is plain, else named."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from t2v.checkpoints import CheckpointError, diagnose, examine, load
from t2v.checkpoints.loading import Checkpoint
from t2v.checkpoints.state_dict import PREFIXES, strip_prefixes

from ..tiny_model import stored, write_modelscope

Tensors = dict[str, Tensor]
FILES = {
    "unet": "unet/diffusion_pytorch_model.safetensors",
    "vae": "vae/diffusion_pytorch_model.safetensors",
    "text_encoder": "text_encoder/model.safetensors",
}


def same(first: torch.nn.Module, second: torch.nn.Module) -> bool:
    return all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


@pytest.fixture(scope="module")
def expected(sound: Path) -> Checkpoint:
    return load(sound)


@pytest.mark.parametrize("part", FILES)
def test_every_prefix_that_programs_put_before_all_names_is_known(part: str):
    names = stored("diffusers", part).keys()
    for prefix in sorted(PREFIXES):
        assert strip_prefixes([f"{prefix}.{name}" for name in names]) == {
            name: f"{prefix}.{name}" for name in names
        }


@pytest.mark.parametrize("part", FILES)
@pytest.mark.parametrize("prefix", ["module", "_orig_mod", "module._orig_mod", "model.unet", "my.own"])
def test_a_prefix_of_all_names_is_taken_off(folder: Path, part: str, prefix: str, expected: Checkpoint):
    file = folder / FILES[part]
    save_file({f"{prefix}.{name}": tensor for name, tensor in load_file(file).items()}, file)
    assert same(getattr(load(folder), part), getattr(expected, part))


@pytest.mark.parametrize("mark", ["_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"])
def test_marks_within_names_are_taken_out(folder: Path, mark: str, expected: Checkpoint):
    file = folder / FILES["unet"]
    inserted = {name.replace("blocks.0.", f"blocks.0.{mark}."): t for name, t in load_file(file).items()}
    save_file(inserted, file)
    assert same(load(folder).unet, expected.unet)


@pytest.fixture(scope="module")
def modelscopes(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    return load(write_modelscope(tmp_path_factory.mktemp("modelscope")))


@pytest.mark.parametrize("prefix", ["module.", "first_stage_model.", "state_dict."])
def test_modelscopes_files_with_a_prefix(tmp_path: Path, prefix: str, modelscopes: Checkpoint):
    write_modelscope(tmp_path)
    for part, file in (
        ("unet", "text2video_pytorch_model.pth"),
        ("text_encoder", "open_clip_pytorch_model.bin"),
    ):
        wrapped = {prefix + name: tensor for name, tensor in stored("modelscope", part).items()}
        torch.save({"state_dict": wrapped}, tmp_path / file)
    model = load(tmp_path)
    assert same(model.unet, modelscopes.unet) and same(model.text_encoder, modelscopes.text_encoder)


WRAPS: dict[str, Callable[[Tensors], object]] = {
    "state_dict": lambda t: {"state_dict": t},
    "model": lambda t: {"model": t, "epoch": 3},
    "module": lambda t: {"module": t},
    "ema": lambda t: {"ema": t, "step": torch.tensor(5)},
    "twice": lambda t: {"checkpoint": {"model": t}, "args": {"lr": 0.1}},
    "with an optimizer": lambda t: {
        "model": t,
        "optimizer": {"state": {0: {"exp_avg": torch.ones(3)}}, "param_groups": []},
    },
    "with Lightning's": lambda t: {"state_dict": t, "ema": {"conv_in.weight": torch.ones(3)}},
}


def save_as_bin(folder: Path, value: object) -> Path:
    (folder / FILES["unet"]).unlink(missing_ok=True)
    torch.save(value, path := folder / "unet/diffusion_pytorch_model.bin")
    return path


@pytest.mark.parametrize("wrap", WRAPS)
def test_a_dict_around_the_weights_is_taken_off(folder: Path, wrap: str, expected: Checkpoint):
    save_as_bin(folder, WRAPS[wrap](load_file(folder / FILES["unet"])))
    assert same(load(folder).unet, expected.unet)


def test_several_sets_of_weights_are_named(folder: Path):
    tensors = load_file(folder / FILES["unet"])
    path = save_as_bin(folder, {"model": tensors, "ema": tensors})
    with pytest.raises(CheckpointError, match=r"holds several sets of weights \(ema, model\)"):
        load(folder)
    assert "several sets of weights" in diagnose(path)


@pytest.mark.parametrize(
    "value", [{"a": 1}, {}, [torch.ones(3)], {"shadow_params": [torch.ones(3)]}, {0: torch.ones(3)}]
)
def test_what_has_no_names_is_no_state_dict(folder: Path, value: object):
    save_as_bin(folder, value)
    with pytest.raises(CheckpointError, match="holds no tensors with names"):
        load(folder)


def test_a_prefix_of_some_names_is_named(folder: Path):
    file = folder / FILES["unet"]
    tensors = load_file(file)
    save_file({f"ema_copy.{n}": t for n, t in tensors.items()} | {"decay.rate": torch.ones(1)}, file)
    with pytest.raises(CheckpointError, match=r"named ema_copy\.… in it, among others"):
        load(folder)


@pytest.mark.parametrize("part", FILES)
@pytest.mark.parametrize(
    ("dtype", "suffix"), [(torch.float8_e4m3fn, "safetensors"), (torch.float8_e5m2, "bin")]
)
def test_float8_is_read_as_the_numbers_that_it_stores(
    folder: Path, part: str, dtype: torch.dtype, suffix: str
):
    file = folder / FILES[part]
    tensors = {name: tensor.to(dtype) for name, tensor in load_file(file).items()}
    save_file({name: tensor.float() for name, tensor in tensors.items()}, file)
    expected = load(folder)
    file.unlink()
    path = file.with_suffix(f".{suffix}")
    save_file(tensors, path) if suffix == "safetensors" else torch.save(tensors, path)
    assert same(getattr(load(folder), part), getattr(expected, part))
    assert diagnose(folder) is None
    assert str(dtype).removeprefix("torch.") in examine(path)


QUANTISED = {
    "float8 numbers with scales": {"conv_in.weight": torch.ones(3, 3), "scaled_fp8": torch.ones(1)},
    "GPTQ": {"a.qweight": torch.ones(3, 3, dtype=torch.int32), "a.qzeros": torch.ones(3, dtype=torch.int32)},
    "bitsandbytes": {"a.weight": torch.ones(3, 3, dtype=torch.uint8), "a.weight.absmax": torch.ones(3)},
    "quanto": {"a.weight._data": torch.ones(3, 3, dtype=torch.int8), "a.weight._scale": torch.ones(3)},
}


@pytest.mark.parametrize("kind", QUANTISED)
def test_quantised_weights_are_named(folder: Path, kind: str):
    save_file(QUANTISED[kind], folder / FILES["unet"])
    with pytest.raises(CheckpointError, match=kind):
        load(folder)
    assert kind in examine(folder / FILES["unet"])


def test_types_that_no_network_has_are_named(folder: Path):
    tensors = load_file(folder / FILES["unet"])
    save_file(tensors | {"conv_in.bias": torch.zeros(32, dtype=torch.float8_e8m0fnu)}, folder / FILES["unet"])
    with pytest.raises(CheckpointError, match=r"conv_in.bias \(F8_E8M0, a type that t2v can't read\)"):
        load(folder)
