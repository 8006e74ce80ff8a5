"""What people write for a model is understood, or refused in words that keep secrets and name the way out."""

from pathlib import Path

import pytest

from t2v.checkpoints import CATALOGUE, CheckpointError
from t2v.checkpoints.model_names import MODELSCOPE_COPY, HubName, hub_name, is_embedded, listed, local_path
from t2v.runtime.planning import Sizes, sizes_of

PAGE = "https://huggingface.co/owner/name"
PLAIN = [
    "owner/name",
    "owner/name/",
    " owner/name\n",
    "'owner/name'",
    '"owner/name"',
    "“owner/name”",
    "`owner/name`",
    "owner/name@",
    "owner/name.git",
    PAGE,
    f"{PAGE}/",
    f"<{PAGE}>",
    f"{PAGE}.git",
    f"{PAGE}?library=diffusers",
    f"{PAGE}#usage",
    f"{PAGE}/discussions/3",
    "https://huggingface.co/owner/na%6De",
    "https://huggingface.co/api/models/owner/name",
    "https://user:hf_secret@huggingface.co/owner/name",
    "HTTPS://www.HuggingFace.co/owner/name",
    "http://hf.co/owner/name",
    "https://hf-mirror.com/owner/name",
    "//huggingface.co/owner/name",
    "huggingface.co/owner/name",
    "hf.co/owner/name/",
    "hf://owner/name",
    "hf://models/owner/name/unet",
    "git@hf.co:owner/name",
    "git@huggingface.co:owner/name.git",
    "ssh://git@hf.co/owner/name",
    f"git clone {PAGE}",
    "models--owner--name",
]
REVISIONS = {
    "owner/name@v1": "v1",
    "owner/name@refs/pr/1": "refs/pr/1",
    "owner/name@feature/x": "feature/x",
    "owner/name/tree/v1": "v1",
    f"{PAGE}/tree/main": "main",
    f"{PAGE}/tree/v1/unet": "v1",
    f"{PAGE}/tree/refs%2Fpr%2F3": "refs/pr/3",
    f"{PAGE}/blob/v2/unet/config.json?download=true#L3": "v2",
    f"{PAGE}/resolve/c0ffee/unet/x.safetensors": "c0ffee",
    f"{PAGE}/commit/c0ffee": "c0ffee",
    f"{PAGE}@v1": "v1",
    "hf://owner/name@dev/unet": "dev",
}


@pytest.mark.parametrize("text", PLAIN)
def test_a_model_on_the_hub_is_understood(text: str):
    assert hub_name(text) == HubName("owner/name")


@pytest.mark.parametrize("text", REVISIONS)
def test_a_revision_is_understood(text: str):
    assert hub_name(text) == HubName("owner/name", REVISIONS[text])


@pytest.mark.parametrize("name", [each for each in CATALOGUE if "/" in each and "+" not in each])
def test_a_known_model_is_known_however_it_is_written(name: str):
    for text in (name, name.upper(), f"https://huggingface.co/{name}/tree/main", f"{name}@v1", f" '{name}/'"):
        assert listed(text) is CATALOGUE[name]
        assert sizes_of(text) == (Sizes(), CATALOGUE[name].native)  # so `t2v plan` downloads nothing


@pytest.mark.parametrize("text", ["emoji", "Emoji", " EMOJI ", "'emoji'"])
def test_the_embedded_model_is_known_however_it_is_written(text: str):
    assert is_embedded(text) and listed(text) is CATALOGUE["emoji"]


REFUSED = {
    "": "An empty name is no model",
    "nonsense": "nonsense is no model",
    "a/b/c": "a/b/c is no model",
    "../model": r"\.\./model is no model",
    "owner/../model": "no model",
    "/nowhere/model": "^model is no model",
    "~/nowhere/model": "^model is no model",
    "file:///nowhere/model": "^model is no model",
    "C:\\nowhere\\model": "^model is no model",
    "~nobody-of-that-name/model": "^model is no model",
    "x" * 300: "xxx…xxx.* is no model",
    "a/" + "b" * 300: "bbb…bbb.* is no model",
    "a\0b/c": "is no model",
    "ünï/cöde": "ünï/cöde is no model",
    "zeroscope_v2_576w": "is cerspense/zeroscope_v2_576w meant",
    "/nowhere/potat1": "is camenduru/potat1 meant",
    "emojy": "is emoji meant",
    "https://huggingface.co/gpt2": "huggingface.co/gpt2 is no model",
    "https://huggingface.co/spaces/owner/name": "huggingface.co/spaces/owner/name is the address of a Space",
    "https://huggingface.co/datasets/owner/name": "is the address of a data set",
    "https://huggingface.co/papers/2308.06571": "is the address of a page",
    "https://github.com/owner/name": "github.com is not the Hugging Face hub",
    "https://me:hf_secret@civitai.com/models/1?token=hf_secret": "civitai.com is not the Hugging Face hub",
    "https://modelscope.cn/models/iic/text-to-video-synthesis": MODELSCOPE_COPY,
    "damo/text-to-video-synthesis": MODELSCOPE_COPY,
    "owner/name@a b": "can't have a revision called a b",
    "owner/name@../main": "can't have a revision",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_name_is_refused(text: str):
    assert local_path(text) is None
    with pytest.raises(CheckpointError, match=REFUSED[text]) as error:
        hub_name(text)
    assert "nowhere" not in str(error.value) and "secret" not in str(error.value)


def test_the_hub_of_the_environment_is_a_hub(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.example:8443")
    assert hub_name("https://hub.example:8443/owner/name/tree/v1") == HubName("owner/name", "v1")


def test_folders_are_found_as_people_write_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (folder := tmp_path / "my models").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    ways = [
        folder,
        f"{folder}/",
        f"'{folder}'",
        f" {folder} ",
        "my models",
        "my%20models",
        "./my models",
        "~/my models",
    ]
    for written in [*ways, folder.as_uri()]:
        assert local_path(written).resolve() == folder, written


def test_a_folder_that_may_not_be_entered(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", refuse)
    with pytest.raises(CheckpointError, match="^model can't be opened: permission denied"):
        local_path("/root/model")
