"""Compare t2v with diffusers on this machine's processor: the same weights, noise and text.

python -m benchmarks.cpu [--model emoji] [--steps N] [--rounds N] [--json FILE]
python -m benchmarks.cpu --beside FOLDER: compare t2v with another checkout of it instead.
The sides run in turn, each in new processes, so that the peak memory is its own. The best video of each
counts, as other programs may use the machine; they change processor seconds, summed over the cores, less.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.measure import GIB, Figures, once

NOISE = 7
PROMPT = "a panda on a green background"
VIDEOS = 3  # in a process; the first warms up


Made = tuple[list[tuple[float, float]], np.ndarray]


def ours(model: str, steps: int | None, dtype: str | None) -> Made:
    """Make videos by t2v -> seconds and processor seconds of each but the first, frames (f h w 3)"""
    from t2v import Request, TextToVideo

    pipe = TextToVideo.from_pretrained(model, device="cpu", dtype=dtype)
    request = Request(PROMPT, steps=steps, seed=NOISE).validate(pipe.native)
    latents = noise(request, pipe.vae.config)
    made = []
    times = [timed(lambda: made.append(pipe(request, latents=latents))) for _ in range(VIDEOS)]
    return times[1:], made[-1].frames


def diffusers(model: str, steps: int | None, dtype: str | None) -> Made:
    """Make them by TextToVideoSDPipeline, given our text states -> as `ours`"""
    from diffusers import AutoencoderKL, DDIMScheduler, TextToVideoSDPipeline, UNet3DConditionModel

    from t2v import Request
    from t2v.checkpoints import load
    from t2v.checkpoints.locate import locate

    folder, kind = locate(model).folder, getattr(torch, dtype or "float32")
    unet = UNet3DConditionModel.from_pretrained(folder / "unet", torch_dtype=kind)
    vae = AutoencoderKL.from_pretrained(folder / "vae", torch_dtype=kind)
    scheduler = DDIMScheduler.from_pretrained(folder / "scheduler")
    pipe = TextToVideoSDPipeline(vae, None, None, unet, scheduler)
    pipe.set_progress_bar_config(disable=True)
    checkpoint = load(model, dtype=kind)
    request = Request(PROMPT, steps=steps, seed=NOISE).validate(checkpoint.native)
    text = checkpoint.text_encoder(checkpoint.tokenizer(["", PROMPT]))
    latents = noise(request, checkpoint.vae.config)
    del checkpoint
    settings = {
        "prompt_embeds": text[1:],
        "negative_prompt_embeds": text[:1],
        "num_frames": request.frames,
        "height": request.height,
        "width": request.width,
        "num_inference_steps": request.steps,
        "guidance_scale": request.guidance,
    }
    made = []
    times = [timed(lambda: made.append(pipe(latents=latents.to(kind), **settings))) for _ in range(VIDEOS)]
    return times[1:], 255 * np.asarray(made[-1].frames)[0]


def noise(request: Any, vae: Any) -> torch.Tensor:
    """The noise that both sides start from (1 c f h w), for a Request and the VAE's config"""
    side = vae.factor
    shape = 1, vae.latent_channels, request.frames, request.height // side, request.width // side
    return torch.randn(shape, generator=torch.Generator().manual_seed(NOISE))


def timed(run: Callable[[], Any]) -> tuple[float, float]:
    """Time a run -> seconds, processor seconds over all cores"""
    start = time.process_time()
    return once(run), time.process_time() - start


SIDES = {"ours": ours, "diffusers": diffusers}


@torch.inference_mode()
def one_side(side: str, model: str, steps: int | None, dtype: str | None, frames_to: Path) -> None:
    """Run one side in this process: print a line of JSON, write the frames."""
    times, frames = SIDES[side](model, steps, dtype)
    np.save(frames_to, frames.astype(np.float32))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / GIB
    print(json.dumps({"seconds": times, "peak": peak}))


def compare(options: argparse.Namespace) -> None:
    """Run all rounds of both sides and write the figures."""
    figures = Figures(options.json)
    figures["machine"] = f"{torch.get_num_threads()} threads, torch {torch.__version__}"
    rows = [("ours", None), ("diffusers", "float32"), ("ours", "float32")]
    runs: dict[tuple[str, str | None], list[dict]] = {row: [] for row in rows}
    for _ in range(options.rounds):
        for row in rows:
            runs[row].append(process(options, *row))
    for side, dtype in rows:
        name, results = f"{side}, {dtype or 'as it chooses'}", runs[side, dtype]
        walls, cores = zip(*(both for result in results for both in result["seconds"]), strict=True)
        figures[f"{name}: a video, s"] = min(walls)
        figures[f"{name}: a video, processor s"] = min(cores)
        figures[f"{name}: peak memory, GiB"] = max(result["peak"] for result in results)
    for unit in ("s", "processor s"):
        theirs = figures[f"diffusers, float32: a video, {unit}"]
        for mine in ("as it chooses", "float32"):
            figures[f"times diffusers, {mine}, by {unit}"] = (
                theirs / figures[f"ours, {mine}: a video, {unit}"]
            )
    a, b = (np.load(frames_file(side, "float32")) for side in SIDES)
    figures["float32 frames, largest difference of 255"] = float(np.abs(a - b).max())


def compare_checkouts(options: argparse.Namespace) -> None:
    """Run this checkout and `options.beside` in turn: the figures of both, and this one's share of them."""
    figures, folders = Figures(options.json), {"this": Path.cwd(), "the other": options.beside}
    figures["machine"] = f"{torch.get_num_threads()} threads, torch {torch.__version__}"
    runs: dict[str, list[dict]] = {name: [] for name in folders}
    frames = {}
    for _ in range(options.rounds):
        for name, folder in folders.items():
            runs[name].append(process(options, "ours", options.dtype, folder))
            frames[name] = np.load(frames_file("ours", options.dtype))
    best = {}
    for name, results in runs.items():
        walls, cores = map(min, zip(*(both for result in results for both in result["seconds"]), strict=True))
        best[name] = {"s": walls, "processor s": cores, "GiB": max(result["peak"] for result in results)}
    for unit in best["this"]:
        for name, of_it in best.items():
            figures[f"{name}, {unit}"] = of_it[unit]
        figures[f"share, by {unit}"] = best["this"][unit] / best["the other"][unit]
    figures["frames, largest difference of 255"] = float(np.abs(frames["this"] - frames["the other"]).max())


def frames_file(side: str, dtype: str | None) -> Path:
    return Path(f"/tmp/t2v-bench-{side}-{dtype}.npy")


def process(options: argparse.Namespace, side: str, dtype: str | None, folder: Path | None = None) -> dict:
    """Run one side in a new process, by the checkout in `folder` -> its line of JSON"""
    command = [sys.executable, "-m", "benchmarks.cpu", "--model", options.model, "--side", side]
    command += ["--steps", str(options.steps)] if options.steps else []
    command += ["--dtype", dtype] if dtype else []
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=folder)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="emoji", help="a folder in diffusers' layout, or emoji")
    parser.add_argument("--steps", type=int, help="left out: the model's own")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--beside", type=Path, help="a folder with another checkout")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--dtype", help="with --beside; left out: as t2v chooses")
    options = parser.parse_args()
    if options.side:
        to = frames_file(options.side, options.dtype)
        one_side(options.side, options.model, options.steps, options.dtype, to)
    elif options.beside:
        compare_checkouts(options)
    else:
        compare(options)


if __name__ == "__main__":
    main()
