"""From a model's name to its files: folders, the catalogue, and a hub that damages what it sends."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from t2v.checkpoints import CheckpointError
from t2v.checkpoints.locate import PARTS, locate

from .fake_hub import COMMIT, FakeHub, Home
from .tiny_model import write_diffusers, write_modelscope

UNET_FILE = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture
def hub(tmp_path: Path) -> FakeHub:
    folder = write_diffusers(tmp_path / "served")
    (folder / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"the same weights, of no use here")
    (folder / "text2video.gif").write_bytes(b"of no use either")
    return FakeHub(folder)


@pytest.fixture
def home(tmp_path: Path, hub: FakeHub) -> Iterator[Home]:
    with hub.serve() as address:
        yield Home(tmp_path / "home", address)


def test_a_hub_id_is_downloaded_once_and_only_what_is_needed(hub: FakeHub, home: Home):
    found = home.locate("owner/model")
    assert (found["name"], found["revision"]) == ("owner/model", COMMIT)
    assert set(found["files"]) == set(PARTS)
    assert all(Path(path).is_file() for paths in found["files"].values() for path in paths)
    assert hub.sent[UNET_FILE] == 1
    assert not {"unet/diffusion_pytorch_model.bin", "text2video.gif"} & hub.sent.keys()
    assert "%" in found["shown"]  # a progress bar
    before = hub.sent.copy()
    assert home.locate("owner/model")["files"] == found["files"]
    assert hub.sent == before


def test_without_a_network_the_cache_is_used(hub: FakeHub, home: Home):
    found = home.locate("owner/model")
    before = hub.sent.copy()
    for environment in ({"HF_HUB_OFFLINE": "1"}, {"HF_ENDPOINT": "http://127.0.0.1:1"}):
        assert home.locate("owner/model", **environment)["files"] == found["files"]
    assert hub.sent == before


def test_without_a_network_or_a_cache(home: Home):
    assert "is not in the cache" in home.locate("owner/model", HF_HUB_OFFLINE="1")["error"]


def test_a_flipped_bit_is_noticed_and_fetched_again(hub: FakeHub, home: Home):
    hub.flips[UNET_FILE] = 1
    found = home.locate("owner/model")
    assert Path(found["files"]["unet"][0]).read_bytes() == hub.files()[UNET_FILE]
    assert hub.sent[UNET_FILE] == 2


def test_a_file_damaged_twice_is_refused_and_not_kept(hub: FakeHub, home: Home):
    hub.flips[UNET_FILE] = 2
    error = home.locate("owner/model")["error"]
    assert (
        "diffusion_pytorch_model.safetensors" in error
        and "its hash is not the one that the hub states" in error
    )
    damaged = hub.files()[UNET_FILE][:-1]
    assert not [
        p for p in home.folder.rglob("*") if p.is_file() and p.read_bytes()[: len(damaged)] == damaged
    ]
    assert Path(home.locate("owner/model")["files"]["unet"][0]).read_bytes() == hub.files()[UNET_FILE]


def test_a_damaged_config_is_noticed_too(hub: FakeHub, home: Home):
    hub.flips["vae/config.json"] = 1
    assert "error" not in home.locate("owner/model")
    assert hub.sent["vae/config.json"] == 2


def test_a_broken_connection_is_resumed(hub: FakeHub, home: Home):
    hub.cuts[UNET_FILE] = 1
    found = home.locate("owner/model")
    assert Path(found["files"]["unet"][0]).read_bytes() == hub.files()[UNET_FILE]


def test_modelscopes_files_on_the_hub(tmp_path: Path, home: Home, hub: FakeHub):
    hub.folder = write_modelscope(tmp_path / "original")
    (hub.folder / "samples.bin").write_bytes(b"of no use")
    found = home.locate("owner/model")
    assert [Path(path).name for path in found["files"]["vae"]] == ["VQGAN_autoencoder.pth"]
    assert "samples.bin" not in hub.sent


def test_the_half_sized_variant_is_downloaded_for_half_precision(tmp_path: Path, home: Home, hub: FakeHub):
    write_diffusers(hub.folder, variant=".fp16")
    found = home.locate("owner/model", "half")
    assert [Path(path).name for path in found["files"]["vae"]] == ["diffusion_pytorch_model.fp16.safetensors"]
    assert hub.sent[UNET_FILE] == 0


def test_what_is_not_on_the_hub(home: Home, hub: FakeHub):
    assert "was not found on the hub" in home.locate("owner/another")["error"]
    for path in hub.folder.rglob("*.*"):
        path.unlink()
    (hub.folder / "README.md").write_text("# A language model")
    assert "holds no text-to-video model" in home.locate("owner/model")["error"]


@pytest.mark.parametrize(
    "name", ["", "nonsense", "/etc/passwd", "a/b/c", "../model", "owner/../model", "a b/c", "~"]
)
def test_what_is_no_model(name: str):
    with pytest.raises(CheckpointError) as error:
        locate(name)
    assert "/etc" not in str(error.value)


def test_a_folder(tmp_path: Path):
    found = locate(write_diffusers(tmp_path / "my-model"))
    assert (found.name, found.layout, found.revision, found.entry) == ("my-model", "diffusers", "", None)
    assert found.files["unet"] == (tmp_path / "my-model" / UNET_FILE,)


def test_a_bin_file_is_taken_where_there_is_no_safetensors(tmp_path: Path):
    folder = write_diffusers(tmp_path)
    (folder / "unet" / "diffusion_pytorch_model.bin").touch()
    assert locate(folder).files["unet"] == (folder / UNET_FILE,)
    (folder / UNET_FILE).unlink()
    assert locate(folder).files["unet"] == (folder / "unet" / "diffusion_pytorch_model.bin",)


def renamed(folder: Path, *names: str) -> Path:
    """The folder with a UNet's file of these names only, all the same."""
    data = (folder / UNET_FILE).read_bytes()
    (folder / UNET_FILE).unlink()
    for name in names:
        (folder / "unet" / name).write_bytes(data)
    return folder


STEM = "diffusion_pytorch_model"


@pytest.mark.parametrize(
    "names",
    [
        [f"{STEM}.bf16.safetensors"],
        [f"{STEM}.non_ema.safetensors"],
        [f"{STEM}.non_ema.bin"],
        [f"{STEM}.fp8_e4m3fn.safetensors"],
        [f"{STEM}-00001-of-00001.safetensors"],
        [
            f"{STEM}-00001-of-00003.safetensors",
            f"{STEM}-00002-of-00003.safetensors",
            f"{STEM}-00003-of-00003.safetensors",
        ],
        [f"{STEM}.bf16-00001-of-00002.safetensors", f"{STEM}.bf16-00002-of-00002.safetensors"],
        [f"{STEM}-00001-of-00002.fp16.safetensors", f"{STEM}-00002-of-00002.fp16.safetensors"],
    ],
)
@pytest.mark.parametrize("half", [False, True])
def test_the_only_weights_are_taken_whatever_their_variant(tmp_path: Path, names: list[str], half: bool):
    found = locate(renamed(write_diffusers(tmp_path), *names), half)
    assert [path.name for path in found.files["unet"]] == names


@pytest.mark.parametrize(
    ("names", "full", "half"),
    [
        (["", ".bf16", ".fp16", ".ema", ".magic"], "", ".fp16"),
        (["", ".bf16"], "", ""),
        ([".bf16", ".fp32"], ".fp32", ".bf16"),
        ([".non_ema", ".ema"], ".ema", ".ema"),
        ([".bf16", ".magic"], ".bf16", ".bf16"),
    ],
)
def test_the_variant_nearest_to_the_precision_is_taken(
    tmp_path: Path, names: list[str], full: str, half: str
):
    folder = renamed(write_diffusers(tmp_path), *(f"{STEM}{name}.safetensors" for name in names))
    assert locate(folder).files["unet"][0].name == f"{STEM}{full}.safetensors"
    assert locate(folder, half=True).files["unet"][0].name == f"{STEM}{half}.safetensors"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            [f"{STEM}-00001-of-00003.bin", f"{STEM}-00003-of-00003.bin"],
            f"{STEM}-00002-of-00003.bin is missing",
        ),
        ([f"{STEM}.mine.bin", f"{STEM}.yours.bin"], r"2 variants \(mine, yours\): keep one"),
        (["zeroscope.safetensors"], f"looks for {STEM}.safetensors or .bin and finds zeroscope.safetensors"),
        (["diffusion_flax_model.msgpack"], "finds diffusion_flax_model.msgpack"),
        (["model.onnx"], "finds model.onnx"),
        ([], f"unet/ has no weights: {STEM}.safetensors is missing"),
    ],
)
def test_weights_that_cannot_be_taken_are_named(tmp_path: Path, names: list[str], message: str):
    with pytest.raises(CheckpointError, match=message):
        locate(renamed(write_diffusers(tmp_path), *names))


def test_a_whole_file_goes_before_shards_that_are_not_all_there(tmp_path: Path):
    folder = write_diffusers(tmp_path)
    (folder / "unet" / f"{STEM}-00001-of-00002.safetensors").touch()
    assert locate(folder).files["unet"] == (folder / UNET_FILE,)


def test_an_index_of_another_variant_is_downloaded_too(hub: FakeHub, home: Home):
    names = json.dumps({"weight_map": {"conv_in.weight": "weights.bf16.safetensors"}})
    renamed(hub.folder, "weights.bf16.safetensors")
    (hub.folder / "unet" / "diffusion_pytorch_model.bin").unlink()
    (hub.folder / "unet" / f"{STEM}.safetensors.index.bf16.json").write_text(names)
    assert [Path(path).name for path in home.locate("owner/model")["files"]["unet"]] == [
        "weights.bf16.safetensors"
    ]


@pytest.mark.parametrize("unet", ["UNet2DConditionModel", ""])
def test_a_model_of_another_family_is_named_before_its_weights_are_downloaded(
    hub: FakeHub, home: Home, unet: str
):
    (hub.folder / "unet/config.json").write_text(json.dumps({"_class_name": unet}))
    (hub.folder / "model_index.json").write_text(json.dumps({"_class_name": "StableDiffusionPipeline"}))
    error = home.locate("https://huggingface.co/owner/model")["error"]
    assert error.startswith("owner/model is a Stable Diffusion image model")
    assert not hub.sent[UNET_FILE]


def test_an_address_is_downloaded_as_its_id(hub: FakeHub, home: Home):
    found = home.locate("https://huggingface.co/owner/model/tree/main")
    assert (found["name"], found["revision"]) == ("owner/model", COMMIT)
