"""The owner's adapters: found in a folder and beside a model, each a model of its own at any strength."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from t2v.request import Request, RequestError
from t2v.service.backend import OfferedModel
from t2v.service.choices import Choices, found_adapters
from t2v.service.service import Service


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("loras/panda.safetensors", "loras/zoom.pt", "loras/notes.txt", "model/adapters/own.bin"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "loras/mcm").mkdir()
    (tmp_path / "loras/mcm/adapter_config.json").write_text("{}")
    return tmp_path


def test_adapters_are_found_in_the_folder_and_beside_a_model(folder: Path):
    model = OfferedModel("model", "Model", source=str(folder / "model"))
    found = found_adapters(folder / "loras", [model, OfferedModel("emoji", "Emoji")])
    assert {name: Path(path).name for name, path in found.items()} == {
        "panda": "panda.safetensors",
        "zoom": "zoom.pt",
        "mcm": "mcm",
        "own": "own.bin",
    }
    assert found_adapters(None, [OfferedModel("emoji", "Emoji")]) == {}
    assert found_adapters(folder / "nowhere", []) == {}


def test_a_model_with_an_adapter_is_a_choice_that_shows_no_path():
    choices = Choices([OfferedModel("emoji", "Emoji", licence="MIT")], {"panda": "/secret/panda.safetensors"})
    assert list(choices) == ["emoji"] and len(choices) == 1
    made = choices["emoji+panda:0.8"]
    assert (made.id, made.title, made.licence) == ("emoji+panda:0.8", "Emoji + panda ×0.8", "MIT")
    assert made.where == "emoji+/secret/panda.safetensors:0.8" and choices.get("emoji+panda:0.8") == made
    assert "emoji" in choices and "emoji+panda:2" in choices and choices.get("x") is None


@pytest.mark.parametrize(
    "id",
    [
        "emoji+panda",
        "emoji+panda:3",
        "emoji+panda:-1",
        "emoji+panda:0.801",
        "emoji+tiger:1",
        "x+panda:1",
        "+",
    ]
    + ["emoji+panda:1+panda:1", "emoji+../panda:1", "emoji+panda:0.8/0.3"],
)
def test_nothing_else_is_one(id: object):
    choices = Choices([OfferedModel("emoji", "Emoji")], {"panda": "p"})
    assert id not in choices and choices.get(id) is None
    with pytest.raises(KeyError):
        choices[id]


def test_the_service_makes_videos_with_adapters(folder: Path):
    service = Service("tests.service.fakes", folder / "out", adapters=folder / "loras")
    model, _ = service.validate("square+panda:0.8", Request("a panda"))
    assert service.choices[model].where == f"square+{folder}/loras/panda.safetensors:0.8"
    with pytest.raises(RequestError, match="model"):
        service.validate("square+tiger:1", Request("a panda"))


def test_the_page_chooses_the_model_with_the_adapter(folder: Path):
    import gradio as gr

    from t2v.space.choosing import Choosing
    from t2v.space.components import build

    service = Service("tests.service.fakes", folder / "out", adapters=folder / "loras")
    with gr.Blocks():
        page = build(service, {}, [])
    choosing = Choosing(page, service, SimpleNamespace())
    assert page.adapter.choices == [("None", ""), ("mcm", "mcm"), ("panda", "panda"), ("zoom", "zoom")]
    shown = choosing.adapt("square", "panda", 0.8)
    assert shown[page.fields["model"]] == shown[page.last_model] == "square+panda:0.8"
    shown = choosing.adapt("square+panda:0.8", "zoom", 2)
    assert shown[page.fields["model"]] == "square+zoom:2" and shown[page.adapter] == "zoom"
    shown = choosing.adapt("square+zoom:2", "", 2)
    assert shown[page.fields["model"]] == "square" and shown[page.adapter] == ""
    assert choosing.switch("wide", "square+zoom:2")[page.adapter] == ""
