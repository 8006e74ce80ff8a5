"""SIGTERM: what is nearly done is finished, the rest is handed back, nothing is half-written, in time."""

import json
import os
import signal
import time
from pathlib import Path
from threading import Thread

import httpx
import pytest

from t2v.request import Request
from t2v.service.drain import drain
from t2v.service.jobs import QueueFull
from t2v.service.messages import Stage
from t2v.service.outputs import DRAFT, Outputs
from t2v.service.service import Service
from t2v.video import Video
from tests.space.started import PROMPT, started
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("own_environment")
ME = "a visitor at the end"
FAKES = "tests.service.fakes"


def test_what_is_nearly_done_is_finished_and_the_rest_is_left_to_the_next_server(tmp_path: Path):
    service = Service(FAKES, tmp_path).start()
    short = service.submit(ME, None, Request("a slow square", seed=1, steps=8))
    waiting = service.submit(ME, None, Request("a square", seed=2))
    eventually(lambda: short.step > 2, 60)
    drain(service, 30)
    assert short.stage == Stage.DONE and waiting.stage == Stage.WAITING
    with pytest.raises(QueueFull, match="restarted"):
        service.submit(ME, None, Request("a square"))
    service.close()
    assert len(Video.open(service.outputs.path(short.id, ".mp4"))) == 8
    assert [id for (id,) in service.outputs.store.read("SELECT id FROM jobs")] == [waiting.id]


def test_what_takes_longer_than_the_limit_is_not_waited_for(tmp_path: Path):
    service = Service(FAKES, tmp_path).start()
    long = service.submit(ME, None, Request("slow", steps=200))
    eventually(lambda: long.step > 2, 60)
    begun = time.monotonic()
    drain(service, 20)  # the rest takes half a minute by its pace
    assert time.monotonic() - begun < 10 and not long.over
    service.seconds_left = lambda job: None  # unknown: the limit alone counts
    begun = time.monotonic()
    drain(service, 0.5)
    assert 0.4 < time.monotonic() - begun < 10
    service.close()
    assert [id for (id,) in service.outputs.store.read("SELECT id FROM jobs")] == [long.id]


def answer(url: str, settings: dict) -> dict:
    """Call `/generate` -> the settings in its answer; the file isn't fetched."""
    with httpx.Client(base_url=url, trust_env=False, timeout=120) as client:
        event = client.post("gradio_api/call/v2/generate", json=settings).json()["event_id"]
        kind, data = client.get(f"gradio_api/call/generate/{event}").text.strip().splitlines()[-2:]
    assert kind == "event: complete", data
    return json.loads(data.removeprefix("data: "))[1]


def test_a_terminated_server_answers_its_last_caller_and_says_what_it_did_as_json(tmp_path: Path):
    made: list[dict] = []
    with started(tmp_path, T2V_LOG="json", T2V_GRACE="30s", T2V_FAKE_STEP="0.05") as page:
        url = page.url
        page.make(seed=1)
        caller = Thread(target=lambda: made.append(answer(url, PROMPT | {"seed": 2, "steps": 40})))
        caller.start()
        page.until('"message": "a job of square begins", "job"')
        eventually(lambda: page.said().count("begins") == 2, 30)
        page.process.send_signal(signal.SIGTERM)
        caller.join(30)
        assert page.process.wait(30) == 0
        said = page.said()
    assert made and made[0]["seed"] == 2
    assert len(list((tmp_path / "out" / "served").glob("*.mp4"))) == 2
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    ends = [line for line in lines if line.get("end")]
    assert [line["end"] for line in ends] == ["done", "done"] and all(line["job"] for line in ends)
    assert any(line["message"] == "square was loaded" for line in lines), "the worker logs as the server does"
    assert not list((tmp_path / "out").rglob("*.part"))


def test_the_draft_of_a_killed_worker_goes_before_the_videos(tmp_path: Path):
    outputs = Outputs(tmp_path)
    names = (".0123456789abcdef.part", ".fedcba9876543210.part", "video.mp4")
    for name, age in zip(names, (DRAFT + 5, 5, DRAFT + 5), strict=True):
        path = outputs.served / name
        path.touch()
        os.utime(path, (time.time() - age,) * 2)
    outputs.sweep()
    assert {path.name for path in outputs.served.iterdir() if path.is_file()} == set(names[1:])
