"""Measure t2v's own features on one GPU, on random weights of the published size, without a download.

python -m benchmarks.features [--json FILE] [--sections long,larger,lcm,adapters,app] [--tiny]

long      128 frames by windows: time a frame and memory beside 16 frames and beside attention to all frames
larger    576×320 and the second pass to 1024×576 in one request, by stage
lcm       4 and 8 steps with adapters of few steps
adapters  loading, merging and changing them
app       16 videos through the app beside the GPU's own time
"""

import argparse
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import torch

from benchmarks import published, through_app
from benchmarks.measure import GIB, Figures, once, peak, seconds
from benchmarks.trial import DEVICE, ON_GPU, TINY, Bench, Sizes, free, table
from t2v import Request, TextToVideo
from t2v.checkpoints.catalogue import find
from t2v.codec import FrameCodec
from t2v.defaults import SecondPass
from t2v.runtime.graphs import GraphedFunction


@contextmanager
def counted(owner: type, method: str, what: Callable[..., str]) -> Iterator[Counter]:
    """A context that counts the calls of a method, by what `what` says of its arguments."""
    calls, run = Counter(), getattr(owner, method)

    def counting(*args: Any, **named: Any) -> Any:
        calls[what(*args)] += 1
        return run(*args, **named)

    setattr(owner, method, counting)
    try:
        yield calls
    finally:
        setattr(owner, method, run)


def recordings() -> Any:
    """A context that counts the CUDA graphs recorded in it: of the UNet's step ("step"), of the rest."""
    return counted(GraphedFunction, "_record", lambda graph, *_: "step" if graph._owns_pool else "rest")


def highest(run: Callable[[], Any]) -> float | None:
    """The peak memory of tensors in GiB during `run`; None without a GPU."""
    if ON_GPU:
        return peak(run)
    run()
    return None


def forget(pipe: TextToVideo) -> None:
    """Drop recorded graphs, so that a peak includes their memory."""
    if isinstance(pipe.runner.step, GraphedFunction):
        pipe.runner.step._recordings.clear()
    free()


def step_seconds(bench: Bench, pipe: TextToVideo, request: Request) -> float:
    """The seconds of a guided step of a request."""
    complete = request.validate(pipe.native)
    shape = 1, 4, complete.frames, complete.height // 8, complete.width // 8
    with torch.inference_mode(), pipe.runner.as_current_device():
        predict, _ = pipe.predictions(complete)
        x, t = torch.randn(shape, device=DEVICE), torch.full((1,), 501.0, device=DEVICE)
        return seconds(lambda: predict(x, t), repeat=bench.sizes.repeat)


def long(bench: Bench) -> None:
    """Long videos by windows, against short ones, and against attention to all frames at once."""
    pipe, size = bench.load(), bench.sizes
    ways = {
        f"{size.short} frames": bench.request(),
        f"{size.long} frames by windows": bench.request(frames=size.long, window=size.window),
        f"{size.long} frames at once": bench.request(frames=size.long, window=0),
    }
    bench.tell("first video of 2 steps, kernels compiled, s", once(lambda: pipe(bench.request(steps=2))))
    plain, windows, _ = (one_length(bench, pipe, name, request) for name, request in ways.items())
    for what, one, many in zip(("step", "video"), plain, windows, strict=True):
        bench.tell(f"time a frame by windows against short, {what}", many / one, most=1.15)


def one_length(bench: Bench, pipe: TextToVideo, name: str, request: Request) -> tuple[float, float]:
    """Measure one way of `long` -> seconds a frame of a step, of a video"""
    forget(pipe)
    with recordings() as first:
        bench.tell(f"{name}: peak GiB, weights included", highest(lambda: pipe(request)))
    with recordings() as second:
        video = once(lambda: pipe(request))
    bench.tell(f"{name}: graphs recorded by the first video", dict(first))
    bench.tell(f"{name}: step's graphs recorded by the second video", second["step"], most=0)
    step = step_seconds(bench, pipe, request)
    bench.tell(f"{name}: ms a guided step", 1e3 * step)
    bench.tell(f"{name}: {bench.sizes.steps} steps and VAE, s", video)
    assert request.frames
    return step / request.frames, video / request.frames


def larger(bench: Bench) -> None:
    """Two passes in one request: the model, and the second model that enlarges, here of the same weights."""
    frames, width, height, steps = bench.sizes.first
    entry = find("cerspense/zeroscope_v2_576w")
    assert entry
    pipe, second = bench.load(), SecondPass(str(bench.model), *bench.sizes.second)
    pipe.native = replace(entry.native, width=width, height=height, second=second)
    named = {"frames": frames, "width": width, "height": height, "larger": True}
    short, whole = (bench.request(**named, steps=each) for each in (2, steps))
    bench.tell("two passes of 2 steps, the second model loaded, s", once(lambda: pipe(short)))
    times: list[float] = []
    frames_made = []

    def run() -> None:
        times.append(time.perf_counter())
        frames_made.append(pipe(whole, on_step=lambda *_: times.append(time.perf_counter())).frames.shape)
        times.append(time.perf_counter())

    bench.tell("two passes: peak GiB", highest(run))
    bench.tell("two passes: frames of the result", list(frames_made[0]))
    for name, (begin, end) in {
        "prompt to the first step": (0, 1),
        f"{steps} steps of the first pass": (1, steps),
        "decoding, changing places, encoding, a step": (steps, steps + 1),
        f"{len(times) - 2 - steps} steps of the second pass": (steps + 1, -2),
        "decoding, changing back": (-2, -1),
        "all": (0, -1),
    }.items():
        bench.tell(f"two passes: {name}, s", times[end] - times[begin])


def lcm(bench: Bench) -> None:
    """Prompt to frames in few steps: with the guidance read by the network, and without guidance."""
    pipe = bench.load()
    for name, guidance in (("turbo", 7.5), ("modelscopet2v-laion", 1.0)):
        pipe.set_adapters(str(bench.adapters[name]))
        assert pipe.native.sampler == "lcm", "the adapter isn't known"
        for steps, most in ((4, 0.15), (8, 0.25)):
            few_steps(
                bench, pipe, f"{name}: {steps} steps", bench.request(steps=steps, guidance=guidance), most
            )


def few_steps(bench: Bench, pipe: TextToVideo, name: str, request: Request, most: float) -> None:
    """Time one request of `lcm`."""
    with counted(FrameCodec, "_decode_in_float32", lambda *_: "groups") as slow:
        took = seconds(lambda: pipe(request), bench.sizes.repeat)
    bench.tell(f"{name}, prompt to frames, s", took, most=most)
    if slow:
        bench.tell(f"{name}, groups decoded in float32", slow["groups"])


def adapters(bench: Bench) -> None:
    """Load and merge adapters; change them many times."""
    pipe, files = bench.load(), bench.adapters
    bench.tell("the model loaded again, s", once(bench.load))
    for name in ("turbo", "modelscopet2v-laion"):
        megabytes = sum(f.stat().st_size for f in _files(files[name])) / 1e6
        bench.tell(f"{name}: MB, weights changed", [round(megabytes), _layers(pipe, files[name])])
        took = once(lambda path=files[name]: pipe.set_adapters(str(path)))
        bench.tell(f"{name}: read and merged, s", took, most=1.0)
        bench.tell(f"{name}: restored, s", once(pipe.set_adapters))
        bench.tell(f"the model loaded with {name}, s", once(lambda path=files[name]: bench.load(path)))
    free()
    _change(bench, pipe)


def _files(path: Path) -> list[Path]:
    return list(path.glob("*")) if path.is_dir() else [path]


def _layers(pipe: TextToVideo, path: Path) -> int:
    """The number of weights that an adapter changes."""
    pipe.set_adapters(str(path))
    changed = len(pipe.runner.merger._plain)
    pipe.set_adapters()
    return changed


def _change(bench: Bench, pipe: TextToVideo) -> None:
    """Change adapters many times, with a short video after each change."""
    small, other = (str(bench.adapters[name]) for name in ("small", "other"))
    choices = [(small,), (f"{other}:0.5",), (f"{small}:-1", f"{other}:2"), ()]
    request = bench.request(steps=1, guidance=1.0)
    before = {name: tensor.clone() for name, tensor in weights(pipe)}
    pipe(request)  # the step's graph drops that of the text encoder, which the second video records again
    frames = pipe(request).frames
    same, memory, took = [], [], []
    with recordings() as recorded:
        for i in range(bench.sizes.changes):
            chosen = choices[i % len(choices)]
            took.append(once(lambda names=chosen: pipe.set_adapters(*names)))
            made = pipe(request).frames
            if not chosen:
                same += [all(torch.equal(t, before[n]) for n, t in weights(pipe)), (made == frames).all()]
                memory.append((used(), psutil.Process().memory_info().rss / GIB))
    changes = f"{bench.sizes.changes} changes"
    bench.tell(f"{changes}: the plain model's bits and frames are back each time", bool(all(same)))
    bench.tell(f"{changes}: seconds a change, mean", sum(took) / len(took))
    bench.tell(f"{changes}: graphs recorded", recorded.total(), most=0)
    for where, first, last in zip(("GPU", "host"), memory[len(memory) // 5], memory[-1], strict=True):
        bench.tell(f"{changes}: growth on the {where}, MiB", 1024 * (last - first), most=20)


def weights(pipe: TextToVideo) -> Iterator[tuple[str, torch.Tensor]]:
    """The weights of all networks by name."""
    for part, network in (("unet", pipe.unet), ("text", pipe.checkpoint.text_encoder), ("vae", pipe.vae)):
        yield from ((f"{part}.{name}", tensor) for name, tensor in network.state_dict().items())


def used() -> float:
    """GiB of tensors on the GPU."""
    return torch.cuda.memory_allocated() / GIB if ON_GPU else 0.0


def app(bench: Bench) -> None:
    """Many videos through the app, beside the GPU's own time."""
    request = bench.request(sampler="dpmpp_2m")
    alone = _alone(bench, request)
    bench.tell(f"one video of {bench.sizes.steps} steps by the library, s", alone)
    free()
    count, outputs = bench.sizes.videos, bench.folder / "outputs"
    for way, took in through_app.measured(bench.model, outputs, request, count, DEVICE):
        bench.tell(f"{count} videos through {way}, s", took)
        bench.tell(f"{count} videos through {way}, against {count} × one", took / (count * alone), most=1.1)


def _alone(bench: Bench, request: Request) -> float:
    """The seconds of a video by the library, from the prompt to its frames."""
    pipe = bench.load()
    return seconds(lambda: pipe(request), repeat=3, warm=2)


SECTIONS: dict[str, Callable[[Bench], None]] = {
    section.__name__: section for section in (long, larger, lcm, adapters, app)
}


def measure(bench: Bench, section: str) -> None:
    """Run a section; one that fails must not cost the others."""
    start = time.perf_counter()
    try:
        SECTIONS[section](bench)
    except Exception:
        bench.tell(f"section {section} failed", traceback.format_exc()[-1500:])
    free()
    bench.tell(f"section {section}, s", time.perf_counter() - start)


def main() -> None:
    """Run the command in the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--sections", default=",".join(SECTIONS), help="which, in this order")
    parser.add_argument("--tiny", action="store_true", help="the smallest of everything, to try the command")
    options = parser.parse_args()
    if options.tiny:
        published.shrink()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Figures(options.json), Path(folder), TINY if options.tiny else Sizes())
        bench.tell(
            "device", f"{torch.cuda.get_device_name() if ON_GPU else 'cpu'}, torch {torch.__version__}"
        )
        bench.tell("the model made and written, s", once(lambda: bench.model))
        for section in options.sections.split(","):
            measure(bench, section)
    print(f"\n{table(bench)}")


if __name__ == "__main__":
    main()
