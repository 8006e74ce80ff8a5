"""README.md and CITATION.cff say what is true: the Space's settings, the models, the version."""

import tomllib
from pathlib import Path

import yaml
from huggingface_hub import SpaceCard
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from t2v.checkpoints import CATALOGUE
from t2v.request import SETTINGS, Setting
from t2v.version import VERSION

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CARD = SpaceCard(README)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
KEYS = {
    "title", "emoji", "colorFrom", "colorTo", "sdk", "sdk_version", "python_version", "app_file",
    "short_description", "models", "tags", "license", "suggested_hardware", "thumbnail", "preload_from_hub",
}  # fmt: skip
MODELS = {name: entry for name, entry in CATALOGUE.items() if "+" not in name}  # without their adapters
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}


def test_a_space_can_read_its_settings():
    data = CARD.data.to_dict()
    assert data.keys() <= KEYS
    assert (CARD.data.sdk, CARD.data.license) == ("gradio", PROJECT["license"].lower())
    assert (ROOT / CARD.data.app_file).is_file()
    assert len(data["title"]) <= 30 and len(data["short_description"]) <= 60
    assert {data["colorFrom"], data["colorTo"]} <= COLOURS


def test_the_spaces_python_and_gradio_agree_with_the_requirements():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    requirements = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert not [r.name for r in requirements if any(s.operator in ("==", "===") for s in r.specifier)]
    (gradio,) = (r for r in requirements if r.name == "gradio")
    assert CARD.data.sdk_version in gradio.specifier
    assert CARD.data.python_version in SpecifierSet(PROJECT["requires-python"])


def test_the_models_are_the_catalogues():
    assert set(CARD.data.models) == {name for name in MODELS if "/" in name}
    model_rows_are_the_catalogues([row for row in README.splitlines() if row.startswith("| `")])


def model_rows_are_the_catalogues(rows: list[str]) -> None:
    assert len(rows) == len(MODELS)
    for row, (name, entry) in zip(rows, MODELS.items(), strict=True):
        native = entry.native
        assert f"`{name}`" in row and entry.licence in row
        assert f"{native.frames} frames of {native.width}×{native.height}" in row
        assert (f"{entry.size / 1e9:.1f} GB" if entry.size else "–") in row


def settings_row(row: Setting) -> str:
    """A setting as the README's table has it."""
    note = " (with a source)" if row.of_source else ""
    return f"| **{row.name}** | {row.label} | {row.words}{note} |"


def test_the_settings_are_the_tables():
    right = [settings_row(row) for row in SETTINGS.values()]
    shown = [row for row in README.splitlines() if row.startswith("| **")]
    assert shown == right, "the README's table of settings should be\n" + "\n".join(right)


def test_the_first_screen_says_what_it_makes_then_how_then_shows_it():
    """Above all headings: two sentences, one command, a picture."""
    screen = README.partition("# t2v\n")[2].partition("\n## ")[0]
    sentence, command, picture = (screen.index(part) for part in ("A sentence in", "make sample", "](docs/"))
    assert sentence < command < picture < 1000


def test_the_citation_is_of_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == VERSION
    assert citation["license"] == PROJECT["license"]
