"""A model that a test may damage, and a program in ffmpeg's place."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree

import pytest

from t2v import ffmpeg

from ..tiny_model import write_diffusers


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model as it was before."""
    return write_diffusers(tmp_path_factory.mktemp("sound") / "model")


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    return copytree(sound, tmp_path / "model")


@pytest.fixture
def replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Path]]:
    """A function that puts a program in ffmpeg's place -> the file."""

    def put(content: str) -> Path:
        file = tmp_path / "bin" / "ffmpeg of ours"
        file.parent.mkdir()
        file.write_text(content, encoding="latin-1")
        file.chmod(0o755)
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(file))
        return file

    yield put
    ffmpeg._sync_option.cache_clear()
    ffmpeg._tried.clear()
