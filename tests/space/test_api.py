"""`/generate` from outside: Gradio's client, plain HTTP, and those who mean no good."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from gradio_client import Client

from t2v.space import api
from t2v.space.api import PARAMETERS
from t2v.space.launch import MAX_UPLOAD, App
from t2v.video import Video
from tests.waiting import eventually

JSON = {"content-type": "application/json"}


def call(app: App, **settings: object) -> tuple[int, str, object]:
    """Plain HTTP, by name -> status, event, data"""
    return send(app, "call/v2/generate", json.dumps(settings))


def send(app: App, path: str, body: str) -> tuple[int, str, object]:
    """A POST and, where it was accepted, the end of its event stream."""
    url = f"{app.url}gradio_api/{path}"
    answer = httpx.post(url, content=body, headers=JSON)
    if answer.status_code != 200:
        return answer.status_code, "", answer.text
    lines = httpx.get(f"{url}/{answer.json()['event_id']}", timeout=30).text.strip().splitlines()
    return 200, lines[-2].removeprefix("event: "), json.loads(lines[-1].removeprefix("data: "))


def test_the_client_gets_the_file_and_its_settings(app: App, tmp_path: Path):
    client = Client(app.url, verbose=False, download_files=str(tmp_path))
    file, settings = client.predict(prompt="a square", seed=5, frames=6, api_name="/generate")
    assert (settings["seed"], settings["frames"], settings["model"]) == (5, 6, "square")
    video = Video.open(file)
    assert video.frames.shape == (6, 64, 64, 3) and video.request.seed == 5


def test_plain_http_by_name_and_by_place(app: App):
    status, event, (file, settings) = call(app, prompt="a square", seed=-1)
    assert (status, event) == (200, "complete") and settings["seed"] >= 0
    assert httpx.get(file["url"]).content[4:8] == b"ftyp"
    status, event, (file, settings) = send(app, "call/generate", '{"data": ["a square"]}')
    assert (status, event, settings["frames"]) == (200, "complete", 8)


def test_it_is_the_only_named_endpoint(app: App):
    info = httpx.get(f"{app.url}gradio_api/info").json()
    assert list(info["named_endpoints"]) == ["/generate"] and not info["unnamed_endpoints"]
    described = [
        parameter["parameter_name"] for parameter in info["named_endpoints"]["/generate"]["parameters"]
    ]
    assert tuple(described) == PARAMETERS
    for name in ("arrive", "start", "follow", "describe", "lambda", "stop", "nonsense"):
        assert send(app, f"call/{name}", '{"data": []}')[0] == 404


@pytest.mark.parametrize(
    ("field", "values"),
    {
        "prompt": ["", "   ", None, 7, "x" * 1001, "a" * 16_000, "a\0b", "\ud800"],
        "seed": [2**32, 1.5, True, float("nan"), -2, "seven"],
        "steps": [0, -1, 2.5, float("nan"), 1e9, "10"],
        "width": [0, 33, -32, 8192],
        "height": [0, 33, -32, 8192],
        "frames": [0, -1, 10_000],
        "fps": [0, 1e9, float("nan")],
        "guidance": [float("nan"), float("inf"), 1e9, 0.5],
        "eta": [-1, 2, "none"],
        "sampler": ["plms", 3],
        "model": ["../../etc/passwd", "nonsense", 3],
    }.items(),
)
def test_a_bad_value_is_refused_by_name(app: App, field: str, values: list):
    before = app.service.outputs.count()
    for value in values:
        _, event, told = call(app, **{"prompt": "a square"} | {field: value})
        assert event == "error", value
        assert told["error"].startswith(f"{field}: ") and "/" not in told["error"].replace("passwd", ""), (
            value
        )
    assert app.service.outputs.count() == before


@pytest.mark.parametrize("source", ["\ud800", "a\0b", "x" * 300, "x" * 5000, 7, True, "/etc/passwd"])
def test_a_source_that_is_no_upload_is_refused_and_leaves_no_place_taken(app: App, source: object):
    _, event, told = call(app, prompt="a square", source=source)
    assert event == "error" and told["error"] == "source: The file is no longer here: upload it again"
    assert not app.service.jobs._reserved


def test_what_would_be_too_much_together_is_refused(app: App):
    _, event, told = call(app, prompt="a square", width=2048, height=2048, frames=64)
    assert event == "error" and told["error"].startswith("frames: must be at most 4 at 2048×2048")


@pytest.mark.parametrize(
    "prompt",
    [
        "<img src=x onerror=alert(1)>",
        "../../etc/passwd",
        "<start_of_text> a panda",
        "ein Panda läuft",
        "熊猫",
    ],
)
def test_strange_prompts_are_only_text(app: App, prompt: str):
    _, event, (_, settings) = call(app, prompt=prompt)
    assert event == "complete" and settings["prompt"] == prompt


@pytest.mark.parametrize(
    "settings", [{"frames": 1}, {"guidance": 1.0}, {"seed": None}, {"prompt": "square " * 90}]
)
def test_odd_but_valid_settings_run(app: App, settings: dict):
    _, event, (file, told) = call(app, **{"prompt": "a square"} | settings)
    assert event == "complete" and told["seed"] >= 0
    assert httpx.get(file["url"]).content[4:8] == b"ftyp"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("call/generate", "{}", 422),
        ("call/generate", '{"data": []}', 422),
        ("call/generate", json.dumps({"data": ["a"] * (len(PARAMETERS) + 1)}), 422),
        ("call/generate", '{"data": [' + "[" * 5000 + "]" * 5000 + "]}", 400),
        ("queue/join", '{"fn_index": 0, "session_hash": "x", "data": [' + "[" * 500 + "]" * 500 + "]}", 400),
        ("call/generate", '{"data": [' + "1" * 5000 + "]}", 400),
        ("call/generate", "not JSON", 400),
        ("call/generate", '"' + "x" * 300_000 + '"', 413),
        ("call/v2/generate", '{"seed": 3}', 422),
        ("call/v2/generate", '{"prompt": "a", "sede": 3}', 422),
        ("queue/join", '{"data": [], "fn_index": 9999, "session_hash": "x"}', 404),
        ("run/generate", '{"data": ["a"]}', 404),
        ("api/generate", '{"data": ["a"]}', 404),
    ],
)
def test_a_wrong_shape_gets_a_plain_answer(app: App, path: str, body: str, status: int):
    found, _, told = send(app, path, body)
    assert found == status and "Traceback" not in str(told)


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("best", "t2v best"),
        ("grid", "t2v grid"),
        ("endless", "t2v endless"),
        ("num_frames", "it is called frames"),
        ("sede", "did you mean seed?"),
        ("xyzzy", "the settings are prompt, "),
    ],
)
def test_what_it_does_not_take_is_answered_with_the_way(app: App, name: str, way: str):
    status, _, answer = call(app, prompt="a", **{name: 2})
    assert status == 422 and f"{name}: is not a setting; " in answer and way in answer


@pytest.mark.parametrize(
    "file",
    [
        {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}},
        {"path": "x", "url": "http://169.254.169.254/latest/meta-data", "meta": {"_type": "gradio.FileData"}},
        {"path": "../records", "meta": {"_type": "gradio.FileData"}},
    ],
)
def test_foreign_files_are_refused_in_every_form(app: App, file: dict):
    assert call(app, prompt=file)[0] == 422
    assert send(app, "call/generate", json.dumps({"data": ["a", file]}))[0] == 422
    for path in (
        "/etc/passwd",
        app.service.outputs.folder / "secret",
        app.service.outputs.store.path,
    ):
        assert httpx.get(f"{app.url}gradio_api/file={path}").status_code in (403, 404)
    for name in ("..%2fsecret", "%2e%2e/secret", "nonsense.mp4", "secret"):
        assert httpx.get(f"{app.url}video/{name}").status_code == 404


def test_an_upload_over_the_limit_is_413(app: App):
    huge = {"files": ("big.mp4", b"\0" * (MAX_UPLOAD + 1_000_000))}
    assert httpx.post(f"{app.url}gradio_api/upload", files=huge, timeout=60).status_code == 413


def test_a_caller_is_told_the_end_and_does_not_ask_for_it(app: App, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(api, "POLL", 600)
    listening = len(app.service.jobs.listeners)
    assert call(app, prompt="a square")[1] == "complete"
    assert len(app.service.jobs.listeners) == listening


def test_a_full_queue_is_503_and_the_accepted_finish(app: App):
    places = app.service.jobs.limits.places
    with ThreadPoolExecutor(3 * places) as pool:
        answers = list(pool.map(lambda seed: call(app, prompt="slow", steps=3, seed=seed), range(3 * places)))
    full = [answer for answer in answers if answer[0] == 503]
    done = [answer[2][1]["seed"] for answer in answers if answer[0] == 200]
    assert len(full) + len(done) == 3 * places and len(set(done)) == len(done) >= places
    assert all("places in the queue are taken" in told for _, _, told in full) and full


def test_a_cancelled_call_frees_the_device(app: App):
    client = Client(app.url, verbose=False)
    waiting = client.submit(prompt="slow slow", steps=100, api_name="/generate")
    jobs = app.service.jobs
    eventually(lambda: any(job.step > 1 for job in jobs._jobs.values() if not job.over))
    waiting.cancel()
    eventually(lambda: all(job.over for job in jobs._jobs.values()), timeout=3)


def test_a_failure_is_one_sentence_without_a_path(app: App):
    _, event, told = call(app, prompt="raise")
    assert event == "error" and "KeyError" in told["error"] and "/root" not in told["error"]


@pytest.mark.parametrize("path", ["monitoring", "monitoring/summary", "monitoring/a-key"])
def test_monitoring_is_closed(app: App, path: str):
    answers = [httpx.get(f"{app.url}{prefix}{path}") for prefix in ("", "gradio_api/")]
    assert [answer.status_code for answer in answers] == [403, 404], "refused, and unknown"


@pytest.mark.parametrize("kept", ["", "/t2v"])
def test_a_proxy_may_name_its_prefix(app: App, kept: str):
    with httpx.Client(base_url=app.url.rstrip("/") + kept, headers={"X-Forwarded-Prefix": "/t2v"}) as client:
        assert client.get("/config").json()["root"] == app.url + "t2v"
        assert client.get("/").status_code == 200
        answer = client.post("/gradio_api/call/v2/generate", json={"prompt": "a", "wrong": 1})
        assert answer.status_code == 422
        assert client.get("/video/x").status_code == 404
    assert httpx.get(f"{app.url}config").json()["root"] + "/" == app.url


ODD = [None, True, -1, 1.5, "x", "7", [], {}, 10**30, float("nan"), [[]], {"path": "/etc/passwd"}]


def test_no_field_of_a_body_is_an_error_of_the_server(app: App):
    endpoint = next(number for number, function in app.demo.fns.items() if function.api_name == "generate")
    with httpx.Client(base_url=app.url, headers=JSON, timeout=30) as client:
        for field in ("data", "session_hash", "event_id", "fn_index", "trigger_id", "batched", "oauth_token"):
            for value in ODD:
                body = {"data": ["a"], "fn_index": endpoint, "session_hash": "odd"} | {field: value}
                answer = client.post("gradio_api/queue/join", content=json.dumps(body))
                assert answer.status_code in (200, 400, 404, 422, 503), (field, value, answer.text)
    jobs = app.service.jobs
    eventually(lambda: not jobs._reserved and all(job.over for job in jobs._jobs.values()))
