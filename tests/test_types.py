"""The package says that it has types, and every exception to them says why. `make lint` checks the types."""

import re
import tomllib
from pathlib import Path

import t2v

ROOT = Path(__file__).parents[1]
EXCEPTION = re.compile(r"#\s*type:\s*ignore.*")
REASONED = re.compile(r"# type: ignore\[[a-z-]+\]  # \w+.*")


def test_the_marker_of_types_is_installed():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert Path(t2v.__file__).with_name("py.typed").is_file()
    assert "py.typed" in settings["tool"]["setuptools"]["package-data"]["t2v"]


def test_an_exception_names_its_error_and_its_reason():
    assert REASONED.fullmatch("# type: ignore[assignment]  # Windows has none")
    files = (ROOT / "t2v").rglob("*.py")
    found = {(file.name, text) for file in files for text in EXCEPTION.findall(file.read_text("utf-8"))}
    assert not {(name, text) for name, text in found if not REASONED.fullmatch(text)}
