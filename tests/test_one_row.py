"""One row is enough: a setting added to the table in request.py is known wherever settings are."""

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

ROOT = Path(__file__).parents[1]
AFTER = "    def __eq__("  # the first method after the rows
ROW = '    sparkle: int | None = _row("Sparkle", "how much it sparkles, 0 to 9", Whole(0, 9), 3)\n\n'
ASK = """
import io, json, sys
from contextlib import redirect_stdout
import numpy as np
from t2v import Request, RequestError, Video
from t2v.cli import main

request = Request("a panda", sparkle=7)
with redirect_stdout(io.StringIO()) as help:
    try:
        main(["--help"])
    except SystemExit:
        pass
complete = request.validate()
path = Video(np.zeros((complete.frames, 16, 16, 3), np.uint8), complete).save(sys.argv[1])
with redirect_stdout(io.StringIO()) as info:
    main(["info", str(path)])
try:
    Request("a panda", sparkle=10).validate()
except RequestError as error:
    refused = str(error)
print(json.dumps({
    "help": help.getvalue(),
    "link": Request.from_query(request.to_query()).sparkle,
    "file": Video.open(path).request.sparkle,
    "info": info.getvalue(),
    "default": Request("a panda").validate().sparkle,
    "error": refused,
    "given": list(Request.from_dict({"prompt": "a", "sparkle": 2}).without_source()),
}))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with one more row; the weights are linked."""
    folder = tmp_path_factory.mktemp("copy")
    copytree(ROOT / "t2v", folder / "t2v", ignore=ignore_patterns("emoji", "__pycache__"))
    (folder / "t2v" / "checkpoints" / "emoji").symlink_to(ROOT / "t2v" / "checkpoints" / "emoji")
    table = folder / "t2v" / "request.py"
    text = table.read_text(encoding="utf-8")
    assert text.count(AFTER) == 1
    table.write_text(text.replace(AFTER, ROW + AFTER), encoding="utf-8")
    return folder


def ask(copy: Path, code: str, *arguments: str) -> dict:
    """What a program prints as JSON that runs on the copy."""
    command = [sys.executable, "-c", code, *arguments]
    environment = os.environ | {"PYTHONPATH": f"{copy}{os.pathsep}{ROOT}"}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_command_links_files_and_errors_know_it(copy: Path, tmp_path: Path):
    found = ask(copy, ASK, str(tmp_path / "panda.mp4"))
    assert "--sparkle N" in found["help"] and "how much it sparkles, 0 to 9" in found["help"]
    assert found["link"] == found["file"] == 7
    assert "sparkle: 7" in found["info"] and "--sparkle=7" in found["info"]
    assert found["default"] == 3
    assert found["error"] == "sparkle: must be a whole number from 0 to 9, not 10"
    assert "sparkle" in found["given"]


ASK_PAGE = """
import json, sys
from pathlib import Path
import gradio as gr
import t2v
from t2v import Request, Video
from t2v.service.service import Service
from t2v.space import api, components, form, screen
from t2v.space.events import Events
from tests.service.fakes import NATIVE, moving_square

service = Service("tests.service.fakes", Path(sys.argv[1]))
with gr.Blocks() as demo:
    page = components.build(service, {}, [])
    events = Events(page, service)
    events.connect(demo)
    api.offer(service, demo)
info = demo.get_api_info()["named_endpoints"]["/generate"]["parameters"]
values = form.defaults(service, "square", "a panda")
link = form.link(Request("a panda", sparkle=7), "square")
query = dict(pair.split("=") for pair in link.removeprefix("?").split("&"))
complete = Request("a panda", sparkle=7).validate(NATIVE)
path = Video(moving_square(complete), complete, "square").save(Path(sys.argv[1], "a.mp4"))
wrong = form.problems(service, values | {"sparkle": 10})
print(json.dumps({
    "api": [each["parameter_name"] for each in info],
    "default": next(each["parameter_default"] for each in info if each["parameter_name"] == "sparkle"),
    "type": next(each["type"] for each in info if each["parameter_name"] == "sparkle"),
    "words": api.offer.__doc__ and next(f for f in demo.fns.values() if f.api_name == "generate").fn.__doc__,
    "component": type(page.fields["sparkle"]).__name__,
    "label": page.fields["sparkle"].label,
    "hint": page.fields["sparkle"].info,
    "shown": values["sparkle"],
    "link": form.from_link(service, query)[0]["sparkle"],
    "dropped": events.choosing.open(None, path)[page.fields["sparkle"]],
    "read": form.read(values | {"sparkle": 5}).request.sparkle,
    "wrong": wrong,
    "line": screen.problems_line(wrong),
    "json": '"sparkle": 7' in json.dumps(form.settings_of(complete)),
}))
service.close()
"""


def test_the_page_and_the_api_know_it(copy: Path, tmp_path: Path):
    found = ask(copy, ASK_PAGE, str(tmp_path))
    assert found["api"].index("sparkle") + 1 == found["api"].index("model") and found["default"] == 3
    assert found["type"] == {"type": "integer"} and "sparkle: how much it sparkles, 0 to 9" in found["words"]
    assert (found["component"], found["label"]) == ("Number", "Sparkle")
    assert found["hint"].replace("\xa0", " ") == "How much it sparkles, 0 to 9. 0 … 9"
    assert (found["shown"], found["link"], found["dropped"], found["read"]) == (3, 7, 7, 5)
    assert found["wrong"] == {"sparkle": "Must be a whole number from 0 to 9, not 10"}
    assert "Sparkle: must be" in found["line"] and found["json"]
