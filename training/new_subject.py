"""Teach a model a subject that it doesn't know, from eight clips, and have the judge look:

    python -m training.new_subject --data runs/data/emoji.zip --subject pizza --out runs/pizza

writes eight true clips of the subject (training/dataset.py has the pictures), fine-tunes a LoRA on them by
training/finetune.py, and asks the model with and without it for the subject in motions and on backgrounds
that no clip shows. `--called "a glorp"` gives it a new word, for a model that knows its own. The
judge (training/judge.py) chooses among all subjects of the data. Prints how many videos it recognises, and
the processor time of the training; writes contact sheets.
"""

import argparse
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from t2v import Request, TextToVideo, Video
from training.captions import Captions, single
from training.compose import compose
from training.dataset import EmojiClips
from training.evaluate import examination, pixels
from training.examine import Examination
from training.phrases import canonical
from training.trials import Trial

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


@dataclass(frozen=True)
class Subject:
    """A subject of the data, by its number and the phrase that captions have for it."""

    number: int
    phrase: str

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


def subject_of(clips: EmojiClips, name: str, called: str | None = None) -> Subject:
    """The subject of that name, `called` so in captions; ValueError if the data has none."""
    number = clips.names.index(name)
    return Subject(number, called or clips.subjects[number].phrases[0])


def write_clips(clips: EmojiClips, subject: Subject, folder: Path) -> None:
    """Write the true clips as t2v's own videos, with their captions as prompts."""
    folder.mkdir(parents=True, exist_ok=True)
    captions = Captions(clips.subjects, 1, clips.scenery)
    spec = captions.spec([single(subject.number, background, motion) for background, motion in TAUGHT])
    for i, (film, prompt) in enumerate(zip(compose(clips, spec), subject.prompts(TAUGHT), strict=True)):
        Video(pixels(film), Request(prompt, seed=i, fps=8)).save(folder / f"{i}.mp4")


def teach(folder: Path, out: Path, *options: str) -> tuple[float, float]:
    """Fine-tune a LoRA on the clips -> seconds of the whole command, by the clock and of the processors."""
    command = [sys.executable, "-m", "training.finetune", "--clips", folder, "--out", out, "--lora", "16"]
    began, before = time.monotonic(), _children()
    subprocess.run([*command, *options], check=True)
    return time.monotonic() - began, _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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
    parser.add_argument("--subject", default="pizza", help="a name of training/subjects.json")
    parser.add_argument("--called", help="the phrase for it in captions, such as a made-up word")
    parser.add_argument("--model", default="emoji")
    parser.add_argument("--out", type=Path, default=Path("runs/new"))
    options, more = parser.parse_known_args(arguments)
    exam = examination(options, "cpu", 256)
    subject = subject_of(exam.clips, options.subject, options.called)
    write_clips(exam.clips, subject, options.out / "clips")
    seconds, used = teach(options.out / "clips", options.out / "lora", "--model", options.model, *more)
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
