"""Examples of README.md and docs/ that need a server run against one; a Studio's variables start the page."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from t2v.space.launch import App
from t2v.space.options import OPTIONS
from tests.documents import DOCUMENTS, ROOT, Document
from tests.space.started import free_port, started
from tests.test_readme import CARD
from tests.waiting import eventually

ADDRESS = "http://127.0.0.1:7860"
SERVED = [page for page in DOCUMENTS if any("gradio_client" in block.text for block in page.blocks)]


@pytest.mark.parametrize("document", SERVED, ids=lambda document: document.name)
def test_clients_in_the_documents_get_their_videos(document: Document, app: App, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(next((ROOT / "examples").glob("panda.mp4")), "panda.mp4")
    for name in ("fox.png", "fox-later.png", "mask.png"):
        Image.new("RGB", (64, 48), "orange").save(name)
    names: dict = {}
    for block in document.blocks:
        if block.language == "python" and ("client" in block.text or "openai" in block.text):
            exec(block.text.replace(ADDRESS, app.url.rstrip("/")), names)
    assert names["settings"]["seed"] == 7
    assert Path(names["file"]).read_bytes()[4:8] == b"ftyp"
    if document.path.name == "http.md":
        assert Path("made.mp4").read_bytes()[4:8] == b"ftyp" and names["made"].settings["seed"] == 7


def test_the_shells_example_gets_an_event_and_then_the_video(app: App):
    (block,) = (
        block
        for page in DOCUMENTS
        for block in page.blocks
        if "curl -sN" in block.text and ADDRESS in block.text
    )
    url, post, wait = block.text.replace(ADDRESS, app.url.rstrip("/")).splitlines()
    posted = subprocess.run(["bash", "-c", f"{url}\n{post}"], capture_output=True, text=True, timeout=60)
    event = json.loads(posted.stdout)["event_id"]
    waited = ["bash", "-c", f"{url}\n{wait.replace('EVENT_ID', event)}"]
    answer = subprocess.run(waited, capture_output=True, text=True, timeout=60).stdout
    assert "event: complete" in answer and ".mp4" in answer


def test_the_shells_examples_of_v1_work_in_their_order(app: App, tmp_path: Path):
    (text,) = (block.text for page in DOCUMENTS for block in page.blocks if "V1=" in block.text)
    url, *commands = text.replace(ADDRESS, app.url.rstrip("/")).splitlines()
    Image.new("RGB", (64, 48), "orange").save(tmp_path / "fox.png")

    def shell(command: str) -> bytes:
        words = ["bash", "-c", f"{url}\n{command}"]
        return subprocess.run(words, cwd=tmp_path, capture_output=True, timeout=60, check=True).stdout

    id = json.loads(shell(commands[0]))["id"]
    eventually(lambda: json.loads(shell(f"curl -s $V1/{id}"))["status"] == "completed")
    said = [shell(command.replace("ID", id)) for command in commands[1:]]
    told = [json.loads(each) for each in said if each.startswith(b"{")]
    assert [each["object"] for each in told] == ["video", "video", "list", "video", "video.deleted"]
    assert said[3].startswith(b"RIFF") and (tmp_path / "fox.mp4").read_bytes()[4:8] == b"ftyp"


def studio() -> dict:
    (page,) = (page for page in DOCUMENTS if page.path.name == "modelscope.md")
    (block,) = (block for block in page.blocks if block.title == "ms_deploy.json")
    return json.loads(block.text)


def test_a_studio_asks_for_what_the_page_needs():
    settings = studio()
    assert settings["sdk_type"] == CARD.data.sdk == "gradio"
    assert settings["sdk_version"] == CARD.data.sdk_version
    variables = {each["name"] for each in settings["environment_variables"]}
    assert variables <= {row.variable for row in OPTIONS.values()}


def test_the_page_starts_with_a_studios_variables(tmp_path: Path):
    variables = {each["name"]: each["value"] for each in studio()["environment_variables"]}
    assert variables["T2V_PORT"] == "7860"
    variables |= {"T2V_PORT": str(free_port()), "MODELSCOPE_ENVIRONMENT": "studio"}
    outputs = variables.pop("T2V_OUTPUTS")  # a folder that only a Studio has
    with started(tmp_path, "--outputs", tmp_path / "outputs", **variables) as page:
        url = f"http://127.0.0.1:{variables['T2V_PORT']}"
        page.until("listens at ")
        assert page.make(url)["seed"] == 1
    assert outputs.startswith("/mnt/workspace/") and list((tmp_path / "outputs").rglob("*.mp4"))
