"""Measure whether the model follows the code in its noise: a table, for still subjects held out of training:

    python -m training.heard --model emoji --clips 40 --seed 3

needs `runs/data/emoji.zip`. Each video is compared with the clip that its noise encodes (training/chance.py),
both split into their mean over time and the change about it. A second video, of a prompt that names the
subject alone, shows whether the background is the encoded one. On two CPU cores 40 times two videos take
three minutes.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from einops import rearrange
from torch import Tensor
from tqdm import tqdm

from t2v import TextToVideo
from training.captions import FAST, STARTS, Captions
from training.chance import OPEN, one_of, read_code
from training.compose import Spec, compose
from training.dataset import FRAMES, EmojiClips
from training.match import SPEEDS
from training.phrases import BACKGROUNDS
from training.trials import Draw, Trial


def compare(video: Tensor, truth: Tensor) -> dict[str, float]:
    """Compare video and truth (f c h w) in −1…1 -> PSNRs, and energies as shares of the true change's"""
    mean, true_mean = video.mean(0), truth.mean(0)
    change, true_change = video - mean, truth - true_mean
    energy = true_change.square().mean()
    return {
        "whole clips, dB": decibels(video - truth),
        "mean over time alone, dB": decibels(mean - true_mean),
        "each frame at the best moment of the true clip, dB": decibels_of(nearest(video, truth)),
        "energy of the change": float(change.square().mean() / energy),
        "change along the true one": float((change * true_change).mean() / energy),
        "energy of the change's error": float((change - true_change).square().mean() / energy),
    }


def nearest(video: Tensor, loop: Tensor) -> Tensor:
    """Mean squared error, in 0…1, of the video's frames to the nearest frame of `loop`, both (f c h w)"""
    distance = torch.stack([(frame - loop).square().mean((1, 2, 3)) for frame in video])
    return distance.amin(1).mean() / 4


def decibels(error: Tensor) -> float:
    """PSNR of pixels in −1…1 with this error"""
    return decibels_of(error.square().mean() / 4)


def decibels_of(squared: Tensor) -> float:
    """PSNR of a mean squared error of pixels in 0…1"""
    return float(-10 * squared.clamp_min(1e-10).log10())


def measure(
    pipe: TextToVideo, captions: Captions, clips: EmojiClips, trial: Trial, settings: dict[str, float]
) -> dict[str, float]:
    """Compare the videos of a trial, and of its subject alone, with what the seed's noise encodes"""
    noise = noise_of(pipe, trial.seed)
    spec = captions.spec([trial.content], read_code(noise))
    video = made(pipe, trial.prompt, noise, settings)
    near, speed = nearest_loop(video, clips, spec, captions.starts)
    bare = made(pipe, clips.subjects[trial.content.entities[0].subject].phrases[0], noise, settings)
    away = abs(background_of(bare) - encoded_background(noise))
    return compare(video, compose(clips, spec)[0].cpu()) | {
        "nearest to the encoded speed, share": float(speed == spec.speed[0]),
        "twice as fast is encoded, share": float(spec.speed[0] == SPEEDS[1]),
        "nearest to the encoded start, share": float(near == spec.phase[0]),
        "nearest to it or the next, share": float(abs(near - spec.phase[0]) <= 1),
        "the encoded background, share": float(away == 0),
        "background that or the next, share": float(away <= 1),
    }


def noise_of(pipe: TextToVideo, seed: int) -> Tensor:
    """Noise (1 c f h w) for a video of the model's own size"""
    native, factor = pipe.native, pipe.vae.config.factor
    shape = 1, pipe.unet.config.in_channels, FRAMES, native.height // factor, native.width // factor
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def made(pipe: TextToVideo, prompt: str, noise: Tensor, settings: dict[str, float]) -> Tensor:
    """The video (f c h w) in −1…1 that the model makes of this noise"""
    frames = torch.from_numpy(pipe(prompt, latents=noise, seed=0, **settings).frames)
    return rearrange(frames.float(), "f h w c -> f c h w") / 127.5 - 1


def nearest_loop(video: Tensor, clips: EmojiClips, spec: Spec, starts: int) -> tuple[int, float]:
    """Find the start and the speed of the loop in `spec` that are nearest to the video"""
    loops = [(start, speed) for speed in SPEEDS for start in range(starts)]
    likeness = []
    for start, speed in loops:
        shown = replace(spec, phase=torch.full((1,), float(start)), speed=torch.full((1,), float(speed)))
        likeness.append(decibels(video - compose(clips, shown)[0].cpu()))
    return loops[int(np.argmax(likeness))]


def background_of(video: Tensor) -> int:
    """Index of the background nearest to a corner's colour"""
    corner = (video[FRAMES // 2, :, 2, 2] + 1) / 2 * 255
    return int((torch.tensor(list(BACKGROUNDS.values())) - corner).abs().sum(1).argmin())


def encoded_background(noise: Tensor) -> int:
    """Index of the background that the noise (1 c f h w) encodes"""
    return int(one_of(read_code(noise)[:, OPEN.index("background")], len(BACKGROUNDS)))


def main() -> None:
    """Run the command in the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="emoji")
    parser.add_argument("--data", type=Path, default=Path("runs/data/emoji.zip"))
    parser.add_argument("--clips", type=int, default=40)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--device")
    parser.add_argument("--starts", type=int, default=STARTS, help="as in training.unet")
    parser.add_argument("--fast", type=float, default=FAST, help="as in training.unet")
    parser.add_argument("--steps", type=int, help="instead of the model's own")
    parser.add_argument("--guidance", type=float, help="instead of the model's own")
    options = parser.parse_args()
    pipe = TextToVideo.from_pretrained(options.model, device=options.device)
    clips = EmojiClips(options.data, str(pipe.device), size=pipe.native.width)
    given = {"steps": options.steps, "guidance": options.guidance}
    settings = {name: value for name, value in given.items() if value}
    captions = Captions(clips.subjects, 0, starts=options.starts, fast=options.fast)
    drawn = Draw(captions, options.seed, pipe.vocabulary).trials("one", 20 * options.clips)
    trials = [trial for trial in drawn if trial.content.entities[0].motion == "still"]
    rows = [
        measure(pipe, captions, clips, trial, settings)
        for trial in tqdm(trials[: options.clips], unit="video")
    ]
    print(f"| {len(rows)} videos | mean | median |\n|---|---:|---:|")
    for name in rows[0]:
        values = [row[name] for row in rows]
        print(f"| {name} | {np.mean(values):.2f} | {np.median(values):.2f} |")


if __name__ == "__main__":
    main()
