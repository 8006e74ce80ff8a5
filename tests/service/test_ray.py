"""Jobs on the nodes of a Ray cluster: as on one machine, and more when a node is lost or comes."""

import time
from collections.abc import Iterator

import numpy as np
import pytest

from t2v.cluster import Cluster
from t2v.request import Request
from t2v.service.jobs import Job, Limits
from t2v.service.messages import Stage
from t2v.service.ray_watch import RayWorkers
from t2v.service.ray_worker import RayWorker
from t2v.service.service import Service
from t2v.video import Video
from tests.ray_nodes import Nodes, nodes
from tests.service.fakes import moving_square
from tests.waiting import eventually

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::Warning:ray")]
ME = "one visitor of the tests"
SLOW = Request("slow", steps=40)  # 6 s: longer than a busy machine takes to end a node
STEP = 0.15  # seconds


@pytest.fixture(scope="module")
def cluster() -> Iterator[Nodes]:
    with nodes(1) as made:
        yield made


@pytest.fixture(scope="module")
def service(cluster: Nodes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("out")
    workers = RayWorkers(Cluster(cluster.address))
    made = Service("tests.service.fakes", folder, limits=Limits(per_visitor=99), cluster=workers).start()
    eventually(lambda: made.workers, timeout=60)
    yield made
    made.close()


def submit(service: Service, request: Request, **more: object) -> Job:
    return service.submit(ME, None, request, **more)


def made(service: Service, job: Job) -> Video:
    """The video of a job, once it is over."""
    eventually(lambda: service.jobs.follow(ME, job.id) and job.over, timeout=60)
    assert (job.stage, job.problem) == (Stage.DONE, "")
    return Video.open(service.outputs.path(job.id, job.suffix))


def test_a_video_is_made_on_a_node_and_brought_to_the_outputs(service: Service):
    job = submit(service, Request("slow", seed=3, steps=10))
    eventually(lambda: job.preview is not None, timeout=30)
    assert job.preview.jpeg[:2] == b"\xff\xd8" and 0 < job.step < 10
    video = made(service, job)
    assert np.abs(video.frames.astype(int) - moving_square(job.request)).mean() < 3  # it is compressed
    assert isinstance(job.worker, RayWorker) and job.worker.memory > 0 and job.worker.pid is None
    assert service.read("square", "a b c").count == 5 and service.outputs.find(job.id)
    assert service.seconds_left(submit(service, Request("a square"))) is not None


def test_a_source_travels_with_its_order(service: Service):
    first = submit(service, Request("a square", seed=1))
    made(service, first)
    source = service.outputs.path(first.id, first.suffix)
    job = submit(service, Request("a square", seed=2, keep=2), source=source)
    made(service, job)
    assert [path.name for path in service.outputs.served.glob(f"{job.id}.source*")]  # its thumbnail


def test_a_stop_frees_the_node_within_a_step_and_a_second(service: Service):
    job = submit(service, Request("slow", steps=100))
    eventually(lambda: job.step > 1, timeout=30)
    asked = time.monotonic()
    service.jobs.stop(ME, job.id)
    eventually(lambda: job.over and not service.workers[0].busy, timeout=5)
    assert job.stage == Stage.STOPPED and time.monotonic() - asked <= STEP + 1


def test_a_fault_of_the_device_costs_its_job_and_its_actor(service: Service):
    worker = service.workers[0]
    job = submit(service, Request("assert"))
    eventually(lambda: job.over, timeout=30)
    assert job.stage == Stage.FAILED and "reported a fault" in job.problem
    made(service, submit(service, Request("a square")))
    assert service.workers[0] is not worker


def test_a_lost_nodes_job_is_made_again_on_a_node_that_comes(service: Service, cluster: Nodes):
    job = submit(service, SLOW)
    eventually(lambda: job.step > 2, timeout=30)
    seed, node = job.request.seed, job.worker.place.node
    cluster.kill(next(each for each in cluster.alive if each.node_id == node))
    eventually(lambda: job.stage == Stage.WAITING and not service.workers, timeout=20)
    assert service.forecast.until_begun(job) is None or service.forecast.until_begun(job) >= 0
    added = cluster.add()
    video = made(service, job)
    assert job.worker.place.node == added.node_id and video.request.seed == seed


def test_a_job_that_ends_its_worker_twice_is_not_tried_for_ever(service: Service):
    job = submit(service, Request("kill"))
    eventually(lambda: job.over, timeout=60)
    assert (job.stage, job.starts) == (Stage.FAILED, 2) and "twice" in job.problem
    made(service, submit(service, Request("a square")))
