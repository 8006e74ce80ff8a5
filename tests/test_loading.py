"""Loading: strict, lazy, from either layout; and what a folder says of itself."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from t2v.checkpoints import CheckpointError, load
from t2v.checkpoints import weights as weights_module
from t2v.checkpoints.loading import fill, open_parts
from t2v.checkpoints.locate import locate
from t2v.checkpoints.weights import Weights
from t2v.defaults import ModelDefaults
from t2v.diffusion.schedule_config import ScheduleConfig

from . import tiny_model
from .tiny_model import TEXT, UNET, VAE, stored, write_diffusers, write_modelscope

UNET_FILE = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_diffusers(tmp_path / "model")


def edit_json(path: Path, **values: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def edit_tensors(path: Path, change: Callable[[dict[str, Tensor]], object]) -> None:
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


def test_a_folder_is_loaded_whole(folder: Path):
    model = load(folder)
    assert (model.name, model.revision, model.entry) == ("model", "", None)
    assert (model.text_encoder.config, model.unet.config, model.vae.config) == (TEXT, UNET, VAE)
    assert model.tokenizer.vocabulary == TEXT.vocabulary
    assert not any(p.is_meta or p.requires_grad for p in model.unet.parameters())
    assert not model.unet.training
    assert torch.equal(model.unet.conv_in.weight, stored("diffusers", "unet")["conv_in.weight"])


def test_modelscopes_folder_is_loaded_without_its_vision_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    read, names = Weights.read, []
    monkeypatch.setattr(Weights, "read", lambda self, name: names.append(name) or read(self, name))
    model = load(write_modelscope(tmp_path))
    assert model.text_encoder.config.layers == 1
    assert not [name for name in names if name.startswith(("visual", "transformer.resblocks.1."))]
    assert model.schedule == ScheduleConfig()
    assert model.native == ModelDefaults(frames=8)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_numbers_are_converted_and_never_shared_with_the_file(folder: Path, dtype: torch.dtype):
    model = load(folder, dtype=dtype)
    weight = model.unet.conv_in.weight.clone()
    assert weight.dtype == dtype
    assert torch.equal(weight, stored("diffusers", "unet")["conv_in.weight"].to(dtype))
    (folder / UNET_FILE).write_bytes(b"gone")
    assert torch.equal(model.unet.conv_in.weight, weight)


def test_networks_have_no_memory_before_they_are_filled(folder: Path):
    parts = open_parts(locate(folder))
    tensors = [t for part in parts for t in (*part.network.parameters(), *part.network.buffers())]
    assert all(tensor.is_meta for tensor in tensors)
    fill(parts.unet, torch.device("cpu"), torch.float32)
    assert not any(p.is_meta for p in parts.unet.network.parameters())


@pytest.mark.parametrize("suffix", ["safetensors", "pth"])
def test_pages_read_are_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str):
    """Reading 64 MB through a window of 8 leaves at most a few windows resident, in either format."""
    tensors = {f"t{i}": torch.ones(2**20) for i in range(16)}
    path = tmp_path / f"weights.{suffix}"
    save_file(tensors, path) if suffix == "safetensors" else torch.save(tensors, path)
    monkeypatch.setattr(weights_module, "WINDOW", 8 * 2**20)
    weights, before, peak = Weights([path]), resident_file_bytes(), 0
    for name in weights.specs:
        assert float(weights.read(name).sum()) == 2**20
        peak = max(peak, resident_file_bytes() - before)
    assert peak < 32 * 2**20


def resident_file_bytes() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("RssFile:")[1].split()[0]) * 1024


def test_half_precision_prefers_the_half_sized_file(folder: Path):
    write_diffusers(folder, seed=1, dtype=torch.float16, variant=".fp16")
    full, half = load(folder), load(folder, dtype=torch.float16)
    assert torch.equal(full.unet.conv_in.weight, stored("diffusers", "unet", 0)["conv_in.weight"])
    assert torch.equal(half.unet.conv_in.weight, stored("diffusers", "unet", 1)["conv_in.weight"].half())


def test_shards(folder: Path):
    tensors = load_file(folder / UNET_FILE)
    names = sorted(tensors)
    index = {}
    for i, some in enumerate((names[:100], names[100:])):
        file = f"diffusion_pytorch_model-0000{i + 1}-of-00002.safetensors"
        save_file({name: tensors[name] for name in some}, folder / "unet" / file)
        index |= dict.fromkeys(some, file)
    (folder / UNET_FILE).unlink()
    (folder / f"{UNET_FILE}.index.json").write_text(json.dumps({"weight_map": index}))
    assert torch.equal(load(folder).unet.conv_in.weight, tensors["conv_in.weight"])
    (folder / "unet" / "diffusion_pytorch_model-00002-of-00002.safetensors").unlink()
    with pytest.raises(
        CheckpointError, match="diffusion_pytorch_model-00002-of-00002.safetensors is missing"
    ):
        load(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.pop("conv_in.bias"), r"it lacks 1 of \d+ tensors \(conv_in.bias\)"),
        (lambda t: [t.pop(name) for name in sorted(t)[:5]], r"it lacks 5 of \d+ tensors \(.+, .+, .+, …\)"),
        (lambda t: t.update(surplus=torch.ones(1)), r"it has no place for 1 of \d+ tensors \(surplus\)"),
        (lambda t: t.update({"conv_in.bias": torch.ones(7)}), r"conv_in.bias \(float32 7, not 32\)"),
        (
            lambda t: t.update({"conv_in.bias": torch.ones(32, dtype=torch.int8)}),
            r"conv_in.bias \(int8, a type that t2v can't read\)",
        ),
        (lambda t: t["conv_in.bias"].fill_(torch.nan), r"conv_in.bias has numbers that are not finite"),
        (
            lambda t: t["conv_in.bias"].view(-1)[-1:].fill_(torch.inf),
            r"conv_in.bias has numbers that are not finite",
        ),
    ],
    ids=["missing", "many missing", "extra", "misshapen", "integers", "nan", "one inf"],
)
def test_what_does_not_fit_is_named(folder: Path, change: Callable, message: str):
    edit_tensors(folder / UNET_FILE, change)
    with pytest.raises(CheckpointError, match=message):
        load(folder)


def test_a_number_too_large_for_half_precision_is_named(folder: Path):
    edit_tensors(folder / UNET_FILE, lambda t: t["conv_in.bias"].fill_(1e6))
    assert float(load(folder).unet.conv_in.bias[0]) == 1e6
    with pytest.raises(CheckpointError, match="conv_in.bias has numbers that are not finite as float16"):
        load(folder, dtype=torch.float16)


def test_a_large_finite_sum_is_no_fault(folder: Path):
    edit_tensors(folder / UNET_FILE, lambda t: t["conv_in.bias"].fill_(3e38))
    load(folder)


def test_harmless_extras_are_passed_over(folder: Path):
    edit_tensors(
        folder / "vae/diffusion_pytorch_model.safetensors", lambda t: t.update({"loss.logvar": torch.ones(1)})
    )
    edit_tensors(folder / "text_encoder/model.safetensors", lambda t: t.update(logit_scale=torch.ones(1)))
    load(folder)


def test_native_settings(folder: Path):
    assert load(folder).native == ModelDefaults(width=16, height=16)
    (folder / "t2v.json").write_text(
        json.dumps({"native": {"frames": 5, "guidance": 1.5, "sampler": "euler"}})
    )
    assert load(folder).native == ModelDefaults(frames=5, guidance=1.5, sampler="euler")
    (folder / "t2v.json").write_text(json.dumps({"native": {"sizes": [[256, 256], [336, 192]]}}))
    assert load(folder).native == ModelDefaults(sizes=((256, 256), (336, 192)))


@pytest.mark.parametrize(
    "values",
    [{"frame": 5}, {"frames": 0}, {"frames": "5"}, {"frames": True}, {"sampler": "magic"}, {"width": 1e300}]
    + [{"sizes": sizes} for sizes in (256, [256, 256], [[256]], [[256, "256"]], [[0, 8]], [None])],
)
def test_native_settings_that_are_none(folder: Path, values: dict):
    (folder / "t2v.json").write_text(json.dumps({"native": values}))
    with pytest.raises(CheckpointError, match="t2v.json"):
        load(folder)


def test_schedule_and_scale_come_from_the_configs(folder: Path):
    edit_json(
        folder / "scheduler/scheduler_config.json",
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
    )
    edit_json(folder / "vae/config.json", scaling_factor=0.5)
    model = load(folder)
    assert (model.schedule.prediction, model.schedule.zero_terminal_snr, model.vae_scale) == (
        "v_prediction",
        True,
        0.5,
    )


@pytest.mark.parametrize(("pad", "expected"), [("!", 0), ("<|endoftext|>", TEXT.vocabulary - 1), (None, 0)])
def test_prompts_are_padded_as_the_folder_says(folder: Path, pad: str | None, expected: int):
    (folder / "tokenizer/tokenizer_config.json").write_text(json.dumps({"pad_token": pad}))
    assert int(load(folder).tokenizer(["a"])[0, -1]) == expected


def test_vocabulary_is_passed_on(folder: Path):
    words = {"subjects": {"panda": "1f43c"}, "backgrounds": {"green": [0, 255, 0]}, "motions": ["still"]}
    (folder / "vocabulary.json").write_text(json.dumps(words))
    assert load(folder).vocabulary == words
    (folder / "vocabulary.json").write_text(json.dumps(words | {"motions": 5}))
    with pytest.raises(CheckpointError, match="vocabulary.json has no list motions"):
        load(folder)


def test_parts_of_different_models_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(tiny_model.CONFIGS, "text_encoder", replace(TEXT, width=32))
    with pytest.raises(CheckpointError, match="The text encoder is 32 wide, but the UNet reads text 64 wide"):
        load(write_diffusers(tmp_path))
    monkeypatch.setitem(tiny_model.CONFIGS, "text_encoder", TEXT)
    monkeypatch.setitem(tiny_model.CONFIGS, "unet", replace(UNET, text_width=32))
    with pytest.raises(CheckpointError, match="The text encoder is 64 wide"):
        load(write_diffusers(tmp_path))


TEXTS = (
    "scheduler/scheduler_config.json",
    "t2v.json",
    "text_encoder/config.json",
    "tokenizer/merges.txt",
    "tokenizer/tokenizer_config.json",
    "unet/config.json",
    "unet/diffusion_pytorch_model.safetensors.index.json",
    "vae/config.json",
    "vocabulary.json",
)


@pytest.fixture
def with_all_texts(folder: Path) -> Path:
    """A model that has every text file there may be."""
    tensors = load_file(folder / UNET_FILE)
    (folder / UNET_FILE).rename(folder / "unet/all.safetensors")
    (folder / "t2v.json").write_text('{"native": {"frames": 5}}')
    (folder / "tokenizer/tokenizer_config.json").write_text('{"pad_token": "<|endoftext|>"}')
    words = {"subjects": {"kälbchen": "1f43c"}, "backgrounds": {"green": [0, 255, 0]}, "motions": ["still"]}
    (folder / "vocabulary.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
    index = {"weight_map": dict.fromkeys(tensors, "all.safetensors")}
    (folder / f"{UNET_FILE}.index.json").write_text(json.dumps(index, indent=1))
    return folder


def test_texts_of_windows_editors_are_read_as_any_other(with_all_texts: Path):
    expected = load(with_all_texts)
    for name in ("model_index.json", *TEXTS):
        file = with_all_texts / name
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    model = load(with_all_texts)
    assert torch.equal(model.tokenizer(["a thin red hat"]), expected.tokenizer(["a thin red hat"]))
    assert (model.native, model.schedule, model.vocabulary) == (
        expected.native,
        expected.schedule,
        expected.vocabulary,
    )


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_text_in_utf_16_is_told_by_name(with_all_texts: Path, name: str, encoding: str):
    file = with_all_texts / name
    file.write_bytes(file.read_text(encoding="utf-8").encode(encoding))
    with pytest.raises(CheckpointError, match=f"{file.name} is text in UTF-16; save it in UTF-8"):
        load(with_all_texts)


def test_text_in_another_encoding_is_told_by_its_line(with_all_texts: Path):
    (with_all_texts / "vocabulary.json").write_bytes('{\n"motions": ["fällt"]}'.encode("cp1252"))
    with pytest.raises(CheckpointError, match=r"vocabulary.json is not text in UTF-8 \(line 2\)"):
        load(with_all_texts)


STAND_INS = {
    "nothing": (b"", r"is empty \(0 bytes\)"),
    "zeros": (bytes(600), "begins with nothing but zeros"),
    "pointer": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
        "is a Git LFS pointer",
    ),
    "page": (b"\xef\xbb\xbf<!DOCTYPE html>\r\n<html>Sign in</html>", "is an HTML page"),
}


@pytest.mark.parametrize("name", ["unet/config.json", "scheduler/scheduler_config.json", "t2v.json"])
@pytest.mark.parametrize("stand_in", STAND_INS)
def test_what_came_in_place_of_a_config_is_named(folder: Path, name: str, stand_in: str):
    data, message = STAND_INS[stand_in]
    (folder / name).write_bytes(data)
    with pytest.raises(CheckpointError, match=f"{Path(name).name} {message}"):
        load(folder)


@pytest.mark.parametrize("part", ["unet", "text_encoder"])
def test_a_config_of_quantised_weights_is_named(folder: Path, part: str):
    edit_json(folder / part / "config.json", quantization_config={"quant_method": "bitsandbytes"})
    with pytest.raises(
        CheckpointError, match=f"{part}/config.json: the weights are quantised .bitsandbytes."
    ):
        load(folder)
