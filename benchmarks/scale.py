"""Measure what bounds one server, beside its GPUs: the database, the sweep of the outputs folder, the files.

python -m benchmarks.scale [--jobs N] [--files N]
"""

import argparse
import tempfile
import time
from pathlib import Path

from t2v.request import Request
from t2v.service.jobs import Jobs, Limits
from t2v.service.messages import Stage
from t2v.service.outputs import Outputs, Record
from t2v.service.waiting import WaitingJobs

EXAMPLES = Path(__file__).parents[1] / "examples"


def book(folder: Path, count: int) -> float:
    """Milliseconds that a job costs the queue and the database, from its submission to its record."""
    outputs = Outputs(folder)
    jobs = Jobs(Limits(per_visitor=99), kept=WaitingJobs(outputs.store, folder / "servers"))
    request = Request("a panda", seed=1).validate()
    start = time.perf_counter()
    for number in range(count):
        job = jobs.submit(f"visitor {number}", "emoji", request)
        jobs.take(0)
        outputs.path(job.id, job.suffix).write_bytes(b"x")
        outputs.add(Record(job.id, job.owner, job.model, request, job.suffix, time.time(), 1.0))
        jobs.end(job, Stage.DONE)
    return 1000 * (time.perf_counter() - start) / count


def sweep(folder: Path, count: int) -> float:
    """Seconds that a sweep of `count` files takes."""
    outputs = Outputs(folder)
    for number in range(count):
        outputs.path(f"{number:032d}", ".mp4").write_bytes(b"x")
    start = time.perf_counter()
    outputs.sweep()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=300)
    parser.add_argument("--files", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="t2v-scale-") as folder:
        each = book(Path(folder) / "book", options.jobs)
        print(f"a job in queue and database: {each:.1f} ms, so {1000 / each:.0f} jobs a second at most")
        seconds = sweep(Path(folder) / "sweep", options.files)
        print(f"a sweep of {options.files:,} files: {seconds:.2f} s")
    sizes = [path.stat().st_size for path in EXAMPLES.rglob("*.mp4")]
    print(f"an MP4 of the examples: {sum(sizes) / len(sizes) / 1000:.0f} kB, mean of {len(sizes)}")


if __name__ == "__main__":
    main()
