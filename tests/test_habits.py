"""CONTRIBUTING.md, CHANGELOG.md and the hooks of pre-commit say what is true."""

import re
from pathlib import Path

import yaml

from t2v import diffusion, request
from t2v.version import VERSION

ROOT = Path(__file__).parents[1]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_hooks_are_the_checks_of_make_lint():
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    hooks = [hook for repository in config["repos"] for hook in repository["hooks"]]
    assert {repository["repo"] for repository in config["repos"]} == {"local"}
    checks = [line.strip().replace("$(BIN)", ".venv/bin") for line in recipe[1].splitlines()]
    assert [hook["entry"] for hook in hooks] == checks


def test_what_contributing_names_is_there():
    named = set(re.findall(r"`((?:t2v|tests)/[\w/.]+)`", CONTRIBUTING))
    assert len(named) > 10
    assert not [path for path in named if "NAME" not in path and not (ROOT / path).exists()]
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"\bmake (\w+)", CONTRIBUTING)) <= set(targets)


def test_a_sampler_is_in_the_three_places_that_contributing_names():
    assert set(diffusion.SAMPLERS) == set(diffusion.HOPS) == set(request.SAMPLER_NAMES)


def test_the_version_is_in_the_changelog():
    releases = re.findall(r"^## \[(.+?)\]", CHANGELOG, re.MULTILINE)
    assert releases[0] == "Unreleased" and releases[1] == VERSION
