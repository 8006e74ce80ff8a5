"""Waiting jobs outlive their server: the next one makes them, in their order, once."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from t2v.request import Request
from t2v.service.jobs import Limits
from t2v.service.messages import Stage
from t2v.service.service import Service
from t2v.service.store import NAME
from t2v.service.waiting import Servers
from tests.service.fakes import NATIVE
from tests.waiting import eventually

FAKES = "tests.service.fakes"
ROOT = Path(__file__).parents[2]
KILLED = """
import os, signal, sys
from pathlib import Path
from t2v.request import Request
from t2v.service.service import Service

if __name__ == "__main__":
    service = Service("tests.service.fakes", Path(sys.argv[1]))
    prompts = {"ana": "first", "bob": "second", "cy": "third"}
    print(*(service.submit(who, None, Request(prompt, seed=5)).id for who, prompt in prompts.items()))
    service.submit("", None, Request("of the API"))
    for _ in range(int(sys.argv[2])):
        service.jobs.take(0)
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""
VISITORS = ("ana", "bob", "cy")


def killed(folder: Path, begun: int = 0) -> list[str]:
    """The ids of three jobs that a killed server left, the first `begun` of them being made."""
    command = [sys.executable, "-c", KILLED, str(folder), str(begun)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120).stdout.split()


@pytest.fixture
def services(tmp_path: Path) -> Iterator:
    made = []

    def make(start: bool = True, **more: object) -> Service:
        made.append(Service(FAKES, tmp_path, **more))
        return made[-1].start() if start else made[-1]

    yield make
    for service in made:
        service.close()


def stages(service: Service, ids: list[str]) -> list[Stage]:
    jobs = [service.jobs.follow(*pair) for pair in zip(VISITORS, ids, strict=True)]
    return [job.stage if job else None for job in jobs]


@pytest.mark.parametrize("begun", [0, 1])
def test_the_jobs_of_a_killed_server_are_made_by_the_next(tmp_path: Path, services, begun: int):
    ids = killed(tmp_path, begun)
    service = services()
    queued = [[job.id for job in service.jobs.follow_all(who)] for who in (*VISITORS, "")]
    assert queued == [*([id] for id in ids), []]
    eventually(lambda: stages(service, ids) == [Stage.DONE] * 3, timeout=60)
    for who, id, prompt in zip(VISITORS, ids, ("first", "second", "third"), strict=True):
        record = service.outputs.find_own(who, id)
        assert (record.request.prompt, record.request.seed) == (prompt, 5)
    created = [service.outputs.find(id).created for id in ids]
    assert created == sorted(created) and service.outputs.store.read("SELECT * FROM jobs") == []


def test_a_server_that_ends_in_order_leaves_its_jobs_too(services):
    first = services(limits=Limits(per_visitor=9))
    ids = [first.submit(who, None, Request("slow", seed=5, steps=20)).id for who in VISITORS]
    eventually(lambda: first.jobs.follow("ana", ids[0]).step > 0, timeout=60)
    api = first.submit("", None, Request("of the API"))
    first.close()
    assert stages(first, ids)[1:] == [Stage.WAITING] * 2 and not api.over
    second = services(start=False)
    second._take_over()
    assert [begun for (begun,) in second.outputs.store.read("SELECT begun FROM jobs ORDER BY number")] == [
        0
    ] * 3
    assert stages(second, ids) == [Stage.WAITING] * 3 and len(second.jobs) == 3


def test_a_job_that_its_visitor_stopped_is_not_made_by_the_next_server(services):
    first = services(start=False)
    ids = [first.submit(who, None, Request("slow")).id for who in VISITORS]
    first.jobs.take(0)
    for who, id in zip(VISITORS[:2], ids, strict=False):  # one is being made, one waits
        first.jobs.stop(who, id)
    first.close()
    second = services(start=False)
    second._take_over()
    assert stages(second, ids) == [None, None, Stage.WAITING]


def test_a_living_servers_jobs_are_its_own(services):
    first, second = services(start=False), services(start=False)
    mine, others = first.submit("ana", None, Request("a")), second.submit("bob", None, Request("b"))
    for service in (first, second):
        service._take_over()
    assert first.jobs.follow("bob", others.id) is None and second.jobs.follow("ana", mine.id) is None
    first.close()
    second._take_over()
    assert second.jobs.follow("ana", mine.id).stage == Stage.WAITING
    assert [second.jobs.take(0).id for _ in range(2)] == [others.id, mine.id]


def test_the_time_without_a_follower_begins_anew(tmp_path: Path, services):
    ids = killed(tmp_path)
    service = services(start=False, limits=Limits(abandoned_after=100))
    service.jobs.clock = lambda: 10_000.0
    service._take_over()
    service.jobs.sweep()
    assert stages(service, ids) == [Stage.WAITING] * 3
    service.jobs.clock = lambda: 10_101.0
    service.jobs.sweep()
    assert stages(service, ids) == [Stage.STOPPED] * 3 and not service._kept.take_over()
    assert service.outputs.store.read("SELECT * FROM jobs") == []


def test_a_job_that_ends_its_server_twice_is_given_up(tmp_path: Path, services):
    ids = killed(tmp_path, begun=3)
    store = services(start=False).outputs.store
    store.write("UPDATE jobs SET begun = 2 WHERE id = ?", ids[0])
    service = services(start=False)
    service._take_over()
    failed = service.jobs.follow("ana", ids[0])
    assert failed.stage == Stage.FAILED and "twice" in failed.problem
    assert stages(service, ids)[1:] == [Stage.WAITING] * 2


def test_odd_rows_cost_themselves_alone(tmp_path: Path, services):
    ids = killed(tmp_path)
    store = services(start=False).outputs.store
    store.write("UPDATE jobs SET model = 'no longer here' WHERE id = ?", ids[0])
    store.write("""UPDATE jobs SET request = '{"prompt": "a", "unheard_of": 1}' WHERE id = ?""", ids[1])
    service = services(start=False)
    service._take_over()
    assert stages(service, ids) == [Stage.FAILED, None, Stage.WAITING]
    assert "no longer here" in service.jobs.follow("ana", ids[0]).problem
    assert [id for (id,) in store.read("SELECT id FROM jobs")] == [ids[2]]


def test_a_video_that_is_there_already_is_not_made_again(tmp_path: Path, services):
    service = services(start=False)
    job = service.submit("ana", None, Request("a"))
    service._make(service.workers[0], service.jobs.take(0, service.workers[0]))
    assert job.stage == Stage.DONE
    row = (job.id, "gone", 1, job.owner, job.model, "{}", ".mp4")
    columns = "id, server, begun, owner, model, request, suffix"
    service.outputs.store.write(f"INSERT INTO jobs ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", *row)
    service._take_over()
    assert len(service.jobs) == 0 and service.outputs.store.read("SELECT * FROM jobs") == []


def test_a_job_is_made_without_a_database_that_can_be_written(services, caplog: pytest.LogCaptureFixture):
    service = services(start=False)
    service.outputs.store.write("DROP TABLE jobs")
    job = service.submit("ana", None, Request("a"))
    assert "would be lost" in caplog.text
    service._make(service.workers[0], service.jobs.take(0, service.workers[0]))
    assert job.stage == Stage.DONE


def test_servers_leave_no_files(tmp_path: Path):
    folder = tmp_path / "servers"
    first = Servers(folder)
    (folder / "of-a-killed-one").touch()
    second = Servers(folder)
    assert {path.name for path in folder.iterdir()} == {first.own, second.own}
    assert not second.ended(first.own) and not first.ended(first.own) and first.ended("unheard-of")
    first.close()
    assert second.ended(first.own)
    second.close()
    assert list(folder.iterdir()) == []


def test_a_visitor_is_not_named_in_the_database(services):
    service = services(start=False)
    service.submit("a visitor's own secret", None, Request("a").validate(NATIVE))
    assert b"own secret" not in (service.outputs.folder / NAME).read_bytes()


FULL = "BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"


def test_jobs_that_end_while_the_disk_is_full_are_forgotten_later(services, caplog: pytest.LogCaptureFixture):
    """Else the next server would make again what was stopped; and the log tells it once, not for each job."""
    service = services(start=False, limits=Limits(per_visitor=99))
    store, rows = service.outputs.store, "SELECT count(*) FROM jobs"
    jobs = [service.submit("ana", None, Request("a")) for _ in range(20)]
    store.write(f"CREATE TRIGGER full BEFORE DELETE ON jobs {FULL}")
    for job in jobs:
        service.jobs.stop("ana", job.id)
    assert store.read(rows) == [(20,)] and caplog.text.count("disk is full") == 1
    store.write("DROP TRIGGER full")
    service._take_over()
    assert store.read(rows) == [(0,)]
