"""What the sections of `benchmarks.features` share: sizes, the model, adapters, figures with their goals."""

import gc
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from benchmarks import adapter_files, published
from benchmarks.measure import Figures
from t2v import Request, TextToVideo

PROMPT = "a panda on a green background"
ON_GPU = torch.cuda.is_available()
DEVICE = "cuda" if ON_GPU else "cpu"


@dataclass(frozen=True)
class Sizes:
    """What is measured: sides in pixels, frames, steps, how often."""

    side: int = 256
    short: int = 16
    long: int = 128
    window: int = 16
    steps: int = 25
    first: tuple[int, int, int, int] = (24, 576, 320, 40)  # frames, width, height, steps
    second: tuple[int, int] = (1024, 576)
    changes: int = 100
    videos: int = 16
    repeat: int = 10


TINY = Sizes(32, 4, 12, 4, 3, (3, 32, 32, 4), (64, 64), 6, 4, 2)


@dataclass
class Bench:
    """The state of all sections: the figures with their goals, the model's folder, files of adapters."""

    figures: Figures
    folder: Path
    sizes: Sizes
    goals: dict[str, float] = field(default_factory=dict)

    def tell(self, name: str, value: Any, most: float | None = None) -> None:
        """Note a figure, and the most that it should be."""
        self.figures[name] = value
        if most is not None:
            self.goals[name] = most

    @cached_property
    def model(self) -> Path:
        """The folder of the model, written at first use."""
        with torch.inference_mode():
            published.write(published.make(DEVICE), self.folder / "model")
        free()
        return self.folder / "model"

    def load(self, *adapters: Path) -> TextToVideo:
        """Load the model, with adapters."""
        name = "+".join(map(str, [self.model, *adapters]))
        return TextToVideo.from_pretrained(
            name, device=DEVICE, dtype="float16" if ON_GPU else "float32", memory="fast"
        )

    @cached_property
    def adapters(self) -> dict[str, Path]:
        """Files of adapters by a word, written at first use: of the published sizes, and two small ones."""
        pipe = self.load()
        layers = adapter_files.layers_of(pipe.unet, pipe.checkpoint.text_encoder)
        turbo = self.folder / "unet_lora.pt"
        ranks = {"modelscopet2v-laion": 64, "small": 4, "other": 4}
        return {"turbo": adapter_files.write_turbo(layers, turbo, DEVICE)} | {
            name: adapter_files.write_peft(layers, self.folder / name, rank, DEVICE)
            for name, rank in ranks.items()
        }

    def request(self, **settings: Any) -> Request:
        """A request of the short video's size, unless settings say otherwise."""
        side, size = self.sizes.side, {"frames": self.sizes.short, "steps": self.sizes.steps}
        named = {"width": side, "height": side, "seed": 7, "guidance": 9.0}
        return Request(PROMPT, **(named | size | settings))


def free() -> None:
    """Give memory back that nothing holds any more."""
    gc.collect()
    if ON_GPU:
        torch.cuda.empty_cache()


def table(bench: Bench) -> str:
    """The figures as a table in Markdown, with their goals; missed ones in bold."""
    rows = ["| what | measured | goal |", "|---|---:|---:|"]
    for name, value in bench.figures.items():
        shown = f"{value:.4g}" if isinstance(value, float) else str(value)
        most = bench.goals.get(name)
        goal = (
            ""
            if most is None
            else f"≤ {most:g}"
            if value is not None and value <= most
            else f"**≤ {most:g}**"
        )
        rows.append(f"| {name} | {shown.splitlines()[-1] if shown else shown} | {goal} |")
    return "\n".join(rows)
