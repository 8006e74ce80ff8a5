"""Measure how well a checkpoint follows its prompts, drawn from a seed: a table and a JSON file.

    python -m training.evaluate --model emoji --clips 512 --seed 0

needs `runs/data/emoji.zip` (training/dataset.py). Several processes (`--processes 16`) share the trials and
all GPUs and take minutes. Two CPU cores take hours: try `--clips 4 --groups one pair` there. With
`--seconds 200` shares of the trials are done in random order until the time is over. Generating and judging
can be two commands:

    python -m training.evaluate --clips 512 --save runs/clips.zip       # where the GPU is
    python -m training.evaluate --judge runs/clips.zip                  # anywhere

The judge is training/judge.py, the groups of trials are in training/trials.py: all ask for what was held out
of training. Each has a row of true clips through the model's VAE, the ceiling, and a row of the model's.
Videos are made with the model's defaults, but for --guidance, --steps.
"""

import argparse
import io
import json
import math
import random
import time
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path

import numpy as np
import torch
from einops import rearrange
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from t2v import TextToVideo
from t2v.checkpoints import locate
from t2v.vocabulary import Vocabulary
from training.captions import Captions
from training.compose import FRAMES, SIDE
from training.dataset import EmojiClips
from training.examine import Examination, seed_decibels
from training.judge import Judge
from training.known import encoded, sample, through_vae
from training.report import report
from training.trials import GROUPS, Trial, draw_trials, trial_of
from training.truth import true_clips
from training.vocabulary import classes

SHARE = 16  # trials, about, that a process takes at once


@dataclass
class Examiner:
    """A model and a judge on one device; `settings` replace the model's own."""

    pipe: TextToVideo
    examination: Examination
    settings: dict[str, float]

    def __call__(self, trials: list[Trial]) -> tuple[list[dict], list[float]]:
        """Examine trials -> a record for each, PSNRs in dB between every two videos of one prompt's seeds"""
        videos = made(self.pipe, self.examination.clips, self.examination.captions, trials, self.settings)
        return self.examination(trials, videos), seed_decibels(trials, videos)


_examiner: Examiner | None = None  # of this process


def _begin(options: argparse.Namespace, numbers: Queue | None = None) -> None:
    """Set up this process's examiner; with several CUDA devices each process takes the next one."""
    global _examiner
    torch.set_num_threads(max(1, torch.get_num_threads() // options.processes))
    device = options.device
    if numbers and device == "cuda":
        device = f"cuda:{numbers.get() % torch.cuda.device_count()}"
    pipe = TextToVideo.from_pretrained(options.model, device=device)
    given = {"guidance": options.guidance, "steps": options.steps}
    settings = {name: value for name, value in given.items() if value}
    _examiner = Examiner(pipe, examination(options, device, pipe.native.width), settings)


def examination(options: argparse.Namespace, device: str, size: int) -> Examination:
    """The judge and what it needs."""
    return examination_of(EmojiClips(options.data, device, size=size))


def examination_of(clips: EmojiClips) -> Examination:
    """The judge who knows these clips, and what it needs."""
    twins = {name: title for title, names in classes(clips.names).items() for name in names}
    return Examination(Judge(clips), Captions(clips.subjects, 0, clips.scenery), twins)


def _examine(trials: list[Trial]) -> tuple[list[dict], list[float]]:
    return _examiner(trials)


def examined(options: argparse.Namespace, trials: list[Trial]) -> tuple[list[dict], list[float]]:
    """Examine all trials in `options.processes` processes -> what `Examiner` returns"""
    work = shares(trials)
    if options.seconds < math.inf:
        random.Random(options.seed).shuffle(work)
    if options.processes == 1:
        _begin(options)
        return _joined(map(_examine, work), len(work), options.seconds)
    context = get_context("spawn")
    numbers = context.Queue()
    for number in range(options.processes):
        numbers.put(number)
    with context.Pool(options.processes, _begin, (options, numbers)) as pool:
        return _joined(pool.imap_unordered(_examine, work), len(work), options.seconds)


def _joined(
    results: Iterator[tuple[list[dict], list[float]]], total: int, seconds: float = math.inf
) -> tuple[list[dict], list[float]]:
    """Gather results until `seconds` are over."""
    records, decibels, end = [], [], time.monotonic() + seconds
    for some, more in tqdm(results, total=total, unit="share", desc="examining"):
        records += some
        decibels += more
        if time.monotonic() > end:
            break
    return records, decibels


def shares(trials: list[Trial]) -> list[list[Trial]]:
    """Split trials by group, shape and SHARE, the costly ones first; seeds of a prompt together."""
    parts: list[list[Trial]] = []
    groups = list(GROUPS)

    def kind(trial: Trial) -> tuple[int, ...]:
        """What all videos of a share have in common."""
        return -groups.index(trial.group), trial.truth, trial.width, trial.height, trial.frames

    for trial in sorted(trials, key=lambda t: (*kind(t), t.prompt, t.seed)):
        last = parts[-1] if parts else []
        same = last and kind(last[-1]) == kind(trial)
        if same and (len(last) < SHARE or last[-1].prompt == trial.prompt):
            last.append(trial)
        else:
            parts.append([trial])
    return parts


def made(
    pipe: TextToVideo, clips: EmojiClips, captions: Captions, trials: list[Trial], settings: dict[str, float]
) -> list[np.ndarray]:
    """Frames uint8 (f h w 3) for each of trials of one group: the model's, or the truth through its VAE."""
    trial = trials[0]
    if trial.truth:
        return [pixels(film) for film in through_vae(pipe, true_clips(clips, captions, trials))]
    if trial.known:
        return [pixels(film) for film in sampled(pipe, clips, captions, trials)]
    own = {"width": trial.width, "height": trial.height, "frames": trial.frames, "loop": trial.loop}
    return [pipe(each.prompt, seed=each.seed, **own, **settings).frames for each in trials]


def sampled(pipe: TextToVideo, clips: EmojiClips, captions: Captions, trials: list[Trial]) -> Tensor:
    """Clips (b f 3 h w) that go on from known frames of the truth."""
    z = encoded(pipe, true_clips(clips, captions, trials))
    noise = [torch.randn(z[:1].shape, generator=torch.Generator().manual_seed(t.seed + 1)) for t in trials]
    known = torch.arange(FRAMES) < trials[0].known
    return sample(pipe, [t.prompt for t in trials], torch.cat(noise), z, known)


def pixels(frames: Tensor) -> np.ndarray:
    """frames (f 3 h w) in −1…1 -> uint8 (f h w 3)"""
    return rearrange(((frames + 1) * 127.5).round().byte(), "f c h w -> f h w c").cpu().numpy()


def save(path: Path, trials: list[Trial], videos: list[np.ndarray]) -> None:
    """Write the clips to a zip, one WebP sheet each, for another machine to judge."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("trials.json", json.dumps([asdict(trial) for trial in trials]))
        for i, video in enumerate(videos):
            buffer = io.BytesIO()
            sheet = Image.fromarray(rearrange(video, "f h w c -> (f h) w c"))
            sheet.save(buffer, "WEBP", quality=95)
            archive.writestr(f"{i}.webp", buffer.getvalue())


def load(path: Path) -> tuple[list[Trial], list[np.ndarray]]:
    """Read the file that `save` wrote -> trials, videos"""
    with zipfile.ZipFile(path) as archive:
        trials = [trial_of(entry) for entry in json.loads(archive.read("trials.json"))]
        sheets = [
            np.asarray(Image.open(archive.open(f"{i}.webp")).convert("RGB")) for i in range(len(trials))
        ]
    return trials, [
        rearrange(sheet, "(f h) w c -> f h w c", h=t.height) for t, sheet in zip(trials, sheets, strict=True)
    ]


def judged(
    exam: Examination, trials: list[Trial], videos: list[np.ndarray]
) -> tuple[list[dict], list[float]]:
    """Examine clips that were made elsewhere -> what `Examiner` returns"""
    place = {trial: video for trial, video in zip(trials, videos, strict=True)}
    work = shares(trials)
    done = ((exam(part, [place[t] for t in part]), []) for part in work)
    records, _ = _joined(done, len(work))
    return records, seed_decibels(trials, videos)


def options_of(arguments: list[str] | None) -> argparse.Namespace:
    """Parse the command's options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--model", default="emoji", help="emoji, or a folder of a checkpoint trained on the same data")
    add("--data", type=Path, default=Path("runs/data/emoji.zip"))
    add("--clips", type=int, default=512, help="of each group")
    add("--ceiling", type=int, help="true clips of each group; a quarter of --clips")
    add("--groups", nargs="+", choices=GROUPS, default=list(GROUPS), help="of trials: all")
    add("--seconds", type=float, default=math.inf, help="after which no share of the trials is begun")
    add("--seed", type=int, default=0, help="draws the trials")
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    add("--processes", type=int, default=1, help="that share the trials")
    add("--guidance", type=float, help="instead of the model's own")
    add("--steps", type=int, help="instead of the model's own")
    add("--out", type=Path, default=Path("runs/evaluation.json"))
    add("--save", type=Path, help="only generate: write the clips here")
    add("--judge", type=Path, help="only judge: read the clips from here")
    return parser.parse_args(arguments)


def drawn(options: argparse.Namespace) -> list[Trial]:
    """The trials that the options ask for."""
    clips = EmojiClips(options.data, size=16)
    captions = Captions(clips.subjects, options.seed, clips.scenery)
    ceiling = options.clips // 4 if options.ceiling is None else options.ceiling
    words = Vocabulary.open(locate(options.model).folder)
    return draw_trials(captions, words, options.groups, options.clips, max(1, ceiling), options.seed)


def main(arguments: list[str] | None = None) -> None:
    """Run the command in the module's docstring."""
    options = options_of(arguments)
    if options.judge:
        trials, videos = load(options.judge)
        records, decibels = judged(examination(options, options.device, SIDE), trials, videos)
    elif options.save:
        trials = [trial for part in shares(drawn(options)) for trial in part]
        pipe = TextToVideo.from_pretrained(options.model, device=options.device)
        clips = EmojiClips(options.data, options.device, size=pipe.native.width)
        captions = Captions(clips.subjects, 0, clips.scenery)
        videos = [v for part in shares(trials) for v in made(pipe, clips, captions, part, {})]
        return save(options.save, trials, videos)
    else:
        records, decibels = examined(options, drawn(options))
    print(report(records, decibels))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"between seeds": decibels, "clips": records}, indent=1))


if __name__ == "__main__":
    main()
