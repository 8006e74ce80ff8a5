"""How far an endless video drifts from its beginning: its measures after each 16 frames, up to 256.

python -m benchmarks.drift [--model MODEL] [--frames 256] [--prompt …]
"""

import argparse
import time

import numpy as np

from t2v import Request, TextToVideo
from t2v.endless import by_queue, endless
from t2v.qualities import drift

STEP = 16  # frames between two lines, and of each end that is compared


def main() -> None:
    """Print a line for each STEP frames: against the first STEP."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="emoji")
    parser.add_argument("--frames", type=int, default=256)
    parser.add_argument("--prompt", default="a panda on a green background")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    pipe = TextToVideo.from_pretrained(args.model)
    print(f"{args.model}, {'queue' if by_queue(pipe) else 'continued'}", flush=True)
    frames, start, told = np.empty(0, np.uint8), time.monotonic(), 0
    for part in endless(pipe, Request(args.prompt, seed=args.seed)):
        frames = np.concatenate([frames, part]) if len(frames) else part
        for last in range(told + STEP, min(len(frames), args.frames) + 1, STEP):
            seconds = time.monotonic() - start
            print(
                f"{last:>4} frames, {seconds:6.0f} s: {drift(frames[:STEP], frames[last - STEP : last])}",
                flush=True,
            )
            told = last
        if len(frames) >= args.frames:
            return


if __name__ == "__main__":
    main()
