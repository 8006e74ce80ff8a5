"""The wheel, the source distribution, the requirements, and where torch comes from."""

import http.server
import os
import re
import subprocess
import sys
import tarfile
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from shutil import copytree, ignore_patterns

import httpx
import pytest
from packaging.requirements import Requirement

from t2v.version import VERSION
from tests.space.started import started
from tools import torch_wheels

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NOT_SOURCE = ignore_patterns(".*", "__pycache__", "*.egg-info", "outputs", "runs", "build", "dist", "site")
BUILD = "import sys; from setuptools import build_meta as b; print(getattr(b, sys.argv[1])(sys.argv[2]))"
MOST_BYTES = 100_000_000  # that PyPI takes


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheel and the source distribution, built in a copy of the source."""
    source, made = copytree(ROOT, tmp_path_factory.mktemp("source") / "t2v", ignore=NOT_SOURCE), {}
    for kind in ("wheel", "sdist"):
        folder = tmp_path_factory.mktemp(kind)
        command = [sys.executable, "-c", BUILD, f"build_{kind}", folder]
        done = subprocess.run(command, cwd=source, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        made[kind] = folder / done.stdout.splitlines()[-1]
    return made


@pytest.fixture(scope="module")
def metadata(built: dict[str, Path]) -> Message:
    with zipfile.ZipFile(built["wheel"]) as wheel:
        return message_from_bytes(wheel.read(f"t2v-{VERSION}.dist-info/METADATA"))


def test_the_wheel_has_the_package_and_the_examples_and_nothing_else(built: dict[str, Path]):
    assert built["wheel"].stat().st_size <= MOST_BYTES
    with zipfile.ZipFile(built["wheel"]) as wheel:
        names = set(wheel.namelist())
    assert {name.partition("/")[0] for name in names} == {"t2v", f"t2v-{VERSION}.dist-info"}
    shown = {path.name for path in (ROOT / "examples").iterdir()}
    assert {f"t2v/space/installed_examples/{name}" for name in shown} <= names
    tracked = subprocess.run(
        ["git", "ls-files", "t2v"], cwd=ROOT, capture_output=True, text=True
    ).stdout.split()
    assert not [
        name for name in set(tracked) - names if (ROOT / name).exists()
    ]  # also weights, styles, types


def test_the_source_distribution_can_be_worked_with(built: dict[str, Path]):
    with tarfile.open(built["sdist"]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = [
        "app.py",
        "Makefile",
        "requirements.txt",
        "tests/conftest.py",
        "tests/space/conftest.py",
        "setup.py",
    ]
    needed += [
        "examples/examples.json",
        "docs/run-for-others.md",
        "tools/torch_wheels.py",
        "training/README.md",
    ]
    assert set(needed) <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith((".", "outputs", "runs"))]


def test_pypi_shows_the_readme_without_what_it_cannot_show(metadata: Message):
    text = metadata.get_payload()
    assert metadata["Description-Content-Type"] == "text/markdown" and text.lstrip().startswith("# t2v")
    assert "colorFrom" not in text and "```bash" in text
    targets = re.findall(r"\]\(([^)]*)\)", text)
    assert targets and not [target for target in targets if not target.startswith("https://")]


def test_a_library_needs_no_gradio(metadata: Message):
    wanted = [Requirement(text) for text in metadata.get_all("Requires-Dist")]
    plain = {each.name for each in wanted if not each.marker or each.marker.evaluate({"extra": ""})}
    assert "torch" in plain and not plain & {"gradio", "prometheus_client", "ray", "matplotlib"}
    assert set(metadata.get_all("Provides-Extra")) >= {"app", "ray", "train"}
    page = {each.name for each in wanted if each.marker and each.marker.evaluate({"extra": "app"})}
    assert "gradio" in page


def test_requirements_are_those_of_library_and_page():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    listed = {line for line in lines if line and not line.startswith("#")}
    assert listed == {*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["app"]}


def test_all_but_the_page_is_imported_without_what_the_page_needs():
    modules = [path.relative_to(ROOT).with_suffix("") for path in (ROOT / "t2v").rglob("*.py")]
    names = [".".join(path.parts).removesuffix(".__init__") for path in modules]
    library = [name for name in names if not name.startswith("t2v.space") and "triton_" not in name]
    code = f"""
import importlib, sys
sys.modules |= dict.fromkeys(("gradio", "gradio_client", "starlette", "fastapi", "prometheus_client"))
for name in {library}:
    if not name.endswith("__main__"):
        importlib.import_module(name)
from t2v.cli import main
sys.exit(main(["serve"]))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2, done.stderr
    assert done.stderr == "t2v: The page needs gradio and prometheus_client: pip install 't2v[app]'\n"


@pytest.mark.slow
def test_the_installed_wheel_serves_the_page_with_examples_and_makes_a_video(
    built: dict[str, Path], tmp_path: Path
):
    """In an environment of its own, which borrows this one's libraries; `make soak` installs them."""
    python = environment(tmp_path / "env", built["wheel"], "--no-deps")
    borrowed = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    place = next((tmp_path / "env" / "lib").glob("python*/site-packages"))
    (place / "borrowed.pth").write_text(f"{borrowed}\n")  # its own .pth files, such as ours, are not read
    serves(python, tmp_path)


@pytest.mark.soak
def test_pip_installs_the_wheel_with_all_that_it_needs(built: dict[str, Path], tmp_path: Path):
    serves(environment(tmp_path / "env", f"{built['wheel']}[app]"), tmp_path)


def environment(folder: Path, *what: object) -> Path:
    """A new virtual environment with what pip was asked to install; -> its Python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=300)
    python = folder / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", *what]
    alone = os.environ | {"PYTHONPATH": ""}  # pip would find t2v there, and install nothing
    done = subprocess.run(command, env=alone, capture_output=True, text=True, timeout=3000)
    assert done.returncode == 0, done.stderr
    return python


def serves(python: Path, folder: Path) -> None:
    """`t2v serve` in an empty folder: the page, an example, a video."""
    empty = folder / "empty"
    empty.mkdir()
    way = [str(python.with_name("t2v")), "serve"]
    alone = {"fake": False, "cwd": empty, "PYTHONPATH": "", "T2V_PORT": "0"}
    with started(folder, python=python, way=way, **alone) as page:
        with httpx.Client(base_url=page.url, trust_env=False) as client:
            assert "Examples" in client.get("config").text
            assert client.get("example/panda.mp4").content[4:8] == b"ftyp"
        assert page.make(prompt="a panda", frames=1, steps=1)["model"] == "emoji"
    where = [python, "-c", "import t2v; print(t2v.__file__)"]
    found = subprocess.run(
        where, cwd=empty, env=os.environ | {"PYTHONPATH": ""}, capture_output=True, text=True
    )
    assert Path(found.stdout.strip()).is_relative_to(python.parents[1])


# -- where torch comes from


class Index(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def index(tmp_path: Path) -> Iterator[str]:
    """Two indexes: `plain` with torch 99.0, `cpu` with torch 99.0+cpu."""
    for kind, version in (("plain", "99.0"), ("cpu", "99.0+cpu")):
        folder = tmp_path / kind / "torch"
        folder.mkdir(parents=True)
        name = f"torch-{version}-py3-none-any.whl"
        with zipfile.ZipFile(folder / name, "w") as wheel:
            info = f"torch-{version}.dist-info"
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
        (folder / "index.html").write_text(f'<a href="{name.replace("+", "%2B")}">{name}</a>')
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), lambda *given: Index(*given, directory=str(tmp_path))
    )
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_without_a_gpu_pip_takes_the_wheel_for_processors(index: str):
    chosen = torch_wheels.arguments(False, f"{index}/cpu", "linux")
    assert chosen == ["--extra-index-url", f"{index}/cpu"]
    ours = {name: text for name, text in os.environ.items() if not name.startswith("PIP_")}
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--dry-run",
        "--no-deps",
        "--target",
        "nowhere",
        "torch",
    ]
    for more, version in ((chosen, "99.0+cpu"), ([], "99.0")):
        done = subprocess.run(
            [*command, "--index-url", f"{index}/plain", *more],
            env=ours | {"PIP_CONFIG_FILE": os.devnull, "no_proxy": "127.0.0.1"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert f"Would install torch-{version}\n" in done.stdout, done.stderr


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_elsewhere_the_usual_index_is_asked(index: str, system: str):
    assert torch_wheels.arguments(False, f"{index}/cpu", system) == []
    assert torch_wheels.arguments(True, f"{index}/cpu", "linux") == []


@pytest.mark.parametrize(
    "address", ["{}/nothing", "http://127.0.0.1:9/", "no address", "http://no.such.invalid/"]
)
def test_an_index_that_is_not_there_changes_nothing(index: str, address: str):
    assert torch_wheels.arguments(False, address.format(index), "linux") == []


def test_a_gpu_is_known_by_its_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not torch_wheels.has_nvidia(tmp_path)
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "nvidia0").touch()
    assert torch_wheels.has_nvidia(tmp_path)
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\n")
    (tmp_path / "nvidia-smi").chmod(0o755)
    assert torch_wheels.has_nvidia(tmp_path / "nowhere")


def test_make_asks_for_the_index():
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "$(PIP) $$($(BIN)/python tools/torch_wheels.py) --requirement requirements.txt" in recipe
