"""Starts, stops and drops at random, with sources: no job, place, row or file is lost or left over."""

import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image

from t2v.errors import RequestError
from t2v.request import Request
from t2v.service.jobs import Job, Limits
from t2v.service.messages import Stage
from t2v.service.service import Service
from t2v.video import Video
from tests.pictures import quarters
from tests.waiting import eventually

ANA = "ana's secret"
DROPPED_AFTER = 0.6  # seconds


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    limits = Limits(per_visitor=60, abandoned_after=DROPPED_AFTER)
    made = Service("tests.service.fakes", tmp_path, devices=("cpu", "cpu"), limits=limits).start()
    folder = made.outputs.served / "upload"
    folder.mkdir()
    Image.fromarray(quarters()).save(folder / "fox.png")
    yield made
    made.close()


@dataclass
class Visitor:
    """A visitor who does anything, and remembers what should come of it."""

    service: Service
    dice: random.Random
    jobs: list[Job] = field(default_factory=list)
    source: dict[str, Job] = field(default_factory=dict)  # of a job whose source is another's video
    ended: set[str] = field(default_factory=set)  # jobs that were stopped or left
    left: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)  # jobs whose videos were

    def act(self) -> None:
        """Do one thing, and look at every job but those that were left."""
        self.dice.choice([self.start, self.start, self.start, self.stop, self.leave, self.delete])()
        self.look()

    def look(self) -> None:
        for job in self.jobs:
            if job.id not in self.left:
                self.service.jobs.follow(ANA, job.id)

    def start(self) -> None:
        """Start from nothing, a picture, or a video that is there or is still to be made."""
        picture = self.service.outputs.served / "upload" / "fox.png"
        seed = len(self.jobs)
        if self.dice.random() < 0.3 or not self.jobs:
            more = {"source": picture, "mask": picture} if self.dice.random() < 0.5 else {}
            self.jobs.append(self.service.submit(ANA, None, Request("a slow square", seed=seed), **more))
            return
        first = self.dice.choice(self.jobs[-4:])
        path = self.service.outputs.path(first.id, first.suffix)
        request = Request("a square goes on", seed=seed, keep=4)
        with suppress(RequestError):  # it is gone, or never came
            job = self.service.submit(ANA, None, request, source=path)
            self.jobs.append(job)
            self.source[job.id] = first

    def stop(self) -> None:
        if self.jobs and self.service.jobs.stop(ANA, (job := self.dice.choice(self.jobs)).id):
            self.ended.add(job.id)

    def leave(self) -> None:
        """Look at a job no more."""
        if self.jobs and not (job := self.dice.choice(self.jobs)).over:
            self.left.add(job.id)
            self.ended.add(job.id)

    def delete(self) -> None:
        if self.jobs and self.service.outputs.delete_own(ANA, (job := self.dice.choice(self.jobs)).id):
            self.deleted.add(job.id)

    def check(self, job: Job) -> None:
        """Check that a job has come to the end that was asked for."""
        source = self.source.get(job.id)
        if job.stage == Stage.FAILED:
            assert source and (source.stage != Stage.DONE or source.id in self.deleted), job.problem
        elif job.stage == Stage.STOPPED:
            assert job.id in self.ended
        else:
            there = self.service.outputs.find_own(ANA, job.id)
            assert (there is None) == (job.id in self.deleted)
            if there:
                frames = len(Video.open(self.service.outputs.path(job.id, job.suffix)))
                assert frames == (16 if source else 8), "the stand-in joins what it continues"


@pytest.mark.parametrize("count", [20, pytest.param(200, marks=pytest.mark.soak)])
def test_nothing_is_lost(service: Service, count: int):
    visitor = Visitor(service, random.Random(count))
    for _ in range(count):
        visitor.act()
        eventually(lambda: not visitor.look() and service.jobs.room(ANA) > 4, 60)
    eventually(lambda: not visitor.look() and all(job.over for job in visitor.jobs), 120)
    for job in visitor.jobs:
        visitor.check(job)
    stages = {job.stage for job in visitor.jobs}
    assert Stage.DONE in stages and len(service.jobs) == 0
    assert service.jobs.room(ANA) == service.jobs.limits.per_visitor
    assert service.outputs.store.read("SELECT count(*) FROM jobs")[0][0] == 0
    left = {path.name.partition(".")[0] for path in service.outputs.served.iterdir() if path.is_file()}
    done = {job.id for job in visitor.jobs if job.stage == Stage.DONE} - visitor.deleted
    assert left == done, "videos and their thumbnails, and nothing of those that ended otherwise"
