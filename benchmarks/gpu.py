"""Compare t2v with diffusers on one GPU: the same random weights of the published size, in one process.

python -m benchmarks.gpu [--json FILE] [--sections facts,load,…] [--compiled]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from unittest.mock import patch

import numpy as np
import torch
from diffusers import DDIMScheduler, TextToVideoSDPipeline
from torch import Tensor

from benchmarks import published
from benchmarks.measure import GIB, Figures, error, once, peak, seconds
from benchmarks.profile import by_kernel, by_shape
from t2v import Request, TextToVideo
from t2v.runtime import RUNGS

SIZES = {
    "16x256x256": (16, 256, 256, 50),
    "24x576x320": (24, 576, 320, 40),
    "24x1024x576": (24, 1024, 576, 30),
}
SMALL = "16x256x256"


@dataclass
class Bench:
    """The state of all sections: figures, the model's files, and both sides, made at first use."""

    figures: Figures
    folder: Path
    compiled: bool

    @cached_property
    def peers(self) -> dict[str, torch.nn.Module]:
        networks = published.make("cuda")
        published.write(networks, self.folder)
        return networks

    @cached_property
    def peer(self) -> TextToVideoSDPipeline:
        """diffusers' pipeline in half precision, without a tokenizer: it is given text states."""
        unet, vae, text_encoder = (self.peers[name].half() for name in ("unet", "vae", "text_encoder"))
        parts = {"unet": unet, "vae": vae, "text_encoder": text_encoder, "tokenizer": None}
        pipe = TextToVideoSDPipeline(**parts, scheduler=DDIMScheduler(**scheduler()))
        pipe.set_progress_bar_config(disable=True)
        return pipe

    @cached_property
    def ours(self) -> TextToVideo:
        assert self.peers
        return TextToVideo.from_pretrained(self.folder, device="cuda", dtype="float16", memory="fast")


def scheduler() -> dict:
    return {name: value for name, value in published.SCHEDULER.items() if not name.startswith("_")}


def inputs(size: str, dtype: torch.dtype = torch.float16) -> tuple[Tensor, Tensor, Tensor]:
    """x (1 4 f h w), t (1), text (2 77 1024), random"""
    frames, width, height, _ = SIZES[size]
    torch.manual_seed(1)
    x = torch.randn(1, 4, frames, height // 8, width // 8, device="cuda", dtype=dtype)
    return x, torch.full((1,), 501.0, device="cuda"), torch.randn(2, 77, 1024, device="cuda", dtype=dtype)


def request(size: str, **settings: object) -> Request:
    frames, width, height, steps = SIZES[size]
    named = {"frames": frames, "width": width, "height": height, "steps": steps, "seed": 7, "guidance": 9.0}
    return Request("a panda on a green background", **(named | settings))


def facts(bench: Bench) -> None:
    """Measure the device's rates, from which the least possible time of a step follows."""
    a, b = (torch.randn(8192, 8192, device="cuda", dtype=torch.float16) for _ in range(2))
    big = torch.randn(2**29, device="cuda", dtype=torch.float16)
    out = torch.empty_like(big)
    bench.figures["device"] = f"{torch.cuda.get_device_name()}, torch {torch.__version__}"
    bench.figures["product, TFLOP/s"] = 2 * 8192**3 / seconds(lambda: a @ b) / 1e12
    bench.figures["copy, TB/s"] = 4 * 2**29 / seconds(lambda: out.copy_(big)) / 1e12
    host = torch.empty(2**28, dtype=torch.uint8, pin_memory=True)
    bench.figures["host to device, GB/s"] = (
        2**28 / seconds(lambda: out.view(torch.uint8)[: 2**28].copy_(host)) / 1e9
    )


def load(bench: Bench) -> None:
    """Time loading from files in the page cache to the device, and the first videos."""
    bench.figures["weights made and written, s"] = once(lambda: bench.peers)
    bench.figures["ours: loaded, s"] = once(lambda: bench.ours)
    short = request(SMALL, steps=2)
    bench.figures["ours: first video of 2 steps, kernels compiled, s"] = once(lambda: bench.ours(short))
    bench.figures["ours: next video of 2 steps, s"] = once(lambda: bench.ours(short))


def accuracy(bench: Bench) -> None:
    """Compare one forward pass of each network with diffusers' in float32 on the same weights."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    unet, vae = bench.peers["unet"].float(), bench.peers["vae"].float()
    x, t, text = inputs(SMALL)
    z = x[0].transpose(0, 1)[:4]
    expected = unet(x.float().expand(2, -1, -1, -1, -1), t.expand(2), text.float()).sample
    image = vae.decode(z.float()).sample
    bench.figures["reference: std of noise, image"] = [float(expected.std()), float(image.std())]
    for name in ("float16", "bfloat16"):
        pipe = TextToVideo.from_pretrained(bench.folder, device="cuda", dtype=name, memory="fast")
        given = [each.to(pipe.dtype) for each in (x, text, z)]
        plain = pipe.unet(given[0].expand(2, -1, -1, -1, -1), t.expand(2), given[1])
        fast = pipe.runner.unet(given[0], t, pipe.runner.unet.read(given[1]))
        recorded = pipe.runner.step(given[0], t, pipe.runner.unet.read(given[1]))
        bench.figures[f"unet {name} against float32: plain, relative"] = error(plain, expected)
        bench.figures[f"unet {name} against float32: fast, relative"] = error(fast, expected)
        bench.figures[f"unet {name}: recorded equals fast"] = bool(torch.equal(recorded, fast))
        bench.figures[f"vae {name} against float32, relative"] = error(pipe.vae.decode(given[2]), image)
        del pipe
    peer = bench.peers["unet"].half()
    theirs = peer(x.expand(2, -1, -1, -1, -1), t.expand(2), text).sample
    bench.figures["unet float16 against float32: diffusers, relative"] = error(theirs, expected)


def step(bench: Bench) -> None:
    """Time one guided step, the UNet under both texts, in each way to run it."""
    x, t, text = inputs(SMALL)
    both, times, runner = x.expand(2, -1, -1, -1, -1).contiguous(), t.expand(2), bench.ours.runner
    words, peer = runner.unet.read(text), bench.peer.unet
    ways = {
        "ours recorded": lambda: runner.step(x, t, words),
        "ours without recording": lambda: runner.unet(x, t, words),
        "ours plain": lambda: bench.ours.unet(both, times, text),
        "diffusers": lambda: peer(both, times, text),
    }
    if bench.compiled:
        fast = torch.compile(peer)
        bench.figures["diffusers compiling, s"] = once(lambda: fast(both, times, text))
        ways["diffusers compiled"] = lambda: fast(both, times, text)
    for name, way in ways.items():
        bench.figures[f"{SMALL}: {name}, ms a step"] = 1e3 * seconds(way)


def large(bench: Bench) -> None:
    """Time a guided step at the sizes of ZeroScope and Potat1."""
    for size in list(SIZES)[1:]:
        one_large(bench, size)


def one_large(bench: Bench, size: str) -> None:
    x, t, text = inputs(size)
    both, times, runner = x.expand(2, -1, -1, -1, -1).contiguous(), t.expand(2), bench.ours.runner
    words, peer = runner.unet.read(text), bench.peer.unet
    bench.figures[f"{size}: ours, ms a step"] = 1e3 * seconds(lambda: runner.step(x, t, words), repeat=5)
    bench.figures[f"{size}: diffusers, ms a step"] = 1e3 * seconds(lambda: peer(both, times, text), 3, 1)


def video(bench: Bench) -> None:
    """Time whole videos from prompt to frames, by the same noise and text on both sides."""
    made = request(SMALL)
    noise, text = torch.randn(1, 4, 16, 32, 32), bench.ours.text_encoder(["", made.prompt])
    given = {"prompt_embeds": text[1:], "negative_prompt_embeds": text[:1], "latents": noise.cuda().half()}

    def theirs() -> np.ndarray:
        return bench.peer(height=256, width=256, num_frames=16, **given).frames

    bench.figures["50 steps and VAE: ours, s"] = seconds(lambda: bench.ours(made), repeat=3, warm=1)
    bench.figures["50 steps and VAE: ours, peak GiB (both models resident)"] = peak(lambda: bench.ours(made))
    bench.figures["50 steps and VAE: diffusers, s"] = seconds(theirs, repeat=2, warm=1)
    quick = request(SMALL, steps=25, sampler="dpmpp_2m")
    bench.figures["25 steps of dpmpp_2m and VAE: ours, s"] = seconds(
        lambda: bench.ours(quick), repeat=3, warm=1
    )
    z = torch.randn(16, 4, 32, 32, device="cuda", dtype=torch.float16)
    bench.figures["VAE of 16 frames: ours, ms"] = 1e3 * seconds(
        lambda: [bench.ours.vae.decode(p) for p in z.split(5)]
    )
    bench.figures["VAE of 16 frames: diffusers, ms"] = 1e3 * seconds(lambda: bench.peer.vae.decode(z))
    frames = bench.ours(made, latents=noise).frames.astype(float)
    again = bench.ours(made, latents=noise).frames.astype(float)
    bench.figures["same seed, same bits"] = bool((frames == again).all())
    bench.figures["video against diffusers, PSNR dB"] = psnr(frames, 255 * np.asarray(theirs())[0])


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / max(1e-12, np.mean((a - b) ** 2))))


def rungs(bench: Bench) -> None:
    """Measure memory, seconds and frames of each rung, with nothing else on the device."""
    assert bench.peers
    for name in ("ours", "peer", "peers"):
        vars(bench).pop(name, None)
    frames = {name: one_rung(bench, name) for name in RUNGS}
    for name in list(RUNGS)[1:]:
        bench.figures[f"{name}: frames against fast, PSNR dB"] = psnr(frames[name], frames["fast"])


def one_rung(bench: Bench, name: str) -> np.ndarray:
    """Measure one rung -> the frames of its short video (f h w 3)"""
    torch.cuda.empty_cache()
    base = torch.cuda.memory_allocated() / GIB
    pipe = TextToVideo.from_pretrained(bench.folder, device="cuda", dtype="float16", memory=name)
    made, big = request(SMALL, steps=10, guidance=1.5), request("24x1024x576", steps=1)
    frames = pipe(made).frames.astype(float)
    bench.figures[f"{name}: peak, GiB"] = peak(lambda: pipe(made)) - base
    bench.figures[f"{name}: 10 steps and VAE, s"] = seconds(lambda: pipe(made), repeat=2, warm=0)
    if name in ("low", "minimal"):
        bench.figures[f"{name}: 24x1024x576, peak GiB"] = peak(lambda: pipe(big)) - base
        bench.figures[f"{name}: 24x1024x576, 1 step and VAE, s"] = once(lambda: pipe(big))
    return frames


def knobs(bench: Bench) -> None:
    """Time a step with one thing changed: libraries' searches, kernels, smaller pieces."""
    from t2v.runtime.kernels import gluon_geglu  # needs a GPU's Triton

    x, t, text = inputs(SMALL)
    runner = bench.ours.runner
    words, backends = runner.unet.read(text), torch.nn.attention.SDPBackend

    def timed(name: str) -> None:
        runner.step._recordings.clear()  # record anew
        bench.figures[f"knob {name}: ms a step"] = 1e3 * seconds(lambda: runner.step(x, t, words))

    timed("none")
    for rows in (4096, 8192, 16384):
        runner.unet.rows = rows
        timed(f"feed-forward of {rows} rows")
    runner.unet.rows = None
    for backend in (backends.FLASH_ATTENTION, backends.CUDNN_ATTENTION):
        with torch.nn.attention.sdpa_kernel(backend):
            timed(f"attention by {backend.name}")
    with patch.object(gluon_geglu, "can_gate", lambda *_: False):
        timed("GEGLU by the kernel for any depth")
    torch.backends.cudnn.benchmark = True
    timed("cudnn.benchmark")
    torch.backends.cudnn.benchmark = False


def kernels(bench: Bench) -> None:
    """Profile a step: the recorded one by kernel, the unrecorded one by operation and shape."""
    x, t, text = inputs(SMALL)
    runner = bench.ours.runner
    words = runner.unet.read(text)
    kinds, names = by_kernel(lambda: runner.step(x, t, words))
    bench.figures["step, ms of all kernels"] = sum(kinds.values())
    bench.figures["step by kind of kernel, ms"], bench.figures["step by kernel, ms"] = kinds, names
    bench.figures["step by shape, ms and TFLOP/s"] = by_shape(lambda: runner.unet(x, t, words))


def warm(bench: Bench) -> None:
    """Time a new process to its first video, with Triton's cache empty, then full."""
    assert bench.peers
    code = (
        "import sys; from t2v import TextToVideo; pipe = TextToVideo.from_pretrained(sys.argv[1], "
        "device='cuda', dtype='float16', memory='fast'); pipe('a panda', seed=7, frames=16, width=256, "
        "height=256, steps=50)"
    )
    with tempfile.TemporaryDirectory() as cache:
        command, places = [sys.executable, "-c", code, str(bench.folder)], {"TRITON_CACHE_DIR": cache}
        for name in ("first start", "warm start"):
            bench.figures[f"{name} to the end of the first video, s"] = once(
                lambda: subprocess.run(command, check=True, env=os.environ | places)
            )


SECTIONS: dict[str, Callable[[Bench], None]] = {
    section.__name__: section
    for section in (facts, load, accuracy, step, video, kernels, warm, knobs, large, rungs)
}


@torch.inference_mode()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--sections", default=",".join(SECTIONS), help="which, in this order")
    parser.add_argument("--compiled", action="store_true", help="also diffusers under torch.compile: minutes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Figures(options.json), Path(folder), options.compiled)
        for name in options.sections.split(","):
            try:
                SECTIONS[name](bench)
            except Exception:  # a section that fails must not cost the others
                bench.figures[f"section {name} failed"] = traceback.format_exc()[-1500:]
    print(json.dumps(bench.figures, indent=1))


if __name__ == "__main__":
    main()
