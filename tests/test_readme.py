"""README.md and CITATION.cff say what is true: the Space's settings, the commands, the models, the links."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml
from huggingface_hub import SpaceCard
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from t2v import cli
from t2v.checkpoints import CATALOGUE
from t2v.commands import COMMANDS
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
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


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
    assert set(CARD.data.models) == {name for name in CATALOGUE if "/" in name}
    rows = [row for row in README.splitlines() if row.startswith("| `")]
    assert len(rows) == len(CATALOGUE)
    for row, (name, entry) in zip(rows, CATALOGUE.items(), strict=True):
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


@pytest.mark.parametrize("code", blocks("python"), ids=str.splitlines)
def test_python_in_the_readme_is_python(code: str):
    compile(code, "README.md", "exec")


def commands(program: str) -> list[list[str]]:
    lines = (line for block in blocks("bash") for line in block.splitlines())
    words = (shlex.split(line, comments=True) for line in lines)
    return [line[1:] for line in words if line and line[0] == program]


@pytest.mark.parametrize("arguments", commands("t2v"), ids=" ".join)
def test_commands_in_the_readme_exist(arguments: list[str]):
    command = COMMANDS.get(arguments[0])
    if command is None:
        cli._generate_parser().parse_intermixed_args(arguments)
        return
    parser = cli.Parser(prog="t2v")
    command.arguments(parser)
    parser.parse_args(arguments[1:])


def test_targets_in_the_readme_exist():
    made = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)", README)) | {line[0] for line in commands("make")}
    assert {"run", "sample", "test"} <= named <= made


def test_files_in_the_readme_exist():
    links = re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", README)
    local = {one or other for one, other in links if "://" not in (one or other)}
    assert not [link for link in local if not (ROOT / link).exists()]


def test_the_citation_is_of_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == VERSION
    assert citation["license"] == PROJECT["license"]
