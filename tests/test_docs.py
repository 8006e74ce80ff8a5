"""Every example of README.md and docs/ runs, in the order of its page; what pages name is there.

A tiny random model stands in for the models, but on the page of the first video. What needs a server is in
tests/space/test_documents.py.
"""

import importlib.util
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import yaml
from PIL import Image

from t2v import TextToVideo, cli
from t2v.checkpoints import EMBEDDED
from t2v.checkpoints.adapter_catalogue import ADAPTERS
from t2v.commands import COMMANDS
from t2v.request import SETTINGS, Complete
from t2v.resume import Model
from t2v.runtime import RUNGS

from .documents import DOCUMENTS, PAGES, ROOT, Block, Document
from .test_readme import model_rows_are_the_catalogues, settings_row

SERVED = re.compile("gradio_client|openai")  # such a block talks to a server
LOOSE = '# mypy: allow-untyped-defs, disable-error-code="no-redef,import-untyped,import-not-found"'
ELSEWHERE = set("git cd source curl docker kubectl pip hf ms-hub ray".split())  # programs that aren't ours

LOAD = vars(TextToVideo)["from_pretrained"].__func__
by_name = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)


class Small(TextToVideo):
    """Makes 16×16 pixels in 4 steps at most, without rounds, whatever it is asked for."""

    def _complete(self, *given: object) -> Complete:
        asked = super()._complete(*given)
        sides = {"width": min(asked.width, 16), "height": min(asked.height, 16)}
        return replace(asked, **sides, steps=min(asked.steps, 4), rounds=1)


@cache
def pipeline(model: str) -> TextToVideo:
    made = LOAD(Small, model, device="cpu")
    made.native = replace(made.native, steps=2)
    return made


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """A folder with the files that the pages speak of, and a tiny model in the place of all others."""
    monkeypatch.setattr(TextToVideo, "from_pretrained", lambda *model, **options: pipeline(str(folder)))
    tiny = pipeline(str(folder))
    monkeypatch.setattr(Model, "of", lambda model: Model(tiny.name, tiny.native))
    monkeypatch.chdir(tmp_path)
    shutil.copytree(folder, "FOLDER")
    for name in ("fox.png", "fox-later.png"):
        Image.new("RGB", (64, 48), "orange").save(name)
    for block in (block for page in PAGES for block in page.blocks if block.title):
        Path(block.title).write_text(block.text, encoding="utf-8")
    return tmp_path


def run_command(words: list[str]) -> None:
    """Run a command of t2v, check the others for what can be known of them here."""
    program, *arguments = words
    if program == "accelerate":
        assert arguments[:3] == ["launch", "-m", "t2v"]
        cli._generate_parser().parse_intermixed_args(arguments[3:])
    elif program == "make":
        assert arguments[0] in targets()
    elif program == "python" and arguments[0] == "-m":
        assert importlib.util.find_spec(arguments[1]), words
    elif program == "t2v" and arguments[0] == "serve":
        parser = cli.Parser(prog="t2v serve")
        COMMANDS["serve"].arguments(parser)
        parser.parse_args(arguments[1:])
    elif program == "t2v" and "--ray" in arguments:
        cli._generate_parser().parse_intermixed_args(arguments)
    elif program == "t2v":
        assert cli.main(arguments) == cli.DONE, words
    else:
        assert program in ELSEWHERE or "=" in program, words


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def run(block: Block, names: dict) -> None:
    if block.language == "python" and not SERVED.search(block.text):
        exec(compile(block.text, "example", "exec"), names)
    elif block.language in ("bash", "sh"):
        for words in block.commands():
            run_command(words)


@pytest.mark.slow
@by_name
def test_the_examples_run_in_the_order_of_the_page(document: Document, workplace: Path, monkeypatch, capsys):
    names: dict = {}
    if document.path.name == "first-video.md":
        own = {EMBEDDED: EMBEDDED, None: EMBEDDED}
        tiny = TextToVideo.from_pretrained
        monkeypatch.setattr(
            TextToVideo,
            "from_pretrained",
            lambda model=None, **options: pipeline(own[model]) if model in own else tiny(),
        )
    for block in document.blocks:
        run(block, names)


@pytest.mark.slow
def test_a_type_checker_accepts_the_python(tmp_path: Path):
    """With the project's own options, and so with what it has found of torch and of t2v in `make lint`."""
    for document in DOCUMENTS:
        code = [block.text for block in document.blocks if block.language == "python"]
        name = document.path.stem.replace("-", "_").lower()
        (tmp_path / f"{name}_page.py").write_text("\n\n".join([LOOSE, *code]), encoding="utf-8")
    files = sorted(map(str, tmp_path.glob("*.py")))
    command = [sys.executable, "-m", "mypy", "--no-error-summary", *files]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert len(files) == len(DOCUMENTS) and (checked.stdout, checked.returncode) == ("", 0)


@by_name
def test_files_that_a_page_links_to_exist(document: Document):
    assert not [link for link in document.links() if not (document.path.parent / link).exists()]


@by_name
def test_targets_and_commands_in_the_text_exist(document: Document):
    assert set(re.findall(r"`make ([a-z-]+)", document.text)) <= targets()
    words = set(re.findall(r"`t2v ([a-z]+)[` ]", document.text))
    assert words <= COMMANDS.keys()


def table(document: Document, start: str) -> list[str]:
    return [row for row in document.text.splitlines() if row.startswith(start)]


def page(name: str) -> Document:
    return next(page for page in PAGES if page.path.name == name)


def test_the_tables_are_those_of_the_program():
    assert table(page("settings.md"), "| **") == [settings_row(row) for row in SETTINGS.values()]
    rows = table(page("models.md"), "| `")
    model_rows_are_the_catalogues([row for row in rows if not row.startswith("| `+")])
    adapters = [f"| `+{each.word}` | {each.title} | {each.licence} |" for each in ADAPTERS.values()]
    assert [row for row in rows if row.startswith("| `+")] == adapters, "\n".join(adapters)
    assert [row.split("`")[1] for row in table(page("memory-and-speed.md"), "| `")] == list(RUNGS)


def test_every_page_is_in_the_site_and_on_its_first_page():
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    listed = [entry if isinstance(entry, str) else next(iter(entry.values())) for entry in settings["nav"]]
    assert sorted(listed) == [page.path.name for page in PAGES]
    assert [link for link in page("index.md").links() if link.endswith(".md")] == listed[1:]


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path):
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(tmp_path)]
    built = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env={"NO_MKDOCS_2_WARNING": "1"}
    )
    assert (built.stdout, built.stderr, built.returncode) == ("", "", 0)
    for html in tmp_path.glob("*.html"):
        loaded = re.findall(r"<(?:script|img|link)[^>]* (?:src|href)=\"?(https?:[^\" >]+)", html.read_text())
        assert not loaded, html.name
    assert len(list(tmp_path.glob("*.html"))) == len(PAGES) + 1  # 404.html


def test_a_shell_example_that_is_wrong_is_found(workplace: Path):
    for words in (["t2v", "a", "--stepz", "3"], ["make", "nothing"], ["rm", "x"], ["python", "-m", "nosuch"]):
        with pytest.raises(AssertionError):
            run_command(words)
