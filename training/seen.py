"""Measure how often the motion of true clips is seen in their frames, as `t2v.motion` sees it.

    python -m training.seen --clips 24

needs `runs/data/emoji.zip` (training/dataset.py), and takes half a minute on two cores.
"""

import argparse
import random
from dataclasses import replace
from pathlib import Path

from t2v.motion import motion_in
from training.captions import Captions
from training.compose import MOTIONS
from training.content import Content, single
from training.dataset import EmojiClips
from training.evaluate import pixels
from training.phrases import BACKGROUNDS
from training.trials import Trial
from training.truth import true_clips

SIDE = 128  # pixels of the clips


def content(captions: Captions, motion: str, scenery: bool, dice: random.Random) -> Content:
    """One subject in a motion, on a plain colour or in a scenery."""
    made = single(dice.randrange(len(captions.subjects)), dice.choice(list(BACKGROUNDS)), motion)
    return replace(made, scenery=dice.randrange(len(captions.scenery))) if scenery else made


def right(clips: EmojiClips, captions: Captions, motion: str, scenery: bool, count: int) -> int:
    """In how many of `count` true clips the motion is the one that is seen."""
    dice, hits = random.Random(f"{motion} {scenery}"), 0
    for seed in range(count):
        asked = Trial("one", "", seed, content(captions, motion, scenery, dice), height=SIDE, width=SIDE)
        hits += motion_in(pixels(true_clips(clips, captions, [asked])[0])) == motion
    return hits


def main(arguments: list[str] | None = None) -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("runs/data/emoji.zip"))
    parser.add_argument("--clips", type=int, default=24, help="of each motion")
    options = parser.parse_args(arguments)
    clips = EmojiClips(options.data, size=256)
    captions = Captions(clips.subjects, 0, clips.scenery)
    print(f"| of {options.clips} | plain ground | scenery |\n|---|---:|---:|")
    total = [0, 0]
    for motion in MOTIONS:
        found = [right(clips, captions, motion, scenery, options.clips) for scenery in (False, True)]
        total = [a + b for a, b in zip(total, found, strict=True)]
        print(f"| {motion} | {found[0]} | {found[1]} |", flush=True)
    print(f"| all {options.clips * len(MOTIONS)} | {total[0]} | {total[1]} |")


if __name__ == "__main__":
    main()
