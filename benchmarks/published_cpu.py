"""Measure a four-step adapter on a model of the published size on this machine's processor, in float32.

python -m benchmarks.published_cpu [--videos N] [--tiny]: seconds of each video and of its steps; peak of the
process, which has made the random weights, too.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

from benchmarks import published
from benchmarks.measure import GIB, Figures
from benchmarks.trial import TINY, Bench, Sizes


def main(arguments: list[str] | None = None) -> None:
    """Print a line for each video."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--videos", type=int, default=2)
    parser.add_argument("--tiny", action="store_true", help="a trial of the script")
    options = parser.parse_args(arguments)
    if options.tiny:
        published.shrink()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Figures(None), Path(folder), TINY if options.tiny else Sizes())
        pipe = bench.load(bench.adapters["turbo"])
        for _ in range(options.videos):
            start, steps = time.perf_counter(), []
            request = bench.request(steps=4, guidance=7.5)
            pipe(request, on_step=lambda *_, to=steps, since=start: to.append(time.perf_counter() - since))
            seconds = time.perf_counter() - start
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / GIB
            ends = ", ".join(f"{end:.1f}" for end in steps)
            print(f"{seconds:.1f} s, the steps until {ends}; peak {peak:.1f} GiB", flush=True)


if __name__ == "__main__":
    main()
