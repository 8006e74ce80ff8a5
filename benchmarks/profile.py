"""Profile a computation: by kind of kernel, by kernel, by operation and shape."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

KIND_WORDS = {  # kind -> words; a kernel is of the first kind with a word in its name
    "attention": ("flash", "fmha", "_attend", "_temporal_attention", "_windowed_attention", "sdpa"),
    "group norm": ("_norm_at_once", "_norm_group", "_measure_rows", "_fold_", "_apply_affine"),
    "layer norm": ("layer_norm",),
    "sums": ("_add_bias",),
    "products with GEGLU": ("_geglu",),
    "copies": ("copy", "Copy", "CatArray", "Memcpy", "upsample"),
    "convolutions": ("conv", "fprop", "dgrad", "implicit", "cudnn"),
    "products": ("gemm", "cutlass", "nvjet", "xmma", "splitK"),
    "elementwise": ("elementwise",),
    "zeroing": ("Memset", "memset"),
}
RUNS = 3
NOISE = re.compile(r"^void |at::native::|cutlass_|::Kernel2|\(anonymous namespace\)::")


def by_kernel(run: Callable[[], Any], top: int = 30) -> tuple[dict[str, float], dict[str, float]]:
    """Milliseconds of one `run` by kind of kernel, and by kernel, the `top`; names begin with the count."""
    run()
    torch.cuda.synchronize()
    with profile(activities=[ProfilerActivity.CUDA]) as profiler:
        for _ in range(RUNS):
            run()
        torch.cuda.synchronize()
    events = [e for e in profiler.events() if e.device_type == torch.autograd.DeviceType.CUDA]
    kinds, kernels = (_summed(events, name) for name in (kind, short))
    return kinds, dict(list(kernels.items())[:top])


def _summed(events: list[Any], name_of: Callable[[str], str]) -> dict[str, float]:
    """Milliseconds of a run by name, the longest first; names begin with the count."""
    total, count = Counter(), Counter()
    for event in events:
        name = name_of(event.name)
        total[name] += event.time_range.elapsed_us() / RUNS / 1e3
        count[name] += 1
    return {f"{count[name] / RUNS:.0f} x {name}": ms for name, ms in total.most_common()}


def by_shape(run: Callable[[], Any], top: int = 40) -> dict[str, list[float]]:
    """Milliseconds and TFLOP/s of the `top` operations, by count, operation and shapes."""
    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA], record_shapes=True) as profiler:
        run()
        torch.cuda.synchronize()
    events = profiler.key_averages(group_by_input_shape=True)
    events = [e for e in events if e.key.startswith("aten::") and e.self_device_time_total]
    events.sort(key=lambda event: -event.self_device_time_total)
    rows = {}
    for event in events[:top]:
        plain = [shape for shape in event.input_shapes if shape and isinstance(shape[0], int)]
        shapes = ["x".join(map(str, shape)) for shape in plain if math.prod(shape) > 1]
        ms = event.self_device_time_total / 1e3
        rate = flops(event.key, event.input_shapes) * event.count / ms / 1e9
        rows[f"{event.count} x {event.key.removeprefix('aten::')} {' '.join(shapes)}"] = [ms, rate]
    return rows


def flops(operation: str, shapes: Sequence[Sequence[int]]) -> int:
    """The operations of a product, an attention or a convolution of stride 1; 0 for all else."""
    if "convolution" in operation and len(shapes[0]) == 4:
        (n, _, h, w), weight = shapes[:2]
        return 2 * n * h * w * math.prod(weight)
    if operation in ("aten::mm", "aten::addmm", "aten::addmm_", "aten::bmm"):
        a, b = shapes[:2] if operation in ("aten::mm", "aten::bmm") else shapes[1:3]
        return 2 * math.prod(a) * b[-1]
    if "attention_forward" in operation:
        (n, heads, length, width), keys = shapes[0], shapes[1][2]
        return 4 * n * heads * length * keys * width
    return 0


def kind(kernel: str) -> str:
    return next(
        (name for name, words in KIND_WORDS.items() if any(word in kernel for word in words)), "other"
    )


def short(kernel: str) -> str:
    """Shorten a kernel's name to its beginning and end."""
    name = NOISE.sub("", kernel)
    return f"{name[:58]}~{name[-12:]}" if len(name) > 72 else name
