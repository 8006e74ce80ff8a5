"""`t2v serve --ray` with the embedded model, on a cluster of three nodes of this machine; `make soak`."""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest

from t2v.request import Request
from t2v.service.jobs import Job
from t2v.service.messages import Stage
from t2v.service.service import Service
from t2v.space import launch
from t2v.space.launch import App, arguments
from t2v.video import Video
from tests.ray_nodes import Nodes, nodes
from tests.space.started import started
from tests.waiting import eventually

WAY = ("-m", "t2v", "serve")
VISITORS, VIDEOS, PROMPT = 4, 16, "a red heart on white"


def test_without_ray_serve_ends_with_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, tmp_path: Path, own_environment: None
):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert launch.main(["--ray", "auto", "--outputs", str(tmp_path)]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said == ["--ray: Ray isn't installed here: pip install 't2v[ray]'"]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Nodes]:
    with nodes(3) as made:
        yield made


class Watching(threading.Thread):
    """Four pages that follow their jobs: it notes whose previews they have seen."""

    def __init__(self, service: Service, jobs: list[tuple[str, Job]]):
        super().__init__(daemon=True)
        self.service, self.jobs, self.seen, self.on = service, jobs, set(), True

    def run(self) -> None:
        while self.on:
            for visitor, job in self.jobs:
                self.service.jobs.follow(visitor, job.id)
                if job.preview is not None:
                    self.seen.add((job.id, job.starts))
            time.sleep(0.05)


def stopped_after(service: Service, steps: int) -> tuple[float, float]:
    """-> seconds from the stop of a job until its worker is free, and the seconds of one of its steps"""
    job = service.submit("who stops", None, Request(PROMPT, seed=99, steps=steps, frames=4))
    eventually(lambda: job.step > 2, timeout=300)
    worker, pace = job.worker, (service.jobs.clock() - job.denoising_since) / (job.step - 1)
    asked = time.monotonic()
    service.jobs.stop("who stops", job.id)
    eventually(lambda: job.over and (worker.gone or not worker.busy or made_by(service, worker)), timeout=60)
    assert job.stage == Stage.STOPPED
    return time.monotonic() - asked, pace


def made_by(service: Service, worker: object) -> bool:
    """Whether the worker makes another job already."""
    return any(job.worker is worker for job in service.jobs.line()[0])


@pytest.mark.soak
def test_sixteen_videos_of_four_visitors_are_made_though_a_node_is_killed(
    cluster: Nodes, tmp_path: Path, own_environment: None
):
    app = App(arguments(["--ray", cluster.address, "--outputs", str(tmp_path), "--port", "0"]))
    try:
        make_sixteen(app, cluster, tmp_path)
    finally:
        app.close()


def make_sixteen(app: App, cluster: Nodes, folder: Path) -> None:
    url, service = app.launch(), app.service
    eventually(lambda: len(service.workers) == 3, timeout=300)
    requests = [Request(PROMPT, seed=seed, steps=12, frames=4) for seed in range(VIDEOS)]
    jobs = [(f"visitor {k % VISITORS}", request) for k, request in enumerate(requests)]
    jobs = [(visitor, service.submit(visitor, None, request)) for visitor, request in jobs]
    began, pages = time.monotonic(), Watching(service, jobs)
    pages.start()
    lost = next_at_work(jobs)
    cluster.kill(next(node for node in cluster.alive if node.node_id == lost.worker.place.node))
    killed = time.monotonic()
    eventually(lambda: lost.step == 0, timeout=120)
    noticed, one = time.monotonic() - killed, stopped_after(service, 40)
    added = cluster.add()
    other = stopped_after(service, 40)
    eventually(lambda: all(job.over for _, job in jobs), timeout=400)
    took, pages.on = time.monotonic() - began, False
    assert [(job.stage, job.problem) for _, job in jobs] == [(Stage.DONE, "")] * VIDEOS
    assert lost.starts == 2 and {id for id, _ in pages.seen} == {job.id for _, job in jobs}
    assert httpx.get(f"{url}health", trust_env=False).json()["waiting"] == 0
    twice = sum(job.starts - 1 for _, job in jobs)
    print(f"\n16 videos in {took:.0f} s, {twice} begun twice; loss noticed after {noticed:.1f} s;")
    for seconds, step in (one, other):
        print(f"stopped and free after {seconds:.2f} s, a step takes {step:.2f} s")
        assert seconds <= step + 1
    assert_same(service, [job for _, job in jobs], folder)
    eventually(lambda: len(service.workers) == 3, timeout=300)
    late = [service.submit("late", None, Request(PROMPT, seed=k, steps=60, frames=4)) for k in range(3)]
    eventually(lambda: all(job.step for job in late), timeout=300)
    assert added.node_id in {job.worker.place.node for job in late}


def next_at_work(jobs: list[tuple[str, Job]]) -> Job:
    """Wait for a job that is in the middle of its steps."""
    found: list[Job] = []
    eventually(lambda: found.extend(job for _, job in jobs if 3 < job.step < 10) or found, timeout=300)
    return found[0]


def assert_same(service: Service, jobs: list[Job], folder: Path) -> None:
    """The videos are those of this process, with as many threads (conftest: one), to the bit."""
    from t2v import TextToVideo

    pipe, here = TextToVideo.from_pretrained("emoji", device="cpu"), folder / "own.mp4"
    for job in sorted(jobs, key=lambda job: -job.starts)[:4]:
        pipe(job.request).save(here)
        there = service.outputs.path(job.id, job.suffix)
        assert Video.read_settings(there) == Video.read_settings(here)  # the threads, too
        assert np.array_equal(Video.open(there).frames, Video.open(here).frames)


@pytest.mark.soak
def test_the_command_serves_a_cluster_and_ends_in_order(cluster: Nodes, tmp_path: Path):
    with started(tmp_path, "--ray", cluster.address, fake=False, way=WAY) as page:
        assert page.make()["seed"] == 1
        page.process.send_signal(signal.SIGTERM)
        assert page.process.wait(30) == 0, page.said()
    assert "Traceback" not in page.said()
