"""Models that the peers wrote, made once for all parity tests."""

from pathlib import Path

import pytest

from .peers import Peers, write_diffusers_folder, write_modelscope_folder


@pytest.fixture(scope="session")
def modelscope_model(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Peers]:
    """A folder in ModelScope's layout, and the networks that wrote it."""
    folder = tmp_path_factory.mktemp("modelscope")
    return folder, write_modelscope_folder(folder)


@pytest.fixture(scope="session")
def diffusers_model(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Peers]:
    """A folder in diffusers' layout, and the networks that wrote it."""
    folder = tmp_path_factory.mktemp("diffusers")
    return folder, write_diffusers_folder(folder)
