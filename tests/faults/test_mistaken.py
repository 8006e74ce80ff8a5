"""Files and folders that are no model's, given as a model: each is named, with what to give instead."""

import json
import os
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from t2v.checkpoints import CheckpointError, examine, load
from t2v.checkpoints.formats import MAGIC
from t2v.checkpoints.locate import locate

from ..tiny_model import stored, write_diffusers, write_modelscope

COMMIT = "c0ffee" + 34 * "0"
LORA = "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"


def save(**tensors: tuple[int, ...]) -> Callable[[Path], object]:
    return lambda path: save_file({name: torch.ones(shape) for name, shape in tensors.items()}, path)


def pack(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/model_index.json", "{}")


def pack_tar(path: Path) -> None:
    (path.parent / "a.txt").write_text("a")
    with tarfile.open(path, "w") as archive:
        archive.add(path.parent / "a.txt")


FILES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "peft.safetensors": ("a LoRA", save(**{f"{LORA}.lora_A.weight": (2, 2)})),
    "kohya.safetensors": ("a LoRA", save(**{"lora_unet_down_blocks_0_attn1_to_q.lora_up.weight": (2, 2)})),
    "kohya_xl.safetensors": ("a LoRA", save(**{"lora_te1_text_model_encoder.alpha": (1,)})),
    "old.safetensors": ("a LoRA", save(**{"down_blocks.0.attn1.processor.to_q_lora.down.weight": (2, 2)})),
    "newer.safetensors": ("a LoRA", save(**{f"{LORA}.lora.down.weight": (2, 2)})),
    "loha.safetensors": ("a LyCORIS", save(**{"lora_unet_mid.hada_w1_a": (2, 2)})),
    "embedding.safetensors": ("a textual inversion", save(emb_params=(2, 2))),
    "control.safetensors": ("a ControlNet", save(**{"controlnet_cond_embedding.conv_in.weight": (2, 2)})),
    "motion.safetensors": (
        "an AnimateDiff motion module",
        save(**{"down_blocks.0.motion_modules.0.temporal_transformer.norm.weight": (2,)}),
    ),
    "svd.safetensors": (
        "Stable Video Diffusion",
        save(**{"down_blocks.0.attentions.0.temporal_transformer_blocks.0.norm1.weight": (2,)}),
    ),
    "crafter.safetensors": (
        "a VideoCrafter",
        save(**{"model.diffusion_model.input_blocks.1.0.temopral_conv.conv1.0.weight": (2,), "x.y": (2,)}),
    ),
    "sd.safetensors": (
        "a whole Stable Diffusion image model",
        save(**{"model.diffusion_model.out.0.weight": (2,), "first_stage_model.encoder.conv_in.bias": (2,)}),
    ),
    "sdxl.safetensors": ("Stable Diffusion XL", save(**{"conditioner.embedders.0.x": (2,), "model.y": (2,)})),
    "wan.safetensors": ("a Wan", save(**{"blocks.0.ffn.0.weight": (2, 2), "head.modulation": (1, 2)})),
    "ltx.safetensors": ("an LTX-Video", save(**{"patchify_proj.weight": (2, 2)})),
    "llm.safetensors": ("a language model", save(**{"model.layers.0.self_attn.q_proj.weight": (2, 2)})),
    "unet.safetensors": ("a video UNet", lambda path: save_file(stored("diffusers", "unet"), path)),
    "unet.pth": ("a video UNet", lambda path: torch.save(stored("modelscope", "unet"), path)),
    "vae.safetensors": ("a VAE", lambda path: save_file(stored("diffusers", "vae"), path)),
    "text.safetensors": (
        "a CLIP text encoder",
        lambda path: save_file(stored("diffusers", "text_encoder"), path),
    ),
    "other.ckpt": ("a weight file of a kind not known", lambda path: torch.save({"a": torch.ones(2)}, path)),
    "llama.gguf": ("GGUF", lambda path: path.write_bytes(b"GGUF" + bytes(99))),
    "model.onnx": ("ONNX", lambda path: path.write_bytes(b"\x08\x08\x12\x07pytorch" + bytes(99))),
    "flax.msgpack": ("Flax", lambda path: path.write_bytes(b"\x84\xa7encoder" + bytes(99))),
    "model.zip": ("a zip archive.* unpack it", pack),
    "model.tar": ("a tar archive: unpack it", pack_tar),
    "model.tar.gz": ("a gzip archive: unpack it", lambda path: path.write_bytes(b"\x1f\x8b\x08" + bytes(99))),
    "panda.png": ("an image", lambda path: Image.new("RGB", (9, 9)).save(path)),
    "panda.jpg": ("an image", lambda path: Image.new("RGB", (9, 9)).save(path)),
    "panda.mp4": ("a video", lambda path: path.write_bytes(b"\0\0\0 ftypisom" + bytes(99))),
    "workflow.json": ("JSON, not weights", lambda path: path.write_text('{"nodes": []}')),
    "model_index.json": ("give the folder that it is in", lambda path: path.write_text("{}")),
    "notes.txt": ("not a checkpoint", lambda path: path.write_text("prompts that work")),
    "half.safetensors.part": ("an unfinished download", lambda path: path.write_bytes(b"x")),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_given_as_a_model_is_named(tmp_path: Path, name: str):
    what, make = FILES[name]
    make(tmp_path / name)
    with pytest.raises(CheckpointError, match=what) as error:
        load(tmp_path / name)
    assert name in str(error.value) and str(tmp_path) not in str(error.value)


@pytest.mark.parametrize("mark", ["", *(mark.decode("latin-1") for mark, _ in MAGIC), "PK", "{", "[", "\x80"])
def test_the_length_of_a_header_is_no_mark_of_another_format(tmp_path: Path, mark: str):
    """A safetensors file begins with its header's length, whose bytes may spell anything."""
    save_file({"a.weight": torch.ones(2, 3)}, path := tmp_path / "a.safetensors")
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    wanted = int.from_bytes(mark[:2].encode("latin-1").ljust(2, b"\x01"), "little")
    for padded in (wanted, wanted + 65_536):
        if padded < length:
            continue
        header = data[8 : 8 + length] + b" " * (padded - length)
        path.write_bytes(padded.to_bytes(8, "little") + header + data[8 + length :])
        assert "1 tensors" in examine(path), padded


def test_a_pipe_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/zero"):
        for ask in (load, examine):
            with pytest.raises(CheckpointError, match="is a device, a pipe or a socket"):
                ask(path)


def config(**values: object) -> Callable[[Path], object]:
    return lambda folder: (folder / "config.json").write_text(json.dumps(values))


def pipeline(name: str, unet: str = "") -> Callable[[Path], object]:
    def make(folder: Path) -> None:
        (folder / "model_index.json").write_text(json.dumps({"_class_name": name}))
        if unet:
            (folder / "unet").mkdir()
            (folder / "unet" / "config.json").write_text(json.dumps({"_class_name": unet}))

    return make


FOLDERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "empty": ("there is no file in it", lambda folder: None),
    "lora": ("it has a LoRA", lambda folder: (folder / "pytorch_lora_weights.safetensors").touch()),
    "peft": ("it has a LoRA", lambda folder: (folder / "adapter_config.json").write_text("{}")),
    "motion adapter": ("AnimateDiff motion module", config(_class_name="MotionAdapter")),
    "part": ("one part of a model, UNet3DConditionModel", config(_class_name="UNet3DConditionModel")),
    "llm": (r"a model of transformers \(LlamaForCausalLM\)", config(architectures=["LlamaForCausalLM"])),
    "unpacked twice": ("but inner in it is: give that", lambda folder: write_diffusers(folder / "inner")),
    "weights": (r"only weights \(a.safetensors\)", lambda folder: (folder / "a.safetensors").touch()),
    "half": ("an unfinished download", lambda folder: (folder / "a.safetensors.aria2").touch()),
    "sd": ("a Stable Diffusion image model", pipeline("StableDiffusionPipeline", "UNet2DConditionModel")),
    "animatediff": ("AnimateDiff", pipeline("AnimateDiffPipeline", "UNetMotionModel")),
    "svd": ("Stable Video", pipeline("StableVideoDiffusionPipeline", "UNetSpatioTemporalConditionModel")),
    "i2vgen": ("I2VGen-XL", pipeline("I2VGenXLPipeline", "I2VGenXLUNet")),
    "cogvideox": ("CogVideoX", pipeline("CogVideoXPipeline")),
    "wan": ("Wan", pipeline("WanPipeline")),
    "ltx": ("LTX-Video", pipeline("LTXPipeline")),
    "hunyuan": ("Hunyuan", pipeline("HunyuanVideoPipeline")),
    "unknown": ("NewPipeline, which t2v can't load", pipeline("NewPipeline")),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_of_something_else_is_named(tmp_path: Path, name: str):
    what, make = FOLDERS[name]
    (folder := tmp_path / "given").mkdir()
    make(folder)
    with pytest.raises(CheckpointError, match=what) as error:
        load(folder)
    assert str(error.value).startswith("given ") and str(tmp_path) not in str(error.value)


def test_the_folder_that_one_is_in_is_called_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "given").mkdir()
    monkeypatch.chdir(tmp_path / "given")
    with pytest.raises(CheckpointError, match="^given is not a model's folder"):
        load(".")


def test_a_pipeline_of_another_name_with_a_video_unet_is_loaded(tmp_path: Path):
    folder = write_diffusers(tmp_path)
    (folder / "model_index.json").write_text('{"_class_name": "StableDiffusionSomethingPipeline"}')
    load(folder)


def test_a_folder_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(CheckpointError, match="can't be opened: permission denied"):
        load(write_diffusers(tmp_path))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A model's folder in the hub's cache: two snapshots, main being the older one."""
    root = tmp_path / "models--owner--my--model"
    write_diffusers(root / "snapshots" / COMMIT)
    shutil.copytree(root / "snapshots" / COMMIT, root / "snapshots" / ("d" * 40))
    (root / "refs").mkdir()
    (root / "refs" / "main").write_text(COMMIT)
    return root


def test_a_folder_of_the_cache_stands_for_its_snapshot(cache: Path):
    (link := cache.parent / "link").symlink_to(cache / "snapshots" / COMMIT)
    for folder in (cache, cache / "snapshots", cache / "snapshots" / COMMIT, link):
        found = locate(folder)
        assert (found.name, found.revision) == ("owner/my--model", COMMIT)
        assert found.folder.resolve().name == COMMIT
    assert locate(cache / "snapshots" / ("d" * 40)).revision == "d" * 40


def test_without_a_branch_the_last_snapshot_counts(cache: Path):
    os.utime(cache / "snapshots" / COMMIT, (1, 1))
    (cache / "refs" / "main").write_text("0" * 40)
    assert locate(cache).revision == "d" * 40
    shutil.rmtree(cache / "refs")
    assert locate(cache).revision == "d" * 40


def test_a_folder_of_the_cache_without_a_snapshot(cache: Path):
    shutil.rmtree(cache / "snapshots")
    (cache / "snapshots").mkdir()
    with pytest.raises(CheckpointError, match="owner/my--model has no snapshot in this cache"):
        locate(cache)


def test_a_known_model_in_the_cache_keeps_its_settings(tmp_path: Path):
    root = tmp_path / "models--cerspense--zeroscope_v2_576w"
    write_diffusers(root / "snapshots" / COMMIT)
    assert load(root).native.width == 576


def test_modelscopes_folder_in_its_own_is_still_one(tmp_path: Path):
    write_modelscope(tmp_path / "inner")
    with pytest.raises(CheckpointError, match="but inner in it is: give that"):
        load(tmp_path)
