"""How far a long video drifts from its beginning: its measures after each 16 frames, up to 256.

python -m benchmarks.drift [--way continued|windows] [--model MODEL] [--frames 256] [--prompt …]

continued  part after part, each continuing the one before (or by the queue of a model with many steps)
windows    all frames at once, by windows as long as the model's own videos; as many as its limit allows

Steps are told on the standard error stream, the measures on the standard output.
"""

import argparse
import sys
import time
from collections.abc import Iterable, Iterator

import numpy as np

from t2v import Request, TextToVideo
from t2v.endless import by_queue, endless
from t2v.qualities import Drift, drift

STEP = 16  # frames between two lines, and of each end that is compared


def measured(parts: Iterable[np.ndarray], most: int) -> Iterator[tuple[int, Drift]]:
    """Yield the number of frames (f h w 3) after each STEP up to `most`, and the last STEP's drift from the
    first."""
    frames, told = np.empty(0, np.uint8), 0
    for part in parts:
        frames = np.concatenate([frames, part]) if len(frames) else part
        for last in range(told + STEP, min(len(frames), most) + 1, STEP):
            yield last, drift(frames[:STEP], frames[last - STEP : last])
            told = last
        if told + STEP > most:
            return


def continued(pipe: TextToVideo, prompt: str, seed: int, frames: int) -> Iterator[np.ndarray]:
    """Frames part after part, without an end."""
    print("by the queue" if by_queue(pipe) else "continued", flush=True)
    return endless(pipe, Request(prompt, seed=seed), on_step=tell)


def windows(pipe: TextToVideo, prompt: str, seed: int, frames: int) -> Iterator[np.ndarray]:
    """All frames at once, at most as many as the model's limit allows at its own size."""
    native = pipe.native
    most = min(frames, native.max_frames, native.max_volume // (native.width * native.height))
    print(f"{most} frames by windows of {native.frames}", flush=True)
    yield pipe(Request(prompt, seed=seed, frames=most, window=native.frames), on_step=tell).frames


WAYS = {"continued": continued, "windows": windows}


def tell(step: int, steps: int, x0: object) -> None:
    """Tell that a step is done."""
    print(f"step {step} of {steps}", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> None:
    """Run the command in the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--way", choices=WAYS, default="continued")
    parser.add_argument("--model", default="emoji")
    parser.add_argument("--frames", type=int, default=256)
    parser.add_argument("--prompt", default="a panda on a green background")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args(arguments)
    print(f"loading {options.model}", flush=True)
    pipe, start = TextToVideo.from_pretrained(options.model), time.monotonic()
    parts = WAYS[options.way](pipe, options.prompt, options.seed, options.frames)
    for frames, found in measured(parts, options.frames):
        print(f"{frames:>4} frames, {time.monotonic() - start:6.0f} s: {found}", flush=True)


if __name__ == "__main__":
    main()
