"""Adapters: how they are named and found, what they change of a model, and how they are taken away."""

import argparse
import gc
import hashlib
import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from t2v import TextToVideo
from t2v.checkpoints import CATALOGUE, CheckpointError, examine, find, load
from t2v.checkpoints.adapter_catalogue import ADAPTERS
from t2v.checkpoints.adapter_files import locate_adapter
from t2v.checkpoints.adapter_names import AdapterName, split
from t2v.checkpoints.adapters import open_adapters
from t2v.checkpoints.lora_order import unet_orders
from t2v.checkpoints.lora_places import GUIDANCE, Places, places
from t2v.commands import COMMANDS
from t2v.diffusion import Consistency
from t2v.networks import TextConfig, TextEncoder, UNet3D, UNetConfig, blank
from t2v.runtime.fast_unet import FastUNet
from t2v.runtime.merging import Merger
from t2v.runtime.planning import sizes_of
from t2v.runtime.streaming import StreamedUNet, offload
from t2v.service import backend
from t2v.video import Video

from .common import CPU
from .lora_files import pair, sd_names, write_list, write_named
from .tiny_model import write_diffusers, write_modelscope

SMALL = {"frames": 2, "width": 32, "height": 32, "seed": 1}
MODELSCOPE = "ali-vilab/text-to-video-ms-1.7b"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_diffusers(tmp_path_factory.mktemp("models") / "model")


@pytest.fixture(scope="module")
def shared(folder: Path) -> TextToVideo:
    return TextToVideo.from_pretrained(folder, device="cpu", dtype="float32")


@pytest.fixture
def pipe(shared: TextToVideo) -> Iterator[TextToVideo]:
    yield shared
    shared.set_adapters()


@pytest.fixture(scope="module")
def layers(shared: TextToVideo) -> Places:
    return places(shared.unet, shared.checkpoint.text_encoder, guidance_width=256)


@pytest.fixture
def lora(tmp_path: Path, layers: Places) -> Path:
    return write_named(tmp_path / "panda.safetensors", layers)


@pytest.fixture
def turbo(tmp_path: Path, layers: Places) -> Path:
    return write_list(tmp_path / "unet_lora.pt", layers, next(unet_orders(layers.unet)).layers)


def weights(pipe: TextToVideo) -> dict[str, Tensor]:
    networks = {"unet": pipe.unet, "text": pipe.checkpoint.text_encoder, "vae": pipe.vae}
    state = {f"{part}.{n}": t for part, each in networks.items() for n, t in each.state_dict().items()}
    return state | {f"derived {i}": t for i, t in enumerate(derived(pipe.runner.unet))}


def derived(fast: FastUNet) -> list[Tensor]:
    return [
        *fast.joined,
        *fast.added,
        *fast._ahead.values(),
        *fast._minus_ahead.values(),
        *fast._qkv.values(),
    ]


def copies(pipe: TextToVideo) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in weights(pipe).items()}


# -- names


@pytest.mark.parametrize(
    ("text", "base", "adapters"),
    [
        ("emoji", "emoji", []),
        ("a/b@main", "a/b@main", []),
        ("a/b+turbo", "a/b", [AdapterName("turbo")]),
        ("a/b@v1+x.pt:0.8+turbo", "a/b@v1", [AdapterName("x.pt", 0.8, 0.8), AdapterName("turbo")]),
        ("a/b + c/d/e.safetensors:-.5/1", "a/b ", [AdapterName("c/d/e.safetensors", -0.5, 1.0)]),
        ("a/b+c:d", "a/b", [AdapterName("c:d")]),
        ("'a/b+turbo:2'", "a/b", [AdapterName("turbo", 2.0, 2.0)]),
    ],
)
def test_a_name_is_split_at_each_plus_and_a_number_after_the_last_colon_is_the_scale(text, base, adapters):
    assert split(text) == (base, adapters)


def test_an_existing_path_wins_whole(tmp_path: Path):
    folder, file = tmp_path / "a+b", tmp_path / "x+y:2"
    folder.mkdir(), file.write_text("")
    assert split(str(folder)) == (str(folder), [])
    assert split(f"{folder}+turbo:0.5") == (str(folder), [AdapterName("turbo", 0.5, 0.5)])
    assert split(f"emoji+{file}") == ("emoji", [AdapterName(str(file))])
    assert split(f"emoji+{file}:0.5+turbo")[1] == [AdapterName(str(file), 0.5, 0.5), AdapterName("turbo")]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("emoji+x:11", "a scale is a number from -10 to 10, not 11"),
        ("emoji+", "one is missing"),
        ("emoji++turbo", "one is missing"),
        ("emoji" + "+turbo" * 9, "8 adapters at most, not 9"),
    ],
)
def test_a_wrong_name_is_named(text: str, why: str):
    with pytest.raises(CheckpointError, match=why):
        split(text)


@pytest.mark.parametrize("name", ["x", "x.pt:0.8", "x:-1", "x:0.8/0.3"])
def test_a_scale_is_written_as_it_was_read(name: str):
    (given,) = split(f"emoji+{name}")[1]
    assert given.scaled(given.name) == name


# -- finding


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


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (
            ["adapter_model.safetensors", "adapter_config.json", "optimizer.bin"],
            ["adapter_model.safetensors"],
        ),
        (["pytorch_lora_weights.safetensors"], ["pytorch_lora_weights.safetensors"]),
        (["README.md", "panda.safetensors"], ["panda.safetensors"]),
        (
            ["spatial/lora/unet.pt", "temporal/lora/150_unet.pt"],
            ["spatial/lora/unet.pt", "temporal/lora/150_unet.pt"],
        ),
    ],
)
def test_of_a_folder_the_weights_are_chosen(tmp_path: Path, names: list[str], chosen: list[str]):
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    found = locate_adapter(AdapterName(str(tmp_path)))
    assert [file.relative_to(tmp_path).as_posix() for file in found.files] == chosen


def test_a_folder_of_several_files_asks_for_one(tmp_path: Path):
    empty = tmp_path / "empty"
    empty.mkdir()
    for name in ("a.safetensors", "b.safetensors"):
        (tmp_path / name).write_text("")
    with pytest.raises(CheckpointError, match=r"has 2 weight files \(a.saf.*, b.safetensors\): name one"):
        locate_adapter(AdapterName(str(tmp_path)))
    with pytest.raises(CheckpointError, match="no weight file, so no adapter"):
        locate_adapter(AdapterName(str(empty)))


def test_a_misspelled_word_is_answered_with_the_near_one():
    with pytest.raises(CheckpointError, match="turboo is no adapter: there is no file .*; is turbo meant"):
        locate_adapter(AdapterName("turboo"))
    with pytest.raises(CheckpointError, match="secret.pt is no adapter") as error:
        locate_adapter(AdapterName("/home/me/secret.pt"))
    assert "/home/me" not in str(error.value)


# -- what they change


def test_a_model_with_an_adapter_is_named_with_it_and_the_file_records_it(
    folder: Path, lora: Path, tmp_path: Path
):
    pipe = TextToVideo.from_pretrained(f"{folder}+{lora}:0.8", device="cpu", dtype="float32")
    video = pipe("a panda", steps=2, **SMALL)
    settings = Video.open(video.save(tmp_path / "v.mp4")).settings
    digest = hashlib.sha256(lora.read_bytes()).hexdigest()
    assert settings.model == pipe.name == "model+panda.safetensors:0.8"
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
    assert "note: model is a folder" in said and "note: panda.safetensors:0.8 is a file: say where" in said
    again = next(line for line in said.splitlines() if line.startswith("again: "))
    assert "--model=model+panda.safetensors:0.8" in shlex.split(again)


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


def test_both_networks_change_and_nothing_else(pipe: TextToVideo, lora: Path):
    before = copies(pipe)
    pipe.set_adapters(str(lora))
    changed = {name for name, tensor in weights(pipe).items() if not torch.equal(tensor, before[name])}
    assert {name.partition(".")[0] for name in changed if "derived" not in name} == {"unet", "text"}
    assert all(name.endswith("weight") or "derived" in name for name in changed)
    assert "text.tower.transformer.resblocks.0.attn.in_proj_weight" in changed
    assert not any(name.startswith("vae") for name in changed)


def test_derived_tensors_are_those_of_a_model_loaded_anew(pipe: TextToVideo, lora: Path, folder: Path):
    pipe.set_adapters(str(lora))
    anew = FastUNet(pipe.unet.__class__(pipe.unet.config), CPU)
    anew.unet.load_state_dict(pipe.unet.state_dict())
    anew.refresh()
    for mine, fresh in zip(derived(pipe.runner.unet), derived(anew), strict=True):
        assert torch.equal(mine, fresh)


def test_a_hundred_changes_leave_the_bits_the_addresses_and_the_memory(
    pipe: TextToVideo, lora: Path, turbo: Path, tmp_path: Path, layers: Places
):
    other = write_named(tmp_path / "other.safetensors", layers, list(layers.unet[:60]))
    before = copies(pipe)
    places_before = {name: tensor.data_ptr() for name, tensor in weights(pipe).items()}
    choices = [(str(lora),), (f"{turbo}:0.5",), (), (f"{lora}:-1", f"{other}:0.3/2"), (str(other),)]
    resident = []
    for i in range(100):
        pipe.set_adapters(*choices[i % len(choices)])
        if not choices[i % len(choices)]:
            assert all(torch.equal(tensor, before[name]) for name, tensor in weights(pipe).items())
        if i % 20 == 19:
            gc.collect()
            resident.append(psutil.Process().memory_info().rss)
    pipe.set_adapters()
    after = weights(pipe)
    assert all(torch.equal(tensor, before[name]) for name, tensor in after.items())
    assert {name: tensor.data_ptr() for name, tensor in after.items()} == places_before
    assert pipe.runner.merger._plain == {}
    assert resident[-1] - resident[1] < 20 * 2**20


def test_the_same_adapters_in_any_order_of_changes_give_the_same_video(
    pipe: TextToVideo, lora: Path, turbo: Path
):
    def frames(*names: str):
        pipe.set_adapters(*names)
        return pipe("a panda", steps=2, **SMALL).frames

    first = frames(str(lora))
    frames(str(turbo), str(lora)), frames()
    assert (frames(str(lora)) == first).all() and (frames() != first).any()


def test_a_scale_of_zero_is_the_plain_model(pipe: TextToVideo, lora: Path):
    before = copies(pipe)
    pipe.set_adapters(f"{lora}:0")
    assert all(torch.equal(tensor, before[name]) for name, tensor in weights(pipe).items())


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_rounds_each_sum_once(folder: Path, lora: Path, dtype: str):
    full = TextToVideo.from_pretrained(folder, device="cpu", dtype="float32")
    half = TextToVideo.from_pretrained(folder, device="cpu", dtype=dtype)
    before = copies(half)
    (adapter,) = open_adapters([str(lora)], full.unet, full.checkpoint.text_encoder)
    half.set_adapters(str(lora))
    change, scale = next(c for c in adapter.changes if c[0].place.part == "unet")
    name = change.place.tensor
    expected = before[f"unet.{name}"].float() + scale * change.delta(CPU)
    assert torch.equal(half.unet.state_dict()[name], expected.to(half.dtype))
    half.set_adapters()
    assert all(torch.equal(tensor, before[name]) for name, tensor in weights(half).items())


def test_streamed_and_offloaded_weights_are_merged_where_they_lie(folder: Path, lora: Path, turbo: Path):
    """What a GPU's rung `minimal` keeps on the host: packed buffers, which the stream copies from."""
    checkpoint = load(folder)
    expected = TextToVideo.from_pretrained(folder, device="cpu", dtype="float32")
    streamed, text = StreamedUNet(checkpoint.unet, CPU), checkpoint.text_encoder
    offload(text, CPU)
    x, t, words = torch.randn(1, 4, 2, 4, 4), torch.tensor([500.0]), torch.randn(1, 77, 64)
    tokens = torch.zeros(1, 77, dtype=torch.long)
    merger, networks = Merger(), {"unet": [checkpoint.unet], "text_encoder": [text]}
    with torch.no_grad():
        plain = streamed(x, t, streamed.read(words)).clone(), text(tokens)
        for names in ((str(lora),), (str(turbo),), ()):
            adapters = open_adapters(names, checkpoint.unet, text)
            merger.merge(networks, adapters, CPU)
            streamed.refresh()
            for buffer in streamed.stream._buffers:
                buffer.fill_(255)
            given = torch.randn(1, 256) if "pt" in "".join(names)[-2:] else None
            expected.set_adapters(*names)
            other = expected.runner.unet
            mine = streamed(x, t, streamed.read(words), given)
            torch.testing.assert_close(mine, other(x, t, other.read(words), given), atol=1e-5, rtol=1e-5)
            assert torch.equal(text(tokens), expected.runner.encode(tokens))
        assert torch.equal(mine, plain[0]) and torch.equal(text(tokens), plain[1])


def test_both_devices_of_a_pair_are_changed(folder: Path, lora: Path, turbo: Path):
    one = TextToVideo.from_pretrained(folder, "cpu", "float32")
    two = TextToVideo.from_pretrained(folder, "cpu,cpu", "float32")
    for names in ((str(lora),), (str(turbo),), ()):
        one.set_adapters(*names), two.set_adapters(*names)
        a, b = (pipe("a panda", guidance=3.0, steps=2, **SMALL).frames for pipe in (one, two))
        assert (abs(a.astype(int) - b) <= 1).all()


def test_a_lower_rung_keeps_the_adapter_and_the_way_back(folder: Path, lora: Path):
    pipe = TextToVideo.from_pretrained(folder, device="cpu", dtype="float32")
    before = {name: tensor.clone() for name, tensor in pipe.unet.state_dict().items()}
    pipe.set_adapters(str(lora))
    with_lora = pipe("a panda", steps=2, **SMALL).frames
    pipe.runner.step_down()
    assert (abs(pipe("a panda", steps=2, **SMALL).frames.astype(int) - with_lora) <= 1).all()
    pipe.set_adapters()
    assert all(torch.equal(tensor, before[name]) for name, tensor in pipe.unet.state_dict().items())


def test_an_adapter_fits_a_model_in_the_other_layout(tmp_path: Path, layers: Places):
    """A file with diffusers' names on a model in ModelScope's files."""
    model = write_modelscope(tmp_path / "modelscope")
    pipe = TextToVideo.from_pretrained(model, device="cpu", dtype="float32")
    own = places(pipe.unet, pipe.checkpoint.text_encoder)
    lora = write_named(tmp_path / "x.safetensors", own, list(own.unet))
    before = pipe("a panda", steps=2, **SMALL).frames
    pipe.set_adapters(str(lora))
    assert (pipe("a panda", steps=2, **SMALL).frames != before).any() and layers


def test_parameters_in_a_list_are_read(pipe: TextToVideo, tmp_path: Path, layers: Places):
    """Text-To-Video-Finetuning saves nn.Parameters."""
    path = write_list(tmp_path / "unet.pt", layers, next(unet_orders(layers.unet)).layers)
    torch.save([torch.nn.Parameter(item) for item in torch.load(path)], path)
    pipe.set_adapters(str(path))
    assert pipe.unet.config.guidance_width == 256


# -- the doctor


@pytest.fixture(scope="module")
def published() -> Places:
    with blank():
        return places(UNet3D(UNetConfig()), TextEncoder(TextConfig()), 256)


def test_the_doctor_knows_the_formats(tmp_path: Path, published: Places, folder: Path, lora: Path):
    names = [name for name in published.unet if name.endswith("to_q")][:5]
    file = write_named(tmp_path / "to_q.safetensors", published, names)
    said = examine(file)
    assert said == "to_q.safetensors: a LoRA (diffusers) of 5 layers of the UNet, rank 4."
    assert "adapter panda.safetensors:0.5: diffusers, " in examine(f"{folder}+{lora}:0.5")
    save_file(sd_names(768), tmp_path / "sd.safetensors")
    with pytest.raises(CheckpointError, match="Stable Diffusion 1"):
        examine(tmp_path / "sd.safetensors")
    save_file(sd_names(1024), tmp_path / "sd2.safetensors")  # its layers are those of ModelScope's in space
    assert "kohya" in examine(tmp_path / "sd2.safetensors")


def test_the_doctor_tries_the_embedded_model_too(tmp_path: Path):
    checkpoint = load("emoji")
    own = places(checkpoint.unet, checkpoint.text_encoder)
    said = examine(write_named(tmp_path / "emoji.safetensors", own))
    assert said.endswith("of the UNet and text encoder, rank 4. It fits emoji.")


def test_t2v_turbos_file_at_full_size_is_recognised(published: Places):
    first = next(unet_orders(published.unet)).layers
    assert first[2] == "time_embedding.cond_proj" and published.named[first[2]].tensor == GUIDANCE
    assert published.named[first[2]].shape == (320, 256)


# -- the hub, and the app


def test_a_file_on_the_hub_is_asked_for_there(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(CheckpointError, match="owner/name is not in the cache"):
        locate_adapter(AdapterName("owner/name/loras/panda.safetensors"))


def test_a_worker_changes_adapters_without_loading_the_model_again(folder: Path, lora: Path, turbo: Path):
    pipe = TextToVideo.from_pretrained(folder, device="cpu", dtype="float32")
    weight = pipe.unet.conv_in.weight
    assert backend.adapt(pipe, str(folder), f"{folder}+{lora}:0.8") and pipe.name.endswith(":0.8")
    assert backend.adapt(pipe, f"{folder}+{lora}:0.8", f"{folder}+{turbo}") and pipe.native.steps == 4
    assert backend.adapt(pipe, f"{folder}+{turbo}", str(folder)) and pipe.name == "model"
    assert not backend.adapt(pipe, str(folder), "emoji") and pipe.unet.conv_in.weight is weight


def test_the_owners_model_may_have_adapters(folder: Path, lora: Path):
    offered = backend.choices(f"{folder}+{lora}:0.8+turbo")[0]
    assert offered.id == "model+panda.safetensors:0.8+turbo" and str(folder.parent) not in offered.title
    assert offered.where == f"{folder}+{lora}:0.8+turbo" and offered.native.steps == 4
