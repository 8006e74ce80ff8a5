"""Time the first and the second video of shapes that a process hasn't seen, and the first of a new process.

    python -m benchmarks.shapes [--json FILE] [--tiny] [--timeline]

t2v and diffusers, with the same random weights of the published size. Triton's cache is empty at the start:
nothing that was compiled before is used. `--timeline`: only the first of a new process, and its stages (see
`benchmarks.first_process`). `--tiny`: tiny networks and shapes on the CPU, to try the script.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import DDIMScheduler, TextToVideoSDPipeline

from benchmarks import published
from benchmarks.measure import Figures, once
from t2v import TextToVideo

KNOWN = "16x256x256"
SHAPES = (
    *("24x512x288", "24x576x320", "1x256x256", "16x384x384", "32x256x256"),
    *("17x256x256", "16x264x200", "16x320x192", "8x256x256", "24x1024x576"),
)
TINY = {name: f"{i % 3 + 1}x{16 * (i % 2 + 2)}x32" for i, name in enumerate((KNOWN, *SHAPES))}
STEPS = 2
PROMPT = "a panda"


@dataclass
class Place:
    """Where the videos are made, of which networks."""

    device: str
    dtype: str
    tiny: bool

    def sizes(self, shape: str) -> tuple[int, int, int]:
        """The frames, width and height that are meant by a shape's name."""
        frames, width, height = map(int, (TINY[shape] if self.tiny else shape).split("x"))
        return frames, width, height


def write(place: Place, folder: Path) -> dict[str, torch.nn.Module]:
    """Write the model to `folder` -> its networks, as diffusers has them."""
    if place.tiny:
        published.UNET |= {"block_out_channels": (32, 64), "layers_per_block": 1, "attention_head_dim": 16}
        published.UNET |= {
            "down_block_types": ("CrossAttnDownBlock3D", "DownBlock3D"),
            "up_block_types": ("UpBlock3D", "CrossAttnUpBlock3D"),
            "cross_attention_dim": 32,
        }
        published.VAE |= {"block_out_channels": (32, 32, 64, 64), "layers_per_block": 1}
        published.TEXT |= {"hidden_size": 32, "intermediate_size": 128, "num_attention_heads": 2}
        published.TEXT |= {"num_hidden_layers": 2}
    networks = published.make(place.device)
    published.write(networks, folder)
    return networks


def ours(place: Place, folder: Path) -> Callable[[str], Any]:
    """A function that makes a short video of a shape."""
    pipe = TextToVideo.from_pretrained(folder, device=place.device, dtype=place.dtype, memory="fast")

    def make(shape: str) -> Any:
        frames, width, height = place.sizes(shape)
        return pipe(PROMPT, seed=7, frames=frames, width=width, height=height, steps=STEPS, guidance=9.0)

    return make


def theirs(place: Place, networks: dict[str, torch.nn.Module]) -> Callable[[str], Any]:
    """As `ours`, by diffusers, which is given text states."""
    dtype = getattr(torch, place.dtype)
    parts = {name: network.to(dtype) for name, network in networks.items()}
    text = torch.randn(1, 77, published.UNET["cross_attention_dim"], device=place.device, dtype=dtype)
    settings = {name: value for name, value in published.SCHEDULER.items() if not name.startswith("_")}
    pipe = TextToVideoSDPipeline(**parts, tokenizer=None, scheduler=DDIMScheduler(**settings))
    pipe.set_progress_bar_config(disable=True)

    def make(shape: str) -> Any:
        frames, width, height = place.sizes(shape)
        given = {"num_frames": frames, "width": width, "height": height, "num_inference_steps": STEPS}
        return pipe(prompt_embeds=text, negative_prompt_embeds=text, guidance_scale=9.0, **given)

    return make


def first_process(place: Place, folder: Path, figures: Figures) -> None:
    """Time a new process to the end of its first video, without anything kept, then with; and its stages."""
    sizes = [str(number) for number in (*place.sizes(KNOWN), STEPS if place.tiny else 50)]
    command = [sys.executable, "-m", "benchmarks.first_process", str(folder), place.device, place.dtype]
    with tempfile.TemporaryDirectory() as cache:
        environment = os.environ | {"TRITON_CACHE_DIR": cache}
        for name in ("first process", "next process"):
            start = time.perf_counter()
            done = subprocess.run([*command, *sizes], check=True, env=environment, stdout=subprocess.PIPE)
            figures[f"{name} to the end of its first video, s"] = time.perf_counter() - start
            for stage, begin, end in json.loads(done.stdout.splitlines()[-1]):
                print(f"    {stage:<48} {begin:6.2f} to {end:6.2f} s: {end - begin:6.2f}", flush=True)
                figures.setdefault(f"{name}, stages: begin and end, s", []).append([stage, begin, end])


def new_shapes(name: str, make: Callable[[str], Any], figures: Figures) -> None:
    """Time two videos of each shape, after one of a known shape."""
    figures[f"{name}: {KNOWN}, first, s"] = once(lambda: make(KNOWN))
    figures[f"{name}: {KNOWN}, second, s"] = once(lambda: make(KNOWN))
    for shape in SHAPES:
        figures[f"{name}: {shape}, first, s"] = once(lambda: make(shape))  # noqa: B023  (called at once)
        figures[f"{name}: {shape}, second, s"] = once(lambda: make(shape))  # noqa: B023


def table(figures: Figures) -> str:
    """Markdown: the seconds of each shape's first and second video, by each side."""
    names = [f"{side}: {{}}, {turn}, s" for side in ("t2v", "diffusers") for turn in ("first", "second")]
    lines = ["| shape | t2v, first | second | diffusers, first | second |", "|---|---|---|---|---|"]
    for shape in (KNOWN, *SHAPES):
        lines.append(f"| {shape} | " + " | ".join(f"{figures[n.format(shape)]:.2f}" for n in names) + " |")
    return "\n".join(lines)


@torch.inference_mode()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--tiny", action="store_true", help="tiny networks and shapes, on the CPU")
    parser.add_argument("--timeline", action="store_true", help="only the first video of a new process")
    options = parser.parse_args()
    place = Place("cpu", "float32", True) if options.tiny else Place("cuda", "float16", False)
    figures = Figures(options.json)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        os.environ["TRITON_CACHE_DIR"] = cache
        networks = write(place, Path(folder))
        first_process(place, Path(folder), figures)
        if options.timeline:
            return
        new_shapes("t2v", ours(place, Path(folder)), figures)
        new_shapes("diffusers", theirs(place, networks), figures)
    print(table(figures))
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
