"""Captions composed on the fly, each with the `Spec` of the clip that it describes.

A caption fixes the subject (or two), its colour, the background and the motion. Position, size, the start and
speed of the loop, and the background where none is named are drawn at random, and the clip's noise encodes
them (training/chance.py). A caption without a motion means a still subject. A tenth of the combinations of
subject, background and motion is held out of training, by a hash that never changes (`held_out`).
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from training.chance import OPEN, number_of, one_of, uniform
from training.compose import MOTIONS, SIZES, Spec
from training.phrases import (
    ADJECTIVES,
    BACKGROUND_PHRASES,
    BACKGROUNDS,
    COLOUR_SYNONYMS,
    FILLERS,
    MOTION_PHRASES,
    PREFIXES,
    TINTS,
)
from training.subjects import ARTICLES, Subject, bare, countable, indefinite, plural

STARTS = 4  # a loop starts at one of its first four frames
FAST = 0.25  # of the loops go twice through in a clip, the others once
_MOTION_WEIGHTS = np.array([0.24, 0.105, 0.105, 0.105, 0.105, 0.105, 0.105, 0.13])


def held_out(subject: str, background: str, motion: str) -> bool:
    """True for the tenth of the combinations (names as in `vocabulary.json`) that training never sees."""
    digest = hashlib.sha256(f"{subject}|{background}|{motion}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % 10 == 0


@dataclass(frozen=True)
class Content:
    """The content that one caption fixes."""

    subject: int
    second: int
    tint: str
    background: str
    motion: str
    named: bool = True  # the caption names the background


class Captions:
    """A seeded stream of captions and specs.

    `shares`: of tinted subjects, of two different subjects, of two of the same; the other captions have one
    subject in its own colours. A loop starts at one of its first `starts` frames; a share `fast` of the loops
    goes twice as fast.
    """

    def __init__(
        self,
        subjects: tuple[Subject, ...],
        seed: int,
        shares: tuple[float, float, float] = (0.05, 0.04, 0.03),
        starts: int = STARTS,
        fast: float = FAST,
    ):
        self.subjects = subjects
        self.random = np.random.default_rng(seed)
        self.shares = np.cumsum(shares)
        self.starts, self.fast = starts, fast
        self.known = {name for subject in subjects for name in subject.names}
        self.twins = [self._twins(subject) for subject in subjects]
        self.countable = [i for i, twins in enumerate(self.twins) if twins]
        self.tintable = [i for i, subject in enumerate(subjects) if not _coloured(subject)]

    def batch(self, n: int) -> tuple[list[str], Spec]:
        """Draw `n` captions and the spec of their clips (on the CPU)."""
        contents = [self._content() for _ in range(n)]
        return [self._caption(content) for content in contents], self.spec(contents)

    def spec(self, contents: list[Content], chance: Tensor | None = None) -> Spec:
        """Complete the contents by `chance` (b OPEN), the numbers that the noise will carry; None: drawn.

        The number of the size also sets the start (small subjects start at the loop's first frames), that of
        y the speed (subjects low in the frame are fast). The model didn't learn separate numbers for start
        and speed (training/README.md).
        """
        chance = self._chances(contents) if chance is None else chance
        start = one_of(chance[:, OPEN.index("size")], self.starts)
        speed = 1.0 + (uniform(chance[:, OPEN.index("y")]) >= 1 - self.fast)
        _, x, y, size = uniform(chance).numpy().T
        motion = np.array([MOTIONS.index(content.motion) for content in contents])
        still, growing = motion == 0, (motion == 5) | (motion == 6)
        size = np.array(SIZES)[motion] * np.where(still, 0.84 + 0.26 * size, 0.87 + 0.13 * size)
        room = np.where(growing, 0.03, np.where(still | (motion == 7), 0.11, 0.14))
        along_x, along_y = np.isin(motion, (1, 2)), np.isin(motion, (3, 4))
        x = (2 * x - 1) * np.where(along_x, 0.02, room)
        y = (2 * y - 1) * np.where(along_y, 0.02, room)
        tint = [(*np.divide(TINTS[c.tint], 255), 1) if c.tint else (0, 0, 0, 0) for c in contents]
        return Spec(
            subject=torch.tensor([c.subject for c in contents]),
            second=torch.tensor([c.second for c in contents]),
            tint=torch.tensor(np.array(tint), dtype=torch.float32),
            background=torch.tensor([BACKGROUNDS[c.background] for c in contents]) / 255,
            motion=torch.tensor(motion), phase=start.float(), speed=speed,
            x=torch.tensor(x).float(), y=torch.tensor(y).float(), size=torch.tensor(size).float(),
            chance=chance,
        )  # fmt: skip

    def _chances(self, contents: list[Content]) -> Tensor:
        """Draw normal numbers (b OPEN); the background's encodes it where the caption doesn't name it."""
        n, column, colours = len(contents), OPEN.index("background"), list(BACKGROUNDS)
        chance = torch.from_numpy(self.random.standard_normal((n, len(OPEN)))).float()
        shown = torch.tensor([colours.index(content.background) for content in contents])
        said = number_of(shown, len(colours), uniform(chance[:, column]))
        named = torch.tensor([content.named for content in contents])
        chance[:, column] = torch.where(named, chance[:, column], said)
        return chance

    def _content(self) -> Content:
        """Draw a combination that is not held out."""
        kind = int(
            np.searchsorted(self.shares, self.random.random(), side="right")
        )  # 0 tinted 1 two 2 twins 3 one
        pool = (self.tintable, self.countable, self.countable, range(len(self.subjects)))[kind]
        if len(pool) < 2:
            kind, pool = 3, range(len(self.subjects))
        while True:
            subject, second = (int(i) for i in self._pick(pool, 2))
            if kind == 1 and subject == second:
                continue
            second = (-1, second, subject, -1)[kind]
            background = self._pick(list(BACKGROUNDS))
            tint = self._pick([name for name in TINTS if name != background]) if kind == 0 else ""
            motion = MOTIONS[self.random.choice(len(MOTIONS), p=_MOTION_WEIGHTS)]
            shown = {subject, second} - {-1}
            if not any(held_out(self.subjects[i].name, background, motion) for i in shown):
                return Content(subject, second, tint, background, motion, named=self._chance(0.8))

    def _pick(self, choices, n: int | None = None):
        """Draw one of `choices`, or a list of `n`."""
        if n is not None:
            return [choices[i] for i in self.random.integers(0, len(choices), n)]
        return choices[self.random.integers(0, len(choices))]

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def paraphrase(self, content: Content) -> str:
        """Draw a caption of the content, in random words."""
        return self._caption(content)

    def _caption(self, content: Content) -> str:
        """Draw a caption; one of a still subject may leave out the motion."""
        thing = self._thing(content)
        motion = self._motion(content.motion)
        background = self._background(content.background) if content.named else ""
        filler = self._pick(FILLERS) if not motion and self._chance(0.12) else ""
        if motion and self._chance(0.15):
            motion = ("are " if content.second >= 0 else "is ") + motion
        if self._chance(0.12) and background:
            text = f"{thing} {background} {motion}"
        elif self._chance(0.1) and background.endswith("background"):
            text = f"{thing} {motion}, {background.split()[-2]} background"
        else:
            text = f"{thing} {motion} {filler} {background}"
        text = " ".join(text.split()).replace(" ,", ",").replace("a orange", "an orange")
        return text + "." if self._chance(0.08) else text

    def _motion(self, motion: str) -> str:
        if motion == "still":
            return self._pick(MOTION_PHRASES["still"]) if self._chance(0.2) else ""
        return motion if self._chance(0.35) else self._pick(MOTION_PHRASES[motion])

    def _background(self, colour: str) -> str:
        """The background's phrase, in one of its colour's names."""
        synonyms = [other for other, name in COLOUR_SYNONYMS.items() if name == colour]
        word = synonyms[0] if synonyms and self._chance(0.25) else colour
        return self._pick(BACKGROUND_PHRASES).format(word)

    def _thing(self, content: Content) -> str:
        """The subject, or both, as a noun phrase."""
        first = self._phrase(content.subject)
        if content.second == content.subject:
            return self._pick(self.twins[content.subject])
        if content.second >= 0:
            return f"{first} and {self._phrase(content.second)}"
        if content.tint:
            return self._tinted_phrase(content)
        return self._varied(first)

    def _phrase(self, subject: int) -> str:
        """The name half the time, else any of the synonyms."""
        phrases = self.subjects[subject].phrases
        return phrases[0] if self._chance(0.5) else self._pick(phrases)

    def _twins(self, subject: Subject) -> list[str]:
        """Phrases for two of a subject, without "two hearts", which is another emoji."""
        phrases = [f"two {plural(bare(phrase))}" for phrase in subject.phrases if countable(phrase)]
        return [phrase for phrase in phrases if phrase not in self.known]

    def _tinted_phrase(self, content: Content) -> str:
        """A phrase like "a purple panda", never one that names another subject ("a black cat")."""
        names = [n for n in self.subjects[content.subject].names if f"{content.tint} {n}" not in self.known]
        return indefinite(f"{content.tint} {self._pick(names)}")

    def _varied(self, phrase: str) -> str:
        """Vary a noun phrase as people do: no article, an adjective, "a video of …"."""
        name, draw = bare(phrase), self.random.random()
        if draw < 0.12:
            return name
        if draw < 0.17:
            return f"{self._pick(ARTICLES)} {name}"
        if draw < 0.24 and phrase != name:
            return indefinite(f"{self._pick(ADJECTIVES)} {name}")
        if draw < 0.30:
            prefix = self._pick(PREFIXES)
            return f"{prefix} {name}" if prefix == "a 3d" else f"{prefix} {phrase}"
        return phrase


def _coloured(subject: Subject) -> bool:
    """True if a tint would contradict the subject: its name has a colour, or its colour is essential."""
    words = {word for name in subject.names for word in name.split()}
    fixed = {*BACKGROUNDS, *TINTS, "rainbow", "fire", "flag", "flags", "fog", "galaxy", "face"}
    return bool(words & fixed)
