"""Measure how far from the truth a model's video of each subject is, for `training.unet --hard`:

    python -m training.hardness --model emoji --out runs/hardness.json

needs `runs/data/emoji.zip`. A still video of each subject, on gray, is compared with the clip that its noise
encodes. 1,462 videos take a minute on a GPU, and half an hour on two CPU cores.
"""

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from t2v import TextToVideo
from training.captions import Captions
from training.chance import read_code
from training.compose import compose
from training.content import single
from training.dataset import EmojiClips
from training.heard import decibels, made, noise_of
from training.phrases import canonical

GROUND = "gray"
TWICE = 6.0  # dB farther from the truth than the mean: drawn twice as often
LEAST, MOST = 0.5, 2.0  # how often a subject is drawn, beside one of the mean


def measured(pipe: TextToVideo, clips: EmojiClips, subjects: Iterable[int]) -> dict[str, float]:
    """PSNR in dB of a video of each of these subjects, by name, to the clip that its noise encodes"""
    captions, found = Captions(clips.subjects, 0), {}
    for number in subjects:
        subject, noise = clips.subjects[number], noise_of(pipe, seed=number)
        prompt = canonical(subject.phrases[0], GROUND, "still")
        spec = captions.spec([single(number, GROUND, "still")], read_code(noise))
        found[subject.name] = decibels(made(pipe, prompt, noise, {}) - compose(clips, spec)[0].cpu())
    return found


def shares(hardness: Mapping[str, float], names: Sequence[str]) -> np.ndarray:
    """How often each of `names` ought to be drawn, beside one of the mean; MOST for those not measured,
    which are new."""
    mean = np.mean(list(hardness.values()))
    farther = np.array([mean - hardness.get(name, -np.inf) for name in names])
    return np.clip(2 ** (farther / TWICE), LEAST, MOST)


def main(arguments: list[str] | None = None) -> None:
    """Run the command in the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="emoji")
    parser.add_argument("--data", type=Path, default=Path("runs/data/emoji.zip"))
    parser.add_argument("--device")
    parser.add_argument("--out", type=Path, default=Path("runs/hardness.json"))
    options = parser.parse_args(arguments)
    pipe = TextToVideo.from_pretrained(options.model, device=options.device)
    clips = EmojiClips(options.data, str(pipe.device), size=pipe.native.width)
    found = measured(pipe, clips, tqdm(range(len(clips.subjects)), unit="subject"))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
