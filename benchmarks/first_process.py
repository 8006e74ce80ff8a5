"""Make the first video of a process, and tell when each stage began and ended, for `benchmarks.shapes`.

    python -m benchmarks.first_process MODEL DEVICE DTYPE FRAMES WIDTH HEIGHT STEPS

prints JSON: rows of stage, begin and end, in seconds from the start of the process. Stages may lie within one
another, and those named "ahead" run in a thread beside the others.
"""

import json
import logging
import sys
import time
from collections.abc import Callable
from threading import current_thread
from typing import Any

import psutil

START = psutil.Process().create_time()
Row = tuple[str, float, float]
rows: list[Row] = []
kernels_by: list[str] = []  # the thread in which each became known


def now() -> float:
    return time.time() - START


def staged(name: str, run: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """`run(*given, **named)`, and a row of it."""
    begin = now()
    try:
        return run(*given, **named)
    finally:
        rows.append((name, round(begin, 3), round(now(), 3)))


def watch(owner: Any, name: str, stage: str | Callable[..., str]) -> None:
    """Note the calls of a module's or a class's function. `stage`: its name, or how to name it."""
    plain = getattr(owner, name)

    def noted(*given: Any, **named: Any) -> Any:
        return staged(stage if isinstance(stage, str) else stage(*given), plain, *given, **named)

    setattr(owner, name, noted)


def watch_all() -> None:
    """Note the stages of loading a model and of making a video."""
    from t2v import codec, pipeline
    from t2v.checkpoints import loading
    from t2v.runtime import ahead, graphs, kernels, runner
    from t2v.walk import Walk

    watch(runner, "tune", "CUDA started")
    watch(loading, "open_parts", "files opened")
    watch(loading, "fill", lambda part, *_: f"weights of the {part.name}")
    watch(runner.Runner, "place", "networks placed")
    watch(ahead, "make", "ahead: a pass without weights")
    watch(kernels, "_compile_ahead", "ahead: all kernels compiled")
    watch(graphs, "compile_kernels", "waited for kernels, and compiled those left")
    watch(graphs.GraphedFunction, "_record", lambda graph, *_: f"recorded {name_of(graph._function)}")
    watch(pipeline.TextToVideo, "text_encoder", "prompts encoded")
    watch(Walk, "run", "all steps")
    watch(codec.FrameCodec, "decode", "decoded")


def count_kernels() -> None:
    """Note which thread makes each Triton kernel known, be it compiled or read from the cache."""
    import triton

    triton.knobs.runtime.jit_post_compile_hook = lambda **_: kernels_by.append(current_thread().name)


def name_of(function: Any) -> str:
    """The name of a network, or of its method."""
    return getattr(function, "__name__", type(function).__name__)


def main(model: str, device: str, dtype: str, *sizes: str) -> None:
    logging.basicConfig()
    logging.getLogger("t2v.runtime").setLevel(logging.INFO)  # says why kernels could not be compiled ahead
    rows.append(("Python started", 0.0, round(now(), 3)))
    staged("import torch", __import__, "torch")
    staged("import t2v", __import__, "t2v.pipeline")
    watch_all()
    if device.startswith("cuda"):
        count_kernels()
    from t2v import TextToVideo

    frames, width, height, steps = map(int, sizes)
    pipe = staged("loaded", TextToVideo.from_pretrained, model, device=device, dtype=dtype, memory="fast")
    given = {"frames": frames, "width": width, "height": height, "steps": steps}
    staged("video", pipe, "a panda", seed=7, **given)
    ahead = sum(name == "compile ahead" for name in kernels_by)
    rows.append((f"(kernels: {ahead} ahead, {len(kernels_by) - ahead} later)", now(), now()))
    print(json.dumps(sorted(rows, key=lambda row: row[1:])))


if __name__ == "__main__":
    main(*sys.argv[1:])
