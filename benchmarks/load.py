"""Test the app under load: many clients, random stops, injected faults, long runs, full disks.

    python benchmarks/load.py [--quick] [--json FILE]

Starts the app on this machine with the tests' fake pipeline and prints a table of promises and measurements.
Exit code 1 if a promise is broken.
"""

import argparse
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from t2v.request import Request  # noqa: E402
from t2v.service.jobs import Limits, Stage  # noqa: E402
from t2v.service.outputs import Outputs  # noqa: E402
from t2v.service.service import Service  # noqa: E402
from t2v.space.launch import App, arguments  # noqa: E402
from t2v.video import Video  # noqa: E402

FAKES = "tests.service.fakes"
ME = "the visitor who loads"
FAULTS = ("oom", "assert", "nan", "raise", "nospace", "kill")


@dataclass(frozen=True)
class Row:
    what: str
    promised: str
    measured: str
    kept: bool


def call(url: str, **settings: object) -> tuple[int, dict]:
    """Make a video through plain HTTP -> status, its settings"""
    endpoint = f"{url}gradio_api/call/v2/generate"
    with httpx.Client(timeout=600) as client:
        answer = client.post(endpoint, json=settings)
        if answer.status_code != 200:
            return answer.status_code, {}
        lines = client.get(f"{endpoint}/{answer.json()['event_id']}").text.strip().splitlines()
    data = json.loads(lines[-1].removeprefix("data: "))
    return (200, data[1]) if lines[-2] == "event: complete" else (500, data)


@contextmanager
def probing(url: str) -> Iterator[list[float]]:
    """Request /config every 50 ms inside the block; yields the list of the answers' seconds"""
    taken, done = [], threading.Event()

    def probe() -> None:
        with httpx.Client(timeout=60) as client:
            while not done.wait(0.05):
                start = time.perf_counter()
                client.get(f"{url}config").raise_for_status()
                taken.append(time.perf_counter() - start)

    thread = threading.Thread(target=probe)
    thread.start()
    try:
        yield taken
    finally:
        done.set()
        thread.join()


def many_clients(url: str, clients: int, jobs: int) -> list[Row]:
    def one(client: int) -> list[int]:
        seeds = [client * jobs + job for job in range(jobs)]
        return [
            settings["seed"] for seed in seeds for _, settings in [call(url, prompt="a square", seed=seed)]
        ]

    start = time.perf_counter()
    with probing(url) as taken, ThreadPoolExecutor(clients) as pool:
        seeds = sorted(seed for made in pool.map(one, range(clients)) for seed in made)
    seconds = time.perf_counter() - start
    lost = clients * jobs - len(set(seeds))
    p95 = 1000 * statistics.quantiles(taken, n=20)[-1]
    each = 1000 * seconds / (clients * jobs)
    return [
        Row(f"{clients} clients × {jobs} jobs", "none lost", f"{lost} lost, {each:.0f} ms a job", lost == 0),
        Row("/config meanwhile, 95th percentile", "< 250 ms", f"{p95:.0f} ms of {len(taken)}", p95 < 250),
    ]


def crowd(url: str, places: int, joins: int) -> Row:
    with ThreadPoolExecutor(joins) as pool:
        statuses = [
            status
            for status, _ in pool.map(lambda seed: call(url, prompt="slow", steps=4, seed=seed), range(joins))
        ]
    done, full = statuses.count(200), statuses.count(503)
    kept = done + full == joins and done >= places
    return Row(f"{joins} joins at once, {places} places", "the rest 503", f"{done} done, {full} × 503", kept)


def overhead(url: str, jobs: int) -> Row:
    """The time of a job without the model; the fake one takes 10 × 5 ms."""
    taken = []
    for seed in range(jobs):
        start = time.perf_counter()
        call(url, prompt="a square", seed=seed)
        taken.append(time.perf_counter() - start - 10 * 0.005)
    return Row(
        "queue, encode, serve a job",
        "< 500 ms",
        f"{1000 * statistics.median(taken):.0f} ms",
        statistics.median(taken) < 0.5,
    )


def follow(service: Service, jobs: list, timeout: float = 120) -> None:
    end = time.monotonic() + timeout
    while any(not job.over for job in jobs) and time.monotonic() < end:
        for job in jobs:
            service.jobs.follow(ME, job.id)
        time.sleep(0.02)


def one_owner(service: Service, log: Path, count: int) -> Row:
    """Start, stop and drop jobs at random; the fake pipeline logs each use of the device."""
    log.write_text("")
    choose, made = random.Random(0), []
    for seed in range(count):
        made.append(service.submit(ME, None, Request("a square", seed=seed)))
        if choose.random() < 0.4:
            service.jobs.stop(ME, choose.choice(made).id)
        time.sleep(choose.random() * 0.1)
        while len(service.jobs) > 30:
            follow(service, made, timeout=0.1)
    follow(service, made)
    kinds = [line.split()[0] for line in log.read_text().splitlines()]
    twice = sum(first == second == "enter" for first, second in zip(kinds, kinds[1:], strict=False))
    stuck = sum(not job.over for job in made)
    return Row(
        f"{count} random start, stop, drop",
        "never two on a device",
        f"{twice} twice, {stuck} stuck",
        not twice and not stuck,
    )


def stops(service: Service, count: int) -> Row:
    taken = []
    for seed in range(count):
        job = service.submit(ME, None, Request("slow", steps=100, seed=seed))
        while job.step < 1:
            time.sleep(0.005)
        start = time.monotonic()
        service.jobs.stop(ME, job.id)
        follow(service, [job])
        taken.append(time.monotonic() - start - 0.15)
    return Row("stop to a free device, beyond a step", "< 1 s", f"{max(taken):.2f} s at most", max(taken) < 1)


def faults(service: Service, count: int) -> Row:
    good = 0
    for number in range(count):
        bad = service.submit(ME, None, Request(f"a {FAULTS[number % len(FAULTS)]} square"))
        follow(service, [bad])
        fine = service.submit(ME, None, Request("a square", seed=number))
        follow(service, [fine])
        told = bad.stage == Stage.FAILED and bad.problem and "/" not in bad.problem
        whole = (
            fine.stage == Stage.DONE and len(Video.open(service.outputs.path(fine.id, ".mp4")).frames) == 8
        )
        good += bool(told and whole)
    return Row(
        f"{count} injected faults", "a clear word, a good next job", f"{good} of {count}", good == count
    )


def killed(service: Service) -> Row:
    job = service.submit(ME, None, Request("slow", steps=100))
    while job.step < 1:
        time.sleep(0.01)
    start = time.monotonic()
    os.kill(service.workers[0].pid, signal.SIGKILL)
    follow(service, [job])
    seconds = time.monotonic() - start
    return Row(
        "killed worker: its video is made once more",
        "< 30 s",
        f"{seconds:.2f} s",
        seconds < 30 and job.stage == Stage.DONE,
    )


def resident(pid: int) -> int:
    """The resident memory of a process, in bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def growth(service: Service, url: str, jobs: int) -> list[Row]:
    """The memory growth of page and worker per 100 jobs, after 100 others."""
    for seed in range(100):
        call(url, prompt="a square", seed=seed)
    pids, rows = {"page": os.getpid(), "worker": service.workers[0].pid}, []
    before = {name: resident(pid) for name, pid in pids.items()}
    for seed in range(jobs):
        call(url, prompt="a square", seed=seed)
    for name, pid in pids.items():
        grown = (resident(pid) - before[name]) / 1e6 / (jobs / 100)
        rows.append(Row(f"growth of the {name} per 100 warm jobs", "≤ 5 MB", f"{grown:.1f} MB", grown <= 5))
    return rows


def full_disk(folder: Path, jobs: int) -> Row:
    """Fill the outputs' quota of 100 kB, about thirty videos."""
    outputs, most = Outputs(folder, quota=100_000), 0
    service = Service(FAKES, outputs, limits=Limits(per_visitor=9)).start()
    for seed in range(jobs):
        follow(service, [service.submit(ME, None, Request("a square", seed=seed, steps=2))])
        most = max(most, outputs.size())
    service.close()
    return Row(
        f"outputs over {jobs} jobs, quota 100 kB",
        "≤ 100 kB",
        f"{most / 1000:.0f} kB at most",
        0 < most <= 100_000,
    )


def measure(quick: bool) -> Iterator[Row]:
    few = 8 if quick else 1
    folder = Path(tempfile.mkdtemp(prefix="t2v-load-"))
    log = folder / "device"
    os.environ["T2V_FAKE_LOG"] = str(log)
    app = App(arguments(["--backend", FAKES, "--outputs", str(folder / "out")]))
    url, service = app.launch(), app.service
    service.jobs.limits = Limits(per_visitor=10**6)
    steps: list[Callable[[], Row | list[Row]]] = [
        lambda: overhead(url, 40 // few),
        lambda: many_clients(url, 32, 6 if not quick else 1),
        lambda: crowd(url, service.jobs.limits.places, 100),
        lambda: one_owner(service, log, 200 // few),
        lambda: stops(service, 20 // few),
        lambda: killed(service),
        lambda: growth(service, url, 400 // few),
        lambda: faults(service, 102 // few),
        lambda: full_disk(folder / "small", 500 // few),
    ]
    for step in steps:
        rows = step()
        yield from rows if isinstance(rows, list) else [rows]
    app.close()


def show(measured: Iterable[Row]) -> list[Row]:
    """Print rows as a table, each as it comes; -> all of them"""
    line, rows = "| {:<42} | {:<30} | {:<28} | {:<4} |", []
    head = line.format("what", "promised", "measured", "kept")
    print(head, line.format("", "", "", "").replace(" ", "-"), sep="\n")
    for row in measured:
        print(line.format(row.what, row.promised, row.measured, "yes" if row.kept else "NO"), flush=True)
        rows.append(row)
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="an eighth of everything")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    rows = show(measure(options.quick))
    if options.json:
        options.json.write_text(
            json.dumps([row.__dict__ for row in rows], indent=1, ensure_ascii=False) + "\n"
        )
    return 0 if all(row.kept for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
