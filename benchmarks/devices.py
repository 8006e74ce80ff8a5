"""Compare two devices with one: a video shared by both, and many videos. No video is written.

python -m benchmarks.devices make FOLDER [--tiny]                random weights of the published size
python -m benchmarks.devices share FOLDER [--devices a,b] [--shape 24x576x320]   one video on a, on a and b
python -m benchmarks.devices spread FOLDER                       many videos on one device
accelerate launch -m benchmarks.devices spread FOLDER            the same on all
"""

import argparse
import hashlib
import json
import os
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch

from benchmarks.measure import Figures
from t2v import Request, TextToVideo
from t2v.batch import LauncherQueue, make_all

SMALLEST = "3x128x128", 3  # shape, steps


def make(options: argparse.Namespace, figures: Figures) -> None:
    """Write the model that the other sections load."""
    from benchmarks import published

    if options.tiny:
        published.shrink()
    with torch.inference_mode():
        published.write(published.make("cuda" if torch.cuda.is_available() else "cpu"), options.folder)


def share(options: argparse.Namespace, figures: Figures) -> None:
    """Make one video on the first device, then on both: seconds, and differences of the frames."""
    first = options.devices.partition(",")[0]
    ways = {"one": loaded(options, first), "two": loaded(options, options.devices)}
    took, frames = {}, {}
    for name, pipe in ways.items():
        took[name], frames[name] = video(pipe, options, repeat=3)
        figures[f"one video, devices {name}, s"] = took[name]
    figures["one video, two devices are faster by"] = took["one"] / took["two"]
    far = np.abs(frames["one"].astype(int) - frames["two"])
    figures["frames apart at most, mean, of 255"] = [int(far.max()), float(far.mean())]
    gentle = [video(pipe, options, repeat=1, guidance=1.5)[1].astype(int) for pipe in ways.values()]
    far = np.abs(gentle[0] - gentle[1])
    figures["the same at guidance 1.5"] = [int(far.max()), float(far.mean())]
    if first.startswith("cuda"):
        figures["a step under two texts, under one, ms"] = [
            1e3 * step_seconds(ways["one"], options, texts) for texts in (2, 1)
        ]


def step_seconds(pipe: TextToVideo, options: argparse.Namespace, texts: int) -> float:
    """The median seconds of a recorded step: they bound what a second device can save."""
    frames, width, height = sizes(options)
    x = torch.randn(1, 4, frames, height // 8, width // 8, device=pipe.device, dtype=pipe.dtype)
    words = pipe.runner.unet.read(torch.randn(texts, 77, 1024, device=pipe.device, dtype=pipe.dtype))
    t, took = torch.full((1,), 501.0, device=pipe.device), []
    with torch.inference_mode(), pipe.runner.as_current_device():
        for _ in range(12):
            torch.cuda.synchronize()
            start = time.perf_counter()
            pipe.runner.step(x, t, words)
            torch.cuda.synchronize()
            took.append(time.perf_counter() - start)
    return median(took[2:])


def many(options: argparse.Namespace, figures: Figures) -> None:
    """Time videos of the seeds 0, 1, …, from when every device has made a first one to the last video."""
    size, first = int(os.environ.get("WORLD_SIZE", "1")), options.devices.partition(",")[0]
    if size == 1:
        pipe = loaded(options, first)
        start = time.time()
        ends = {seed: (digest(pipe, options, seed), time.time()) for seed in range(options.videos)}
    else:
        start, ends = many_together(options, cpu=first == "cpu")
        if start is None:
            return
    figures[f"{options.videos} videos, {size} devices, s"] = max(end for _, end in ends.values()) - start
    whole = hashlib.sha256("".join(ends[seed][0] for seed in range(options.videos)).encode())
    figures[f"{options.videos} videos, {size} devices, frames' digest"] = whole.hexdigest()[:16]


def many_together(options: argparse.Namespace, cpu: bool) -> tuple[float | None, dict]:
    """-> the time of the start (None but in the main process); by seed the frames' digest and its end"""

    queue, ends, begun = LauncherQueue(on_cpu=cpu), {}, []

    def load() -> tuple[Any, int]:
        pipe = loaded(options, queue.device)
        torch.distributed.barrier()
        begun.append(time.time())
        return pipe, options.videos * options.steps

    def one(pipe: Any, seed: int, on_step: Any) -> list[tuple[str, str]]:
        return [("made", json.dumps([seed, digest(pipe, options, seed), time.time()]))]

    def note(kind: str, text: str) -> None:
        if kind != "made":
            raise RuntimeError(text)
        seed, frames, end = json.loads(text)
        ends[seed] = frames, end

    make_all(queue, load, one, [str(seed) for seed in range(options.videos)], note, str)
    return (begun[0] if queue.main else None), ends


def loaded(options: argparse.Namespace, device: Any) -> TextToVideo:
    """Load a pipeline and make a first video, so that all kernels are compiled."""
    dtype = "float32" if "cpu" in str(device) else "float16"
    pipe = TextToVideo.from_pretrained(options.folder, device=device, dtype=dtype, memory="fast")
    pipe(request(options, steps=2))
    return pipe


def request(options: argparse.Namespace, **settings: Any) -> Request:
    frames, width, height = sizes(options)
    size = {"frames": frames, "width": width, "height": height, "steps": options.steps}
    named = {"prompt": "a panda on a green background", "seed": 0, "guidance": 9.0}
    return Request(**(named | size | settings))


def sizes(options: argparse.Namespace) -> tuple[int, int, int]:
    """-> frames, width, height"""
    frames, width, height = map(int, options.shape.split("x"))
    return frames, width, height


def video(pipe: TextToVideo, options: argparse.Namespace, repeat: int, **settings: Any) -> tuple[float, Any]:
    """Make a video `repeat` times -> median seconds from prompt to frames, the frames (f h w 3)"""
    took = []
    for _ in range(repeat):
        start = time.perf_counter()
        frames = pipe(request(options, **settings)).frames
        took.append(time.perf_counter() - start)
    return median(took), frames


def digest(pipe: TextToVideo, options: argparse.Namespace, seed: int) -> str:
    """The SHA-256 of one video's frames."""
    return hashlib.sha256(pipe(request(options, seed=seed)).frames.tobytes()).hexdigest()


SECTIONS = {"make": make, "share": share, "spread": many}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=SECTIONS)
    parser.add_argument("folder", type=Path, help="of the model")
    parser.add_argument("--devices", default="cuda:0,cuda:1", help="a pair, or cpu,cpu")
    parser.add_argument("--videos", type=int, default=16)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--shape", default="16x256x256", help="frames, width and height of the videos")
    parser.add_argument("--tiny", action="store_true", help="the smallest of everything")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    if options.tiny:
        options.shape, options.steps = SMALLEST
    SECTIONS[options.what](options, Figures(options.json))


if __name__ == "__main__":
    main()
