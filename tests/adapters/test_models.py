"""A model with an adapter: its defaults, its name, what its files record, and its changes in the app."""

import argparse
import hashlib
import json
import shlex
from pathlib import Path

import pytest
from safetensors.torch import save_file
from torch import Tensor

from t2v import TextToVideo
from t2v.checkpoints import CATALOGUE, find
from t2v.checkpoints.adapter_catalogue import ADAPTERS
from t2v.checkpoints.lora_places import Places
from t2v.commands import COMMANDS
from t2v.diffusion import Consistency
from t2v.runtime.fast_unet import FastUNet
from t2v.runtime.planning import sizes_of
from t2v.service import backend
from t2v.video import Video

from ..lora_files import pair
from .given import SMALL

MODELSCOPE = "ali-vilab/text-to-video-ms-1.7b"


def test_known_words_have_models_defaults_of_their_own():
    turbo, mcm = find(f"{MODELSCOPE}+turbo"), find(f"{MODELSCOPE}+mcm-laion")
    assert (turbo.native.steps, turbo.native.guidance, turbo.native.sampler) == (4, 7.5, "lcm")
    assert (mcm.native.steps, mcm.native.guidance, mcm.native.sampler) == (4, 1.0, "lcm")
    assert "CC-BY-4.0" in turbo.licence and "Apache-2.0" in mcm.licence and "CC-BY-NC" in mcm.licence
    words = {"turbo", "mcm-webvid", "mcm-laion", "mcm-anime", "mcm-real", "mcm-3d-cartoon"}
    assert words == ADAPTERS.keys() and {f"{MODELSCOPE}+{word}" for word in words} <= CATALOGUE.keys()
    assert find("cerspense/zeroscope_v2_576w+turbo").native.width == 576
    assert find(f"{MODELSCOPE}+unknown") is None
    assert sizes_of(f"{MODELSCOPE}+turbo")[0].unet.guidance_width == 256
    assert sizes_of(f"{MODELSCOPE}+x.pt:0.8")[1] == CATALOGUE[MODELSCOPE].native


def test_a_model_with_an_adapter_is_named_with_it_and_the_file_records_it(
    folder: Path, lora: Path, tmp_path: Path
):
    pipe = TextToVideo.from_pretrained(f"{folder}+{lora}:0.8", device="cpu", dtype="float32")
    video = pipe("a panda", steps=2, **SMALL)
    settings = Video.open(video.save(tmp_path / "v.mp4")).settings
    digest = hashlib.sha256(lora.read_bytes()).hexdigest()
    assert settings.model == pipe.name == f"{folder.name}+panda.safetensors:0.8"
    assert settings.adapters == (f"panda.safetensors:0.8 sha256:{digest}",)
    assert pipe.native == TextToVideo.from_pretrained(folder, device="cpu").native


def test_info_names_the_adapter_and_what_lies_elsewhere(
    folder: Path, lora: Path, tmp_path: Path, capsys: pytest.CaptureFixture
):
    pipe = TextToVideo.from_pretrained(f"{folder}+{lora}:0.8", device="cpu", dtype="float32")
    path = pipe("a panda", steps=2, **SMALL).save(tmp_path / "v.mp4")
    COMMANDS["info"].run(argparse.Namespace(file=str(path), json=False))
    said = capsys.readouterr().out
    assert "adapter: panda.safetensors:0.8 sha256:" in said
    assert f"note: {folder.name} is a folder" in said
    assert "note: panda.safetensors:0.8 is a file: say where" in said
    again = next(line for line in said.splitlines() if line.startswith("again: "))
    assert f"--model={folder.name}+panda.safetensors:0.8" in shlex.split(again)


def test_turbo_brings_its_defaults_wherever_its_file_comes_from(pipe: TextToVideo, turbo: Path):
    plain = pipe.native, pipe.schedule.config
    pipe.set_adapters(str(turbo))
    assert (pipe.native.steps, pipe.native.guidance, pipe.native.sampler) == (4, 7.5, "lcm")
    assert pipe.schedule.config.consistency == Consistency(10.0, even=False)
    video = pipe("a panda", negative_prompt="a cat", **SMALL)
    assert any("base its authors didn't publish: 0" in note for note in video.notes)
    assert any("negative prompt has no effect" in note for note in video.notes)
    assert (video.frames == pipe("a panda", **SMALL).frames).all()  # the negative prompt has none
    pipe.set_adapters()
    assert (pipe.native, pipe.schedule.config) == plain


def test_the_guidance_is_an_input_of_turbos_network_which_runs_once_a_step(
    pipe: TextToVideo, turbo: Path, monkeypatch: pytest.MonkeyPatch
):
    pipe.set_adapters(f"{turbo}:5")
    calls, run = [], FastUNet.__call__

    def watched(fast: FastUNet, x: Tensor, t: Tensor, text_kv: Tensor, *more: Tensor, **options) -> Tensor:
        calls.append((len(text_kv), *(each.shape for each in more)))
        return run(fast, x, t, text_kv, *more, **options)

    monkeypatch.setattr(FastUNet, "__call__", watched)
    latents = [pipe("a panda", guidance=scale, **SMALL).frames for scale in (2.0, 14.0)]
    assert calls == [(1, (1, 256))] * 8
    assert (latents[0] != latents[1]).any()


def test_mcm_is_known_by_its_folder(pipe: TextToVideo, tmp_path: Path, layers: Places):
    folder = tmp_path / "modelscopet2v-laion"
    folder.mkdir()
    tensors = {}
    for name in layers.unet[-40:]:
        up, down = pair(layers.named[name].shape)
        tensors |= {
            f"base_model.model.{name}.lora_A.weight": down,
            f"base_model.model.{name}.lora_B.weight": up,
        }
    save_file(tensors, folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text(json.dumps({"r": 4, "lora_alpha": 4, "peft_type": "LORA"}))
    pipe.set_adapters(str(folder))
    assert (pipe.native.steps, pipe.native.guidance, pipe.native.sampler) == (4, 1.0, "lcm")
    assert pipe.schedule.config.consistency == Consistency(4.0)
    assert pipe("a panda", **SMALL).request.sampler == "lcm"


def test_a_worker_changes_adapters_without_loading_the_model_again(folder: Path, lora: Path, turbo: Path):
    pipe = TextToVideo.from_pretrained(folder, device="cpu", dtype="float32")
    weight = pipe.unet.conv_in.weight
    assert backend.adapt(pipe, str(folder), f"{folder}+{lora}:0.8") and pipe.name.endswith(":0.8")
    assert backend.adapt(pipe, f"{folder}+{lora}:0.8", f"{folder}+{turbo}") and pipe.native.steps == 4
    assert backend.adapt(pipe, f"{folder}+{turbo}", str(folder)) and pipe.name == folder.name
    assert not backend.adapt(pipe, str(folder), "emoji") and pipe.unet.conv_in.weight is weight


def test_the_owners_model_may_have_adapters(folder: Path, lora: Path):
    offered = backend.choices(f"{folder}+{lora}:0.8+turbo")[0]
    assert offered.id == f"{folder.name}+panda.safetensors:0.8+turbo"
    assert str(folder.parent) not in offered.title
    assert offered.where == f"{folder}+{lora}:0.8+turbo" and offered.native.steps == 4
