"""Teach a model a subject that it doesn't know, from eight clips, and have the judge look:

    python -m training.new_subject --data runs/data/emoji.zip --out runs/glorp

draws a creature that is in no data (training/glorp.py), writes eight clips of it as t2v's own videos,
fine-tunes a LoRA on that folder by training/finetune.py, and asks the model with and without it for the
creature in motions and on backgrounds that no clip shows. The judge (training/judge.py) chooses among all
subjects of the data and this one. Prints how many videos it recognises, and the processor time of the
training; writes contact sheets.
"""

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from t2v import Request, TextToVideo, Video
from training import glorp
from training.captions import Captions
from training.compose import compose
from training.content import single
from training.dataset import EmojiClips
from training.evaluate import examination_of, pixels
from training.examine import Examination
from training.phrases import canonical
from training.subjects import Subject
from training.trials import Trial

NEW = Subject("drawn", ("a glorp",))
JUDGED = 64  # pixels of a side of the pictures that the judge compares with: it works at that size
TAUGHT = (
    ("white", "still"), ("red", "moving left"), ("green", "moving right"), ("blue", "still"),
    ("yellow", "spinning"), ("pink", "growing"), ("black", "still"), ("orange", "moving up"),
)  # fmt: skip
ASKED = (
    ("green", "still"), ("purple", "still"), ("gray", "moving right"), ("brown", "still"),
    ("red", "still"), ("turquoise", "spinning"), ("white", "moving left"), ("yellow", "still"),
)  # fmt: skip
SHOWN = (0, 5, 10, 15)  # frames on a contact sheet
SEED = 100  # of the first video asked for
ITERATIONS = "250"


@dataclass(frozen=True)
class Taught:
    """The new subject: its number among those of the data, and the phrase that captions have for it."""

    number: int
    phrase: str = NEW.phrases[0]

    def prompts(self, shown: tuple[tuple[str, str], ...]) -> list[str]:
        """Captions of the subject on backgrounds and in motions."""
        return [canonical(self.phrase, background, motion) for background, motion in shown]

    def trials(self) -> list[Trial]:
        """The videos that are asked for."""
        contents = [single(self.number, background, motion) for background, motion in ASKED]
        prompts = self.prompts(ASKED)
        return [
            Trial("one", prompt, SEED + i, content)
            for i, (prompt, content) in enumerate(zip(prompts, contents, strict=True))
        ]


def with_new(data: Path, size: int, only: int | None = None) -> tuple[EmojiClips, Taught]:
    """The subjects of the data, or the first `only`, and the new one, in pictures of `size`."""
    clips = EmojiClips(data, size=size, only=only).with_subject(NEW, glorp.pictures())
    return clips, Taught(len(clips.names) - 1)


def write_clips(data: Path, folder: Path) -> None:
    """Write clips of the new subject as t2v's own videos, whose prompts are the captions."""
    folder.mkdir(parents=True, exist_ok=True)
    clips, subject = with_new(data, 256, only=1)
    captions = Captions(clips.subjects, 1, clips.scenery)
    spec = captions.spec([single(subject.number, background, motion) for background, motion in TAUGHT])
    for i, (film, prompt) in enumerate(zip(compose(clips, spec), subject.prompts(TAUGHT), strict=True)):
        Video(pixels(film), Request(prompt, seed=i, fps=8)).save(folder / f"{i}.mp4")


def teach(folder: Path, out: Path, *options: str) -> tuple[float, float]:
    """Fine-tune a LoRA on the clips -> seconds of the whole command, by the clock and of the processors."""
    command = [sys.executable, "-m", "training.finetune", "--clips", folder, "--out", out]
    command += ["--lora", "16", "--iterations", ITERATIONS]
    began, before = time.monotonic(), _children()
    subprocess.run([*command, *options], check=True)
    return time.monotonic() - began, _children() - before


def _children() -> float:
    """Processor seconds of the processes that this one has waited for."""
    used = os.times()
    return used.children_user + used.children_system


def recognised(exam: Examination, pipe: TextToVideo, trials: list[Trial], sheet: Path) -> list[dict]:
    """Make the videos, write their contact sheet, and return what the judge says of each."""
    videos = [pipe(trial.prompt, seed=trial.seed).frames for trial in trials]
    rows = [np.concatenate([video[frame] for frame in SHOWN], axis=1) for video in videos]
    Image.fromarray(np.concatenate(rows)[::2, ::2]).save(sheet)
    return exam(trials, videos)


def main(arguments: list[str] | None = None) -> dict[str, float]:
    """Run the command in the module's docstring -> what it prints"""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("runs/data/emoji.zip"))
    parser.add_argument("--model", default="emoji")
    parser.add_argument("--out", type=Path, default=Path("runs/glorp"))
    options, more = parser.parse_known_args(arguments)
    write_clips(options.data, options.out / "clips")
    seconds, used = teach(options.out / "clips", options.out / "lora", "--model", options.model, *more)
    clips, subject = with_new(options.data, JUDGED)
    exam = examination_of(clips)
    found: dict[str, float] = {"seconds": seconds, "processor": used}
    for name, model in (("after", f"{options.model}+{options.out / 'lora'}"), ("before", options.model)):
        pipe = TextToVideo.from_pretrained(model, device="cpu")
        records = recognised(exam, pipe, subject.trials(), options.out / f"{name}.webp")
        found[name] = sum(record["subject right"] for record in records)
        found[f"{name}, all right"] = sum(record["all right"] for record in records)
        print(name, [record["shows"][0][0] for record in records], flush=True)
    print({name: round(value, 1) for name, value in found.items()}, f"of {len(ASKED)} videos")
    return found


if __name__ == "__main__":
    main()
