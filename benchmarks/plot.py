"""One picture of the figures that benchmarks.gpu wrote, for the README.

python -m benchmarks.plot benchmarks/results/h100.json benchmarks/results/h100.svg
"""

import argparse
import json
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from benchmarks.gpu import SIZES, SMALL

TFLOP = {"16x256x256": 9.77, "24x576x320": 42.8, "24x1024x576": 157.0}  # of a guided step, by FlopCounterMode
OURS, THEIRS, FLOOR = "#2563eb", "#a1a1aa", "#18181b"
RUNGS = ("fast", "balanced", "low", "minimal")


def steps(axes: Axes, figures: dict) -> None:
    """Milliseconds a guided step at each size, ours beside diffusers', the floor as a line across."""
    for place, size in enumerate(SIZES):
        ours = figures[f"{size}: ours recorded, ms a step" if size == SMALL else f"{size}: ours, ms a step"]
        theirs = figures[f"{size}: diffusers, ms a step"]
        floor = TFLOP[size] / figures["product, TFLOP/s"] * 1e3
        for offset, value, colour in ((-0.2, ours, OURS), (0.2, theirs, THEIRS)):
            axes.bar(place + offset, value, 0.38, color=colour)
            axes.annotate(f"{value:.0f}", (place + offset, value), ha="center", va="bottom", fontsize=9)
        axes.hlines(floor, place - 0.4, place + 0.4, color=FLOOR, linestyle=":", linewidth=1.5)
    axes.set(yscale="log", title="One guided step, ms (log)", xticks=range(len(SIZES)))
    axes.set_xticklabels([size.replace("x", "×") for size in SIZES])
    axes.set_ylim(top=axes.get_ylim()[1] * 1.4)
    for label, colour in (("t2v", OURS), ("diffusers, eager", THEIRS)):
        axes.bar(0, 0, color=colour, label=label)
    axes.plot([], [], ":", color=FLOOR, label="floor: all products at full rate")
    axes.legend(frameon=False, fontsize=9)


def memory(axes: Axes, figures: dict) -> None:
    """Gigabytes at the peak of each rung of the memory ladder, and how long ten steps take there."""
    peaks = [figures[f"{rung}: peak, GiB"] for rung in RUNGS]
    axes.barh(RUNGS[::-1], peaks[::-1], color=OURS)
    for place, rung in enumerate(RUNGS[::-1]):
        seconds = figures[f"{rung}: 10 steps and VAE, s"]
        text = f" {figures[f'{rung}: peak, GiB']:.1f} GiB, {seconds:.2f} s"
        axes.annotate(text, (figures[f"{rung}: peak, GiB"], place), va="center", fontsize=9)
    axes.set(title="16×256×256: peak memory, and 10 steps", xlim=(0, 1.45 * max(peaks)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figures", type=Path)
    parser.add_argument("picture", type=Path)
    options = parser.parse_args()
    figures = json.loads(options.figures.read_text())
    _, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained", width_ratios=(1.3, 1))
    steps(left, figures)
    memory(right, figures)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    plt.suptitle(figures["device"], fontsize=9, color=THEIRS)
    plt.savefig(options.picture)


if __name__ == "__main__":
    main()
