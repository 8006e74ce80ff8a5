"""Examine videos: judge what each shows against what its trial asked for, and measure distances."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor

from training.captions import Captions
from training.compose import LAYERS, MOTIONS, Spec
from training.content import Content
from training.dataset import EmojiClips
from training.judge import Judge, Verdict
from training.layers import Wanted, wanted
from training.phrases import TINTS
from training.relation import related
from training.trials import COLOURED, Trial
from training.truth import true_clips

AT_ONCE = 16  # videos
END = 4  # frames at the end in which a given picture's subject has to be kept
LINE = (slice(13, 21), slice(140, 251))  # rows and columns of 256 where a VAE once drew a line
SUBJECT, AWAY = 24, 4  # levels that a subject differs from the ground; pixels around it that don't count


@dataclass
class Examination:
    """A judge, and what it needs to know of captions; `twins`: the class of subjects that look alike."""

    judge: Judge
    captions: Captions
    twins: dict[str, str]

    @property
    def clips(self) -> EmojiClips:
        """The packed emoji."""
        return self.judge.clips

    def __call__(self, trials: list[Trial], videos: list[np.ndarray]) -> list[dict]:
        """Examine uint8 videos (f h w 3) of trials of one group -> a record for each"""
        records: list[dict] = []
        for start in range(0, len(trials), AT_ONCE):
            some = trials[start : start + AT_ONCE]
            films = torch.from_numpy(np.stack(videos[start : start + AT_ONCE]))
            films = rearrange(films.to(self.judge.device), "b f h w c -> b f c h w").float() / 127.5 - 1
            records += [
                asdict(t) | record for t, record in zip(some, self._records(some, films), strict=True)
            ]
        return records

    def ends(self, contents: list[Content], films: Tensor) -> list[dict]:
        """What the last frames of films (b f 3 h w) in −1…1 show of `contents`, and what of it is right"""
        films = films.to(self.judge.device)
        asked = wanted(self.captions, contents, films.shape[-1] / films.shape[-2], tints=False)
        return list(self._ends(contents, films, asked))

    def _ends(self, contents: list[Content], films: Tensor, asked: Wanted) -> Iterator[dict]:
        return self._answers(contents, asked, self.judge.of_the_end(END).verdict(films, asked))

    def _records(self, trials: list[Trial], films: Tensor) -> list[dict]:
        trial = trials[0]
        if trial.loop:
            return loop_errors(films)
        asked = wanted(
            self.captions, [t.content for t in trials], trial.width / trial.height, trial.group in COLOURED
        )
        if trial.known:
            return self._continued(trials, films, asked)
        return self._judged(trials, films, asked)

    def _judged(self, trials: list[Trial], films: Tensor, asked: Wanted) -> list[dict]:
        """Judge what the films show, and measure their distance to the best rendering."""
        contents = [trial.content for trial in trials]
        likeness = self.judge.likeness(films, asked)
        verdict = self.judge.verdict(films, asked, likeness)
        records = list(self._answers(contents, asked, verdict))
        if len(contents[0].entities) == 2:
            rights = related(self.judge, self.captions, films, contents, verdict.spec)
            for record, right in zip(records, rights, strict=True):
                record["relation right"] = right
        for i, record in enumerate(records):
            record |= {"psnr": float(likeness.psnr[i]), "flicker": float(likeness.flicker[i])}
            if trials[0].group == "one":
                record |= line(films[i])
        if trials[0].truth:  # it was made by the VAE of frames that are known
            for record, error in zip(records, self._errors(trials, films), strict=True):
                record["vae"] = float(error.mean())
        return records

    def _errors(self, trials: list[Trial], films: Tensor) -> Tensor:
        """PSNR in dB of each frame to that of the trial's true clip (b f)"""
        truth = true_clips(self.clips, self.captions, trials)
        return -10 * ((films - truth) / 2).square().mean((2, 3, 4)).clamp_min(1e-10).log10()

    def _continued(self, trials: list[Trial], films: Tensor, asked: Wanted) -> list[dict]:
        """Compare clips that go on from known frames with the true clips."""
        error = self._errors(trials, films)
        known, answers = trials[0].known, self._ends([t.content for t in trials], films, asked)
        return [
            {
                "shows": answer["shows"],
                "subject kept": answer["subject right"],
                "kept, its class": answer["class right"],
                "next": float(row[known]),
                "psnr": float(row[known:].mean()),
            }
            for answer, row in zip(answers, error, strict=True)
        ]

    def _answers(self, contents: list[Content], asked: Wanted, verdict: Verdict) -> Iterator[dict]:
        """What each clip shows, and what of it is right."""
        for i, content in enumerate(contents):
            shown = [self._layer(verdict.spec, i, n) for n in range(LAYERS) if asked.entity[i, n] >= 0]
            asks = [self._layer(asked.spec, i, n) for n in range(LAYERS) if asked.entity[i, n] >= 0]
            ground = (
                content.background if content.scenery < 0 else self.captions.scenery[content.scenery].phrase
            )
            seen = self.judge.grounds[int(verdict.ground[i])]
            right = [[a == b for a, b in zip(x, y, strict=True)] for x, y in zip(shown, asks, strict=True)]
            classes = all(self._class(x[0]) == self._class(y[0]) for x, y in zip(shown, asks, strict=True))
            subject, motion, colour = (all(column) for column in zip(*right, strict=True))
            yield {
                "shows": [*shown, seen],
                "subject right": subject, "class right": classes, "motion right": motion,
                "colour right": colour, "ground right": seen == ground,
                "all right": subject and motion and colour and seen == ground,
            }  # fmt: skip

    def _layer(self, spec: Spec, clip: int, number: int) -> tuple[str, str, str]:
        """The name, motion and tint of a layer."""
        name = self.clips.names[int(spec.subject[clip, number])]
        tint = int(self.judge.tints_of(spec[clip : clip + 1].to(self.judge.device), number)[0])
        return name, MOTIONS[int(spec.motion[clip, number])], list(TINTS)[tint] if tint >= 0 else ""

    def _class(self, name: str) -> str:
        return self.twins.get(name, name)


def loop_errors(films: Tensor) -> list[dict]:
    """For each film (b f c h w): the squared error of the first frame to the last, of neighbours"""
    seam = ((films[:, 0] - films[:, -1]) / 2).square().mean((1, 2, 3))
    neighbours = (films.diff(dim=1) / 2).square().mean((1, 2, 3, 4))
    return [{"seam": float(a), "neighbours": float(b)} for a, b in zip(seam, neighbours, strict=True)]


def line(film: Tensor) -> dict[str, float]:
    """The deviation in levels from the ground of a film (f 3 256 256) in LINE, and in its mirrored places.

    The ground is the border's median colour. The subject and its edge don't count; NaN: nothing else is left
    """
    levels = (film + 1) * 127.5
    border = torch.cat([levels[..., :4, :].flatten(2), levels[..., -4:, :].flatten(2)], -1)
    change = (levels - border.median(-1).values.median(0).values[:, None, None]).abs()
    subject = F.max_pool2d((change.amax((0, 1)) > SUBJECT).float()[None, None], 2 * AWAY + 1, 1, AWAY)[0, 0]
    mean, free = change.mean((0, 1)), subject == 0
    places = [(mean.flip(dims), free.flip(dims)) for dims in ((), (0,), (1,), (0, 1))]
    there, *mirrored = (float(values[LINE][kept[LINE]].mean()) for values, kept in places)
    return {"line": there, "mirrored": float(np.mean(mirrored))}


def seed_decibels(trials: list[Trial], videos: list[np.ndarray]) -> list[float]:
    """PSNRs in dB between every two videos of one prompt with different seeds."""
    groups: dict[str, list[np.ndarray]] = {}
    for trial, video in zip(trials, videos, strict=True):
        if trial.group == "seeds":
            groups.setdefault(trial.prompt, []).append(video.astype(np.float32) / 255)
    errors = [((a - b) ** 2).mean() for same in groups.values() for i, a in enumerate(same) for b in same[:i]]
    return (-10 * np.log10(np.maximum(errors, 1e-10))).tolist()
