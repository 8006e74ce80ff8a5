"""Compare several devices with one: a video shared by all, and many videos. No video is written.

python -m benchmarks.devices make FOLDER [--tiny]                random weights of the published size
python -m benchmarks.devices share FOLDER [--devices a,b,c] [--shape 24x576x320] [--guidance 1]
                                                                 one video on a, on a and b, on all three
python -m benchmarks.devices spread FOLDER                       many videos on one device
accelerate launch -m benchmarks.devices spread FOLDER            the same on all

What k devices that divide a video exchange: for attention over time the share 1 - 1/k of a map, there and
back. A map of the first level of 24x1024x576 is 24·72·128 places of 320 numbers, in float16 142 MB a text.
For a convolution over time, four times a layer, a frame to each neighbour. With --divide, videos are divided
that are by estimate too small to gain (`runtime.dividing`).
"""

import argparse
import hashlib
import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.measure import GIB, Figures
from t2v import Request, TextToVideo
from t2v.batch import LauncherQueue, make_all
from t2v.runtime import dividing, exchange
from t2v.runtime.team import Team

SMALLEST = "3x128x128", 3  # shape, steps
GUIDANCE = 9.0, 1.0  # strengths that `share` compares
LITTLE, MUCH, EXCHANGES = 2**10, 2**26, 50  # bytes of an exchange, and how many are measured


def make(options: argparse.Namespace, figures: Figures) -> None:
    """Write the model that the other sections load."""
    from benchmarks import published

    if options.tiny:
        published.shrink()
    with torch.inference_mode():
        published.write(published.make("cuda" if torch.cuda.is_available() else "cpu"), options.folder)


def share(options: argparse.Namespace, figures: Figures) -> None:
    """Make one video on the first device, on the first two, and so on, with guidance and without: steps,
    what is exchanged, memory, seconds, how far the frames are from one device's. First, exchanges alone."""
    if options.divide:
        dividing.LAUNCH = 0
    pipe = loaded(options, options.devices)
    runner, counts = pipe.runner, range(1, len(pipe.runner.devices) + 1)
    for count in counts[1:]:
        links(runner.devices[:count], options, figures)
    members = runner.team.members
    for guidance in options.guidance or GUIDANCE:
        alone: dict[str, Any] = {}
        for count in counts:
            runner.team = Team(members[:count])
            found = measured(pipe, options, guidance, runner.devices[:count])
            name = f"guidance {guidance:g}, {count} of the devices"
            for what, figure in (found | (compared(found, alone) if alone else {})).items():
                if what != "frames":
                    figures[f"{name}: {what}"] = figure
            alone = alone or found


def links(devices: Sequence[torch.device], options: argparse.Namespace, figures: Figures) -> None:
    """Measure an exchange of each device with each other: of little, which shows the time of the host, and of
    much, which shows the rate of the devices' links."""
    name = f"{len(devices)} of the devices exchange"
    if devices[0].type == "cuda":
        ways = [(a, b) for a in devices for b in devices if a != b]
        figures[f"{name} without the host"] = all(torch.cuda.can_device_access_peer(a, b) for a, b in ways)
    for size in LITTLE, LITTLE if options.tiny else MUCH:
        given = [torch.zeros(size, dtype=torch.uint8, device=device) for device in devices]
        buffers = [[torch.empty_like(each) for _ in devices] for each in given]
        took, launched = exchange_times(given, buffers)
        rate = size * (len(devices) - 1) / took / 1e9
        figures[f"{name} {size} bytes: µs, launching it, GB/s that each sends"] = [
            took * 1e6,
            launched * 1e6,
            rate,
        ]


def exchange_times(given: Sequence[Tensor], buffers: Sequence[Sequence[Tensor]]) -> tuple[float, float]:
    """The seconds of an exchange, one of many in a row, of what each device is given; those until it is
    launched."""

    def meet(index: int) -> exchange.Exchanging[None]:
        own = exchange.Exchange()
        for other in set(range(len(given))) - {index}:
            own.send(other, given[index])
            own.receive(other, buffers[index][other])
        yield own

    def run() -> None:
        exchange.in_step([[meet(index) for index in range(len(given))]])

    devices = [each.device for each in given]
    run()
    synchronize(devices)
    start = time.perf_counter()
    for _ in range(EXCHANGES):
        run()
    launched = time.perf_counter() - start
    synchronize(devices)
    return (time.perf_counter() - start) / EXCHANGES, launched / EXCHANGES


def measured(
    pipe: TextToVideo, options: argparse.Namespace, guidance: float, devices: Sequence[torch.device]
) -> dict[str, Any]:
    """-> the figures of a pipeline whose team has these devices, and the frames of a video (f h w 3)"""
    texts, on_gpus = 1 if guidance == 1 else 2, devices[0].type == "cuda"
    for device in devices if on_gpus else ():
        torch.cuda.reset_peak_memory_stats(device)
    first, took, launched = step_times(pipe, options, texts)
    found = {"recording a step, s": first, "a step, ms": 1e3 * took, "launching it, ms": 1e3 * launched}
    found["exchanged in a step: copies, MB"] = exchanged(pipe, options, texts)
    found["a video, s"], frames = video(pipe, options, repeat=1, guidance=guidance)
    if on_gpus:
        found["peak memory of each, GiB"] = [torch.cuda.max_memory_allocated(each) / GIB for each in devices]
    return found | {"frames": frames.astype(int)}


def compared(found: dict[str, Any], alone: dict[str, Any]) -> dict[str, Any]:
    """Compare what was measured with what was on one device -> figures."""
    far = np.abs(found["frames"] - alone["frames"])
    faster = {
        f"{what.split(',')[0]} is faster by": alone[what] / found[what]
        for what in ("a step, ms", "a video, s")
    }
    return faster | {"frames apart at most, mean, of 255": [int(far.max()), float(far.mean())]}


def step_of(pipe: TextToVideo, options: argparse.Namespace, texts: int) -> Callable[[], Any]:
    """A step of random latents under random text states."""
    frames, width, height = sizes(options)
    unet, given = pipe.unet.config, {"device": pipe.device, "dtype": pipe.dtype}
    x = torch.randn(1, unet.in_channels, frames, height // 8, width // 8, **given)
    t = torch.full((1,), 501.0, device=pipe.device)
    guidance = torch.zeros(1, unet.guidance_width, **given) if unet.guidance_width else None
    predict = pipe.runner.predictor(torch.randn(texts, 77, unet.text_width, **given), guidance=guidance)
    return lambda: predict(x, t)


def step_times(pipe: TextToVideo, options: argparse.Namespace, texts: int) -> tuple[float, float, float]:
    """The seconds of the first step, which is recorded; the median seconds of the next ones, and those until
    a step is launched: as long as these are fewer, devices don't wait for the host."""
    took, launched, devices = [], [], pipe.runner.devices
    with torch.inference_mode(), pipe.runner.as_current_device():
        run = step_of(pipe, options, texts)
        for _ in range(3 if options.tiny else 8):
            synchronize(devices)
            start = time.perf_counter()
            run()
            launched.append(time.perf_counter() - start)
            synchronize(devices)
            took.append(time.perf_counter() - start)
    return took[0], median(took[2:]), median(launched[2:])


def synchronize(devices: Sequence[torch.device]) -> None:
    """Wait for all these devices."""
    for device in devices:
        if device.type == "cuda":
            torch.cuda.synchronize(device)


def exchanged(pipe: TextToVideo, options: argparse.Namespace, texts: int) -> list[float]:
    """-> the copies between devices in a step, and their millions of bytes"""
    sizes: list[int] = []

    def counted(copies: exchange.Copies) -> None:
        sizes.extend(source.numel() * source.element_size() for source, _ in copies)
        copy(copies)

    copy, exchange.copy = exchange.copy, counted
    try:
        with torch.inference_mode(), pipe.runner.as_current_device():
            step_of(pipe, options, texts)()
    finally:
        exchange.copy = copy
    return [len(sizes), sum(sizes) / 1e6]


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
    parser.add_argument("--devices", default="cuda:0,cuda:1", help="of one video, or cpu,cpu")
    parser.add_argument("--guidance", type=float, action="append", help="of `share`, instead of 9 and 1")
    parser.add_argument("--divide", action="store_true", help="small videos of `share`, too")
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
