"""The notebook runs from top to bottom, plays its videos, and installs t2v where it is missing."""

import importlib.util
import subprocess
import sys
import types
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
FILE = ROOT / "notebooks/t2v.ipynb"
NOTEBOOK = nbformat.read(FILE, as_version=4)
CODE = [cell.source for cell in NOTEBOOK.cells if cell.cell_type == "code"]


def cell(words: str) -> str:
    """The code of the one cell with these words."""
    (found,) = (code for code in CODE if words in code)
    return found


def test_the_notebook_is_kept_without_results():
    nbformat.validate(NOTEBOOK)
    assert not [cell for cell in NOTEBOOK.cells if cell.get("outputs") or cell.get("execution_count")]
    assert NOTEBOOK.metadata.kernelspec.name == "python3"


@pytest.mark.slow
def test_the_notebook_runs_and_its_videos_play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.read(FILE, as_version=4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert not [output for output in outputs if output.output_type == "error"]
    shown = [output.data for output in outputs if output.output_type == "execute_result"]
    played = [data for data in shown if "text/html" in data]
    assert [data["text/plain"] for data in played] == [
        'Video(16×256×256, "a panda on a green background", seed 7)',
        'Video(16×256×256, "a purple fox spinning", seed 1)',
        'Video(16×256×256, "a panda on a green background", seed 7)',
    ]
    assert all("<video controls loop" in data["text/html"] for data in played)
    assert (tmp_path / "panda.mp4").read_bytes()[4:8] == b"ftyp"
    text = "".join(output.get("text", "") for output in outputs)
    assert "2/2" in text and "There is no GPU here" in text


def install(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str) -> list[str]:
    """Run the cell that installs, in `folder`, on a machine without t2v; -> what pip is given."""
    commands: list[list[str]] = []
    monkeypatch.chdir(folder)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(subprocess, "run", lambda command, check: commands.append(command))
    exec(code, {})
    ((python, *pip, source),) = commands
    assert (python, pip) == (sys.executable, ["-m", "pip", "install", "--quiet"])
    return source


def test_a_copy_of_the_repository_installs_itself(monkeypatch: pytest.MonkeyPatch):
    assert install(monkeypatch, ROOT / "notebooks", cell("ADDRESS")) == str(ROOT)


def test_elsewhere_the_address_is_installed_or_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    code = cell("ADDRESS")
    with pytest.raises(SystemExit, match="Write the address of the repository into ADDRESS"):
        install(monkeypatch, tmp_path, code)
    named = code.replace('ADDRESS = ""', 'ADDRESS = "https://example.org/t2v.git"')
    assert install(monkeypatch, tmp_path, named) == "git+https://example.org/t2v.git"


def test_weights_come_from_the_hub_that_is_near(monkeypatch: pytest.MonkeyPatch):
    names: dict = {"TextToVideo": None, "video": None}
    exec(cell("def weights").partition("if torch.cuda")[0], names)
    monkeypatch.delenv("MODELSCOPE_ENVIRONMENT", raising=False)
    assert names["weights"]() == "ali-vilab/text-to-video-ms-1.7b"
    monkeypatch.setenv("MODELSCOPE_ENVIRONMENT", "dsw")
    fake = types.SimpleNamespace(snapshot_download=lambda model: f"/cache/{model}")
    monkeypatch.setitem(sys.modules, "modelscope", fake)
    assert names["weights"]() == "/cache/iic/text-to-video-synthesis"
