"""`make space`: the right files arrive in one commit, and a README that a Space can read."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import SpaceCard
from PIL import Image

from t2v.checkpoints.catalogue import CATALOGUE
from t2v.checkpoints.locate import SMALL
from t2v.checkpoints.weight_files import diffusers_weights
from t2v.service.backend import WITH_GPU
from t2v.space.options import OPTIONS
from tests import forked
from tests.fake_spaces import FakeSpaces
from tools import space

ROOT = Path(__file__).parents[1]
PART = ("config.json", "diffusion_pytorch_model.bin", "diffusion_pytorch_model.fp16.bin")
SAFE = ("diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.fp16.safetensors")
TEXT = (
    "config.json",
    "pytorch_model.bin",
    "pytorch_model.fp16.bin",
    "model.safetensors",
    "model.fp16.safetensors",
)
REPOSITORY = [  # the files of ModelScope's model in diffusers' layout
    *("model_index.json", "README.md", "scheduler/scheduler_config.json"),
    *(
        f"tokenizer/{name}"
        for name in ("merges.txt", "vocab.json", "special_tokens_map.json", "tokenizer_config.json")
    ),
    *(f"{part}/{name}" for part in ("unet", "vae") for name in (*PART, *SAFE)),
    *(f"text_encoder/{name}" for name in TEXT),
]


@pytest.fixture
def hub() -> Iterator[FakeSpaces]:
    made = FakeSpaces()
    with made.serve():
        yield made


def make_space(hub: FakeSpaces, *words: str, token: str = "hf_right") -> subprocess.CompletedProcess:
    """The command in a process of its own, as huggingface_hub reads its variables once. Without Xet, whose
    storage has no stand-in, large files take the hub's older way."""
    variables = {"HF_ENDPOINT": hub.address, "HF_TOKEN": token, "HF_HUB_DISABLE_XET": "1", "no_proxy": "*"}
    variables |= {"HF_HUB_DISABLE_IMPLICIT_TOKEN": "0", "HF_HUB_OFFLINE": "0"}
    script = "import runpy; runpy.run_module('tools.space', run_name='__main__')"
    return forked.run(script, *words, environment=os.environ | variables)


def test_the_files_arrive_in_one_commit_and_again_without_those_that_are_gone(hub: FakeSpaces):
    hub.files = {
        ".gitattributes": b"*.mp4",
        "t2v/gone.py": b"",
        "examples/old.mp4": b"",
        "notes.txt": b"mine",
    }
    settings = ["--hardware", "t4-small", "--set", "T2V_TITLE=My page", "--secret", "T2V_AUTH=me:pw"]
    done = make_space(hub, "me/page", *settings)
    assert done.returncode == 0, done.stderr
    assert hub.commits == 1 and hub.spaces["me/page"]["sdk"] == "gradio"
    assert hub.settings == {"hardware": "t4-small", "T2V_TITLE": "My page", "T2V_AUTH": "me:pw"}
    sent = {path.as_posix() for path in space.files()}
    assert hub.files.keys() == sent | {".gitattributes", "notes.txt"}  # the owner's own files stay
    weights = next((ROOT / "t2v/checkpoints/emoji").rglob("*.safetensors"))
    for name in (
        "app.py",
        weights.relative_to(ROOT).as_posix(),
        "examples/panda.mp4",
    ):
        assert hub.files[name] == (ROOT / name).read_bytes()
    assert len(hub.stored) >= 15  # weights and videos went to the storage, not into the commit
    assert "https://huggingface.co/spaces/me/page" in done.stdout
    assert make_space(hub, "me/page").returncode == 0 and hub.commits <= 2  # an update


def test_a_space_can_read_its_readme():
    card = SpaceCard(space.readme("me/page"))
    data = card.data.to_dict()
    assert data["thumbnail"] == "https://huggingface.co/spaces/me/page/resolve/main/docs/thumbnail.jpg"
    assert Path(space.THUMBNAIL) in space.files()
    with Image.open(ROOT / space.THUMBNAIL) as picture:
        assert picture.size == (1200, 630)
    assert card.text == SpaceCard((ROOT / "README.md").read_text(encoding="utf-8")).text


def test_what_is_loaded_ahead_is_what_the_model_needs_and_no_more(tmp_path: Path):
    """The files of `preload_from_hub` are those that a GPU in half precision downloads."""
    (line,) = SpaceCard((ROOT / "README.md").read_text(encoding="utf-8")).data.to_dict()["preload_from_hub"]
    repository, _, names = line.partition(" ")
    assert repository == WITH_GPU and CATALOGUE[repository].layout == "diffusers"
    parts = ("text_encoder", "unet", "vae")
    weights = {name for part in parts for name in diffusers_weights(tmp_path, REPOSITORY, part, half=True)}
    small = {name for name in REPOSITORY if SMALL.fullmatch(name)}
    assert weights | small <= {*names.split(","), "README.md"} and set(names.split(",")) <= weights | small


def test_a_space_has_the_page_and_not_the_project():
    names = {path.as_posix() for path in space.files()}
    assert {"app.py", "README.md", "requirements.txt", "packages.txt", "examples/examples.json"} <= names
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True
    ).stdout.splitlines()
    assert not [name for name in names - set(tracked) if not name.startswith(("t2v/", "docs/"))]
    assert not [
        name for name in names if name.startswith(("tests/", "training/", ".")) or "__pycache__" in name
    ]
    missing = {name for name in tracked if name.startswith("t2v/") and (ROOT / name).exists()} - names
    assert not missing


def test_a_dry_run_lists_files_and_sizes_and_asks_nobody(hub: FakeSpaces):
    done = make_space(hub, "me/page", "--dry-run", token="hf_wrong")
    assert done.returncode == 0 and not hub.spaces and not hub.commits
    rows = dict(re.findall(r"^ *([\d,]+)  (\S+)$", done.stdout, re.MULTILINE)[i][::-1] for i in range(3))
    assert rows and all(
        int(size.replace(",", "")) == (ROOT / name).stat().st_size for name, size in rows.items()
    )
    total = sum((ROOT / path).stat().st_size for path in space.files())
    assert f"{total:,}  bytes in {len(space.files())} files" in done.stdout
    assert all(row.variable in done.stdout for row in OPTIONS.values())


WRONG = {
    "a token": (["me/page"], "run `hf auth login`", 1),
    "a name": (["page"], "'page' is no name of a Space", 2),
    "no name": ([""], "'' is no name of a Space, such as SPACE=user/name", 2),
    "a variable": (["me/page", "--set", "T2V_TITEL=x"], "T2V_TITEL is no variable of the page", 2),
    "a variable without a value": (["me/page", "--set", "T2V_TITLE"], "T2V_TITLE needs a value", 2),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_in_a_sentence(case: str, hub: FakeSpaces):
    words, told, code = WRONG[case]
    done = make_space(hub, *words, token="hf_wrong")
    assert done.returncode == code and told in done.stderr and "Traceback" not in done.stderr
    assert not hub.commits


def test_make_passes_on_what_it_is_given():
    recipe = subprocess.run(
        ["make", "--dry-run", "--assume-old=.venv/runtime", "space", "SPACE=me/page", "ARGS=--dry-run"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert '-m tools.space "me/page" --dry-run' in recipe.stdout
