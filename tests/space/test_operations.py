"""What who runs the page asks it: is it well, and what has it done."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from t2v.request import Request
from t2v.space.launch import App, arguments
from t2v.version import VERSION
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("own_environment")
UNREADABLE = ("Basic", "Basic %", "Bearer me:p:w")
WORDS = ["--backend", "tests.service.fakes", "--port", "0", "--queue", "7"]


@pytest.fixture(params=["open", "login"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[App]:
    login = ["--auth", "me:p:w"] if request.param == "login" else []
    made = App(arguments([*WORDS, *login, "--outputs", str(tmp_path), "--examples", str(tmp_path)]))
    made.url = made.launch()
    yield made
    made.close()


def figures(answer: httpx.Response) -> dict[tuple, float]:
    """Prometheus' own reader -> the value of each metric by its name and labels."""
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


def test_health_and_metrics_tell_what_is_and_was(app: App):
    account = ("me", "p:w") if app.options.auth else None
    with httpx.Client(base_url=app.url, trust_env=False, timeout=60) as client:
        eventually(lambda: client.get("health/ready").status_code == 200, 60)
        health = client.get("health")  # without a login: containers and proxies have none
        assert health.status_code == 200 and health.json()["status"] == "ready"
        assert health.json()["version"] == VERSION
        assert (health.json()["waiting"], health.json()["places"]) == (0, 7)
        before = figures(client.get("metrics", auth=account))
        assert before["t2v_queue_places",] == 7 and before["t2v_jobs_total", "done"] == 0
        for prompt, end in (("a square", "done"), ("a raise", "failed")):
            app.service.submit("me", None, app_request(prompt))
            eventually(lambda end=end: app.service.jobs.tally.ended[end] == 1, 60)
        after = figures(client.get("metrics", auth=account))
    assert after["t2v_jobs_total", "done"] == after["t2v_jobs_total", "failed"] == 1
    assert after["t2v_failures_total", "error"] == 1 and after["t2v_failures_total", "memory"] == 0
    assert after["t2v_state", "ready"] == 1 and after["t2v_state", "full"] == 0
    for name in ("t2v_wait_seconds", "t2v_work_seconds"):
        assert after[f"{name}_bucket", "+Inf"] == after[f"{name}_count",] == 2
    assert max(value for (name, *_), value in after.items() if name == "t2v_peak_bytes") > 10**7
    assert (
        after["t2v_stage_seconds_total", "denoising"] > 0 and after["t2v_stage_seconds_total", "waiting"] >= 0
    )
    assert after["t2v_memory_bytes", "page"] > 10**7 and after["t2v_memory_bytes", "worker 0"] > 10**7
    assert after["t2v_outputs_videos",] == 1 and after["t2v_outputs_bytes",] > 0
    assert after["t2v_queue_jobs",] == 0 and ("t2v_build", VERSION) in after


def app_request(prompt: str) -> Request:
    return Request(prompt, seed=1, steps=3, frames=2)


def test_stages_add_up_to_the_time_that_a_job_took(app: App):
    begun = time.monotonic()
    job = app.service.submit("me", None, app_request("a slow square"))
    eventually(lambda: job.over, 60)
    seconds = app.service.jobs.tally.seconds
    assert sum(seconds.values()) == pytest.approx(job.ended - job.followed, abs=1.0)
    assert 0.2 < sum(seconds.values()) < time.monotonic() - begun + 1


def test_metrics_stand_behind_the_login(app: App):
    with httpx.Client(base_url=app.url, trust_env=False, timeout=60) as client:
        wrong = [None, ("me", "x"), ("x", "p:w"), ("", ""), ("mé", "ü")]
        codes = [client.get("metrics", auth=auth).status_code for auth in wrong]
        codes += [
            client.get("metrics", headers={"authorization": text}).status_code
            for text in ("Basic", "Basic %")
        ]
        assert set(codes) == ({401} if app.options.auth else {200})
        if app.options.auth:  # a password in the header opens nothing else
            assert client.get("config", auth=("me", "p:w")).status_code == 401


def test_loading_ready_full_and_closing_are_told_apart(app: App):
    def asked() -> tuple[str, int, int]:
        """-> the state, or both where it changed between the two, the codes of /health and /health/ready"""
        codes = [httpx.get(app.url + path, trust_env=False) for path in ("health", "health/ready")]
        states = dict.fromkeys(answer.json()["status"] for answer in codes)
        return " then ".join(states), codes[0].status_code, codes[1].status_code

    service, (worker,) = app.service, app.service.workers
    eventually(lambda: asked() == ("ready", 200, 200), 60)
    jobs = [service.submit("visitor 0", None, Request("slow", steps=200))]
    eventually(lambda: jobs[0].step > 0, 60)
    jobs += [service.submit(f"visitor {number}", None, Request("a square")) for number in range(1, 8)]
    assert asked() == ("full", 200, 503)
    for number, job in enumerate(jobs):
        service.jobs.stop(f"visitor {number}", job.id)
    assert asked() == ("ready", 200, 200)
    name, worker.name = worker.name, ""
    assert asked() == ("loading", 200, 503)
    worker.problem = "The weights are damaged."
    assert asked() == ("broken", 200, 503)
    worker.name, worker.problem = name, ""
    app.service.jobs.shut()
    assert asked() == ("closing", 503, 503)
