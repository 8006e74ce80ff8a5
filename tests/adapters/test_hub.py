"""Adapters on the hub: only the files asked for are downloaded, checked by their hash, and found offline."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from ..fake_hub import FakeHub, Home

SCRIPT = """
import json, sys
from t2v.checkpoints.adapter_files import locate_adapter
from t2v.checkpoints.adapter_names import split
from t2v.checkpoints.errors import CheckpointError
try:
    (given,) = split(sys.argv[1])[1]
    found = locate_adapter(given)
    names = [f"{file.parent.name}/{file.name}" for file in found.files]
    print(json.dumps({"name": found.name, "files": names, "word": found.entry and found.entry.word,
                      "beside": sorted(path.name for path in found.files[0].parent.iterdir())}))
except CheckpointError as error:
    print(json.dumps({"error": str(error)}))
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[tuple[Home, FakeHub]]:
    served = tmp_path / "served"
    for name in (
        "loras/panda.safetensors",
        "modelscopet2v-laion/adapter_model.safetensors",
        "big.safetensors",
    ):
        (served / name).parent.mkdir(parents=True, exist_ok=True)
        save_file({"x": torch.ones(3)}, served / name)
    (served / "modelscopet2v-laion/adapter_config.json").write_text("{}")
    hub = FakeHub(served)
    with hub.serve() as address:
        yield Home(tmp_path / "home", address), hub


def find(home: Home, name: str, **environment: str) -> dict:
    done = home.run(SCRIPT, f"emoji+{name}", **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_file_in_a_repository(home: tuple[Home, FakeHub]):
    own, hub = home
    found = find(own, "owner/model/loras/panda.safetensors:0.8")
    assert found["name"] == "owner/model/loras/panda.safetensors" and found["word"] is None
    assert found["files"] == ["loras/panda.safetensors"] and "big.safetensors" not in hub.sent
    again = find(own, "owner/model/loras/panda.safetensors", HF_HUB_OFFLINE="1")
    assert again["files"] == found["files"]


def test_a_folder_brings_its_configuration_and_the_words_defaults(home: tuple[Home, FakeHub]):
    found = find(home[0], "owner/model/modelscopet2v-laion")
    assert found["beside"] == ["adapter_config.json", "adapter_model.safetensors"]
    assert found["word"] == "mcm-laion" and "big.safetensors" not in home[1].sent


def test_a_file_that_arrives_damaged_is_fetched_again(home: tuple[Home, FakeHub]):
    own, hub = home
    hub.flips["loras/panda.safetensors"] = 1
    assert find(own, "owner/model/loras/panda.safetensors")["files"]
    assert hub.sent["loras/panda.safetensors"] == 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("owner/model/loras/tiger.safetensors", ("loras/tiger.safetensors", "no weight file")),
        ("owner/model/nowhere", ("nowhere", "no weight file")),
        ("owner/other/x.safetensors", ("owner/other",)),
    ],
)
def test_what_is_not_there_is_named(home: tuple[Home, FakeHub], name: str, words: tuple[str, ...]):
    error = find(home[0], name)["error"]
    assert all(word in error for word in words) and "/tmp" not in error
