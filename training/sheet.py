"""Contact sheets of the model's videos, for eyes that don't know the prompts; the prompts go to a list apart.

    python -m training.sheet --model emoji --out runs/sheet --seed 1

writes `blind_1.webp` … of random held-out videos, twelve to a sheet, each by four of its frames and a number,
and `list.json` with their prompts; then for each of the prompts in NAMED one sheet of eight seeds by all
frames, `named_1.webp` … With `--truth` the sheets show the true clips of the same prompts through the model's
VAE: how many of those somebody names is the ceiling.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from einops import rearrange
from PIL import Image, ImageDraw, ImageOps

from t2v import TextToVideo
from t2v.checkpoints import locate
from t2v.vocabulary import Vocabulary
from training.captions import Captions
from training.compose import FRAMES
from training.dataset import EmojiClips
from training.evaluate import made
from training.trials import SEEDS, Draw, Trial

NAMED = (
    "a cat and a dog on a blue background",
    "a red car in front of a house at night",
    "three balloons above a castle",
    "a fox left of a tree, the fox moving right",
    "a rocket flying up behind the moon",
)
GROUPS = ("one", "words", "scenery", "wide", "tall", "pair", "relation", "motions", "colours", "three")
SHOWN = (0, 5, 10, 15)  # frames of a video on a blind sheet
TILE, SMALL, COLUMNS, A_SHEET = 256, 112, 3, 12


def blind(draw: Draw, count: int, seed: int) -> list[Trial]:
    """Draw `count` trials of all groups, mixed."""
    random = np.random.default_rng(seed)
    groups = [GROUPS[i % len(GROUPS)] for i in range(count)]
    trials = [draw.trials(groups[i], 1)[0] for i in random.permutation(count)]
    seeds = random.integers(2**31, size=count).tolist()
    return [
        Trial(t.group, t.prompt, seed, t.content, t.width, t.height)
        for t, seed in zip(trials, seeds, strict=True)
    ]


def tile(frame: np.ndarray, side: int) -> np.ndarray:
    """A frame uint8 (h w 3) on a gray square of that side"""
    return np.asarray(ImageOps.pad(Image.fromarray(frame), (side, side), color=(90, 90, 90)))


def strip(video: np.ndarray, number: int) -> np.ndarray:
    """Four frames of a video uint8 (f h w 3) in a row, with its number"""
    row = Image.fromarray(np.concatenate([tile(video[i], TILE) for i in SHOWN], 1))
    bordered = ImageOps.expand(row, (0, 16, 6, 2), fill=(255, 255, 255))
    ImageDraw.Draw(bordered).text((4, 2), str(number), fill=(0, 0, 0))
    return np.asarray(bordered)


def blind_sheets(videos: list[np.ndarray], out: Path) -> None:
    """Write `blind_1.webp` …, A_SHEET videos each, numbered from 1."""
    strips = [strip(video, number) for number, video in enumerate(videos, start=1)]
    for start in range(0, len(strips), A_SHEET):
        some = strips[start : start + A_SHEET]
        some += [np.full_like(some[0], 255)] * (-len(some) % COLUMNS)
        sheet = rearrange(np.stack(some), "(r k) h w c -> (r h) (k w) c", k=COLUMNS)
        Image.fromarray(sheet).save(out / f"blind_{start // A_SHEET + 1}.webp", quality=88)


def named_sheet(videos: list[np.ndarray], path: Path) -> None:
    """Write all frames of all videos, a row each."""
    rows = [np.concatenate([tile(frame, SMALL) for frame in video], 1) for video in videos]
    Image.fromarray(np.concatenate(rows)).save(path, quality=88)


def main(arguments: list[str] | None = None) -> None:
    """Run the command in the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="emoji")
    parser.add_argument("--data", type=Path, default=Path("runs/data/emoji.zip"))
    parser.add_argument("--out", type=Path, default=Path("runs/sheet"))
    parser.add_argument("--count", type=int, default=48, help="videos on the blind sheets")
    parser.add_argument("--seed", type=int, default=1, help="draws them")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="of each prompt in NAMED")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--truth", action="store_true", help="blind sheets of the true clips, no others")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    pipe = TextToVideo.from_pretrained(options.model, device=options.device)
    clips = EmojiClips(options.data, size=pipe.native.width if options.truth else 16)
    captions = Captions(clips.subjects, options.seed, clips.scenery)
    words = Vocabulary.open(locate(options.model).folder)
    trials = blind(Draw(captions, options.seed, words), options.count, options.seed)
    trials = [replace(trial, truth=options.truth) for trial in trials]
    blind_sheets([made(pipe, clips, captions, [trial], {})[0] for trial in trials], options.out)
    listed = [{"number": n, "prompt": t.prompt, "seed": t.seed} for n, t in enumerate(trials, start=1)]
    (options.out / "list.json").write_text(json.dumps(listed, indent=1), encoding="utf-8")
    for number, prompt in enumerate(NAMED if not options.truth else (), start=1):
        videos = [pipe(prompt, seed=seed, frames=FRAMES).frames for seed in range(options.seeds)]
        named_sheet(videos, options.out / f"named_{number}.webp")


if __name__ == "__main__":
    main()
