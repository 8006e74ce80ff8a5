"""The page under Ray Serve: a process that Serve starts, asks after, and ends."""

import os
import sys
from pathlib import Path

import httpx
import pytest
import ray
import yaml
from ray import serve

from t2v.space import ray_page
from tests.ray_nodes import nodes
from tests.space.started import ROOT, clean, free_port
from tests.waiting import eventually

ENDLESS = (sys.executable, "-c", "import time; time.sleep(600)")


@pytest.fixture
def replica(monkeypatch: pytest.MonkeyPatch):
    """What Serve makes of the deployment on the head, with another program in the page's place."""
    monkeypatch.setattr(ray_page, "COMMAND", ENDLESS)
    made = ray_page.Page.func_or_class()
    yield made
    made._process.kill()


def test_a_page_that_runs_is_well_and_one_that_ended_is_not(replica):
    replica.check_health()
    replica._process.kill()
    replica._process.wait(30)
    with pytest.raises(RuntimeError, match="exit code -9; its log says why"):
        replica.check_health()


def test_the_page_ends_with_its_replica(replica):
    process = replica._process
    replica.__del__()
    assert process.wait(30) == -15


def test_the_application_is_the_page_that_the_command_starts():
    words = ray_page.COMMAND
    assert words[1:] == ("-m", "t2v", "serve", "--ray", "auto")
    assert type(ray_page.page).__name__ == "Application"


def answers(url: str) -> bool:
    """Whether the page is there and has a worker."""
    try:
        return httpx.get(f"{url}health/ready", trust_env=False, timeout=20).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.soak
def test_serve_runs_what_the_manifest_says_and_a_video_is_made(tmp_path: Path, own_environment: None):
    """On a head that computes nothing and a node, as KubeRay does; it ends the page with itself."""
    manifest = yaml.safe_load_all((ROOT / "deploy/kubernetes/rayservice.yaml").read_text(encoding="utf-8"))
    service = next(each for each in manifest if each["kind"] == "RayService")
    (application,) = yaml.safe_load(service["spec"]["serveConfigV2"])["applications"]
    (deployment,) = application["deployments"]
    assert application["import_path"] == "t2v.space.ray_page:page" and deployment.pop("name") == "Page"
    url = f"http://127.0.0.1:{(port := free_port())}/"
    os.environ |= clean(T2V_PORT=str(port), T2V_OUTPUTS=str(tmp_path))  # the cluster inherits it
    with nodes(1, resources={"page": 1}) as cluster:
        ray.init(cluster.address)
        serve.run(ray_page.Page.options(**deployment).bind(), route_prefix=application["route_prefix"])
        eventually(lambda: answers(url), timeout=600)
        assert made(url).startswith(b"\0\0\0")
        serve.shutdown()
        eventually(lambda: not answers(url), timeout=120)


def made(url: str) -> bytes:
    """One video by `/v1` -> its file."""
    with httpx.Client(base_url=f"{url}v1/", trust_env=False, timeout=60) as client:
        video = client.post("videos", json={"prompt": "a red heart on white", "steps": 1}).json()["id"]
        eventually(lambda: client.get(f"videos/{video}").json()["status"] == "completed", timeout=300)
        return client.get(f"videos/{video}/content").content
