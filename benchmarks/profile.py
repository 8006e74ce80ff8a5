"""Where the time of a computation goes, by kernel and by kind of kernel."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

KINDS = {  # a kernel is of the first kind one of whose words is in its name
    "attention": ("flash", "fmha", "_temporal_attention", "sdpa"),
    "norms": ("_measure_rows", "_fold_affine", "_apply_affine", "layer_norm", "group_norm", "RowwiseMoments"),
    "geglu": ("_geglu",),
    "convolutions": ("conv", "fprop", "implicit"),
    "products": ("gemm", "cutlass", "nvjet", "xmma"),
    "copies": ("copy", "Copy", "CatArray", "Memcpy"),
}
RUNS = 3


def by_kernel(run: Callable[[], Any], top: int = 30) -> tuple[dict[str, float], dict[str, float]]:
    """Milliseconds of one `run`: by kind of kernel, and of the `top` kernels with how often they ran."""
    run()
    torch.cuda.synchronize()
    with profile(activities=[ProfilerActivity.CUDA]) as profiler:
        for _ in range(RUNS):
            run()
        torch.cuda.synchronize()
    events = [event for event in profiler.key_averages() if event.self_device_time_total]
    kinds: Counter[str] = Counter()
    for event in events:
        kinds[kind(event.key)] += event.self_device_time_total / RUNS / 1e3
    events.sort(key=lambda event: -event.self_device_time_total)
    named = {
        f"{event.count // RUNS} x {event.key[:90]}": event.self_device_time_total / RUNS / 1e3
        for event in events[:top]
    }
    return dict(kinds.most_common()), named


def kind(kernel: str) -> str:
    return next((name for name, words in KINDS.items() if any(word in kernel for word in words)), "other")
