"""Measure videos that start from something, or are longer than a clip: a table and a JSON file.

    python -m training.from_source --clips 24

needs `runs/data/emoji.zip` (training/dataset.py). On two CPU cores a group takes about five minutes.

- change: a clip of a moving subject made anew under a prompt with another one, which says nothing of motion.
  Whether the judge sees the new subject, and how its place follows the old one's: their correlation along the
  way.
- picture: the first frame of a clip, animated.
- continued: a video continued three frames out of four from its last 8, to 48 frames.
- windows: 64 frames, of which the network sees 16 at once.
- loop: the last frame leads into the first.

Of the last four: whether the judge sees the subject in the last frames, and how far frames at the seam are
from each other, in dB, beside neighbours elsewhere.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from einops import rearrange
from torch import Tensor
from tqdm import tqdm

from t2v import TextToVideo
from t2v.checkpoints import locate
from t2v.motion import border, centre
from t2v.vocabulary import Vocabulary
from training.compose import DIRECTIONS, FRAMES
from training.content import single
from training.evaluate import examination, pixels
from training.examine import Examination
from training.phrases import canonical
from training.trials import Draw, Trial
from training.truth import true_clips

KEPT, LONG, LONGER = 8, 48, 64  # frames: that a video goes on from, of a continued video, of one in windows
SEEN = 12  # levels of 255 by which a pixel of a subject differs from the border
ENOUGH = 0.95
Make = Callable[[TextToVideo, Examination, Trial], dict]


def change(pipe: TextToVideo, exam: Examination, trial: Trial, settings: dict) -> dict:
    """Change a moving clip to the trial's subject; the prompt says nothing of the motion."""
    subject, background = trial.content.entities[0].subject, trial.content.background
    way, subjects = list(DIRECTIONS)[trial.seed % len(DIRECTIONS)], exam.captions.subjects
    before = (subject + 1 + 7 * trial.seed) % len(subjects)
    moving = replace(trial, content=single(before, background, way))
    source = pixels(true_clips(exam.clips, exam.captions, [moving])[0])
    prompt = canonical(subjects[subject].phrases[0], background, "still")
    made = pipe(prompt, seed=trial.seed, source=source, **settings).frames
    seen = exam.ends([single(subject, background, way)], films([made]))[0]
    return seen | {
        "prompt": prompt, "before": subjects[before].name, "motion": way,
        "correlation": along(source, made, way),
    }  # fmt: skip


def picture(pipe: TextToVideo, exam: Examination, trial: Trial) -> dict:
    """Animate the first frame of the trial's true clip."""
    first = pixels(true_clips(exam.clips, exam.captions, [trial])[0])[0]
    made = pipe(trial.prompt, seed=trial.seed, source=first, keep=1).frames
    return _ended(exam, trial, made, seams=[1])


def continued(pipe: TextToVideo, exam: Examination, trial: Trial) -> dict:
    """Continue a still subject's video to LONG frames."""
    trial = _still(exam, trial)
    made = pipe(trial.prompt, seed=trial.seed)
    while len(made.frames) < LONG:
        made = pipe(trial.prompt, seed=trial.seed, source=made, keep=KEPT).joined
    return _ended(exam, trial, made.frames, seams=list(range(FRAMES, LONG, FRAMES - KEPT)))


def windows(pipe: TextToVideo, exam: Examination, trial: Trial) -> dict:
    """Make LONGER frames of a still subject in windows."""
    trial = _still(exam, trial)
    made = pipe(trial.prompt, seed=trial.seed, frames=LONGER, window=FRAMES).frames
    return _ended(exam, trial, made, seams=[])


def loop(pipe: TextToVideo, exam: Examination, trial: Trial) -> dict:
    """Make a loop of a still subject."""
    trial = _still(exam, trial)
    made = pipe(trial.prompt, seed=trial.seed, loop=True).frames
    return _ended(exam, trial, made, seams=[0])


GROUPS: dict[str, Make] = {
    "picture": picture, "continued": continued, "windows": windows, "loop": loop,
}  # fmt: skip


def _still(exam: Examination, trial: Trial) -> Trial:
    """The trial with a subject that stays in the frame, however long the video."""
    entity, background = trial.content.entities[0], trial.content.background
    name = exam.captions.subjects[entity.subject].phrases[0]
    content = single(entity.subject, background, "still")
    return replace(trial, prompt=canonical(name, background, "still"), content=content)


def _ended(exam: Examination, trial: Trial, frames: np.ndarray, seams: list[int]) -> dict:
    """What the last FRAMES show, and the decibels of a video (f h w 3) at its seams and elsewhere."""
    seen = exam.ends([trial.content], films([frames[-FRAMES:]]))[0]
    return seen | {"prompt": trial.prompt} | seams_of(frames, seams)


def seams_of(frames: np.ndarray, seams: list[int]) -> dict[str, float]:
    """PSNR in dB of frames (f h w 3) to the one before, of the first to the last: of `seams`, of the rest"""
    scaled = frames.astype(np.float32) / 255
    errors = ((scaled - np.roll(scaled, 1, 0)) ** 2).mean((1, 2, 3))
    rest = [i for i in range(1, len(frames)) if i not in seams]
    found = {"seam": seams, "neighbours": rest}
    return {name: decibels(errors[places].mean()) for name, places in found.items() if places}


def decibels(error: float) -> float:
    """A mean squared error of values in 0…1 -> dB"""
    return float(-10 * np.log10(max(error, 1e-10)))


def centres(frames: np.ndarray) -> np.ndarray:
    """frames uint8 (f h w 3) -> the centre of what differs from the border's colour (f 2): x, y in 0…1"""
    levels = frames.astype(np.float32)
    return centre(np.abs(levels - np.median(border(levels), 0)).mean(3) > SEEN)


def along(source: np.ndarray, made: np.ndarray, motion: str) -> float:
    """Correlation, over the frames, of the places of two videos' subjects along the way of `motion`."""
    axis = 0 if DIRECTIONS[motion][0] else 1
    a, b = centres(source)[:, axis], centres(made)[:, axis]
    return float(np.corrcoef(a, b)[0, 1]) if min(a.std(), b.std()) > 1e-4 else 0.0


def films(videos: list[np.ndarray]) -> Tensor:
    """uint8 videos (f h w 3) -> (b f 3 h w) in −1…1"""
    return rearrange(torch.from_numpy(np.stack(videos)), "b f h w c -> b f c h w").float() / 127.5 - 1


def row(name: str, records: list[dict]) -> str:
    """A row of the table."""
    right = np.mean([record["subject right"] for record in records])
    alike = np.mean([record["class right"] for record in records])
    cells = [name, str(len(records)), f"{right:.3f}", f"{alike:.3f}"]
    if "correlation" in records[0]:
        found = np.array([record["correlation"] for record in records])
        cells += [f"{np.median(found):.3f}, {np.mean(found >= ENOUGH):.2f} of them ≥ {ENOUGH}", ""]
    else:
        cells += [_mean(records, "seam"), _mean(records, "neighbours")]
    return f"| {' | '.join(cells)} |"


def _mean(records: list[dict], key: str) -> str:
    values = [record[key] for record in records if key in record]
    return f"{np.mean(values):.1f} dB" if values else ""


def made_groups(options: argparse.Namespace) -> dict[str, Make]:
    """The groups that the options ask for; a change for each strength and number of steps."""
    chosen = {name: GROUPS[name] for name in GROUPS if name in options.groups}
    if "change" not in options.groups:
        return chosen
    every = [(strength, steps) for strength in options.strengths for steps in options.steps]
    changes = {
        f"change, strength {strength:g}, {steps} steps": partial(
            change, settings={"strength": strength, "steps": steps}
        )
        for strength, steps in every
    }
    return changes | chosen


def main(arguments: list[str] | None = None) -> None:
    """Run the command in the module's docstring."""
    options = options_of(arguments)
    pipe = TextToVideo.from_pretrained(options.model, device=options.device)
    exam = examination(options, options.device, pipe.native.width)
    words = Vocabulary.open(locate(options.model).folder)
    trials = Draw(exam.captions, options.seed, words).trials("one", options.clips)
    found = {}
    print("| | clips | subject | its class | place, or seam | neighbours |\n|---|---:|---:|---:|---:|---:|")
    for name, make in made_groups(options).items():
        found[name] = [make(pipe, exam, trial) for trial in tqdm(trials, desc=name, disable=None)]
        print(row(name, found[name]), flush=True)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(found, indent=1))


def options_of(arguments: list[str] | None) -> argparse.Namespace:
    """Parse the command's options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--model", default="emoji")
    add("--data", type=Path, default=Path("runs/data/emoji.zip"))
    add("--clips", type=int, default=24, help="of each group")
    add("--groups", nargs="+", choices=("change", *GROUPS), default=["change", *GROUPS])
    add("--strengths", nargs="+", type=float, default=[0.6], help="of changes")
    add("--steps", nargs="+", type=int, default=[10], help="of changes")
    add("--seed", type=int, default=0, help="draws the clips")
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    add("--out", type=Path, default=Path("runs/from_source.json"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
