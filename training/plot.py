"""Plot the losses that trainings logged: python -m training.plot runs/vae/vae.csv runs/unet/unet.csv"""

import argparse
import csv
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (after the backend is chosen)


def read(path: Path) -> dict[str, list[float]]:
    """Read a log -> its columns"""
    with path.open() as file:
        rows = list(csv.DictReader(file))
    return {name: [float(row[name]) for row in rows] for name in rows[0]}


def main() -> None:
    """Run the command in the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logs", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, default=Path("loss.png"))
    options = parser.parse_args()
    figure, axes = plt.subplots(1, len(options.logs), figsize=(5 * len(options.logs), 3.2), squeeze=False)
    for axis, path in zip(axes[0], options.logs, strict=True):
        columns = read(path)
        axis.plot(columns["iteration"], columns["loss"], linewidth=1)
        axis.set(title=path.stem, xlabel="iteration", ylabel="loss", yscale="log")
        axis.grid(alpha=0.3)
        seconds = axis.secondary_xaxis("top", functions=_seconds(columns))
        seconds.set_xlabel("seconds")
    figure.tight_layout()
    figure.savefig(options.out, dpi=110)


def _seconds(columns: dict[str, list[float]]) -> tuple:
    """Functions from iterations to seconds and back, at the mean speed."""
    ratio = columns["seconds"][-1] / columns["iteration"][-1]
    return lambda x: x * ratio, lambda x: x / ratio


if __name__ == "__main__":
    main()
