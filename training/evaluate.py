"""Measure how well a checkpoint follows its prompts, drawn from a seed: a table and a JSON file.

    python -m training.evaluate --model emoji --clips 512 --seed 0

needs `runs/data/emoji.zip` (training/dataset.py). Several processes (`--processes 10`) share the trials and
all GPUs and take minutes. Two CPU cores take an hour or two: try `--clips 32` there. Generating and judging
can be two commands:

    python -m training.evaluate --clips 512 --save runs/clips.zip       # where the GPU is
    python -m training.evaluate --judge runs/clips.zip                  # anywhere

The judge is training/judge.py. Rows of the table: rendered truth through the model's VAE, the ceiling;
held-out combinations of subject, background and motion; combinations that were trained on; held-out ones in
other words; eight seeds of one prompt. Videos are made with the model's defaults, but for --guidance,
--steps.
"""

import argparse
import io
import json
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
from training.captions import Captions, Content, held_out
from training.compose import MOTIONS, Spec, compose, plain_spec
from training.dataset import EmojiClips
from training.judge import Judge
from training.phrases import BACKGROUNDS, canonical
from training.subjects import Subject

SEEDS = 8  # of one prompt
SHARE = 16  # trials, about, that a process takes at once
GROUPS = {
    "ceiling": "rendered truth through the VAE",
    "held out": "held-out combinations",
    "seen": "combinations trained on",
    "paraphrased": "held-out, in other words",
    "seeds": f"{SEEDS} seeds a prompt",
}


@dataclass(frozen=True)
class Trial:
    """A video to make and its wanted content; `subject` is the row of the packed clips."""

    group: str
    prompt: str
    seed: int
    subject: int
    background: str
    motion: str


def draw_trials(subjects: tuple[Subject, ...], clips: int, seed: int) -> list[Trial]:
    """Draw `clips` held-out trials, a quarter as many of each other kind, an eighth for the ceiling."""
    random, captions = np.random.default_rng(seed), Captions(subjects, seed)
    kept, seen = _combinations(subjects, True, random), _combinations(subjects, False, random)
    quarter = max(1, clips // 4)
    trials = [_plain("held out", subjects, kept[i], i) for i in range(clips)]
    trials += [_plain("seen", subjects, seen[i], i) for i in range(quarter)]
    trials += [
        Trial("paraphrased", captions.paraphrase(Content(s, -1, "", b, m)), i, s, b, m)
        for i, (s, b, m) in enumerate(kept[:quarter])
    ]
    trials += [
        _plain("seeds", subjects, kept[-1 - i // SEEDS], i % SEEDS)
        for i in range(SEEDS * max(1, clips // 64))
    ]
    return trials + [_plain("ceiling", subjects, kept[i], i) for i in range(max(1, clips // 8))]


def _combinations(
    subjects: tuple[Subject, ...], kept: bool, random: np.random.Generator
) -> list[tuple[int, str, str]]:
    """All combinations that are held out, or all that are not, in random order."""
    names = enumerate(subject.name for subject in subjects)
    every = [(i, b, m) for i, s in names for b in BACKGROUNDS for m in MOTIONS if held_out(s, b, m) == kept]
    return [every[i] for i in random.permutation(len(every))]


def _plain(group: str, subjects: tuple[Subject, ...], combination: tuple[int, str, str], seed: int) -> Trial:
    """The trial of a combination, its prompt in the plainest words."""
    subject, background, motion = combination
    prompt = canonical(subjects[subject].phrases[0], background, motion)
    return Trial(group, prompt, seed, subject, background, motion)


@dataclass
class Examiner:
    """A model and a judge on one device; `settings` replace the model's own."""

    pipe: TextToVideo
    judge: Judge
    settings: dict[str, float]

    def __call__(self, trials: list[Trial]) -> tuple[list[dict], list[float]]:
        """Examine trials -> a record for each, PSNRs in dB between every two videos of one prompt's seeds"""
        videos = list(generate(self.pipe, self.judge.clips, trials, **self.settings))
        return judged(self.judge, trials, videos), seed_decibels(trials, videos)


_examiner: Examiner | None = None  # of this process


def _begin(options: argparse.Namespace, numbers: Queue | None = None) -> None:
    """Set up this process's examiner; with several CUDA devices each process takes the next one."""
    global _examiner
    torch.set_num_threads(max(1, torch.get_num_threads() // options.processes))
    device = options.device
    if numbers and device == "cuda":
        device = f"cuda:{numbers.get() % torch.cuda.device_count()}"
    pipe = TextToVideo.from_pretrained(options.model, device=device)
    clips = EmojiClips(options.data, device, size=pipe.native.width)
    given = {"guidance": options.guidance, "steps": options.steps}
    _examiner = Examiner(pipe, Judge(clips), {name: value for name, value in given.items() if value})


def _examine(trials: list[Trial]) -> tuple[list[dict], list[float]]:
    return _examiner(trials)


def examined(options: argparse.Namespace, trials: list[Trial]) -> tuple[list[dict], list[float]]:
    """Examine all trials in `options.processes` processes -> what `Examiner` returns"""
    work = shares(trials)
    if options.processes == 1:
        _begin(options)
        return _joined(map(_examine, work), len(work))
    context = get_context("spawn")
    numbers = context.Queue()
    for number in range(options.processes):
        numbers.put(number)
    with context.Pool(options.processes, _begin, (options, numbers)) as pool:
        return _joined(pool.imap_unordered(_examine, work), len(work))


def _joined(results: Iterator[tuple[list[dict], list[float]]], total: int) -> tuple[list[dict], list[float]]:
    records, decibels = [], []
    for some, more in tqdm(results, total=total, unit="share", desc="examining"):
        records += some
        decibels += more
    return records, decibels


def shares(trials: list[Trial]) -> list[list[Trial]]:
    """Split trials by background, whose templates a judge keeps, and by SHARE; seeds of a prompt together."""
    parts: list[list[Trial]] = []
    for trial in sorted(trials, key=lambda trial: (trial.background, trial.group, trial.prompt, trial.seed)):
        last = parts[-1] if parts else []
        together = last and (last[-1].group, last[-1].prompt) == (trial.group, trial.prompt)
        if last and last[-1].background == trial.background and (together or len(last) < SHARE):
            last.append(trial)
        else:
            parts.append([trial])
    return parts


def generate(
    pipe: TextToVideo, clips: EmojiClips, trials: list[Trial], **settings: float
) -> Iterator[np.ndarray]:
    """Yield frames uint8 (f h w 3) for each trial: the model's; for the ceiling, truth through its VAE."""
    captions = Captions(clips.subjects, seed=0)
    for trial in trials:
        if trial.group == "ceiling":
            content = Content(trial.subject, -1, "", trial.background, trial.motion)
            yield _bytes(through_vae(pipe, compose(clips, captions.spec([content]))[0]))
        else:
            yield pipe(trial.prompt, seed=trial.seed, **settings).frames


@torch.inference_mode()
def through_vae(pipe: TextToVideo, frames: Tensor) -> Tensor:
    """Encode and decode frames (f 3 h w) in −1…1 by the model's VAE -> the same shape"""
    parts = frames.to(pipe.device, pipe.dtype).split(4)
    return torch.cat([pipe.vae.decode(pipe.vae.encode(part)) for part in parts]).float().clamp(-1, 1)


def vae_psnr(pipe: TextToVideo, clips: EmojiClips, count: int, seed: int) -> float:
    """Mean PSNR in dB of single frames of `count` random clips through the VAE."""
    videos = compose(clips, Captions(clips.subjects, seed).batch(count)[1])[:, ::5].cpu()
    error = [((through_vae(pipe, video).cpu() - video) / 2).square().mean((1, 2, 3)) for video in videos]
    return float(-10 * torch.cat(error).log10().mean())


def _bytes(frames: Tensor) -> np.ndarray:
    """frames (f 3 h w) in −1…1 -> uint8 (f h w 3)"""
    return rearrange(((frames + 1) * 127.5).round().byte(), "f c h w -> f h w c").cpu().numpy()


def judged(judge: Judge, trials: list[Trial], videos: list[np.ndarray], at_once: int = 8) -> list[dict]:
    """Judge each trial's video -> a record: the content recognised, the distance to the best rendering."""
    order = sorted(
        range(len(trials)), key=lambda i: trials[i].background
    )  # the judge keeps one colour's templates
    records: list[dict] = [{} for _ in trials]
    for start in range(0, len(order), at_once):
        rows = order[start : start + at_once]
        films = torch.from_numpy(np.stack([videos[i] for i in rows]))
        films = rearrange(films.to(judge.clips.device), "b f h w c -> b f c h w").float() / 127.5 - 1
        for i, record in zip(rows, _records(judge, [trials[i] for i in rows], films), strict=True):
            records[i] = record
    return records


def _records(judge: Judge, trials: list[Trial], films: Tensor) -> Iterator[dict]:
    """Judge films (b f 3 h w) of `trials` -> their records"""
    wanted = _wanted(trials)
    verdict, likeness = judge.verdict(films), judge.likeness(films, wanted)
    corner = (verdict.corner - wanted.background).abs().mean(1) * 255
    for i, trial in enumerate(trials):
        shown = judge.clips.names[int(verdict.subject[i])], MOTIONS[int(verdict.motion[i])]
        yield asdict(trial) | {
            "shows": [shown[0], list(BACKGROUNDS)[int(verdict.background[i])], shown[1]],
            "subject right": int(verdict.subject[i]) == trial.subject,
            "background right": list(BACKGROUNDS)[int(verdict.background[i])] == trial.background,
            "motion right": shown[1] == trial.motion,
            "corner": float(corner[i]),
            "psnr": float(likeness.psnr[i]),
            "flicker": float(likeness.flicker[i]),
        }


def _wanted(trials: list[Trial]) -> Spec:
    """The specs of the trials, with middle values for all that a prompt leaves open."""
    colours = torch.tensor([BACKGROUNDS[trial.background] for trial in trials]) / 255
    return plain_spec(
        [trial.subject for trial in trials], colours, [MOTIONS.index(trial.motion) for trial in trials]
    )


def seed_decibels(trials: list[Trial], videos: list[np.ndarray]) -> list[float]:
    """PSNRs in dB between every two videos of one prompt with different seeds."""
    groups: dict[str, list[np.ndarray]] = {}
    for trial, video in zip(trials, videos, strict=True):
        if trial.group == "seeds":
            groups.setdefault(trial.prompt, []).append(video.astype(np.float32) / 255)
    errors = [((a - b) ** 2).mean() for same in groups.values() for i, a in enumerate(same) for b in same[:i]]
    return (-10 * np.log10(np.maximum(errors, 1e-10))).tolist()


def report(records: list[dict], seeds: float, vae: float | None) -> str:
    """The Markdown table and the two figures below it."""
    lines = [
        "| | clips | subject | background | corner /255 | motion | PSNR | flicker /255 |",
        "|---|" + "---:|" * 7,
    ]
    for group, title in GROUPS.items():
        rows = [record for record in records if record["group"] == group]
        if not rows:
            continue
        mean = {
            key: np.mean([row[key] for row in rows])
            for key in rows[0]
            if isinstance(rows[0][key], bool | float)
        }
        lines.append(
            f"| {title} | {len(rows)} | {mean['subject right']:.3f} | {mean['background right']:.3f} "
            f"| {mean['corner']:.1f} | {mean['motion right']:.3f} | {mean['psnr']:.1f} dB "
            f"| {mean['flicker']:.2f} |"
        )
    lines.append(f"\nBetween {SEEDS} seeds of one prompt: {seeds:.1f} dB.")
    return "\n".join(lines + ([f"VAE: {vae:.1f} dB."] if vae is not None else []))


def save(path: Path, trials: list[Trial], videos: list[np.ndarray], vae: float | None) -> None:
    """Write the clips to a zip, one WebP sheet each, for another machine to judge."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "trials.json", json.dumps({"vae": vae, "trials": [asdict(trial) for trial in trials]})
        )
        for i, video in enumerate(videos):
            buffer = io.BytesIO()
            sheet = Image.fromarray(rearrange(video, "(r k) h w c -> (r h) (k w) c", r=4))
            sheet.save(buffer, "WEBP", quality=95)
            archive.writestr(f"{i}.webp", buffer.getvalue())


def load(path: Path) -> tuple[list[Trial], list[np.ndarray], float | None]:
    """Read the file that `save` wrote -> trials, videos, the VAE's PSNR"""
    with zipfile.ZipFile(path) as archive:
        content = json.loads(archive.read("trials.json"))
        sheets = [
            np.asarray(Image.open(archive.open(f"{i}.webp")).convert("RGB"))
            for i in range(len(content["trials"]))
        ]
    videos = [rearrange(sheet, "(r h) (k w) c -> (r k) h w c", r=4, k=4) for sheet in sheets]
    return [Trial(**trial) for trial in content["trials"]], videos, content["vae"]


def options_of(arguments: list[str] | None) -> argparse.Namespace:
    """Parse the command's options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--model", default="emoji", help="emoji, or a folder of a checkpoint trained on the same data"
    )
    parser.add_argument("--data", type=Path, default=Path("runs/data/emoji.zip"))
    parser.add_argument(
        "--clips", type=int, default=512, help="held-out combinations; the other rows follow from it"
    )
    parser.add_argument("--seed", type=int, default=0, help="draws the combinations")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--processes", type=int, default=1, help="that share the trials")
    parser.add_argument("--guidance", type=float, help="instead of the model's own")
    parser.add_argument("--steps", type=int, help="instead of the model's own")
    parser.add_argument("--out", type=Path, default=Path("runs/evaluation.json"))
    parser.add_argument("--save", type=Path, help="only generate: write the clips here")
    parser.add_argument("--judge", type=Path, help="only judge: read the clips from here")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> None:
    """Run the command in the module's docstring."""
    options = options_of(arguments)
    if options.judge:
        trials, videos, vae = load(options.judge)
        clips = EmojiClips(options.data, options.device, size=videos[0].shape[1])
        records, decibels = judged(Judge(clips), trials, videos), seed_decibels(trials, videos)
    else:
        pipe = TextToVideo.from_pretrained(options.model, device=options.device)
        clips = EmojiClips(options.data, options.device, size=pipe.native.width)
        trials = draw_trials(clips.subjects, options.clips, options.seed)
        vae = vae_psnr(pipe, clips, count=max(4, options.clips // 8), seed=options.seed)
        if options.save:
            return save(options.save, trials, list(generate(pipe, clips, trials)), vae)
        records, decibels = examined(options, trials)
    seeds = float(np.mean(decibels))
    print(report(records, seeds, vae))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"between seeds": seeds, "vae": vae, "clips": records}, indent=1))


if __name__ == "__main__":
    main()
