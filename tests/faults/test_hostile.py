"""Hostile files as source, last picture and mask: one sentence each, from the command and the service."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from t2v import RequestError
from t2v.cli import MISUSED, main
from t2v.request import Request
from t2v.service import sentences
from t2v.service.faults import explain
from t2v.service.messages import Stage
from t2v.service.service import Service
from tests import hostile
from tests.pictures import quarters
from tests.waiting import eventually

pytestmark = pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
NAMES = list(hostile.files())
PLACES = ("source", "end", "mask")


@pytest.mark.parametrize("name", NAMES)
def test_the_command_says_one_sentence_before_any_work(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("t2v.pipeline.TextToVideo.from_pretrained", None)  # no model is loaded
    Image.fromarray(quarters()).save("good.png")
    Path("panda.mp4").write_bytes(hostile.files()[name])
    for field, given in zip(PLACES, (["--from"], ["--end"], ["--from", "good.png", "--mask"]), strict=True):
        assert main(["a panda", "-o", "out.mp4", *given, "panda.mp4"]) == MISUSED
        out, err = capsys.readouterr()
        assert not out and err.count("\n") == 1, err
        assert err.startswith(f"t2v: {field}: panda.mp4 ") and str(tmp_path) not in err
    assert not Path("out.mp4").exists()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = Service("tests.service.fakes", tmp_path_factory.mktemp("outputs"), devices=("cpu",)).start()
    folder = made.outputs.served / "upload"
    folder.mkdir()
    Image.fromarray(quarters()).save(folder / "good.png")
    yield made
    made.close()


def answer(service: Service, files: dict[str, Path]) -> str:
    """What page and API say of these files; "" where a video is made."""
    try:
        job = service.submit("ana", None, Request("a square"), **files)
    except RequestError as error:
        assert str(error).startswith(f"{error.field}: ")  # the API's; the page's is as a job's
        return explain(error)[1]
    eventually(lambda: job.over, 30)
    assert (job.stage == Stage.DONE) == (job.problem == "")
    return job.problem


@pytest.mark.parametrize("name", NAMES)
def test_the_page_and_the_api_say_one_sentence(service: Service, name: str):
    folder = service.outputs.served / "upload"
    bad, good = folder / "panda.mp4", folder / "good.png"
    field = PLACES[NAMES.index(name) % len(PLACES)]
    bad.write_bytes(hostile.files()[name])
    said = answer(service, {"source": good} | {field: bad})
    assert (
        said.startswith(f"{sentences.FILES[field]}panda.mp4 ")
        and "\n" not in said
        and str(folder.parent) not in said
    )


def test_after_a_hostile_file_the_next_video_is_made(service: Service):
    good = service.outputs.served / "upload" / "good.png"
    assert answer(service, {"source": good, "end": good, "mask": good}) == ""
