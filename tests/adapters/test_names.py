"""How adapters are named and found."""

from pathlib import Path

import pytest

from t2v.checkpoints import CheckpointError
from t2v.checkpoints.adapter_files import locate_adapter
from t2v.checkpoints.adapter_names import AdapterName, split


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


def test_a_file_on_the_hub_is_asked_for_there(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(CheckpointError, match="owner/name is not in the cache"):
        locate_adapter(AdapterName("owner/name/loras/panda.safetensors"))
