"""Plot the figures that benchmarks.gpu wrote, for its README; later files override earlier ones.

cd benchmarks/results
python -m benchmarks.plot h100-fifth.json h100.svg
"""

import argparse
import json
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

TFLOP = 9.77  # of a guided step at 16×256×256, by FlopCounterMode
SIZE = "16x256x256"
OURS, THEIRS, FLOOR = "#2563eb", "#a1a1aa", "#18181b"
WAYS = {  # figure -> a bar's label and colour
    "diffusers": ("diffusers, eager", THEIRS),
    "ours plain": ("t2v, plain networks", OURS),
    "ours without recording": ("t2v, fused kernels", OURS),
    "ours recorded": ("t2v, fused and recorded\n(the default)", OURS),
}
RUNGS = ("fast", "balanced", "low", "minimal")


def steps(axes: Axes, figures: dict) -> None:
    """Draw the milliseconds of a guided step in each way, and the least possible as a line."""
    values = [figures[f"{SIZE}: {way}, ms a step"] for way in WAYS]
    bars(axes, [label for label, _ in WAYS.values()], values, [f"{value:.1f}" for value in values])
    for bar, (_, colour) in zip(axes.patches, reversed(WAYS.values()), strict=True):
        bar.set_color(colour)
    floor = TFLOP / figures["product, TFLOP/s"] * 1e3
    axes.axvline(floor, color=FLOOR, linestyle=":")
    axes.annotate(f" floor {floor:.1f}", (floor, 0.42), fontsize=8)
    axes.set_title("16×256×256, one guided step, ms")


def memory(axes: Axes, figures: dict) -> None:
    """Draw the peak memory of each rung, and the seconds of ten steps."""
    peaks = [figures[f"{rung}: peak, GiB"] for rung in RUNGS]
    times = [figures[f"{rung}: 10 steps and VAE, s"] for rung in RUNGS]
    words = [f"{peak:.1f} GiB, {time:.2f} s" for peak, time in zip(peaks, times, strict=True)]
    bars(axes, [f'memory="{rung}"' for rung in RUNGS], peaks, words)
    axes.set_title("peak memory, and seconds of 10 steps")


def bars(axes: Axes, labels: list[str], values: list[float], words: list[str]) -> None:
    """Draw horizontal bars from top to bottom, each with its text."""
    axes.barh(labels[::-1], values[::-1], color=OURS, height=0.6)
    for place, (value, word) in enumerate(zip(values[::-1], words[::-1], strict=True)):
        axes.annotate(f" {word}", (value, place), va="center", fontsize=9)
    axes.set_xlim(0, 1.45 * max(values))
    axes.spines[["top", "right"]].set_visible(False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figures", type=Path, nargs="+")
    parser.add_argument("picture", type=Path)
    options = parser.parse_args()
    figures = {}
    for path in options.figures:
        figures |= json.loads(path.read_text())
    _, (left, right) = plt.subplots(1, 2, figsize=(10, 3), layout="constrained")
    steps(left, figures)
    memory(right, figures)
    plt.suptitle(f"{figures['device']}, float16", fontsize=9, color=THEIRS)
    plt.savefig(options.picture, metadata={"Date": None} if options.picture.suffix == ".svg" else None)


if __name__ == "__main__":
    main()
