"""A model that a test may damage."""

from pathlib import Path

import pytest

from ..tiny_model import write_diffusers


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_diffusers(tmp_path / "model")
