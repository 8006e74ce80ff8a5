"""Let a crowd of clients at the app for minutes, while its worker is killed and its disk fills.

    python -m benchmarks.crowd [--seconds 600] [--clients 64] [--folder FOLDER] [--json FILE]

Two models of the tests' fake pipeline. A client submits jobs and follows, stops, drops or reloads them, or
calls `/generate`. The worker is killed ten times, the disk filled twice: for real where FOLDER is on a small
file system (mount -t tmpfs -o size=48m tmpfs FOLDER), else by what is told of it. Exit code 1
if a promise is broken.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from threading import Event, Thread

import httpx

from benchmarks.load import FAKES, Row, resident, show
from t2v.request import Request
from t2v.service.jobs import Job, Limits, QueueFull, Stage
from t2v.service.outputs import NoSpace
from t2v.service.service import Service
from t2v.space.launch import App, arguments
from t2v.video import Video, VideoError

MODELS = ("square", "square", "wide")
KILLS, FILLS = 10, 2
SMALL = 2**30  # bytes of a file system that is filled for real
PATIENCE = 6.0  # seconds until a job that nobody follows is given up
LAST = 120.0  # seconds in which everything is over after the last submission
EXPECTED = (
    "ended unexpectedly",
    "disk is",
    "No space is left",
    "could not be noted",
    "can't be written",
    "wasn't made either",
)


class Crowd:
    """The clients of one run, what they submitted, and what they were told."""

    def __init__(self, service: Service, url: str, seconds: float):
        self.service, self.url, self.end = service, url, time.monotonic() + seconds
        self.jobs: list[Job] = []
        self.seen: Counter[str] = Counter()
        self.http = httpx.Client(base_url=url, timeout=120, trust_env=False, limits=httpx.Limits())

    def client(self, number: int) -> None:
        """Act as one client until the time is over."""
        dice, visitor = random.Random(number), f"visitor {number} of the crowd"
        while time.monotonic() < self.end:
            if number % 8 == 0:
                self.calls(dice)
                continue
            if job := self.submits(visitor, dice):
                deed = dice.choice(
                    (self.follows, self.follows, self.follows, self.stops, self.drops, self.reloads)
                )
                self.seen[deed.__name__] += 1
                deed(visitor, job, dice)

    def calls(self, dice: random.Random) -> None:
        """Make a video by `/generate`."""
        settings = {"prompt": "a square", "seed": dice.randrange(10**6), "steps": dice.randint(1, 20)}
        answer = self.http.post("gradio_api/call/v2/generate", json=settings)
        told = str(answer.status_code)
        if answer.is_success:
            event = answer.json()["event_id"]
            told = self.http.get(f"gradio_api/call/generate/{event}").text.strip().splitlines()[-2]
        self.seen[f"/generate: {told}"] += 1

    def submits(self, visitor: str, dice: random.Random) -> Job | None:
        """Submit a job; where it is refused, try again later."""
        request = Request("a square", seed=dice.randrange(10**6), steps=dice.randint(1, 40))
        try:
            job = self.service.submit(visitor, dice.choice(MODELS), request)
        except (QueueFull, NoSpace) as error:
            self.seen[f"refused: {type(error).__name__}"] += 1
            time.sleep(0.5)
            return None
        self.jobs.append(job)
        return job

    def follows(self, visitor: str, job: Job, dice: random.Random, until: float = LAST) -> None:
        """Follow a job to its end, or for `until` seconds."""
        end = time.monotonic() + until
        while time.monotonic() < end and not job.over:
            self.service.jobs.follow(visitor, job.id)
            time.sleep(0.2)

    def stops(self, visitor: str, job: Job, dice: random.Random) -> None:
        """Stop a job after a while."""
        self.follows(visitor, job, dice, until=dice.random() * 4)
        self.service.jobs.stop(visitor, job.id)

    def gets(self, path: str) -> httpx.Response:
        """Ask for a page; once more where the connection was just being closed, as a browser does."""
        try:
            return self.http.get(path)
        except httpx.TransportError as error:
            self.seen[f"asked once more: {type(error).__name__}"] += 1
            return self.http.get(path)

    def drops(self, visitor: str, job: Job, dice: random.Random) -> None:
        """Never come back to a job."""

    def reloads(self, visitor: str, job: Job, dice: random.Random) -> None:
        """Load the page anew and find the job again."""
        for path in ("", "config"):
            self.gets(path).raise_for_status()
        if self.service.jobs.follow(visitor, job.id) is not job:
            self.seen["a job was not found again"] += 1
        self.follows(visitor, job, dice)


def disturb(crowd: Crowd, seconds: float) -> None:
    """Kill the worker KILLS times and fill the disk FILLS times, evenly over the run."""
    step, fills = seconds / (KILLS + 1), {KILLS // 3, 2 * KILLS // 3}
    for number in range(KILLS):
        time.sleep(step)
        if pid := crowd.service.workers[0].pid:
            os.kill(pid, signal.SIGKILL)
            crowd.seen["worker killed"] += 1
        if number in fills:
            Thread(target=fill, args=(crowd, step / 2), daemon=True).start()


def fill(crowd: Crowd, seconds: float) -> None:
    """Fill the disk of the outputs for some seconds."""
    outputs = crowd.service.outputs
    filler, real = outputs.folder.parent / "filler", shutil.disk_usage(outputs.folder).total < SMALL
    if real:
        try:
            with filler.open("wb") as file:
                while True:
                    file.write(bytes(2**16))
                    file.flush()
        except OSError:
            crowd.seen["disk filled for real"] += 1
    else:
        outputs.disk_usage = lambda path: (0, 0, 0)
        crowd.seen["disk said to be full"] += 1
    time.sleep(seconds)
    filler.unlink(missing_ok=True)
    outputs.disk_usage = shutil.disk_usage


def is_whole(service: Service, job: Job) -> bool:
    """Check whether the file of a job that is done opens, with all its frames."""
    try:
        return len(Video.open(service.outputs.path(job.id, job.suffix))) == job.request.frames
    except VideoError:
        return False


def run(folder: Path, clients: int, seconds: float) -> list[Row]:
    """Run the crowd and check what became of its jobs."""
    outputs = folder / "out"
    app = App(arguments(["--backend", FAKES, "--outputs", str(outputs), "--port", "0", "--quota", "1GB"]))
    url, service = app.launch(), app.service
    service.outputs.reserve = 2_000_000
    service.jobs.limits = Limits(per_visitor=8, abandoned_after=PATIENCE)
    crowd = Crowd(service, url, seconds)
    memory: list[float] = []
    done = Event()
    watch(memory, done, seconds / 20)
    Thread(target=disturb, args=(crowd, seconds), daemon=True).start()
    processor = time.process_time()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(crowd.client, range(clients)))
    wait_for(lambda: all(job.over for job in crowd.jobs) and not len(service.jobs), LAST)
    done.set()
    processor = time.process_time() - processor
    rows = judged(crowd, memory, processor)
    app.close()
    return rows


def watch(memory: list[float], done: Event, every: float) -> None:
    """Note the page's memory in MB, over and over."""

    def note() -> None:
        while not done.wait(every):
            memory.append(resident(os.getpid()) / 1e6)

    Thread(target=note, daemon=True).start()


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    """Wait until `condition()` holds, at most so long."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.2)


def judged(crowd: Crowd, memory: list[float], processor: float) -> list[Row]:
    """The table: what was promised, what was measured."""
    service, jobs = crowd.service, crowd.jobs
    ends = Counter(str(job.stage) for job in jobs)
    lost = [job for job in jobs if not job.over]
    made = [job for job in jobs if job.stage == Stage.DONE]
    torn = [job for job in made if not is_whole(service, job)]
    failed = [job for job in jobs if job.stage == Stage.FAILED]
    odd = {job.problem for job in failed if not any(words in job.problem for words in EXPECTED)}
    rows = service.outputs.store.read("SELECT count(*) FROM jobs")[0][0]
    drafts = len(list(service.outputs.folder.rglob("*.part")))
    late = memory[len(memory) // 2 :] or memory
    grown = (late[-1] - late[0]) / max(1, len(jobs) / 200) if late else 0.0
    told = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
    seen = ", ".join(f"{count} × {what}" for what, count in sorted(crowd.seen.items()))
    kept = not lost and not rows and not crowd.seen["a job was not found again"]
    return [
        Row(f"{len(jobs)} jobs", "none lost", f"{told}; {len(lost)} lost, {rows} rows left", kept),
        Row(
            "files of those that are done",
            "none torn",
            f"{len(torn)} of {len(made)}",
            not torn and bool(made),
        ),
        Row("failures", "by kill or disk, told", f"{len(failed)}; others: {odd or 'none'}", not odd),
        Row(
            "the page's memory, second half",
            "≤ 5 MB per 100 jobs",
            f"{grown:.1f} MB; {late[-1]:.0f}",
            grown <= 5,
        ),
        Row("drafts, which go after ten minutes", "≤ one a kill", str(drafts), drafts <= KILLS),
        Row("processor time of page and clients", "", f"{1000 * processor / len(jobs):.0f} ms a job", True),
        Row("meanwhile", "", seen, True),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="t2v-crowd-"))
    rows = show(run(folder, options.clients, options.seconds))
    if options.json:
        options.json.write_text(
            json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False) + "\n"
        )
    return 0 if all(row.kept for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
