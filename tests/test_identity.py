"""Known models in folders of any name: cloned, copied, cached, or the origin of a fine-tune."""

import json
from pathlib import Path
from shutil import copytree

import pytest

from t2v.checkpoints import CATALOGUE, EMBEDDED, load, locate
from t2v.checkpoints.model_settings import native
from t2v.defaults import ModelDefaults

from .tiny_model import write_diffusers, write_modelscope

KNOWN = [entry for entry in CATALOGUE.values() if entry.id != EMBEDDED and "+" not in entry.id]
ZEROSCOPE = CATALOGUE["cerspense/zeroscope_v2_576w"].native
XL = CATALOGUE["cerspense/zeroscope_v2_XL"].native


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_diffusers(tmp_path_factory.mktemp("models") / "model")


def made_for(folder: Path) -> ModelDefaults:
    return native(locate(folder))


def edit(file: Path, **values: object) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


@pytest.mark.parametrize("entry", KNOWN, ids=lambda entry: entry.id)
@pytest.mark.parametrize("form", ["{name}", "{owner}_{name}", "{name}-main", "{NAME} (1)", "my-{name}-anime"])
def test_a_folder_with_a_models_name(plain: Path, tmp_path: Path, entry, form: str):
    owner, name = entry.id.split("/")
    folder = tmp_path / form.format(name=name, NAME=name.upper().replace("_", "-"), owner=owner)
    assert made_for(copytree(plain, folder)) == entry.native


@pytest.mark.parametrize("name", ["potat", "zeroscope_v1_320s", "emoji", "model", "anime-512x", "ms-1.7b"])
def test_another_name_is_no_known_models(plain: Path, tmp_path: Path, name: str):
    assert made_for(copytree(plain, tmp_path / name)) == ModelDefaults(width=16, height=16)


def test_a_folder_called_by_a_dot_or_a_link(plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = copytree(plain, tmp_path / "zeroscope_v2_576w")
    (tmp_path / "link").symlink_to(folder)
    (tmp_path / "zeroscope_v2_XL").symlink_to(plain)
    assert made_for(tmp_path / "link") == ZEROSCOPE
    assert made_for(tmp_path / "zeroscope_v2_XL") == XL
    monkeypatch.chdir(folder)
    assert made_for(Path(".")) == ZEROSCOPE


def test_a_snapshot_of_the_hubs_cache(plain: Path, tmp_path: Path):
    folder = tmp_path / "models--cerspense--zeroscope_v2_XL" / "snapshots" / ("c0ffee" + 34 * "0")
    assert made_for(copytree(plain, folder)) == XL


def test_a_clone_under_another_name(plain: Path, tmp_path: Path):
    folder = copytree(plain, tmp_path / "zs")
    (folder / ".git").mkdir()
    remote = '[remote "origin"]\n\turl = https://huggingface.co/cerspense/zeroscope_v2_576w\n'
    (folder / ".git" / "config").write_text("[core]\n\tbare = false\n" + remote)
    assert made_for(folder) == ZEROSCOPE


def test_a_model_card(plain: Path, tmp_path: Path):
    folder = copytree(plain, tmp_path / "downloaded")
    card = "---\nlicense: cc-by-nc-4.0\n---\n\n# zeroscope_v2 576w\nFor upscaling, take zeroscope_v2_XL.\n"
    (folder / "README.md").write_text(card + "# Later headings, of potat1, don't count\n")
    assert made_for(folder) == ZEROSCOPE
    (folder / "README.md").write_bytes(b"\xff\xfe\x00 not text, no heading")
    assert made_for(folder) == ModelDefaults(width=16, height=16)


@pytest.mark.parametrize("file", ["unet/config.json", "model_index.json"])
def test_a_fine_tune_of_one(plain: Path, tmp_path: Path, file: str):
    folder = copytree(plain, tmp_path / "mine")
    edit(folder / "unet/config.json", sample_size=32)
    edit(folder / file, _name_or_path="/root/hub/models--cerspense--zeroscope_v2_576w/snapshots/c0ffee/unet")
    assert made_for(folder) == ZEROSCOPE
    edit(folder / "unet/config.json", sample_size=[20, 36])
    assert made_for(folder) == ModelDefaults(width=72, height=40)
    edit(folder / "unet/config.json", sample_size=32, _name_or_path=7)
    edit(folder / "model_index.json", _name_or_path=None)
    assert made_for(folder) == ModelDefaults(width=64, height=64)


def test_a_folder_within_a_repository_in_modelscopes_layout(tmp_path: Path):
    write_modelscope(tmp_path / "zs2_XL")
    assert made_for(tmp_path / "zs2_XL") == XL
    assert load(tmp_path / "zs2_XL").native == XL


def test_what_a_folder_states_itself_counts_most(plain: Path, tmp_path: Path):
    folder = copytree(plain, tmp_path / "zeroscope_v2_576w")
    (folder / "t2v.json").write_text(json.dumps({"native": {"frames": 5}}))
    assert made_for(folder) == ModelDefaults(frames=5)
